r"""Delimited text: lines of cells between commas, semicolons, tabs or pipes. One dialect, for the API and for files.

- A line ends with `\\n`, `\\r\\n` or `\\r`. A line of nothing but blank cells is no row.
- Between commas and semicolons a cell may be quoted as in RFC 4180, with spaces before its quote. Between tabs and
  pipes, and elsewhere in a cell, a quote is data.
- A quoted cell may hold line ends only in columns that are for text of several lines. Anywhere else the quote is
  not closed where it should be, and nobody can tell where: the text is refused, rather than rows lost in a cell.
- Text after a closing quote makes its row faulty, and no other; so should a control character.
- Cells are trimmed of spaces, never of tabs. Of `="00123"`, `'00123`, `'=1+1` and `'a;'=1`, which spreadsheets and we
  write to keep a text as it is, the text is read.

The console's `csv.js` reads the same dialect; a corpus of files holds the two together (`tests/corpus`).
"""

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import NamedTuple

from loyalty.domain.text import SPACES, control_fault, is_blank, protected, unprotected

MAX_ROW_BYTES = 64 * 1024
"""Size of one row's cells in UTF-8."""

LONGEST_ROW = 1_000_000
"""Characters of a row with quotes, which has to be read to know where it ends."""

QUOTED = (",", ";")
"""Delimiters between which a cell may be quoted."""

TOO_LARGE = "The row is larger than 64 KB"
HEADERS_AGAIN = "The row is the line of headers again"
NO_FIELD = "The row gives no field of a customer"

Numbered = Iterable[tuple[int, str]]
"""Lines with their ends, each with its number from 1."""

_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")  # str.splitlines ends them at more characters
_LINE_END = re.compile(r"\r\n?|\n")
_OPENING = re.compile(' *"')
_INSIDE = re.compile('(?:[^"]++|"")*+')
_SEPARATOR = re.compile(r"[ \t\ufeff]*sep=([,;|\t])[ \t\ufeff]*[\r\n]*", re.IGNORECASE)
_LEAST_SWALLOWED = 3

_MOST_CELLS = MAX_ROW_BYTES
"""Cells into which a row that is too large is parted, more than headers can name; the last one holds what is left."""


class Record(NamedTuple):
    """A row: the number of its first line, its cells, and what is wrong with it.

    A blank cell is empty. There are fewer cells than columns where a row ends early, and more where it has surplus
    ones that are not all blank. A row that is too large has all its cells: whoever shortens one sends the others too.
    """

    line: int
    cells: list[str]
    fault: str | None = None


class Shape(NamedTuple):
    """How a text is read.

    `delimiter` is between cells; `width` is how many columns there are, 0 while that is not known; `several_lines`
    are those, by position from 0, that may hold text of several lines. `with_blanks` gives blank rows too.
    """

    delimiter: str
    width: int = 0
    several_lines: Container[int] = ()
    with_blanks: bool = False


class Unreadable(Exception):
    """Nobody can tell where a row ends; `str(error)` names the line and says what is wrong there."""


class RowTooLong(Unreadable):
    """A row of more than LONGEST_ROW characters."""


def numbered(text: str) -> Iterator[tuple[int, str]]:
    """A text's lines."""
    return enumerate((line[0] for line in _LINE.finditer(text)), start=1)


def separator(line: str) -> str | None:
    """The delimiter that a spreadsheet's line `sep=;` names, None for any other line."""
    found = _SEPARATOR.fullmatch(line)
    return found[1] if found else None


def records(lines: Numbered, shape: Shape) -> Iterator[Record]:
    """The rows that are not blank, unless these are wanted too; raises Unreadable."""
    delimiter, has_quotes = shape.delimiter, shape.delimiter in QUOTED
    quoted = _QuotedRows(iter(lines), shape)
    for number, line in quoted.lines:
        if has_quotes and '"' in line:
            record = quoted.row(number, line)
        elif len(line) > MAX_ROW_BYTES:
            cells = line.rstrip("\r\n").split(delimiter, _MOST_CELLS)
            record = Record(number, _cleaned(cells, shape.width), TOO_LARGE)
        else:
            record = Record(number, _cleaned(line.rstrip("\r\n").split(delimiter), shape.width))
        if record.fault or any(record.cells) or shape.with_blanks:
            yield record


def control_fault_in(cells: Sequence[str]) -> str | None:
    """What is wrong with a row in which a cell holds a control character, or None."""
    if "".join(cells).isprintable():
        return None
    faults = ((position, control_fault(cell)) for position, cell in enumerate(cells, start=1))
    return next((f"Cell {position} {fault}" for position, fault in faults if fault), None)


def too_many_cells(cells: int, headers: int) -> str:
    """What is wrong with a row of more cells than there are headers."""
    return f"The row has {cells} cells, the headers name {headers}"


def write(cells: Sequence[str], delimiter: str) -> str:
    """Write a line that is read back as these cells, trimmed of spaces, and that no spreadsheet runs or changes."""
    end = "\r\n" if delimiter in QUOTED else "\n"
    return delimiter.join(written(cell, delimiter) for cell in cells) + end


