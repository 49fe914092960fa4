"""Files of customers to register in a program: one column finds them, `registration_date` may say since when."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from loyalty.domain import moment
from loyalty.domain.account import Account
from loyalty.domain.identifiers import Identifier
from loyalty.domain.outcome import Outcome, invalid
from loyalty.domain.quoting import quote
from loyalty.domain.rowfile import FileRow, Heading
from loyalty.files.columns import COLUMNS, fields_of, listed, refuse_repeated, wished
from loyalty.files.kind import Asked, FileFault, FileKind, Wish, no_dry_run
from loyalty.files.parameters import Parameters
from loyalty.files.plain import Column, Form, each, identified
from loyalty.operations.enrol.items import KIND, Item, Params
from loyalty.vendors.altcraft.items import reader
from loyalty.vendors.altcraft.results import NOT_FOUND

OWN = ("email", "phone", "profile_id")
"""Columns that find customers by themselves; any other one is a match field of the account's."""

DATE = "registration_date"


def _ask(document: object, moment: str, *, dry_run: bool) -> Asked[Params]:
    parameters = no_dry_run(Parameters(document, "params", ("program_id", "matching", COLUMNS)), dry_run=dry_run)
    params = Params(parameters.required("program_id"), moment)
    return Asked(params, {"matching": parameters.text("matching"), **wished(parameters)})


class EnrolReader:
    """Reads rows of members, as `register_member_batch` reads its elements."""

    def __init__(self, heading: Heading, wish: Wish, account: Account, _prepared: object) -> None:
        self.heading = heading
        self._name, self._key, self._date = _found(heading, wish, account)
        self._read = reader(self._name if self._name in OWN else "custom", account)
        kind = self._name if self._name in OWN else account.match_kind(self._name) or ""
        who = Column(self._key, '"value":', identified(kind), kind, otherwise=None)
        date = [] if self._date is None else [Column(self._date, '"registered_at":', each(moment.utc))]
        self.form: Form | None = Form([who], f'"kind":"{kind}",', behind=date)

    def read(self, row: FileRow) -> Item | Outcome:
        """Whom the row is about."""
        return invalid(row.fault) if row.fault else self._read([self._element(row.cells)])[0]

    def keys(self, item: Item | Outcome) -> Collection[Identifier]:
        """Of several rows about one customer the first makes the membership."""
        return (item.identifier,) if isinstance(item, Item) else ()

    def _element(self, cells: Sequence[str]) -> dict[str, str]:
        text = _cell(cells, self._key)
        element = {self._name: text} if self._name in OWN else {"field_name": self._name, "field_value": text}
        date = "" if self._date is None else _cell(cells, self._date)
        return element | ({DATE: date} if date else {})


class _Found(NamedTuple):
    """The column that finds customers, by what and where it stands, and where that of dates stands."""

    name: str
    key: int
    date: int | None


def _found(heading: Heading, wish: Wish, account: Account) -> _Found:
    """The columns that are read; raises FileFault."""
    fields = fields_of(heading, wish)
    refuse_repeated(heading, fields)
    name = wish.get("matching") or next((field for field in fields if field in OWN), None)
    if name is None:
        raise FileFault(f"A column must be called {', '.join(OWN)}, or params.matching name one that finds customers")
    if name not in fields:
        raise FileFault(f"params.matching names {quote(name)}; the file's columns are {listed(fields)}")
    if name not in OWN and account.match_kind(name) is None:
        raise FileFault(f"The column {quote(name)} finds nobody: it is no match field of the account")
    return _Found(name, fields.index(name), fields.index(DATE) if DATE in fields else None)


def _cell(cells: Sequence[str], place: int) -> str:
    return cells[place] if place < len(cells) else ""


FILE = FileKind(KIND, _ask, _found, EnrolReader, ("profile_id",), NOT_FOUND[1])
