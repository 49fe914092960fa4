"""What an import is made of: its parameters and its rows."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from itertools import accumulate
from typing import NamedTuple

from loyalty.domain.account import Account
from loyalty.domain.identifiers import SHARED, UNIQUE, Identifier, custom_field, normalise
from loyalty.domain.outcome import Outcome, invalid
from loyalty.domain.profile import SECRETS

MOST_ROWS = 250
"""Rows of one import that may be about one customer."""

TOO_MANY_ROWS = invalid(f"More than {MOST_ROWS} rows of this import are about one customer")

MOST_SECRETS = 2_000
"""Passwords and PINs that one import may bring: hashing each takes a third of a second."""

MOST_SECRETS_OF_CHUNK = 40
"""Those that may come in one chunk, which a worker has half a minute for."""

DECISIVE = (*UNIQUE, "profile_id", "customer_id")
"""Kinds of identifier by which a row is matched: the first that it gives decides alone."""


class Overwrite(StrEnum):
    """What a row does to a customer that is there already."""

    YES = "yes"
    UPDATE = "update"
    IGNORE = "ignore"


class Params(NamedTuple):
    """What all rows of an import share.

    `received_at` (RFC 3339, UTC) is the date of new memberships; `card_digits` asks for card numbers of that
    length; `keep_undo` for undo states, under the origin's id.
    """

    campaigns: tuple[str, ...]
    overwrite: Overwrite
    received_at: str
    card_digits: int | None = None
    keep_undo: bool = False
    dry_run: bool = False


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


class Row(NamedTuple):
    """The cells that a row gives, by field name: none blank, each as it is stored (secrets not yet hashed)."""

    fields: Mapping[str, str]
    auto_add: str | None = None
    drawn: Drawn = NOT_DRAWN

    def identifier(self, kind: str) -> Identifier | None:
        """The row's identifier of this kind, None where it gives none (a phone may be no identifier)."""
        given = self.fields.get(kind)
        text = given and normalise(kind, given)
        return (kind, text) if text else None

    def identifiers(self, kinds: Iterable[str]) -> list[Identifier]:
        """The row's identifiers of these kinds."""
        return [identifier for kind in kinds if (identifier := self.identifier(kind))]

    def match(self) -> Identifier | None:
        """The identifier that decides which customer this row is about, None when it can only be a new one."""
        for kind in (*DECISIVE, *SHARED):
            if (identifier := self.identifier(kind)) is not None:
                return identifier
        return None


def refuse_excess(rows: Sequence[Row | Outcome]) -> list[Row | Outcome]:
    """The rows, those refused that follow MOST_ROWS others with the same decisive identifier, or MOST_SECRETS."""
    seen: Counter[Identifier | None] = Counter()
    kept: list[Row | Outcome] = []
    for row in rows:
        decisive = row.match() if isinstance(row, Row) else None
        seen[decisive] += 1
        kept.append(TOO_MANY_ROWS if decisive and seen[decisive] > MOST_ROWS else row)
    return refuse_secrets(kept, MOST_SECRETS, "import")


def refuse_secrets(rows: Sequence[Row | Outcome], most: int, whole: str) -> list[Row | Outcome]:
    """The rows, those refused whose passwords and PINs are more than may come in the `whole`, as it is called."""
    excess = invalid(f"More than {most:,} passwords and PINs in one {whole}: send this row in another one")
    sums = accumulate(_secrets(row) for row in rows)
    return [excess if total > most and _secrets(row) else row for row, total in zip(rows, sums, strict=True)]


def _secrets(row: Row | Outcome) -> int:
    return sum(name in row.fields for name in SECRETS) if isinstance(row, Row) else 0


class Import(NamedTuple):
    """A checked request: its campaigns exist and take members.

    `kinds` are the account's kinds of identifier. Until `undoable_until` (seconds of the epoch) it can be undone.
    """

    account: Account
    params: Params
    credit_kind: str
    kinds: tuple[str, ...]
    undoable_until: int = 0


def kinds_of(account: Account) -> tuple[str, ...]:
    """The fields by which the account's customers are found."""
    return (*UNIQUE, *SHARED, *(custom_field(field.number) for field in account.custom_fields if field.match))