def written(cell: str, delimiter: str) -> str:
    """A cell of such a line.

    Between tabs or pipes, where nothing can be quoted, a line end or a delimiter in it becomes a space.
    """
    if delimiter in QUOTED:
        return _quote(protected(cell.strip(SPACES)), delimiter)
    return protected(_LINE_END.sub(" ", cell.replace(delimiter, " ")).strip(SPACES))


def cell_ends(row: str, delimiter: str) -> Iterator[int]:
    """Where each cell of a row ends, in the row's own text, without its line end, as it was read."""
    at = 0
    while at <= len(row):
        opening = _OPENING.match(row, at) if delimiter in QUOTED else None
        inside = _INSIDE.match(row, opening.end()) if opening else None
        end = row.find(delimiter, inside.end() if inside else at)
        yield (at := len(row) if end < 0 else end)
        at += 1


def _cleaned(cells: Sequence[str], width: int) -> list[str]:
    known = cells[:width] if width else cells
    read = [cell if cell.isalnum() and cell.isascii() else _clean(cell) for cell in known]
    return read if len(cells) <= len(read) else read + list(cells[width : _end(cells, width)])


def _end(cells: Sequence[str], width: int) -> int:
    """Where the surplus cells of a row end that are not blank."""
    return next((end for end in range(len(cells), width, -1) if not is_blank(cells[end - 1])), width)


def _clean(cell: str) -> str:
    cell = cell.strip(SPACES)
    if cell[:1] in ("'", "="):
        cell = unprotected(cell)
    return cell if " " < cell[:1] < "\x7f" or not is_blank(cell) else ""


def _quote(cell: str, delimiter: str) -> str:
    special = not {delimiter, '"', "\r", "\n"}.isdisjoint(cell)
    return '"' + cell.replace('"', '""') + '"' if special else cell


class _QuotedRows:
    """Reads rows with quotes, each from its first line on, and takes further lines where cells go on there."""

    def __init__(self, lines: Iterator[tuple[int, str]], shape: Shape) -> None:
        self.lines = lines
        self._shape = shape
        self._until = re.compile(rf"[^{shape.delimiter}\r\n]*")
        self._taken: list[str] = []

    def row(self, number: int, line: str) -> Record:
        """The row that begins in this line; raises Unreadable."""
        self._taken = [line]
        cells: list[str] = []
        fault, at, first = None, 0, number
        while True:
            if len(line) > LONGEST_ROW:
                raise RowTooLong(f"line {first}: the row has more than {LONGEST_ROW} characters")
            if opening := _OPENING.match(line, at):
                cell, line, at = self._quoted(first, line, opening.end(), len(cells))
                behind = self._until.match(line, at)
                if behind and behind[0]:
                    fault = self._stray(first, len(cells))
                    cell, at = f'"{cell}"{behind[0]}', behind.end()
            else:
                plain = self._until.match(line, at)
                cell, at = (plain[0], plain.end()) if plain else ("", at)
            cells.append(cell)
            if line[at : at + 1] != self._shape.delimiter:
                self._check_swallowed(first)
                return Record(first, _cleaned(cells, self._shape.width), fault)
            at += 1

    def _quoted(self, number: int, line: str, at: int, position: int) -> tuple[str, str, int]:
        """A quoted cell, the line in which it is closed, and where it goes on there."""
        pieces, size, opened = [], 0, number + len(self._taken) - 1
        while (inside := _INSIDE.match(line, at)) and inside.end() == len(line):
            pieces.append(inside[0])
            size += len(inside[0])
            _, line = next(self.lines, (0, "")) if position in self._shape.several_lines else (0, "")
            if not line:
                raise Unreadable(_open(opened, position))
            if size > LONGEST_ROW:
                raise RowTooLong(f"line {number}: the row has more than {LONGEST_ROW} characters")
            self._taken.append(line)
            at = 0
        end = inside.end() if inside else at
        pieces.append(line[at:end])
        return "".join(pieces).replace('""', '"'), line, end + 1

    def _stray(self, number: int, position: int) -> str:
        """The fault of a row with text after a closing quote; raises Unreadable if that quote opened another cell."""
        if len(self._taken) > 1:
            raise Unreadable(_open(number, position))
        return f"The row is not valid CSV: '{self._shape.delimiter}' expected after '\"'"

    def _check_swallowed(self, number: int) -> None:
        """Refuse a row whose lines are each a row of all columns: a stray quote has made one cell of them.

        Lines of nothing but empty cells are no rows.
        """
        if len(self._taken) == 1 or self._shape.width < _LEAST_SWALLOWED:
            return
        parted = re.compile(rf"{self._shape.delimiter}(?! )")
        filled = any(line.strip(f'{self._shape.delimiter}" \r\n') for line in self._taken)
        if filled and all(len(parted.findall(line)) == self._shape.width - 1 for line in self._taken):
            raise Unreadable(f"line {number}: a quoted cell holds whole rows, so a quote is probably unbalanced there")


def _open(number: int, position: int) -> str:
    return (
        f"line {number}: the quoted cell {position + 1} is not closed in its line, so a quote is probably unbalanced "
        "there; only street1, street2 and custom fields may hold line ends"
    )
