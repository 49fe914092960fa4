"""Files of customers who earn a promotion: a column `id`, `mobile` or `email` finds them, `source` says where."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from loyalty.domain.account import Account
from loyalty.domain.errors import BadRequest, ParameterError
from loyalty.domain.identifiers import Identifier
from loyalty.domain.outcome import Outcome, invalid
from loyalty.domain.rowfile import FileRow, Heading
from loyalty.files.columns import COLUMNS, fields_of, refuse_repeated, wished
from loyalty.files.kind import Asked, FileFault, FileKind, Wish, no_dry_run
from loyalty.files.parameters import Parameters
from loyalty.files.plain import Column, Form, each
from loyalty.operations.earn.items import KIND, Item, Params
from loyalty.operations.earn.promotion import Issue
from loyalty.vendors.capillary.items import KINDS, SOURCES, identifier, items, known_source
from loyalty.vendors.capillary.replies import NOT_FOUND

NAMES = ("id", "mobile", "email")
SOURCE = "source"
_PARAMETERS = ("program_id", "promotion_id", "promotion_identifier", SOURCE, COLUMNS)


def _ask(document: object, moment: str, *, dry_run: bool) -> Asked[Params]:
    parameters = no_dry_run(Parameters(document, "params", _PARAMETERS), dry_run=dry_run)
    promotion, identifier = parameters.text("promotion_id"), parameters.text("promotion_identifier")
    if (promotion is None) == (identifier is None):
        raise BadRequest("params must have promotion_id or promotion_identifier, one of them")
    source = parameters.text(SOURCE)
    if source is not None and known_source(source) is None:
        raise ParameterError(f"params.{SOURCE}", f"must be one of {', '.join(SOURCES)}", source)
    params = Params(parameters.required("program_id"), promotion, identifier, moment)
    return Asked(params, {SOURCE: source, **wished(parameters)})


class EarnReader:
    """Reads rows of earns, as `directEarn` reads its customers."""

    def __init__(self, heading: Heading, wish: Wish, account: Account, prepared: Issue) -> None:
        self.heading = heading
        self._name, self._key, self._source = _found(heading, wish, account)
        self._default = wish.get(SOURCE) or ""
        self._is_limited = prepared.promotion.limit is not None
        self.form: Form | None = self._form()

    def read(self, row: FileRow) -> Item | Outcome:
        """Who earns."""
        if row.fault:
            return invalid(row.fault)
        source = "" if self._source is None else _cell(row.cells, self._source)
        customer = {"identifierValue": _cell(row.cells, self._key), "source": source or self._default}
        return items(self._name, [customer], _item)[0]

    def keys(self, item: Item | Outcome) -> Collection[Identifier]:
        """Under a limit the rows of one customer take their turns, in order."""
        return (item.identifier,) if self._is_limited and isinstance(item, Item) else ()

    def _form(self) -> Form:
        kind, default = KINDS[self._name], known_source(self._default)
        key = kind if self._is_limited else None
        who = Column(self._key, '"value":', each(partial(identifier, kind)), key, otherwise=None)
        opening = f'"kind":"{kind}",'
        if self._source is None:
            return Form([who], opening, f',"source":"{default}"')
        return Form([who, Column(self._source, '"source":', each(known_source), otherwise=default)], opening)


class _Found(NamedTuple):
    """The column that finds customers, by what and where it stands, and where that of sources stands."""

    name: str
    key: int
    source: int | None


def _found(heading: Heading, wish: Wish, _account: Account) -> _Found:
    """The columns that are read; raises FileFault."""
    fields = fields_of(heading, wish)
    refuse_repeated(heading, fields)
    name = next((field for field in fields if field in NAMES), None)
    if name is None:
        raise FileFault(f"A column must be called {', '.join(NAMES)}: it finds the customers")
    if wish.get(SOURCE) is None and SOURCE not in fields:
        raise FileFault("A column must be called source, or params.source say where customers earn")
    return _Found(name, fields.index(name), fields.index(SOURCE) if SOURCE in fields else None)


def _item(identifier: Identifier, source: str, _customer: Mapping[str, Any]) -> Item:
    return Item(identifier, source)


def _cell(cells: Sequence[str], place: int) -> str:
    return cells[place] if place < len(cells) else ""


FILE = FileKind(KIND, _ask, _found, EarnReader, ("customer_id", "issue_id", "earned_id"), NOT_FOUND[1])
