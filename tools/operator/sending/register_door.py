"""`register_member_batch`: rows to members of a program."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from loyalty.domain.account import JOBS_READ
from loyalty.domain.quoting import quote
from loyalty.operations.enrol.items import KIND as ENROL

from ..faults import OperatorError
from ..results import Results
from .doors import Body, cell, json_body

DATE = "registration_date"
OWN = ("email", "phone", "profile_id")
"""What the API matches by under these names; everything else is a custom field."""

_FINE = frozenset({0, 409})

_OWN_WORDS = {
    "Loyalty program not found": "The account has no program {program}",
    "Loyalty program is not active": "The program {program} is not active",
}
"""Errors about what the command line names."""

_NO_MATCH_FIELD = "field_name "
"""How the API begins to tell that customers can't be found by a column."""


class RegisterDoor:
    """The registration of members; `headers` name the columns, one of them the `matching` one."""

    path = "/api/v1.1/loyalty/register_member_batch"
    operation = ENROL.name
    rights = frozenset({ENROL.right, JOBS_READ})
    credential_kind = "token"
    repeatable = True

    def __init__(self, headers: Sequence[str], program: str, matching: str | None) -> None:
        name = matching or next((header for header in headers if header in OWN), None)
        if name is None or name not in headers:
            raise OperatorError(f"Name the column that finds customers with --matching: {', '.join(headers)}")
        self._name, self._program, self._key = name, program, headers.index(name)
        self._date = headers.index(DATE) if DATE in headers else None

    def file_params(self) -> dict[str, Any] | None:
        """The program, and the column that finds customers."""
        return {"program_id": self._program, "matching": self._name}

    def row_fault(self, row: Sequence[str]) -> str | None:
        """None, as any row can be put into a request."""

    def body(self, rows: Sequence[Sequence[str]], name: str) -> Body:
        """The JSON request; a blank date is now."""
        del name
        document = {
            "loyalty_program_id": self._program,
            "matching": self._name if self._name in OWN else "custom",
            "format": "json",
            "data": [self._element(row) for row in rows],
        }
        return json_body(document)

    def _element(self, row: Sequence[str]) -> dict[str, str]:
        text = cell(row, self._key)
        element = {self._name: text} if self._name in OWN else {"field_name": self._name, "field_value": text}
        date = "" if self._date is None else cell(row, self._date)
        return element | ({DATE: date} if date else {})

    def fault(self, reply: Any) -> str | None:
        """The envelope's error, or that of a column that is no match field, which is told as each row's."""
        if reply["error"] == 0:
            faults = {str(one["error_text"]) for one in reply["result"]}
            told = faults.pop() if len(faults) == 1 else ""
            return f"{quote(self._name)} is no match field of the account" if told.startswith(_NO_MATCH_FIELD) else None
        told = str(reply["error_text"])
        return _OWN_WORDS[told].format(program=quote(self._program)) if told in _OWN_WORDS else told

    def job_id(self, reply: Any) -> str | None:
        """The job of a reply without results."""
        return reply.get("job_id") if not reply["result"] else None

    def results(self, reply: Any) -> Results:
        """One result for each row, in their order; who is a member already is none that failed."""
        counts = Counter(str(one["error"]) for one in reply["result"])
        errors = {place: one["error_text"] for place, one in enumerate(reply["result"]) if one["error"] not in _FINE}
        return Results(counts, errors)
