"""The ids that an import may need, drawn once for each of its rows.

They are drawn before anything is looked up: that costs one counter update for all rows, and a row that is
delivered twice keeps its ids. What a row then doesn't need is a gap in the counter, nothing more.
"""

import secrets
from collections.abc import Sequence

from loyalty.operations.import_items import Drawn, Import, Row
from loyalty.store import counters
from loyalty.store.dynamodb import Database

FIRST_CUSTOMER_ID = 1_000_000_000
"""Where our own customer_ids begin."""

_PROFILE_ID_BYTES, _CODE_DIGITS = 12, 16


def draw(database: Database, import_: Import, rows: Sequence[Row]) -> list[Row]:
    """The rows with their ids; raises StorageBusy. A dry run's are made up, since it writes nothing."""
    customer_ids = range(-len(rows), 0) if import_.params.dry_run else _customer_ids(database, import_, rows)
    digits = import_.params.card_digits
    return [row._replace(drawn=_drawn(one, digits)) for row, one in zip(rows, customer_ids, strict=True)]


def redraw(database: Database, import_: Import, rows: Sequence[Row]) -> list[Row]:
    """Rows with other ids than those that were taken. The profile_id stays: it tells a row's own customer."""
    anew = draw(database, import_, rows)
    return [
        other._replace(drawn=other.drawn._replace(profile_id=row.drawn.profile_id))
        for row, other in zip(rows, anew, strict=True)
    ]


def _drawn(customer_id: int, card_digits: int | None) -> Drawn:
    card_number = _random(card_digits) if card_digits else ""
    return Drawn(secrets.token_hex(_PROFILE_ID_BYTES), customer_id, _random(_CODE_DIGITS), card_number)


def _random(digits: int) -> str:
    """A number of so many digits, the first not 0, since spreadsheets drop a leading one."""
    first = 10 ** (digits - 1)
    return str(first + secrets.randbelow(9 * first))


def _customer_ids(database: Database, import_: Import, rows: Sequence[Row]) -> range:
    """The next numbers of the account's counter, which first passes any that the rows bring themselves."""
    if not rows:
        return range(0)
    brought = [int(row.fields["customer_id"]) for row in rows if "customer_id" in row.fields]
    if brought and max(brought) >= FIRST_CUSTOMER_ID:
        counters.skip(database, import_.account.id, "customer_id", max(brought), first=FIRST_CUSTOMER_ID)
    return counters.draw(database, import_.account.id, "customer_id", len(rows), first=FIRST_CUSTOMER_ID)
