"""The rows of a file, many at a time: the item of each as its message has it, and what it shares with others.

Lines that are plain are read together (see `plain`), the others one by one, as the command line reads them. What comes
of a line is the same either way.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain
from typing import Any, NamedTuple

from loyalty.domain.delimited import Unreadable
from loyalty.domain.rowfile import FileRow
from loyalty.files import plain
from loyalty.files.kind import Reader
from loyalty.files.lines import Lines, Place, decoded
from loyalty.files.plain import Shared
from loyalty.jobs import message

LINES_AT_ONCE = 4_000
"""Lines that are read together."""

Write = Callable[[Any], Mapping[str, Any]]
"""Makes the JSON document of an item."""


class Batch(NamedTuple):
    """Rows that follow each other: the items as JSON, and identifiers, each with the row, from 0, that shares it.

    `parted` says that a row has a second cell.
    """

    texts: Sequence[str]
    shared: Sequence[Shared]
    parted: bool


def read(lines: Lines, reader: Reader, write: Write) -> Iterator[Batch]:
    """All rows in batches: each ends with a row, behind which `lines` goes on. Raises FormatFault or Unreadable."""
    while True:
        place = lines.place
        if not (taken := lines.take(LINES_AT_ONCE)):
            return
        yield _together(taken, reader, write) or _one_by_one(taken, place, lines, reader, write)


def _together(taken: list[bytes], reader: Reader, write: Write) -> Batch | None:
    """The rows of these lines; None where they have to be read one by one, since a row may go on in the next line."""
    texts = _texts(taken)
    if reader.form is None or texts is None:
        return None
    found = plain.read(reader.form, reader.heading, texts)
    if len(found.lines) == len(texts):
        return Batch(found.texts, found.shared, parted=len(reader.heading.headers) > 1)
    rows = _Rows(reader, write)
    items: list[str | None] = [None] * len(texts)
    for at, item in zip(found.lines, found.texts, strict=True):
        items[at] = item
    try:
        for at in (at for at, item in enumerate(items) if item is None):
            items[at] = next((rows.item(row, at) for row in reader.heading.rows([(0, texts[at])])), None)
    except Unreadable:
        return None
    parted = rows.parted or (len(reader.heading.headers) > 1 and bool(found.lines))
    return _without_gaps(items, Batch((), [*found.shared, *rows.shared()], parted))


def _one_by_one(taken: list[bytes], place: Place, lines: Lines, reader: Reader, write: Write) -> Batch:
    """The rows of these lines and, where the last one goes on there, of the next."""
    rows, left = _Rows(reader, write), len(taken)

    def following() -> Iterator[tuple[int, str]]:
        nonlocal left
        for one in chain(_numbered(taken, place), lines):
            left -= 1
            yield one

    items: list[str] = []
    for row in reader.heading.rows(following()):
        items.append(rows.item(row, len(items)))
        if left <= 0:
            break
    return Batch(items, rows.shared(), rows.parted)


class _Rows:
    """Reads row after row."""

    def __init__(self, reader: Reader, write: Write) -> None:
        self.parted = False
        self._reader, self._write = reader, write
        self._shared: dict[str, tuple[list[int], list[str]]] = {}

    def item(self, row: FileRow, number: int) -> str:
        """The item of a row, whose number is kept with what it shares."""
        item = self._reader.read(row)
        for kind, text in self._reader.keys(item):
            numbers, texts = self._shared.setdefault(kind, ([], []))
            numbers.append(number)
            texts.append(text)
        self.parted = self.parted or len(row.cells) > 1
        return message.to_text(self._write(item))

    def shared(self) -> list[Shared]:
        """What the rows so far share."""
        return [Shared(kind, numbers, texts) for kind, (numbers, texts) in self._shared.items()]


def _texts(taken: Sequence[bytes]) -> list[str] | None:
    """Lines without their ends; None where one is not in UTF-8, or ends as old ones did."""
    try:
        text = b"".join(taken).decode()
    except UnicodeDecodeError:
        return None
    lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    return lines if len(lines) == len(taken) and "\r" not in text.replace("\r\n", "") else None


def _numbered(taken: Iterable[bytes], place: Place) -> Iterator[tuple[int, str]]:
    for line in taken:
        yield place.line + 1, decoded(line, place)
        place = Place(place.offset + len(line), place.line + 1)


def _without_gaps(items: Sequence[str | None], batch: Batch) -> Batch:
    """The batch, whose rows are numbered by their lines, with what these lines came to: some to no row."""
    texts = [item for item in items if item is not None]
    if len(texts) == len(items):
        return batch._replace(texts=texts)
    rows = list(accumulate((item is not None for item in items), initial=0))
    shared = [one._replace(lines=[rows[line] for line in one.lines]) for one in batch.shared]
    return batch._replace(texts=texts, shared=shared)
