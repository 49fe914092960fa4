"""Files of customers to import: each column is a field, named by its header or by the parameter `columns`."""

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import NamedTuple

from loyalty.domain.account import Account
from loyalty.domain.cards import LEAST_DIGITS, MOST_DIGITS
from loyalty.domain.delimited import Record
from loyalty.domain.errors import BadRequest
from loyalty.domain.identifiers import Identifier
from loyalty.domain.outcome import Outcome, invalid
from loyalty.domain.profile import AUTO_ADD, MIGRATED, REGISTERED, SECRETS, settle, unique_kinds
from loyalty.domain.quoting import quote
from loyalty.domain.rowfile import FileRow, Heading
from loyalty.files.columns import COLUMNS, UnknownColumn, fields_of
from loyalty.files.kind import Asked, FileFault, FileKind, Wish
from loyalty.files.parameters import Parameters
from loyalty.files.plain import Column, Form, each, identified
from loyalty.operations.import_customers.items import (
    KIND,
    Excess,
    Import,
    Overwrite,
    Params,
    Row,
    ambiguous,
    is_ambiguous,
)
from loyalty.vendors.stickystreet.columns import Columns, UnknownField
from loyalty.vendors.stickystreet.file_columns import read_sent
from loyalty.vendors.stickystreet.params import MOST_CAMPAIGNS
from loyalty.vendors.stickystreet.rows import read_record

_NAMES = ("campaigns", "overwrite", "card_digits", "keep_undo", COLUMNS)
_LOOKED_AT = ("customer_id", "custom_date", REGISTERED)
"""Fields of which each value is looked at by itself."""

_SECRETS = {name.lower() for name in SECRETS}


def _ask(document: object, moment: str, *, dry_run: bool) -> Asked[Params]:
    """Campaigns are required; what else is missing is as `customers_batch` has it."""
    parameters = Parameters(document, "params", _NAMES)
    params = Params(
        campaigns=parameters.texts("campaigns", MOST_CAMPAIGNS),
        overwrite=Overwrite(parameters.one_of("overwrite", list(Overwrite), Overwrite.IGNORE)),
        received_at=moment,
        card_digits=parameters.number("card_digits", LEAST_DIGITS, MOST_DIGITS),
        keep_undo=parameters.switch("keep_undo", otherwise=True) and not dry_run,
        dry_run=dry_run,
    )
    return Asked(params, {COLUMNS: parameters.columns(COLUMNS)})


class _Sent(NamedTuple):
    """The columns that are read: where they stand, and their fields."""

    places: Sequence[int]
    columns: Columns


def _sent(heading: Heading, wish: Wish, account: Account) -> _Sent:
    """The columns that are not left out; raises FileFault."""
    fields = fields_of(heading, wish)
    places = [place for place, field in enumerate(fields) if field]
    if not places:
        raise FileFault("All columns are left out, so there is nothing to import")
    headers, named = [heading.headers[place] for place in places], [fields[place] or "" for place in places]
    _refuse_secrets(headers, named)
    try:
        return _Sent(places, read_sent(headers, named, account, frozenset(wish.get("rights", ()))))
    except UnknownField as error:
        raise UnknownColumn(headers[error.number - 1], error.name) from None
    except BadRequest as error:
        raise FileFault(str(error)) from None


class ImportReader:
    """Reads rows of customers, as `customers_batch` reads them."""

    def __init__(self, heading: Heading, wish: Wish, account: Account, prepared: Import) -> None:
        self._places, self._columns = _sent(heading, wish, account)
        sent = {place: self._columns.fields[number] for number, place in enumerate(self._places)}
        self.heading = heading.of_fields([sent.get(place) for place in range(len(heading.headers))])
        self._unique = frozenset(unique_kinds(account))
        self._kinds = tuple(kind for kind in (*prepared.kinds, *MIGRATED) if kind != "phone")
        self.form = self._form()

    def read(self, row: FileRow) -> Row | Outcome:
        """The row's cells that are sent, as fields."""
        if row.fault:
            return invalid(row.fault)
        cells = [row.cells[place] if place < len(row.cells) else "" for place in self._places]
        read = read_record(Record(0, cells), self._columns, self._unique)
        if self.heading.has_decimal_comma and isinstance(read, Row) and is_ambiguous(read.auto_add or ""):
            return invalid(ambiguous(AUTO_ADD, read.auto_add or ""))
        return read

    def keys(self, item: Row | Outcome) -> Collection[Identifier]:
        """Its identifiers, which are in their normal form by now, but for a phone that may be none."""
        if not isinstance(item, Row):
            return ()
        keys = [(kind, item.fields[kind]) for kind in self._kinds if kind in item.fields]
        phone = item.identifiers.get("phone")
        return keys if phone is None else [*keys, phone]

    def _form(self) -> Form | None:
        fields = [self._columns.fields[place] for place in range(len(self._places))]
        columns = [self._column(place, field) for place, field in zip(self._places, fields, strict=True)]
        inner = [column for column, field in zip(columns, fields, strict=True) if field != AUTO_ADD]
        behind = [column for column, field in zip(columns, fields, strict=True) if field == AUTO_ADD]
        again = self._places[0], self._columns.headers[0]
        return Form(inner, '"fields":{', "}", behind, again) if inner else None

    def _column(self, place: int, field: str) -> Column:
        begins, key = f'"{field}":', field if field in self._kinds else None
        if field == "phone":
            return Column(place, begins, key=field, keyed=identified(field))
        if field == AUTO_ADD:
            return Column(place, begins, each(_unambiguous) if self.heading.has_decimal_comma else list)
        if field in _LOOKED_AT:
            return Column(place, begins, each(partial(_settled, field, self._unique)), key)
        return Column(place, begins, identified(field) if field == "email" or field in self._unique else list, key)


def _settled(field: str, unique: frozenset[str], cell: str) -> str | None:
    value, fault = settle(field, cell, unique)
    return None if fault else value


def _unambiguous(cell: str) -> str | None:
    return None if is_ambiguous(cell) else cell


def _refuse_secrets(headers: Sequence[str], fields: Sequence[str]) -> None:
    """No file keeps passwords for a week."""
    for header, field in zip(headers, fields, strict=True):
        if field.lower() in _SECRETS:
            raise FileFault(
                f"The column {quote(header)} brings secrets, and files are kept for a week: send such rows to "
                "customers_batch, or leave the column out"
            )


def _limit() -> Callable[[Row | Outcome], Row | Outcome]:
    """No customer has more rows than one import may bring."""
    return Excess().keep


FILE = FileKind(KIND, _ask, _sent, ImportReader, ("profile_id", "code", "card_number"), limit=_limit)
