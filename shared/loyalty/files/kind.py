"""What has to be known of an operation whose items come in a file: its parameters, and how its rows are read."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, Protocol

from loyalty.domain.account import Account
from loyalty.domain.errors import RequestError
from loyalty.domain.identifiers import Identifier
from loyalty.domain.rowfile import FileRow, Heading
from loyalty.files.parameters import Parameters
from loyalty.files.plain import Form
from loyalty.operations.kind import Item, Kind, Params

Wish = Mapping[str, Any]
"""How the file's columns are meant, as JSON holds it."""


class FileFault(RequestError):
    """A file can't be read; the text says what is wrong, where, and what would be right."""

    status = 400


class Reader(Protocol):
    """Reads the rows of one file."""

    heading: Heading
    """How the file begins; which of its columns may hold text of several lines is known by now."""

    def read(self, row: FileRow) -> Any:
        """The item of a row, or the outcome of one that is itself wrong."""

    form: Form | None
    """How its plain rows are read many at a time, to the same items and keys; None where each is read by itself."""

    def keys(self, item: Any) -> Collection[Identifier]:
        """What an item shares with others whose order has to stay."""


class Asked(NamedTuple, Generic[Params]):
    """What all rows share, and how they are read."""

    params: Params
    wish: Wish


Checks = Callable[[Heading, Wish, Account], object]
"""Finds the columns of a file that are read; raises FileFault where it can't be read by its line of headers."""

Reads = Callable[[Heading, Wish, Account, Any], Reader]
"""Makes the reader of a file; the last is what the operation made of its params. Raises FileFault."""


class Asks(Protocol[Params]):
    """How the parameters of a file are read."""

    def __call__(self, document: object, moment: str, *, dry_run: bool) -> Asked[Params]:
        """The parameters of a file that came at a moment (RFC 3339, UTC); raises BadRequest."""


def _no_limit() -> Callable[[Any], Any]:
    """Takes the items as they are: any number may share a key."""
    return lambda item: item


@dataclass(frozen=True)
class FileKind(Generic[Params, Item]):
    """An operation whose items may come in a file.

    `check` looks at the line of headers alone, `reader` reads rows too. `generated` are the ids that results tell of
    each row, `not_found` is what is said of a row that finds nobody. `limit` makes what takes the items of a group that
    share keys, in order, and refuses those that are too many.
    """

    kind: Kind[Params, Item]
    ask: Asks[Params]
    check: Checks
    reader: Reads
    generated: tuple[str, ...]
    not_found: str = ""
    limit: Callable[[], Callable[[Any], Any]] = _no_limit


def no_dry_run(parameters: Parameters, *, dry_run: bool) -> Parameters:
    """The parameters of an operation that writes whatever it checks; raises FileFault where it should not write."""
    if dry_run:
        raise FileFault("dry_run is for operation import")
    return parameters
