"""Revoke: take back what customers earned of a promotion, the earns that an item names, or all that there are.

The earns of one item are revoked in one transaction with their places under the limit, or several where an item names
none and there are many (see `revocations`). The customers of a chunk share calls; the items of one customer take their
turns, in order.
"""

from collections import deque
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass, field

from loyalty.domain.account import Account
from loyalty.domain.deadline import WRITING_SECONDS
from loyalty.domain.errors import StorageBusy
from loyalty.domain.outcome import BUSY, NOT_FOUND, UNKNOWN, Origin, Outcome, Status, invalid
from loyalty.operations.base import Operation
from loyalty.operations.earn import promotion as promotion_of
from loyalty.operations.earn.items import Params
from loyalty.operations.earn.promotion import Issue, prepare, resolved
from loyalty.operations.revoke.items import KIND, Item
from loyalty.operations.revoke.undo import take_back
from loyalty.store.engine.batch import side_by_side
from loyalty.store.engine.dynamodb import Database
from loyalty.store.engine.fate import Fate
from loyalty.store.tables import customers, revocations
from loyalty.store.tables.customers import Found, Reference
from loyalty.store.tables.earns import Earn
from loyalty.store.tables.revocations import MOST_TOGETHER, Held, Revocation

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
    What was revoked under this origin before is told as that, and nothing more is revoked for it.
    """
    found = customers.find(
        database.sooner(WRITING_SECONDS),
        issue.account_id,
        dict.fromkeys(item.identifier for item in items if isinstance(item, Item)),
    )
    turns: dict[str, _Turns] = {}
    for index, item in enumerate(items):
        customer = found.customers.get(item.identifier) if isinstance(item, Item) else None
        if isinstance(item, Item) and customer:
            turns.setdefault(customer.profile_id, _Turns(customer)).items.append((index, item, origin.mark(index)))
    told = sum(len((item.values or {}).get("earn_ids", ())) for item in items if isinstance(item, Outcome))
    revoking = _Revoking(database, issue, MOST_TOLD - told)
    revoking.take(list(turns.values()))
    return [
        revoking.outcomes[index] if index in revoking.outcomes else _without_customer(item, found)
        for index, item in enumerate(items)
    ]


@dataclass
class _Turns:
    """One customer's items that are still to be done, with their positions and marks, and what the customer has."""

    customer: Reference
    items: deque[tuple[int, Item, str]] = field(default_factory=deque)
    held: Held | None = None


@dataclass
class _Revoking:
    """The items of one chunk on their way to `outcomes`, by position; these may tell of so many earns (`room`)."""

    database: Database
    issue: Issue
    room: int
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    _told: dict[int, int] = field(default_factory=dict)

    def take(self, turns: Sequence[_Turns]) -> None:
        """Take all turns, the first of each customer together, then the next."""
        while turns:
            self._read([one for one in turns if one.held is None])
            steps = [(one, step) for one in turns if (step := self._next(one))]
            revocations_ = [step for _, step in steps]
            fates = revocations.revoke_all(self.database, self.issue.account_id, self.issue.promotion.id, revocations_)
            for (one, step), fate in zip(steps, fates, strict=True):
                self._took(one, step, fate)
            turns = [one for one in turns if one.items]

    def _read(self, turns: Sequence[_Turns]) -> None:
        """Learn what these customers have; the items of one that can't be read are BUSY."""
        looking = self.database.sooner(WRITING_SECONDS)

        def read(one: _Turns) -> Held | None:
            try:
                return _held(looking, self.issue.account_id, self.issue.promotion.id, one.customer)
            except StorageBusy:
                return None

        for one, held in zip(turns, side_by_side(read, turns), strict=True):
            one.held = held
            if held is None:
                self._end(one, BUSY)

    def _next(self, one: _Turns) -> Revocation | None:
        """What is to be revoked next for a customer; the items before it for which nothing is have their outcomes."""
        while one.items and one.held:
            index, item, mark = one.items[0]
            told = _told(one.customer, one.held, item, mark)
            if told is None and self._has_room(index, one.held, item, mark):
                wanted = _wanted(one.held, item)
                some = wanted[:MOST_TOGETHER]
                return Revocation(one.held, some, mark, self.issue.received_at, more=len(some) < len(wanted))
            self.outcomes[index] = told or invalid(_TOO_MANY)
            one.items.popleft()
        return None

    def _has_room(self, index: int, held: Held, item: Item, mark: str) -> bool:
        """Whether the outcomes can tell of all that an item is to revoke; what has begun is ended in any case."""
        begun = len(held.revoked_by(mark))
        self._told[index] = begun + len(_wanted(held, item))
        if begun or sum(self._told.values()) <= self.room:
            return True
        del self._told[index]
        return False

    def _took(self, one: _Turns, step: Revocation, fate: Fate) -> None:
        """Note what became of a customer's step; whoever was refused looks again at what there is."""
        if fate is Fate.DONE:
            one.held = step.held.after(step)
        elif fate is Fate.REFUSED:
            one.held = None
        else:
            begun = step.held.revoked_by(step.by)
            self._end(one, UNKNOWN if begun or fate is Fate.UNKNOWN else BUSY)

    def _end(self, one: _Turns, outcome: Outcome) -> None:
        """Have a customer's next item come to an outcome, and those after it, which have to wait for it, be BUSY."""
        (index, _, _), *rest = one.items
        who = one.customer.profile_id
        self.outcomes[index] = outcome._replace(profile_id=who)
        self.outcomes.update({later: BUSY._replace(profile_id=who) for later, _, _ in rest})
        one.items.clear()


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
    all_held = side_by_side(lambda one: _held(database, account.id, promotion_id, one), known)
    held = dict(zip(known, all_held, strict=True))

    def settled(index: int, item: Item | Outcome) -> Outcome:
        if isinstance(item, Outcome):
            return item
        customer = found.get(item.identifier)
        if customer is None or not held[customer].revoked_by(origin.mark(index)):
            return BUSY
        told = _told(customer, held[customer], item, origin.mark(index))
        return told or Outcome(Status.UNKNOWN, customer.profile_id)

    return [settled(index, item) for index, item in enumerate(items)]


def _held(database: Database, account_id: str, promotion_id: str, customer: Reference) -> Held:
    return revocations.read(database, account_id, promotion_id, customer.profile_id)


def _told(customer: Reference, held: Held, item: Item, mark: str) -> Outcome | None:
    """The outcome of an item for which nothing is to be revoked any more, else None."""
    own = held.revoked_by(mark)
    if own and (item.earn_ids is not None or mark in held.ended or not held.live()):
        ids = list(dict.fromkeys(item.earn_ids or [earn.earned_id for earn in own]))
        values = {"customer_id": customer.customer_id, "earn_ids": ids}
        return Outcome(Status.UPDATED, customer.profile_id, values=values)
    if item.earn_ids is None:
        return None if held.live() else Outcome(Status.IGNORED, customer.profile_id)
    there = {earn.earned_id for earn in held.live()}
    return None if there.issuperset(item.earn_ids) and item.earn_ids else Outcome(Status.EXISTS, customer.profile_id)


def _wanted(held: Held, item: Item) -> list[Earn]:
    """The live earns that an item is to revoke."""
    return [earn for earn in held.live() if item.earn_ids is None or earn.earned_id in item.earn_ids]


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
