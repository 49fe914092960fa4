"""The ids that rows of an import may need.

All but the customer_id are computed from the row's mark and the number of the draw: a row that is delivered
twice has the same ids both times, and so knows the customer that it made. customer_ids come from a counter, with
one update for all rows that are to make customers; what a row then doesn't need is a gap, nothing more.
"""

import hashlib
from collections.abc import Mapping

from loyalty.domain.cards import Cards
from loyalty.domain.outcome import Origin
from loyalty.operations.import_customers.items import Drawn, Import, Row
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import counters

FIRST_CUSTOMER_ID = 1_000_000_000
"""Where our own customer_ids begin."""

MOST_DRAWS = 12
"""Card numbers that are drawn for a row before it counts as impossible to find a free one."""

_PROFILE_ID_DIGITS, _CODES = 24, Cards(16)


def draw(
    cards: Cards | None, rows: Mapping[int, Row], origin: Origin, draws: Mapping[int, int] | None = None
) -> dict[int, Row]:
    """The rows with all ids but the customer_id, or with others after so many `draws`.

    The profile_id stays the same in all draws: it tells a row's own customer.
    """
    before = draws or {}
    return {
        index: row.with_drawn(_drawn(origin.mark(index), before.get(index, 0), cards)) for index, row in rows.items()
    }


def number(database: Database, import_: Import, rows: Mapping[int, Row]) -> dict[int, Row]:
    """The rows with customer_ids; raises StorageBusy. A dry run's are made up.

    The account's counter first passes any that the rows bring themselves.
    """
    if not rows or import_.params.dry_run:
        return {index: _numbered(row, -1 - index) for index, row in rows.items()}
    brought = [int(row.fields["customer_id"]) for row in rows.values() if "customer_id" in row.fields]
    if brought and max(brought) >= FIRST_CUSTOMER_ID:
        counters.skip(database, import_.account.id, "customer_id", max(brought), first=FIRST_CUSTOMER_ID)
    ids = counters.allocate(database, import_.account.id, "customer_id", len(rows), first=FIRST_CUSTOMER_ID)
    return {index: _numbered(row, customer_id) for (index, row), customer_id in zip(rows.items(), ids, strict=True)}


def with_more_cards(row: Row, mark: str, cards: Cards) -> Row:
    """The row with all card numbers that are drawn for it."""
    return row.with_drawn(row.drawn._replace(cards=_all_cards(mark, cards)))


def is_drawn(card_number: str, mark: str, cards: Cards | None) -> bool:
    """Whether the row with this mark may have drawn this card number."""
    return cards is not None and card_number in _all_cards(mark, cards)


def _drawn(mark: str, draws: int, cards: Cards | None) -> Drawn:
    card_number = _card(mark, 0, cards) if cards else ""
    return Drawn(
        profile_id=_digest("profile_id", mark).hexdigest()[:_PROFILE_ID_DIGITS],
        customer_id=0,
        code=_CODES.number(_seed("code", mark, draws)),
        cards=(card_number,) if cards else (),
        card_number=card_number,
    )


def _numbered(row: Row, customer_id: int) -> Row:
    return row.with_drawn(row.drawn._replace(customer_id=customer_id))


def _all_cards(mark: str, cards: Cards) -> tuple[str, ...]:
    return tuple(_card(mark, draw, cards) for draw in range(MOST_DRAWS))


def _card(mark: str, draw: int, cards: Cards) -> str:
    return cards.number(_seed("card_number", mark, draw))


def _seed(kind: str, mark: str, draw: int) -> int:
    return int.from_bytes(_digest(kind, f"{draw}#{mark}").digest())


def _digest(kind: str, text: str) -> "hashlib._Hash":
    return hashlib.sha256(f"{kind}#{text}".encode())
