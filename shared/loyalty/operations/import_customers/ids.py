"""The ids that rows of an import may need, drawn before anything is looked up.

All but the customer_id are computed from the row's mark and the number of the draw: a row that is delivered
twice has the same ids both times, and so knows the customer that it made. customer_ids come from a counter, with
one update for all rows; what a row then doesn't need is a gap, nothing more.
"""

import hashlib
from collections.abc import Mapping
from itertools import count

from loyalty.domain.outcome import Origin
from loyalty.operations.import_customers.items import Drawn, Import, Row
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import counters

FIRST_CUSTOMER_ID = 1_000_000_000
"""Where our own customer_ids begin."""

MOST_DRAWS = 12
"""Card numbers that are drawn for a row before it counts as impossible to find a free one."""

_PROFILE_ID_DIGITS, _CODE_DIGITS = 24, 16


def draw(
    database: Database,
    import_: Import,
    rows: Mapping[int, Row],
    origin: Origin,
    draws: Mapping[int, int] | None = None,
) -> dict[int, Row]:
    """The rows with their ids, or others after so many `draws`; raises StorageBusy. A dry run's are made up.

    The profile_id stays the same in all draws: it tells a row's own customer.
    """
    customer_ids = count(-len(rows)) if import_.params.dry_run else iter(_customer_ids(database, import_, rows))
    digits, before = import_.params.card_digits, draws or {}
    return {
        index: row._replace(drawn=_drawn(origin.mark(index), before.get(index, 0), next(customer_ids), digits))
        for index, row in rows.items()
    }


def with_more_cards(row: Row, mark: str, digits: int) -> Row:
    """The row with all card numbers that are drawn for it."""
    cards = tuple(_number(mark, "card_number", draw, digits) for draw in range(MOST_DRAWS))
    return row._replace(drawn=row.drawn._replace(cards=cards))


def is_drawn(card_number: str, mark: str) -> bool:
    """Whether the row with this mark may have drawn this card number."""
    digits = len(card_number)
    return digits > 0 and card_number in {_number(mark, "card_number", draw, digits) for draw in range(MOST_DRAWS)}


def _drawn(mark: str, draws: int, customer_id: int, card_digits: int | None) -> Drawn:
    card_number = _number(mark, "card_number", 0, card_digits) if card_digits else ""
    return Drawn(
        profile_id=_digest("profile_id", mark).hexdigest()[:_PROFILE_ID_DIGITS],
        customer_id=customer_id,
        code=_number(mark, "code", draws, _CODE_DIGITS),
        cards=(card_number,) if card_digits else (),
        card_number=card_number,
    )


def _number(mark: str, kind: str, draws: int, digits: int) -> str:
    """A number of so many digits, the first not 0, since spreadsheets drop a leading one."""
    first = 10 ** (digits - 1)
    return str(first + int.from_bytes(_digest(kind, f"{draws}#{mark}").digest()) % (9 * first))


def _digest(kind: str, text: str) -> "hashlib._Hash":
    return hashlib.sha256(f"{kind}#{text}".encode())


def _customer_ids(database: Database, import_: Import, rows: Mapping[int, Row]) -> range:
    """The next numbers of the account's counter, which first passes any that the rows bring themselves."""
    if not rows:
        return range(0)
    brought = [int(row.fields["customer_id"]) for row in rows.values() if "customer_id" in row.fields]
    if brought and max(brought) >= FIRST_CUSTOMER_ID:
        counters.skip(database, import_.account.id, "customer_id", max(brought), first=FIRST_CUSTOMER_ID)
    return counters.allocate(database, import_.account.id, "customer_id", len(rows), first=FIRST_CUSTOMER_ID)
