"""What an import is made of: its params, its rows, the credits that these bring, and how messages hold them.

One import serves several APIs. In what they differ is said by a few policies in `Params`, which know nothing of each
other, and by what a row says of itself: whom it is about, and what it blanks.

Source of `auto_add`: "Batch Import Customers" (API 1.5), the last note; the number formats are ours.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from loyalty.domain.account import Account, Balance
from loyalty.domain.cards import Cards
from loyalty.domain.identifiers import SHARED, UNIQUE, Identifier, custom_field, known, name
from loyalty.domain.outcome import Outcome, invalid
from loyalty.domain.profile import MIGRATED, MIGRATING, SECRETS, STANDARD, settle, unique_kinds
from loyalty.domain.quoting import quote, refusal
from loyalty.domain.text import is_blank
from loyalty.operations.kind import Document, Kind, given, read_identifier

if TYPE_CHECKING:
    from loyalty.operations.schema import Schema

MOST_ROWS = 250
"""Rows of one import that may be about one customer."""

TOO_MANY_ROWS = invalid(f"More than {MOST_ROWS} rows of this import are about one customer")

MOST_SECRETS = 2_000
"""Passwords and PINs that one import may bring: hashing each takes a third of a second."""

MOST_SECRETS_OF_CHUNK = 40
"""Those that may come in one chunk, which a worker has half a minute for."""

DECISIVE = (*UNIQUE, "profile_id", "customer_id")
"""Kinds of identifier by which a row is matched: the first that it gives decides alone."""

_EVERYBODYS = (*DECISIVE, *SHARED)


class Overwrite(StrEnum):
    """What a row does to a customer that is there already."""

    YES = "yes"
    UPDATE = "update"
    IGNORE = "ignore"


class Only(StrEnum):
    """Which rows are done; others are EXISTS, with the customer that they meet, or NOT_FOUND.

    NEW are those that meet nobody, STRANGERS those of which no identifier at all finds anybody, KNOWN those that meet a
    customer. UNREGISTERED are those that meet nobody who is registered: their customers are, from then on.
    """

    NEW = "new"
    STRANGERS = "strangers"
    KNOWN = "known"
    UNREGISTERED = "unregistered"


class Codes(StrEnum):
    """Which code a customer gets. Where there is none of these: what the row gives, else a random one if it is new.

    CARD_NUMBER has a new customer's card number in the place of a random one. ANOTHER gives a random one also to a
    customer who is there.
    """

    CARD_NUMBER = "card_number"
    ANOTHER = "another"


class Params(NamedTuple):
    """What all rows of an import share.

    `received_at` (RFC 3339, UTC) is the date of new memberships; `card_digits` asks for card numbers of that
    length, between `card_prefix` and `card_suffix`; `keep_undo` for undo states, under the origin's id. `tells` names
    what outcomes tell of each customer, in the place of what it was given here: fields, or its customer_id.
    """

    campaigns: tuple[str, ...]
    overwrite: Overwrite
    received_at: str
    card_digits: int | None = None
    keep_undo: bool = False
    dry_run: bool = False
    card_prefix: str | None = None
    card_suffix: str | None = None
    only: Only | None = None
    codes: Codes | None = None
    tells: tuple[str, ...] | None = None

    @property
    def cards(self) -> Cards | None:
        """The card numbers that may be drawn, None where none are asked for."""
        return Cards(self.card_digits, self.card_prefix or "", self.card_suffix or "") if self.card_digits else None

    @property
    def changes_met(self) -> bool:
        """Whether customers that rows meet change, and get the memberships that they lack."""
        return self.overwrite is not Overwrite.IGNORE and self.only not in (Only.NEW, Only.STRANGERS)

    @property
    def makes_up(self) -> bool:
        """Whether a row that comes again completes what it began, as it meets the customer that it made."""
        return self.changes_met and self.only is not Only.UNREGISTERED


class Drawn(NamedTuple):
    """Ids drawn for a row, should it make a customer, or its customer lack a card.

    `cards` are the card numbers of which it may have the first that is free, `card_number` is the one that it has.
    """

    profile_id: str
    customer_id: int
    code: str
    cards: tuple[str, ...] = ()
    card_number: str = ""


NOT_DRAWN = Drawn("", 0, "")


class _Cells(NamedTuple):
    fields: Mapping[str, str]
    auto_add: str | None = None
    drawn: Drawn = NOT_DRAWN
    by: tuple[Identifier, ...] | None = None
    blank: tuple[str, ...] = ()
    credits: Mapping[str, str] | None = None


class Row(_Cells):
    """The cells that a row gives, by field name: none blank, each as it is stored (secrets not yet hashed).

    `auto_add` is what a new member of the first campaign begins with, `credits` are that by campaign. `blank` are the
    fields that it empties. `by` is the identifier that decides which customer it is about, none where
    it is empty; without it that is the first that the row gives of DECISIVE and SHARED ones. What these are is worked
    out once.
    """

    @cached_property
    def identifiers(self) -> Mapping[str, Identifier]:
        """Its DECISIVE and SHARED identifiers by kind, in that order (a phone may be none)."""
        return _identifiers(self.fields, _EVERYBODYS)

    @cached_property
    def match(self) -> Identifier | None:
        """The identifier that decides which customer this row is about, None when it can only be a new one."""
        return next(iter(self.identifiers.values() if self.by is None else self.by), None)

    def keys(self, own: Sequence[str]) -> list[Identifier]:
        """Its identifiers, those of the account's `own` kinds too, and the one that decides."""
        if not (own or self.by):
            return [*self.identifiers.values()]
        return [*self.identifiers.values(), *_identifiers(self.fields, own).values(), *(self.by or ())]

    def with_drawn(self, drawn: Drawn) -> "Row":
        """The row with other ids drawn for it, which find nobody."""
        row = Row(self.fields, self.auto_add, drawn, self.by, self.blank, self.credits)
        row.__dict__.update(self.__dict__)
        return row


