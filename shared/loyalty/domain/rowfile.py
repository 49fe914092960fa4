"""A file of rows under a line of headers: the dialect of `delimited`, with semicolons and a line `sep=;` beside it.

The one home of how such a file begins and what its rows are, for the command line and for files that come through S3.
What it may look like is told in docs/files.md.
"""

import re
from collections.abc import Container, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from loyalty.domain.delimited import (
    HEADERS_AGAIN,
    Numbered,
    Record,
    Shape,
    control_fault_in,
    records,
    separator,
    too_many_cells,
    write,
)
from loyalty.domain.profile import may_hold_lines
from loyalty.domain.quoting import quote
from loyalty.domain.text import is_blank

ERROR_COLUMN = "loyalty_error"
"""The column of a file of failed rows that says why; it is not sent again."""

LARGEST_BYTES = 5 * 1024**3
"""Bytes of a file: what one PUT to S3 may bring, and what S3 copies at once."""

_EMPTY = " is empty"
_NOT_UTF_8 = " is not in UTF-8: save it as CSV UTF-8"

_FORMATS = {
    b"PK\x03\x04": " is a ZIP archive or an Excel workbook: save it as CSV UTF-8",
    b"\x1f\x8b": " is compressed with gzip: send it uncompressed",
    b"\xff\xfe": _NOT_UTF_8,
    b"\xfe\xff": _NOT_UTF_8,
}
"""How files begin that hold no rows of text, and what is said of them."""

_DELIMITERS = ("\t", "|", ",", ";")
"""What may stand between cells: the first that is in the line of headers does."""

_HEADERS = " must begin with a line of headers, each with a name of its own"


class FormatFault(Exception):
    """A file can't be read; `str(error)` follows the file's name in a sentence."""


class FileRow(NamedTuple):
    """A row: its cells, as many as it has, and what is wrong with it before anybody looks at what they say."""

    cells: list[str]
    fault: str | None = None


class Heading(NamedTuple):
    """How a file begins: what is between its cells, its headers, and where among them the reasons of failures stood.

    A column without a name has an empty header and is not sent. `several_lines` are the columns, by position from 0,
    that may hold text of several lines.
    """

    delimiter: str
    headers: tuple[str, ...]
    reasons_at: int | None = None
    several_lines: Container[int] = frozenset()

    @property
    def has_decimal_comma(self) -> bool:
        """Whether it comes from where a comma is decimal, so that a dot may part thousands."""
        return self.delimiter == ";"

    def of_fields(self, fields: Sequence[str | None]) -> "Heading":
        """The same, the columns being these fields of customers (None: a column that is not sent)."""
        several_lines = {at for at, field in enumerate(fields) if field and may_hold_lines(field)}
        return self._replace(several_lines=several_lines)

    def lines_in(self) -> list[int]:
        """The columns that may hold text of several lines."""
        return [at for at in range(len(self.headers)) if at in self.several_lines]

    def rows(self, lines: Numbered) -> Iterator[FileRow]:
        """The rows that are not blank, in lines after those of the heading; raises Unreadable."""
        return filter(lambda row: row.fault or any(row.cells), map(self._row, self.records(lines)))

    def rows_as_sent(self, lines: Iterator[tuple[int, str]]) -> Iterator[str]:
        """The text of each of these rows, which is that of its lines with their ends; raises Unreadable."""
        kept = _Kept(lines)
        for record in self._records(kept, with_blanks=True):
            row, text = self._row(record), kept.take()
            if row.fault or any(row.cells):
                yield text

    def records(self, lines: Numbered) -> Iterator[Record]:
        """All rows as they are read, each with what is wrong with it; raises Unreadable."""
        return self._records(lines)

    def _records(self, lines: Numbered, *, with_blanks: bool = False) -> Iterator[Record]:
        width = len(self.headers) + (self.reasons_at is not None)
        return records(lines, Shape(self.delimiter, width, self._shifted(), with_blanks))

    def unparted(self) -> str:
        """What is wrong with a file whose rows all have one cell, in a sentence after its name."""
        names = f"the headers are parted by {quote(self.delimiter)} and name {len(self.headers)} columns"
        return f": {names}, but no row has a second cell; is it another delimiter there?"

    def _shifted(self) -> frozenset[int]:
        """The columns for text of several lines, as they stand in the file; a reason may have some too."""
        if self.reasons_at is None:
            return frozenset(self.lines_in())
        at = self.reasons_at
        return frozenset((one if one < at else one + 1) for one in self.lines_in()) | {at}

    def _row(self, record: Record) -> FileRow:
        cells = list(record.cells)
        if self.reasons_at is not None and len(cells) > self.reasons_at:
            cells.pop(self.reasons_at)
        return FileRow(cells, record.fault or self._fault(cells))

    def _fault(self, cells: Sequence[str]) -> str | None:
        if any(cells) and _names(cells) == _names(self.headers):
            return HEADERS_AGAIN
        if len(cells) > len(self.headers):
            return too_many_cells(len(cells), len(self.headers))
        return control_fault_in(cells)


