"""`directEarn`: rows to customers who earn a promotion."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from loyalty.domain.account import JOBS_READ
from loyalty.domain.quoting import quote
from loyalty.operations.earn.items import KIND as EARN
from loyalty.vendors.capillary.items import SOURCES

from ..faults import OperatorError
from ..results import Results
from .doors import Body, cell, json_body

SOURCE = "source"
_EARNED = "0"
NAMES = ("id", "mobile", "email")
"""What the API finds customers by."""

_OWN_WORDS = {"Unauthorized": "The token is not known; earn needs an OAuth access token"}

_OF_ALL = {
    1101: "The account has no program {program}",
    8874: "The program {program} has no promotion {promotion}",
    8892: "The promotion {promotion} is not active, or its program isn't",
}
"""Errors of the request that the API tells as those of each customer in it."""


class EarnDoor:
    """The bulk earn; `headers` name the columns, one of them in NAMES; a blank source is `source`."""

    operation = EARN.name
    path = "/v2/promotion/bulk/directEarn"
    rights = frozenset({EARN.right, JOBS_READ})
    credential_kind = "access"
    repeatable = False

    def __init__(self, headers: Sequence[str], promotion: Mapping[str, Any], source: str | None) -> None:
        name = next((header for header in headers if header in NAMES), None)
        if name is None:
            raise OperatorError(f"A column must be called id, mobile or email; there are {', '.join(headers)}")
        if source is None and SOURCE not in headers:
            raise OperatorError("Say with --source where customers earn, such as INSTORE, or have a column source")
        if source is not None and source.strip().upper() not in SOURCES:
            raise OperatorError(f"Unknown source {quote(source)}; one of {', '.join(sorted(SOURCES))}")
        if not promotion.keys() & {"promotionId", "promoIdentifier"}:
            raise OperatorError("Name the promotion with --promotion ID, or with --identifier TEXT")
        self._name, self._key, self._promotion = name, headers.index(name), promotion
        self._default, self._source = source or "", headers.index(SOURCE) if SOURCE in headers else None

    def file_params(self) -> dict[str, Any] | None:
        """The promotion, and the source of rows that have none."""
        names = {"programId": "program_id", "promotionId": "promotion_id", "promoIdentifier": "promotion_identifier"}
        named = {names[name]: value for name, value in self._promotion.items()}
        return {**named, **({"source": self._default} if self._default else {})}

    def row_fault(self, row: Sequence[str]) -> str | None:
        """None, as any row can be put into a request."""

    def body(self, rows: Sequence[Sequence[str]], name: str) -> Body:
        """The JSON request."""
        del name
        document = {
            "type": "CUSTOMER",
            "promotionDetails": self._promotion,
            "identifierName": self._name,
            "customers": [self._customer(row) for row in rows],
        }
        return json_body(document)

    def _customer(self, row: Sequence[str]) -> dict[str, str]:
        source = cell(row, self._source) if self._source is not None else ""
        return {"identifierValue": cell(row, self._key), "source": source or self._default}

    def fault(self, reply: Any) -> str | None:
        """A fault that is not of single rows."""
        if told := self._fault_of_all(reply["response"]):
            return told
        faults = () if reply["response"] else reply.get("errors", ())
        texts = (str(fault["message"]) for fault in faults)
        return next((_OWN_WORDS.get(text, text) for text in texts), None)

    def _fault_of_all(self, elements: Sequence[Mapping[str, Any]]) -> str | None:
        codes: set[int] = {element["errors"][0]["code"] if element["errors"] else 0 for element in elements}
        told = _OF_ALL.get(codes.pop()) if len(codes) == 1 else None
        named = self._promotion.get("promotionId") or self._promotion.get("promoIdentifier")
        return told and told.format(program=quote(self._promotion["programId"]), promotion=quote(named))

    def job_id(self, reply: Any) -> str | None:
        """The job of a reply without results."""
        return reply.get("job_id") if not reply["response"] else None

    def results(self, reply: Any) -> Results:
        """One element for each row, in their order; a limit that is reached is a warning, no failure."""
        elements = reply["response"]
        errors = {place: str(one["errors"][0]["message"]) for place, one in enumerate(elements) if one["errors"]}
        said = ([*one["errors"], *one["warnings"]] for one in elements)
        return Results(Counter(str(found[0]["code"]) if found else _EARNED for found in said), errors)
