"""`profiles_data`: lines of delimited cells to rows, each good or refused alone.

Source: "Batch Import Customers" (API 1.5), Import data; the dialect is that of `delimited`.
"""

from collections.abc import Iterator, Sequence
from itertools import chain

from loyalty.domain.account import Account
from loyalty.domain.delimited import (
    HEADERS_AGAIN,
    MAX_ROW_BYTES,
    NO_FIELD,
    TOO_LARGE,
    Record,
    RowTooLong,
    Shape,
    Unreadable,
    control_fault_in,
    numbered,
    records,
    separator,
    too_many_cells,
)
from loyalty.domain.errors import BadRequest, TooLarge
from loyalty.domain.outcome import Outcome, invalid
from loyalty.domain.profile import AUTO_ADD, settle, unique_kinds
from loyalty.domain.text import is_blank
from loyalty.http.body import Hosts
from loyalty.operations.import_customers.items import Row, ambiguous, is_ambiguous
from loyalty.vendors.stickystreet.columns import Columns

DELIMITERS = {"pipe": "|", "comma": ",", "tab": "\t"}

_NAMES = {**{character: name for name, character in DELIMITERS.items()}, ";": "semicolon"}
_MOST_LINES = 1_000_000
"""Lines, the blank ones that spreadsheets leave behind included."""


def read(data: str, delimiter: str, columns: Columns, account: Account, max_items: int) -> list[Row | Outcome]:
    """One row for each line that is not blank; raises BadRequest, or TooLarge at the row beyond `max_items`."""
    if data.count("\n") + data.count("\r") - data.count("\r\n") > _MOST_LINES:
        raise TooLarge(f"profiles_data may hold at most {_MOST_LINES} lines")
    try:
        return _read(_records(data, delimiter, columns), columns, account, max_items)
    except RowTooLong as error:
        raise TooLarge(f"profiles_data, {error}") from None
    except Unreadable as error:
        raise BadRequest(f"profiles_data, {error}") from None


def read_cells(rows: Sequence[Sequence[str]], columns: Columns, account: Account) -> list[Row | Outcome]:
    """One row for each list of cells, which were read in the same dialect before."""
    unique = frozenset(unique_kinds(account))
    return [read_record(Record(0, list(cells)), columns, unique) for cells in rows]


def read_record(record: Record, columns: Columns, unique: frozenset[str]) -> Row | Outcome:
    """One row, of an account with these kinds of identifier that belong to one customer only."""
    cells = record.cells
    if fault := record.fault or control_fault_in(cells):
        return invalid(fault)
    if len(cells) > columns.width:
        return invalid(too_many_cells(len(cells), columns.width))
    if _too_large(cells):
        return invalid(TOO_LARGE)
    if columns.are(cells):
        return invalid(HEADERS_AGAIN)
    fields: dict[str, str] = {}
    for position, text in enumerate(cells):
        field = columns.fields.get(position)
        if field and text:
            fields[field], fault = settle(field, text, unique)
            if fault:
                return invalid(fault)
    auto_add = fields.pop(AUTO_ADD, None)
    return Row(fields, auto_add) if fields else invalid(NO_FIELD)


def refuse_ambiguous(rows: Sequence[Row | Outcome]) -> list[Row | Outcome]:
    """The rows, those refused whose credit is another number where a comma is decimal and a dot parts thousands."""
    return [
        invalid(ambiguous(AUTO_ADD, row.auto_add or ""))
        if isinstance(row, Row) and is_ambiguous(row.auto_add or "")
        else row
        for row in rows
    ]


def _read(found: Iterator[Record], columns: Columns, account: Account, max_items: int) -> list[Row | Outcome]:
    unique, hosts = frozenset(unique_kinds(account)), Hosts()
    emails = [position for position, field in columns.fields.items() if field == "email"]
    rows: list[Row | Outcome] = []
    parted = columns.width == 1
    for record in found:
        if len(rows) == max_items:
            raise TooLarge(f"profiles_data may hold at most {max_items} rows; send the rest in further requests")
        parted = parted or len(record.cells) > 1
        for position in emails:
            hosts.note(record.cells[position] if position < len(record.cells) else None)
        rows.append(read_record(record, columns, unique))
    if not rows:
        raise BadRequest("profiles_data is required: it holds no row")
    if not parted:
        raise BadRequest(
            f"no row of profiles_data has the delimiter, though the headers name {columns.width} columns: "
            "is delimiter wrong?"
        )
    return rows


def _records(data: str, delimiter: str, columns: Columns) -> Iterator[Record]:
    """The rows, without a spreadsheet's first line `sep=`; raises BadRequest if that names another delimiter."""
    lines = numbered(data)
    first = next((line for line in lines if not is_blank(line[1])), (1, ""))
    named = separator(first[1])
    if named and named != delimiter:
        raise BadRequest(f"profiles_data begins with sep={named}, so delimiter must be {_NAMES[named]}")
    rest = lines if named else chain([first], lines)
    return records(rest, Shape(delimiter, columns.width, columns.several_lines()))


def _too_large(cells: Sequence[str]) -> bool:
    characters = sum(map(len, cells))
    if 4 * characters <= MAX_ROW_BYTES:  # in UTF-8 a character has at most four bytes
        return False
    return characters > MAX_ROW_BYTES or sum(len(cell.encode()) for cell in cells) > MAX_ROW_BYTES