class _Kept(Iterator[tuple[int, str]]):
    """Lines that are kept while they are read, until somebody takes them."""

    def __init__(self, lines: Iterator[tuple[int, str]]) -> None:
        self._lines = lines
        self._texts: list[str] = []

    def __next__(self) -> tuple[int, str]:
        number, text = next(self._lines)
        self._texts.append(text)
        return number, text

    def take(self) -> str:
        """The text of those that were read since somebody did."""
        text = "".join(self._texts)
        self._texts.clear()
        return text


def check_size(size: int) -> None:
    """Refuse a file of no bytes, or of too many; raises FormatFault."""
    if not size:
        raise FormatFault(_EMPTY)
    if size > LARGEST_BYTES:
        raise FormatFault(f" has {size} bytes, and may have {LARGEST_BYTES}")


def check_format(first: bytes) -> None:
    """Refuse a file that is empty, or begins as one of another kind does; raises FormatFault."""
    if not first:
        raise FormatFault(_EMPTY)
    for begins, fault in _FORMATS.items():
        if first.startswith(begins):
            raise FormatFault(fault)


def not_utf_8(line: int) -> FormatFault:
    """What is wrong with a file that is in another encoding, as that line shows."""
    return FormatFault(f"{_NOT_UTF_8} (line {line})")


def read_heading(lines: Iterator[tuple[int, str]]) -> Heading:
    """Read how a file begins; the lines are those of its rows then. Raises FormatFault or Unreadable."""
    delimiter, header = _begin(lines)
    names = list(header.cells)
    while names and not names[-1]:
        names.pop()
    if (fault := _fault(names)) is not None:
        raise FormatFault(f"{_HEADERS}{fault}")
    reasons_at = names.index(ERROR_COLUMN) if ERROR_COLUMN in names else None
    return Heading(delimiter, tuple(name for name in names if name != ERROR_COLUMN), reasons_at)


def write_headings(headers: Sequence[str], delimiter: str) -> str:
    """The lines of headers that are read as these: after one that names the delimiter, where a header has another."""
    line = write(headers, delimiter)
    end = line[len(line.rstrip("\r\n")) :]
    return line if _between(line) == delimiter else f"sep={delimiter}{end}{line}"


def _begin(lines: Iterator[tuple[int, str]]) -> tuple[str, Record]:
    """The delimiter and the headers."""
    number, line = _first(lines)
    named = separator(line)
    if named:
        number, line = _first(lines)
    delimiter = named or _between(line)
    header = next(records(chain([(number, line)], lines), Shape(delimiter)), None)
    if header is None:
        raise FormatFault(_HEADERS)
    if fault := header.fault or control_fault_in(header.cells):
        raise FormatFault(f", line {header.line}: {fault}")
    return delimiter, header


def _between(headers: str) -> str:
    """The delimiter of a line of headers before which nothing names it."""
    outside = re.sub('"[^"]*"', "", headers)
    return next((one for one in _DELIMITERS if one in outside), ",")


def _first(lines: Numbered) -> tuple[int, str]:
    """The first line that is not blank."""
    return next((line for line in lines if not is_blank(line[1])), (1, ""))


def _fault(names: Sequence[str]) -> str | None:
    """What is wrong with headers that a row could not be read by, or None."""
    if not any(name != ERROR_COLUMN for name in names):
        return ""
    known: dict[str, int] = {}
    for number, name in enumerate(names, start=1):
        first = known.setdefault(name.lower(), number)
        if name and first != number:
            return f": {quote(name)} is in columns {first} and {number}"
        if not name and (number == 1 or not names[number - 2]):
            return f": column {number} has none"
    return None


def _names(cells: Sequence[str]) -> list[str]:
    """Cells as headers are compared: in any case, without the byte order mark of files that were joined."""
    return [cell.strip("\ufeff").lower() for cell in cells]
