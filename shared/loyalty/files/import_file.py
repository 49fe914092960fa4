"""Files of customers to import: each column is a field, named by its header or by the parameter `columns`."""

from collections.abc import Callable, Collection, Hashable, Sequence
from typing import Any, NamedTuple

from loyalty.domain.account import Account
from loyalty.domain.cards import LEAST_DIGITS, MOST_DIGITS
from loyalty.domain.delimited import Record
from loyalty.domain.errors import BadRequest
from loyalty.domain.outcome import Outcome, invalid
from loyalty.domain.profile import AUTO_ADD, MIGRATED, SECRETS, unique_kinds
from loyalty.domain.quoting import quote
from loyalty.domain.rowfile import FileRow, Heading
from loyalty.files.columns import COLUMNS, UnknownColumn, fields_of
from loyalty.files.kind import Asked, FileFault, FileKind, Wish
from loyalty.files.parameters import Parameters
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

    def read(self, row: FileRow) -> Row | Outcome:
        """The row's cells that are sent, as fields."""
        if row.fault:
            return invalid(row.fault)
        cells = [row.cells[place] if place < len(row.cells) else "" for place in self._places]
        read = read_record(Record(0, cells), self._columns, self._unique)
        if self.heading.has_decimal_comma and isinstance(read, Row) and is_ambiguous(read.auto_add or ""):
            return invalid(ambiguous(AUTO_ADD, read.auto_add or ""))
        return read

    def keys(self, item: Row | Outcome) -> Collection[Hashable]:
        """Its identifiers, which are in their normal form by now, but for a phone that may be none."""
        if not isinstance(item, Row):
            return ()
        keys = [(kind, item.fields[kind]) for kind in self._kinds if kind in item.fields]
        phone = item.identifier("phone")
        return keys if phone is None else [*keys, phone]

    def limit(self) -> Callable[[Any], Any]:
        """No customer has more rows than one import may bring."""
        return Excess().keep


def _refuse_secrets(headers: Sequence[str], fields: Sequence[str]) -> None:
    """No file keeps passwords for a week."""
    for header, field in zip(headers, fields, strict=True):
        if field.lower() in _SECRETS:
            raise FileFault(
                f"The column {quote(header)} brings secrets, and files are kept for a week: send such rows to "
                "customers_batch, or leave the column out"
            )


FILE = FileKind(KIND, _ask, _sent, ImportReader, ("profile_id", "code", "card_number"))