def _identifiers(fields: Mapping[str, str], kinds: Iterable[str]) -> dict[str, Identifier]:
    return {kind: (kind, text) for kind in kinds if kind in fields and (text := known(kind, fields[kind]))}


class Excess:
    """Refuses the rows of an import, which come one after the other, that follow MOST_ROWS about the same customer."""

    def __init__(self) -> None:
        self._seen: dict[Identifier, int] = {}

    def keep(self, row: Row | Outcome) -> Row | Outcome:
        """The row, if it is none too many."""
        decisive = row.match if isinstance(row, Row) else None
        if decisive is None:
            return row
        self._seen[decisive] = count = self._seen.get(decisive, 0) + 1
        return TOO_MANY_ROWS if count > MOST_ROWS else row


def refuse_excess(rows: Sequence[Row | Outcome]) -> list[Row | Outcome]:
    """The rows, those refused that follow MOST_ROWS others with the same decisive identifier, or MOST_SECRETS."""
    excess = Excess()
    return refuse_secrets([excess.keep(row) for row in rows], MOST_SECRETS, "import")


def refuse_secrets(rows: Sequence[Row | Outcome], most: int, whole: str) -> list[Row | Outcome]:
    """The rows, those refused whose passwords and PINs are more than may come in the `whole`, as it is called."""
    counts = [secrets(row) for row in rows]
    if sum(counts) <= most:
        return [*rows]
    excess = invalid(f"More than {most:,} passwords and PINs in one {whole}: send this row in another one")
    sums = accumulate(counts)
    return [excess if total > most and count else row for row, count, total in zip(rows, counts, sums, strict=True)]


def secrets(row: Row | Outcome) -> int:
    """How many passwords and PINs a row brings."""
    return len(row.fields.keys() & SECRETS) if isinstance(row, Row) else 0


class Import(NamedTuple):
    """A checked request: its campaigns exist and take members.

    `counts` is what each campaign's balance counts; `kinds` are the account's kinds of identifier. Until
    `undoable_until` (seconds of the epoch) it can be undone.
    """

    account: Account
    params: Params
    counts: Mapping[str, str]
    kinds: tuple[str, ...]
    undoable_until: int = 0

    @property
    def own_kinds(self) -> tuple[str, ...]:
        """Those that not every account has."""
        return self.kinds[len(UNIQUE) + len(SHARED) :]

    def credits(self, row: Row) -> Mapping[str, str]:
        """The credits of a row, by campaign."""
        first = dict.fromkeys(self.params.campaigns[:1], row.auto_add) if row.auto_add else {}
        return first | dict(row.credits or {})


def kinds_of(account: Account) -> tuple[str, ...]:
    """The fields by which the account's customers are found."""
    return (*UNIQUE, *SHARED, *(custom_field(field.number) for field in account.custom_fields if field.match))


_SHAPES = {
    "points": (re.compile(r"[0-9]{1,15}(\.[0-9]{1,6})?"), "must be a number of points, 0 or more"),
    "dollars": (re.compile(r"[0-9]{1,15}(\.[0-9]{1,2})?"), "must be an amount of dollars, 0 or more, with 2 places"),
    "visits": (re.compile(r"[0-9]{1,15}"), "must be a whole number of visits, 0 or more"),
}


