"""What a kind of bulk work sends and gets: rows to a vendor's request, its reply to what became of each row."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from loyalty.http.writing import to_json

from ..results import Results


class Body(NamedTuple):
    """A request's body."""

    content_type: str
    content: bytes


class Door(Protocol):
    """One of the API's bulk endpoints."""

    path: str
    operation: str
    """The operation, by whose words what became of rows is told."""
    rights: frozenset[str]
    """The rights that a caller needs, those of the jobs API included."""
    credential_kind: str
    """The kind of credential that a Bearer token is here."""
    repeatable: bool
    """Whether the same request sent twice does what one does, also when the API has forgotten its key."""

    def file_params(self) -> dict[str, Any] | None:
        """What POST /files takes for the same, None where these rows can't come in a file."""

    def row_fault(self, row: Sequence[str]) -> str | None:
        """What is wrong with a row that can't be put into a request, None for every other one."""

    def body(self, rows: Sequence[Sequence[str]], name: str) -> Body:
        """The request for some rows; `name` is any text that is its own. Raises OperatorError."""

    def fault(self, reply: Any) -> str | None:
        """Why the request as a whole was refused, None when it was not."""

    def job_id(self, reply: Any) -> str | None:
        """The job in which the request goes on, None when the reply has its results."""

    def results(self, reply: Any) -> Results:
        """What became of each row, counted by the codes of the operation's jobs."""


def json_body(document: dict[str, Any]) -> Body:
    """A request in JSON."""
    return Body("application/json", to_json(document).encode())


def cell(row: Sequence[str], place: int) -> str:
    """A cell without the blanks around it; a row may be too short to have it."""
    return row[place].strip() if place < len(row) else ""
