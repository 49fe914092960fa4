"""`customers_batch`: rows to the form of the customer import."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from urllib3.filepost import encode_multipart_formdata

from tools.operator.results import Results
from tools.operator.rowfiles import to_csv
from tools.operator.sending.doors import Body


class ImportDoor:
    """The customer import; `fields` names each column's field (None: not sent), `parameters` are the form's others."""

    path = "/api.php"
    rights = frozenset({"import", "jobs:read"})
    credential_kind = "token"
    repeatable = True

    def __init__(self, fields: Sequence[str | None], parameters: Mapping[str, str]) -> None:
        self._fields = fields
        self._parameters = parameters

    def body(self, rows: Sequence[Sequence[str]], name: str) -> Body:
        """A multipart form, whose boundary is made of the name so that it is the same each time."""
        sent = {position: field for position, field in enumerate(self._fields) if field}
        headers = {f"profiles_header_{n}": field for n, field in enumerate(sent.values(), start=1)}
        form = {
            "API": "1.5",
            "type": "customers_batch",
            "output": "JSON",
            "condensed": "yes",
            "delimiter": "comma",
            **self._parameters,
            **headers,
            "profiles_data": to_csv([_cells(row, sent, len(self._fields)) for row in rows]),
        }
        content, content_type = encode_multipart_formdata(form, boundary=f"loyalty-{name}")
        return Body(content_type, content)

    def fault(self, reply: Any) -> str | None:
        """The import's own error."""
        return None if reply["status"] == "success" else str(reply["error"])

    def job_id(self, reply: Any) -> str | None:
        """The job of a batch that is queued; others name one only for undoing."""
        return str(reply["batch"]["job_id"]) if reply["batch"]["status"] == "queued" else None

    def results(self, reply: Any) -> Results:
        """Rows count from 1 there."""
        batch = reply["batch"]
        errors = {row["number"] - 1: row["error"] for row in batch.get("rows", ()) if "error" in row}
        return Results(Counter(batch["customers"]), errors)


def _cells(row: Sequence[str], sent: Iterable[int], width: int) -> list[str]:
    """A row's cells that are sent; one with too many keeps them all, so that the API says so."""
    return [row[place] for place in sent if place < len(row)] + list(row[width:])