def credit_fault(import_: Import, row: Row) -> str | None:
    """What is wrong with a row's credits for the campaigns that they are of, or None."""
    if not (row.auto_add or row.credits):
        return None
    for campaign, credit in import_.credits(row).items():
        called = f"The credit of {quote(campaign)}" if row.credits and campaign in row.credits else "auto_add"
        if campaign not in import_.counts:
            return f"{called} is of a campaign that the import does not include"
        if row.credits and import_.counts[campaign] == "product":
            return f"{called} is an amount, and the campaign counts products"
        if fault := amount_fault(called, import_.counts[campaign], credit):
            return fault
    return None


def amount_fault(called: str, kind: str, amount: str) -> str | None:
    """What is wrong with this text for a balance of this kind, or None."""
    if kind == "product":
        return None if name(amount) else refusal(called, "must be a product's name", amount)
    shape, expected = _SHAPES[kind]
    return None if shape.fullmatch(amount) else refusal(called, expected, amount)


def is_ambiguous(amount: str) -> bool:
    """Whether an amount is one number with a decimal point and another if dots separate thousands."""
    return bool(re.fullmatch(r"[0-9]{1,3}(\.[0-9]{3})+", amount))


def ambiguous(name: str, amount: str) -> str:
    """What is wrong with such an amount in the parameter `name` of a request with decimal commas."""
    thousands, fraction = amount.replace(".", ""), f"{amount}0"
    return (
        f"{name} {quote(amount)} is ambiguous where a comma is decimal: write {thousands}, or {fraction} for a fraction"
    )


def balance(kind: str, auto_add: str) -> Balance:
    """The balance that a valid `auto_add` gives: a decimal as text, or how many of which product."""
    if kind == "product":
        return {name(auto_add) or auto_add: "1"}
    return f"{Decimal(auto_add):.2f}" if kind == "dollars" else f"{Decimal(auto_add):f}"


def _read_params(document: Document, now: str) -> Params:
    return Params(
        campaigns=tuple(dict.fromkeys(document["campaigns"])),
        overwrite=Overwrite(document["overwrite"]),
        received_at=document.get("received_at", now),
        card_digits=document.get("card_digits"),
        keep_undo=document.get("keep_undo", True) and not document.get("dry_run", False),
        dry_run=document.get("dry_run", False),
        card_prefix=document.get("card_prefix"),
        card_suffix=document.get("card_suffix"),
        only=Only(document["only"]) if "only" in document else None,
        codes=Codes(document["codes"]) if "codes" in document else None,
        tells=tuple(document["tells"]) if "tells" in document else None,
    )


def _read_row(document: Document, account: Account) -> Row | Outcome:
    own = (custom_field(field.number) for field in account.custom_fields)
    known, unique = {*STANDARD, *MIGRATING, *own}, frozenset(unique_kinds(account))
    fields: dict[str, str] = {}
    for field, text in document["fields"].items():
        if is_blank(text):
            continue
        if field not in known:
            return invalid(f"The account's customers have no field {quote(field)}")
        fields[field], fault = settle(field, text, unique)
        if fault:
            return invalid(fault)
    by = _read_by(document.get("by"), account)
    if isinstance(by, Outcome):
        return by
    blank = tuple(field for field in document.get("blank", ()) if field in known)
    credit = document.get("auto_add") or ""
    row = Row(fields, None if is_blank(credit) else credit, by=by, blank=blank, credits=document.get("credits"))
    return row if fields or by else invalid("The row gives no field")


def _read_by(documents: Sequence[Document] | None, account: Account) -> tuple[Identifier, ...] | Outcome | None:
    if not documents:
        return None if documents is None else ()
    if documents[0]["kind"] not in (*kinds_of(account), *MIGRATED):
        return invalid(refusal("kind", "must be a kind of identifier of the account", documents[0]["kind"]))
    identifier = read_identifier(documents[0])
    return identifier if isinstance(identifier, Outcome) else (identifier,)


def _write_row(row: Row) -> Document:
    by = row.by if row.by is None else [{"kind": kind, "value": text} for kind, text in row.by]
    extras = {"by": by, "blank": row.blank or None, "credits": row.credits}
    return given({"fields": row.fields, "auto_add": row.auto_add, **extras})


def _schema() -> "Schema":
    from loyalty.operations.import_customers.schema import SCHEMA  # noqa: PLC0415 - see `Kind`

    return SCHEMA


KIND = Kind("import", "import", _read_params, _read_row, _write_row, _schema, "stickystreet.customers_batch")
