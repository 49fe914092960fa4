"""Revoke: take back what customers earned of a promotion, the earns that an item names, or all that there are.

The earns of one item are revoked in one transaction with their places under the limit, or several where an item names
none and there are many (see `revocations`). The customers of a chunk share calls; the items of one customer take their
turns, in order.
"""

from collections.abc import Collection, Hashable, Sequence

from loyalty.domain.account import Account
from loyalty.domain.deadline import WRITING_SECONDS
from loyalty.domain.errors import StorageBusy
from loyalty.domain.outcome import BUSY, NOT_FOUND, UNKNOWN, Origin, Outcome, invalid
from loyalty.operations.base import Operation
from loyalty.operations.earn import promotion as promotion_of
from loyalty.operations.earn.items import Params
from loyalty.operations.earn.promotion import Issue, prepare, resolved
from loyalty.operations.revoke.items import KIND, Item
from loyalty.operations.revoke.turns import Having, Row, Turns
from loyalty.operations.revoke.undo import take_back
from loyalty.store.engine.batch import side_by_side
from loyalty.store.engine.dynamodb import Database
from loyalty.store.engine.fate import Fate
from loyalty.store.tables import customers, revocations
from loyalty.store.tables.customers import Found

MOST_TOLD = 40_000
"""Earns that the outcomes of one chunk tell of: they are stored in one item."""

_TOO_MANY = f"One part of a request revokes at most {MOST_TOLD} earns: send this customer again, in another request"


def keys(_database: Database, _issue: Issue, items: Sequence[Item | Outcome]) -> list[Collection[Hashable]]:
    """The items of one customer take their turns, in order."""
    return [(item.identifier,) if isinstance(item, Item) else () for item in items]


def weight(item: Item | Outcome) -> int:
    """Each earn that is named is an action of its own."""
    return max(1, len(item.earn_ids or ())) if isinstance(item, Item) else 1


def apply(database: Database, issue: Issue, items: Sequence[Item | Outcome], origin: Origin) -> list[Outcome]:
    """Revoke what each item names, all of it or nothing; the outcomes are in the order of `items`.

    UPDATED with the ids of customer and earns; EXISTS where a named earn is none that the customer has, being revoked
    already or somebody else's; IGNORED where no earn is named and there is none; NOT_FOUND, or BUSY (safe to repeat).
    What was revoked under this origin before is told as that, and nothing more is revoked for it. Customers are looked
    up as they are at this moment: of one that was just removed nothing is said.
    """
    wanted = dict.fromkeys(item.identifier for item in items if isinstance(item, Item))
    found = customers.find_current(database.sooner(WRITING_SECONDS), issue.account_id, wanted)
    turns: dict[str, Turns] = {}
    for index, item in enumerate(items):
        customer = found.customers.get(item.identifier) if isinstance(item, Item) else None
        if isinstance(item, Item) and customer:
            turns.setdefault(customer.profile_id, Turns(customer)).add(Row(index, item, origin.mark(index)))
    outcomes = _take(database, issue, list(turns.values()), _Room(items))
    return [
        outcomes[index] if index in outcomes else _without_customer(item, found) for index, item in enumerate(items)
    ]


class _Room:
    """How many earns the outcomes of a chunk may still tell of; some of its items may have outcomes already."""

    def __init__(self, items: Sequence[Item | Outcome]) -> None:
        told = sum(len((item.values or {}).get("earn_ids", ())) for item in items if isinstance(item, Outcome))
        self._left = MOST_TOLD - told
        self._taken: dict[int, int] = {}

    def refuse(self, index: int, wanted: int) -> Outcome | None:
        """The outcome of an item for whose earns there is no room; each is asked for again whenever it is planned."""
        self._left += self._taken.pop(index, 0)
        if wanted > self._left:
            return invalid(_TOO_MANY)
        self._left -= wanted
        self._taken[index] = wanted
        return None


def _take(database: Database, issue: Issue, turns: Sequence[Turns], room: _Room) -> dict[int, Outcome]:
    """Take all turns, the next of each customer together; the outcomes of all rows, by position."""
    outcomes: dict[int, Outcome] = {}
    while turns:
        for one, having in _read(database, issue, [one for one in turns if one.having is None]):
            one.having = having
            outcomes |= {} if having else one.took(Fate.BUSY)
        planned = [(one, *one.plan(issue.received_at, room.refuse)) for one in turns]
        steps = [(one, step) for one, _, step in planned if step]
        fates = revocations.revoke_all(database, issue.account_id, issue.promotion.id, [step for _, step in steps])
        for _, sure, _ in planned:
            outcomes |= sure
        for (one, _), fate in zip(steps, fates, strict=True):
            outcomes |= one.took(fate)
        turns = [one for one in turns if one.waits]
    return outcomes


def _read(database: Database, issue: Issue, turns: Sequence[Turns]) -> list[tuple[Turns, Having | None]]:
    """What customers have of the promotion; None where that can't be read."""
    looking = database.sooner(WRITING_SECONDS)

    def read(one: Turns) -> tuple[Turns, Having | None]:
        try:
            held = revocations.read(looking, issue.account_id, issue.promotion.id, one.customer.profile_id)
        except StorageBusy:
            return one, None
        return one, Having(one.customer, held)

    return side_by_side(read, turns)


def settle(
    database: Database, account: Account, params: Params, items: Sequence[Item | Outcome], origin: Origin
) -> list[Outcome]:
    """UPDATED for items that revoked what they were to, else BUSY.

    UNKNOWN for one that began, and where nothing leads to the promotion. Raises StorageBusy.
    """
    promotion = promotion_of.find(database, account.id, params)
    promotion_id = params.promotion_id or (promotion and promotion.id)
    if promotion_id is None:
        return [item if isinstance(item, Outcome) else UNKNOWN for item in items]
    found = customers.find_all(database, account.id, [item.identifier for item in items if isinstance(item, Item)])
    known = list(dict.fromkeys(found.values()))
    held = side_by_side(lambda one: revocations.read(database, account.id, promotion_id, one.profile_id), known)
    having = {one: Having(one, its) for one, its in zip(known, held, strict=True)}

    def settled(index: int, item: Item | Outcome) -> Outcome:
        if isinstance(item, Outcome):
            return item
        customer, row = found.get(item.identifier), Row(index, item, origin.mark(index))
        if customer is None or not having[customer].begun(row.mark):
            return BUSY
        return having[customer].told(row) or UNKNOWN._replace(profile_id=customer.profile_id)

    return [settled(index, item) for index, item in enumerate(items)]


def _without_customer(item: Item | Outcome, found: Found) -> Outcome:
    if isinstance(item, Outcome):
        return item
    return BUSY if item.identifier in found.unread else NOT_FOUND


REVOKE = Operation(
    KIND,
    prepare=prepare,
    resolved=resolved,
    apply=apply,
    settle=settle,
    take_back=take_back,
    keys=keys,
    weight=weight,
)
