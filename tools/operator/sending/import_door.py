"""`customers_batch`: rows to the form of the customer import."""

import re
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from urllib3.filepost import encode_multipart_formdata

from loyalty.domain.account import JOBS_READ
from loyalty.domain.delimited import NO_FIELD, write
from loyalty.domain.profile import SECRETS
from loyalty.domain.quoting import quote
from loyalty.operations.import_customers.items import KIND as IMPORT
from loyalty.operations.import_customers.items import MOST_SECRETS
from loyalty.vendors.stickystreet.file_columns import in_columns

from ..results import Results
from .doors import Body

_UNKNOWN_FIELD = "profiles_header_([0-9]+) names .*, which is no field .*"
_OWN_WORDS = {
    "campaigns_to_include names an unknown campaign, (.*)": r"The account has no campaign \1",
    "campaigns_to_include names the campaign (.*), which is not active": r"The campaign \1 is not active",
    "user_id, user_api_key or account_id is wrong": "The token is not known",
}
"""Errors about what has another name on the command line."""

_SECRETS = {name.lower() for name in SECRETS}


class Column(NamedTuple):
    """A column that is sent: its header in the file, and its field."""

    header: str
    field: str


class ImportDoor:
    """The customer import; `fields` names each column's field (None: not sent), `parameters` are the form's others."""

    path = "/api.php"
    operation = IMPORT.name
    rights = frozenset({IMPORT.right, JOBS_READ})
    credential_kind = "token"
    repeatable = True

    def __init__(self, headers: Sequence[str], fields: Sequence[str | None], parameters: Mapping[str, str]) -> None:
        columns = enumerate(zip(headers, fields, strict=True))
        self._sent = {place: Column(header, field) for place, (header, field) in columns if field}
        self._parameters, self._fields = parameters, list(zip(headers, fields, strict=True))

    def most_rows(self, wanted: int) -> int:
        """How many rows a request may have, at most as many as wanted: an import takes so many passwords and PINs."""
        secrets = sum(column.field.lower() in _SECRETS for column in self._sent.values())
        return min(wanted, MOST_SECRETS // secrets) if secrets else wanted

    def file_params(self) -> dict[str, Any] | None:
        """Columns are named where their headers are no fields; no file may bring passwords or PINs."""
        if any(column.field.lower() in _SECRETS for column in self._sent.values()):
            return None
        digits = self._parameters["card_number_generate"]
        return {
            "campaigns": self._parameters["campaigns_to_include"].split(","),
            "overwrite": self._parameters["overwrite_duplicates"],
            "card_digits": int(digits) if digits else None,
            "keep_undo": self._parameters["no_undo"] != "yes",
            "columns": {header: field or "-" for header, field in self._fields if header and field != header},
        }

    def row_fault(self, row: Sequence[str]) -> str | None:
        """A row that would be sent as a blank line, which the API does not count."""
        return None if any(self._cells(row)) else NO_FIELD

    def body(self, rows: Sequence[Sequence[str]], name: str) -> Body:
        """A multipart form, whose boundary is made of the name so that it is the same each time."""
        headers = {f"profiles_header_{n}": column.field for n, column in enumerate(self._sent.values(), start=1)}
        form = {
            "API": "1.5",
            "type": "customers_batch",
            "output": "JSON",
            "condensed": "yes",
            "delimiter": "comma",
            **self._parameters,
            **headers,
            "profiles_data": "".join(write(self._cells(row), ",") for row in rows),
        }
        content, content_type = encode_multipart_formdata(form, boundary=f"loyalty-{name}")
        return Body(content_type, content)

    def _cells(self, row: Sequence[str]) -> list[str]:
        """A row's cells that are sent, one for each column."""
        return [row[place] if place < len(row) else "" for place in self._sent]

    def fault(self, reply: Any) -> str | None:
        """The import's own error, where it can be in the words of the command line."""
        return None if reply["status"] == "success" else self._in_own_words(str(reply["error"]))

    def _in_own_words(self, error: str) -> str:
        columns = list(self._sent.values())
        unknown = re.fullmatch(_UNKNOWN_FIELD, error)
        if unknown and int(unknown[1]) <= len(columns):
            return no_field(*columns[int(unknown[1]) - 1])
        for theirs, ours in _OWN_WORDS.items():
            if told := re.fullmatch(theirs, error):
                return told.expand(ours)
        return in_columns(error, [column.header for column in columns])

    def job_id(self, reply: Any) -> str | None:
        """The job of a batch that is queued; others name one only for undoing."""
        return str(reply["batch"]["job_id"]) if reply["batch"]["status"] == "queued" else None

    def results(self, reply: Any) -> Results:
        """Rows count from 1 there."""
        batch = reply["batch"]
        errors = {row["number"] - 1: row["error"] for row in batch.get("rows", ()) if "error" in row}
        return Results(Counter(batch["customers"]), errors)


def no_field(header: str, field: str) -> str:
    """What to do about a column that is called as no field, or is said to be one that is none."""
    named = f" {quote(field)}" if field != header else ""
    return (
        f"There is no field{named} for the column {quote(header)}; name one with --column "
        f"{shlex.quote(f'{header}=code')}, or leave it out with --column {shlex.quote(f'{header}=-')}"
    )
