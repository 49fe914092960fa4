"""`directEarn`: rows to customers who earn a promotion."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from loyalty.domain.account import JOBS_READ
from loyalty.operations.earn.items import KIND as EARN

from ..faults import OperatorError
from ..results import Results
from .doors import Body, cell, json_body

SOURCE = "source"
NAMES = ("id", "mobile", "email")
"""What the API finds customers by."""

_OWN_WORDS = {"Unauthorized": "The token is not known; earn needs an OAuth access token"}


class EarnDoor:
    """The bulk earn; `headers` name the columns, one of them in NAMES; a blank source is `source`."""

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
        self._name, self._key, self._promotion = name, headers.index(name), promotion
        self._default, self._source = source or "", headers.index(SOURCE) if SOURCE in headers else None

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
        faults = () if reply["response"] else reply.get("errors", ())
        texts = (str(fault["message"]) for fault in faults)
        return next((_OWN_WORDS.get(text, text) for text in texts), None)

    def job_id(self, reply: Any) -> str | None:
        """The job of a reply without results."""
        return reply.get("job_id") if not reply["response"] else None

    def results(self, reply: Any) -> Results:
        """One element for each row, in their order; a limit that is reached is a warning, no failure."""
        told = [_told(element) for element in reply["response"]]
        errors = {place: f"{code}: {text}" for place, (code, text) in enumerate(told) if code and text}
        return Results(Counter(code or text for code, text in told), errors)


def _told(element: Mapping[str, Any]) -> tuple[str, str]:
    """A row's error code and text; the code is empty for what did not fail."""
    if element["errors"]:
        return str(element["errors"][0]["code"]), str(element["errors"][0]["message"])
    return "", "limit reached" if element["warnings"] else "earned"
