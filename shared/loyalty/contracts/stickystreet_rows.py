"""`profiles_data`: lines of delimited cells to rows, each good or refused alone.

Source: "Batch Import Customers" (API 1.5), Import data. Commas come with RFC 4180's quotes; with pipes and tabs
a quote is data.
"""

import csv
import re
from collections.abc import Iterator, Sequence

from loyalty.account import Account
from loyalty.contracts.stickystreet_columns import AUTO_ADD, Columns
from loyalty.errors import BadRequest, TooLarge
from loyalty.operations.import_items import Row
from loyalty.outcome import Outcome, invalid
from loyalty.profile import settle, unique_kinds

DELIMITERS = {"pipe": "|", "comma": ",", "tab": "\t"}

MAX_ROW_BYTES = 64 * 1024
"""Size of one row's cells in UTF-8."""

_LONGEST_ROW = 1_000_000
"""Characters of a row with quotes, which is read to know where it ends, and in memory is many times as long."""
_MOST_LINES = 1_000_000
"""Lines with quotes, the blank ones that spreadsheets leave behind included."""
_LINE = re.compile(r"[^\r\n]+")  # str.splitlines ends them at more characters
_LINE_WITH_END = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")

_TOO_LARGE = invalid("The row is larger than 64 KB")
_BLANK = " \r\n"

csv.field_size_limit(_LONGEST_ROW)  # a larger cell than csv's default would leave the reader amid a quoted line


def read(data: str, delimiter: str, columns: Columns, account: Account, max_items: int) -> list[Row | Outcome]:
    """One row for each line that is not blank; raises BadRequest, or TooLarge at the row beyond `max_items`."""
    lines = _quoted_lines(data) if delimiter == "," else _plain_lines(data, delimiter)
    unique = frozenset(unique_kinds(account))
    rows: list[Row | Outcome] = []
    for line in lines:
        if len(rows) == max_items:
            raise TooLarge(f"profiles_data may hold at most {max_items} rows; send the rest in further requests")
        rows.append(line if isinstance(line, Outcome) else _row(line, columns, unique))
    if not rows:
        raise BadRequest("profiles_data is required: it holds no row")
    return rows


def _plain_lines(data: str, delimiter: str) -> Iterator[Sequence[str] | Outcome]:
    for line in _LINE.finditer(data):
        if line[0].strip(_BLANK):
            yield _TOO_LARGE if len(line[0]) > MAX_ROW_BYTES else line[0].split(delimiter)


def _quoted_lines(data: str) -> Iterator[Sequence[str] | Outcome]:
    if data.count("\n") + data.count("\r") - data.count("\r\n") > _MOST_LINES:
        raise TooLarge(f"profiles_data may hold at most {_MOST_LINES} lines")
    lines = _Lines(data)
    reader = csv.reader(lines, skipinitialspace=True, strict=True)
    number = 1
    while True:
        lines.begin_row(number)
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "end of data" in str(error):  # where its row ends is anybody's guess, so no row is safe
                raise BadRequest(f"profiles_data ends within a quoted cell of row {number}") from None
            yield invalid(f"The row is not valid CSV: {error}")
            number += 1
        else:
            if len(cells) > 1 or any(cell.strip(_BLANK) for cell in cells):
                yield cells
                number += 1


class _Lines(Iterator[str]):
    """Lines with their ends, for a reader that takes as many as it needs for a row; raises TooLarge for too many."""

    def __init__(self, data: str) -> None:
        self._lines = _LINE_WITH_END.finditer(data)
        self._row, self._characters = 0, 0

    def begin_row(self, number: int) -> None:
        """What is read from now on are lines of this row."""
        self._row, self._characters = number, 0

    def __next__(self) -> str:
        line = next(self._lines)
        self._characters += line.end() - line.start()
        if self._characters > _LONGEST_ROW:
            raise TooLarge(f"row {self._row} of profiles_data has more than {_LONGEST_ROW} characters")
        return line[0]


def _row(cells: Sequence[str], columns: Columns, unique: frozenset[str]) -> Row | Outcome:
    if len(cells) > columns.width:
        return invalid(f"The row has {len(cells)} cells, the headers name {columns.width}")
    if _too_large(cells):
        return _TOO_LARGE
    fields: dict[str, str] = {}
    for position, cell in enumerate(cells):
        field, text = columns.fields.get(position), cell.strip(" ")
        if field and text:
            fields[field], fault = settle(field, text, unique)
            if fault:
                return invalid(fault)
    auto_add = fields.pop(AUTO_ADD, None)
    if not fields:
        return invalid("The row gives no field of a customer")
    return Row(fields, auto_add)


def _too_large(cells: Sequence[str]) -> bool:
    characters = sum(map(len, cells))
    if 4 * characters <= MAX_ROW_BYTES:  # in UTF-8 a character has at most four bytes
        return False
    return characters > MAX_ROW_BYTES or sum(len(cell.encode()) for cell in cells) > MAX_ROW_BYTES
