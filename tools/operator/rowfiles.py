"""Files of rows under a line of headers: CSV, or plain cells between tabs or pipes. UTF-8, of any size.

The dialect is that of the API, with semicolons beside it, which spreadsheets write in countries with a decimal comma.
What a file may look like is told in docs/files.md.
"""

import hashlib
import re
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import NamedTuple, TextIO

from loyalty.domain.delimited import (
    HEADERS_AGAIN,
    Numbered,
    Record,
    Shape,
    Unreadable,
    control_fault_in,
    records,
    separator,
    too_many_cells,
    write,
)
from loyalty.domain.profile import may_hold_lines
from loyalty.domain.quoting import quote
from loyalty.domain.text import is_blank

from .faults import OperatorError

ERROR_COLUMN = "loyalty_error"
"""The column of a file of failed rows that says why; it is not sent again."""

_DELIMITERS = ("\t", "|", ",", ";")
"""What may stand between cells: the first that is in the line of headers does."""

_HEADERS = "must begin with a line of headers, each with a name of its own"


class FileRow(NamedTuple):
    """A row: its cells, as many as it has, and what is wrong with it before anybody looks at what they say."""

    cells: list[str]
    fault: str | None = None


class RowFile(NamedTuple):
    """A file of rows: what is between its cells, its headers, and where among them the reasons of failures stood.

    A column without a name has an empty header and is not sent. `several_lines` are the columns, by position from 0,
    that may hold text of several lines.
    """

    path: Path
    delimiter: str
    headers: tuple[str, ...]
    reasons_at: int | None = None
    several_lines: Container[int] = frozenset()

    @property
    def has_decimal_comma(self) -> bool:
        """Whether it comes from where a comma is decimal, so that a dot may part thousands."""
        return self.delimiter == ";"

    def of_fields(self, fields: Sequence[str | None]) -> "RowFile":
        """The file, its columns being these fields of customers (None: a column that is not sent)."""
        several_lines = {at for at, field in enumerate(fields) if field and may_hold_lines(field)}
        return self._replace(several_lines=several_lines)

    def rows(self) -> Iterator[FileRow]:
        """The rows that are not blank; raises OperatorError."""
        return filter(lambda row: row.fault or any(row.cells), map(self._row, self.records()))

    def records(self) -> Iterator[Record]:
        """All rows as they were read, each with what is wrong with it; raises OperatorError."""
        with _reading(self.path) as file:
            lines = iter(enumerate(file, start=1))
            _begin(lines, self.path)
            width = len(self.headers) + (self.reasons_at is not None)
            yield from records(lines, Shape(self.delimiter, width, self._shifted()))

    def _shifted(self) -> frozenset[int]:
        """The columns for text of several lines, as they stand in the file; a reason may have some too."""
        if self.reasons_at is None:
            return frozenset(at for at in range(len(self.headers)) if at in self.several_lines)
        at = self.reasons_at
        return frozenset(
            (one if one < at else one + 1) for one in range(len(self.headers)) if one in self.several_lines
        ) | {at}

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


class Survey(NamedTuple):
    """What a file holds: rows, and a digest of its bytes."""

    rows: int
    digest: str


def open_rows(path: Path) -> RowFile:
    """Read the line of headers; raises OperatorError when there is none."""
    with _reading(path) as file:
        delimiter, header = _begin(iter(enumerate(file, start=1)), path)
    names = list(header.cells)
    while names and not names[-1]:
        names.pop()
    if (fault := _fault(names)) is not None:
        raise OperatorError(f"{path} {_HEADERS}{fault}")
    reasons_at = names.index(ERROR_COLUMN) if ERROR_COLUMN in names else None
    return RowFile(path, delimiter, tuple(name for name in names if name != ERROR_COLUMN), reasons_at)


def survey(file: RowFile) -> Survey:
    """Read the file once; raises OperatorError when it can't be read to its end, or its delimiter is in no row."""
    rows, parted = 0, len(file.headers) == 1
    for row in file.rows():
        rows += 1
        parted = parted or len(row.cells) > 1
    if rows and not parted:
        names = f"the headers are parted by {quote(file.delimiter)} and name {len(file.headers)} columns"
        raise OperatorError(f"{file.path}: {names}, but no row has a second cell; is it another delimiter there?")
    with file.path.open("rb") as content:
        return Survey(rows, hashlib.file_digest(content, "sha256").hexdigest())


def write_rows(file: TextIO, delimiter: str, rows: Iterable[Sequence[str]]) -> None:
    """Write rows so that `rows` reads them back, and no spreadsheet runs or changes a cell."""
    file.writelines(write(row, delimiter) for row in rows)


def _begin(lines: Iterator[tuple[int, str]], path: Path) -> tuple[str, Record]:
    """The delimiter and the headers; the lines are those of the rows then. Raises OperatorError."""
    number, line = _first(lines)
    named = separator(line)
    if named:
        number, line = _first(lines)
    outside = re.sub('"[^"]*"', "", line)
    delimiter = named or next((one for one in _DELIMITERS if one in outside), ",")
    header = next(records(chain([(number, line)], lines), Shape(delimiter)), None)
    if header is None:
        raise OperatorError(f"{path} {_HEADERS}")
    if fault := header.fault or control_fault_in(header.cells):
        raise OperatorError(f"{path}, line {header.line}: {fault}")
    return delimiter, header


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


@contextmanager
def _reading(path: Path) -> Iterator[TextIO]:
    """The open file; every reason why it can't be read is an OperatorError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield file
    except OSError as error:
        raise OperatorError(f"{path} can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise OperatorError(f"{path} is not in UTF-8: save it as CSV UTF-8") from None
    except Unreadable as error:
        raise OperatorError(f"{path} is no valid CSV: {error}") from None
