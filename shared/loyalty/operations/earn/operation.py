"""Earn: issue a promotion to customers, each item an attempt of its own, up to the promotion's limit per customer.

An attempt of a known customer is a place under the limit, where there is one, then the earn.
"""

import hashlib
from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import NamedTuple

from loyalty.domain.account import Account, Promotion
from loyalty.domain.deadline import EARNING_SECONDS
from loyalty.domain.identifiers import Identifier
from loyalty.domain.outcome import BUSY, NOT_FOUND, RETRYABLE, UNKNOWN, Origin, Outcome, Status
from loyalty.operations.base import Operation
from loyalty.operations.earn import promotion as promotion_of
from loyalty.operations.earn.items import KIND, Item, Params
from loyalty.operations.earn.promotion import Issue, prepare, resolved
from loyalty.operations.earn.undo import take_back
from loyalty.operations.withdrawal import withdraw
from loyalty.store.engine.dynamodb import Database
from loyalty.store.engine.fate import Fate
from loyalty.store.tables import counters, customers, earns, promotions, tallies
from loyalty.store.tables.customers import Reference
from loyalty.store.tables.earns import Earn, Earned
from loyalty.store.tables.presence import Presence

COUNTED_AT_ONCE = 500
"""Attempts that are counted before their earns are written."""

_STATUS = {Fate.DONE: Status.CREATED, Fate.REFUSED: Status.EXHAUSTED, Fate.BUSY: Status.BUSY}


class Attempt(NamedTuple):
    """Who tries, where the occasion came from, the id drawn for the earn, and the item's mark."""

    customer: Reference
    source: str
    earned_id: int
    origin: str


def keys(_database: Database, issue: Issue, items: Sequence[Item | Outcome]) -> list[Collection[Hashable]]:
    """Under a limit the items of one customer take their turns, in order; else they don't touch each other."""
    limited = issue.promotion.limit is not None
    return [(item.identifier,) if limited and isinstance(item, Item) else () for item in items]


def apply(database: Database, issue: Issue, items: Sequence[Item | Outcome], origin: Origin) -> list[Outcome]:
    """Issue the promotion once for each item; the outcomes are in the order of `items`.

    CREATED with the ids of customer, earn and issue, EXHAUSTED once the customer has had the promotion as
    often as its limit allows, NOT_FOUND, or BUSY (safe to repeat). Items of one customer take their turns
    in order. Ids for the earns come from one block; an earn that is met again keeps the id that it has, and is none
    once more where it was revoked meanwhile.
    """
    wanted = dict.fromkeys(item.identifier for item in items if isinstance(item, Item))
    found = customers.find(database, issue.account_id, wanted)
    known = {
        index: item for index, item in enumerate(items) if isinstance(item, Item) and item.identifier in found.customers
    }
    ids = _allocate(database, issue, len(known))
    attempts = {
        index: Attempt(found.customers[item.identifier], item.source, earned_id, origin.mark(index))
        for (index, item), earned_id in zip(known.items(), ids, strict=True)
    }
    made = attempt_all(database, issue, list(attempts.values()), redelivered=origin.redelivered)
    fates = dict(zip(attempts, made, strict=True))
    return [
        fates[index] if index in fates else _without_customer(item, found.unread) for index, item in enumerate(items)
    ]


def settle(
    database: Database, account: Account, params: Params, items: Sequence[Item | Outcome], origin: Origin
) -> list[Outcome]:
    """CREATED for items whose earn is there as their own, else BUSY; UNKNOWN where nothing leads to the promotion.

    A place that such an item took under the promotion's limit is free again. Raises StorageBusy.
    """
    promotion = promotion_of.find(database, account.id, params)
    promotion_id = params.promotion_id or (promotion and promotion.id)
    if promotion_id is None:
        return [item if isinstance(item, Outcome) else UNKNOWN for item in items]
    found = customers.find_all(database, account.id, [item.identifier for item in items if isinstance(item, Item)])
    wanted = [
        (found[item.identifier].profile_id, origin.mark(index))
        for index, item in enumerate(items)
        if isinstance(item, Item) and item.identifier in found
    ]
    written = earns.find(database, account.id, promotion_id, wanted)
    issue = Issue(account.id, promotion or Promotion(promotion_id, params.program_id), params.received_at)

    def settled(index: int, item: Item | Outcome) -> Outcome:
        if isinstance(item, Outcome):
            return item
        customer, mark = found.get(item.identifier), origin.mark(index)
        if customer and (customer.profile_id, mark) in written:
            return issued(issue, customer, written[customer.profile_id, mark])
        if customer and (promotion is None or promotion.limit is not None):
            tallies.give_back(database, account.id, promotion_id, customer.profile_id, mark)
        return BUSY

    return [settled(index, item) for index, item in enumerate(items)]


def _allocate(database: Database, issue: Issue, wanted: int) -> Sequence[int]:
    """Ids for so many earns; placeholders below 0 if nothing can be earned."""
    if not wanted or issue.promotion.limit == 0:
        return range(-wanted, 0)
    return counters.allocate(database, issue.account_id, "earned_id", wanted)


def _without_customer(item: Item | Outcome, unread: set[Identifier]) -> Outcome:
    if isinstance(item, Outcome):
        return item
    return BUSY if item.identifier in unread else NOT_FOUND


def attempt_all(
    database: Database, issue: Issue, attempts: Sequence[Attempt], *, redelivered: bool = False
) -> list[Outcome]:
    """Make the attempts; their outcomes, in the same order. Raises StorageBusy before the first.

    Under a limit they are made some at a time: when time runs out, nearly all have either both of
    their writes or none, and the next delivery does the rest. What an earlier delivery wrote is found first: it has no
    place any more where it was revoked since, and must get none.
    """
    if not attempts:
        return []
    promotion = promotions.earn_without_limit(database, issue.account_id, issue.promotion)
    issue = issue._replace(promotion=promotion)
    written = _written(database, issue, attempts) if redelivered else {}
    step = len(attempts) if promotion.limit is None else COUNTED_AT_ONCE
    slices = [attempts[start : start + step] for start in range(0, len(attempts), step)]
    return [outcome for some in slices for outcome in _attempt_some(database, issue, some, written)]


def _written(database: Database, issue: Issue, attempts: Sequence[Attempt]) -> dict[str, Earned]:
    """The earns of these attempts that are there already, by origin. Raises StorageBusy."""
    wanted = [(one.customer.profile_id, one.origin) for one in attempts]
    found = earns.find(database, issue.account_id, issue.promotion.id, wanted)
    return {origin: Earned(Fate.DONE, earned_id) for (_, origin), earned_id in found.items()}


def _attempt_some(
    database: Database, issue: Issue, attempts: Sequence[Attempt], written: Mapping[str, Earned]
) -> list[Outcome]:
    missing = [one for one in attempts if one.origin not in written]
    counted = _count(database.writing().ending(EARNING_SECONDS), issue, missing)
    new = [
        Earn(one.customer.profile_id, one.earned_id, one.source, issue.received_at, one.origin)
        for one in missing
        if counted[one.origin] is Fate.DONE
    ]
    inserted = earns.insert_all(database, issue.account_id, issue.promotion.id, new)
    earned = {**written, **{earn.origin: result for earn, result in zip(new, inserted, strict=True)}}
    outcomes = [_outcome(issue, one, counted.get(one.origin, Fate.DONE), earned.get(one.origin)) for one in attempts]
    return _undecided(_without_withdrawn(database, issue, attempts, outcomes))


def _without_withdrawn(
    database: Database, issue: Issue, attempts: Sequence[Attempt], outcomes: Sequence[Outcome]
) -> list[Outcome]:
    """The outcomes; earns of customers that are gone, or may be, are taken back with their places.

    One that was revoked meanwhile stays as long as its customer may: it must be known when it comes again.
    Nor is a customer EXHAUSTED who is gone: the earn that was met may be one that is being taken back.
    """
    told = [
        (outcome.status, one)
        for one, outcome in zip(attempts, outcomes, strict=True)
        if one.customer.removable_until and outcome.status in (Status.CREATED, Status.EXHAUSTED)
    ]
    written = [one for status, one in told if status is Status.CREATED]
    account_id, promotion = issue.account_id, issue.promotion

    def remove(profile_id: str, found: Presence) -> None:
        clear = earns.remove if found is Presence.GONE else earns.remove_unless_revoked
        for one in written:
            if one.customer.profile_id == profile_id:
                clear(database, account_id, promotion.id, profile_id, one.origin)
                if promotion.limit is not None:
                    tallies.give_back(database, account_id, promotion.id, profile_id, one.origin)

    mine = dict.fromkeys(one.customer for one in written)
    met = dict.fromkeys(one.customer for _, one in told if one.customer not in mine)
    withdrawn = withdraw(database, account_id, mine, remove, met)
    return [withdrawn.get(outcome.profile_id or "", outcome) for outcome in outcomes]


def _undecided(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The outcomes; nobody is EXHAUSTED by a place whose earn may not be written: that is BUSY too."""
    open_ = {outcome.profile_id for outcome in outcomes if outcome.status in RETRYABLE}
    return [
        outcome._replace(status=Status.BUSY)
        if outcome.status is Status.EXHAUSTED and outcome.profile_id in open_
        else outcome
        for outcome in outcomes
    ]


def _count(database: Database, issue: Issue, attempts: Sequence[Attempt]) -> dict[str, Fate]:
    """Which attempts the promotion's limit lets through, by origin."""
    promotion = issue.promotion
    if promotion.limit is None:
        return dict.fromkeys((one.origin for one in attempts), Fate.DONE)
    origins: dict[str, list[str]] = {}
    for one in attempts:
        origins.setdefault(one.customer.profile_id, []).append(one.origin)
    return tallies.count(database, issue.account_id, promotion.id, promotion.limit, origins)


def issued(issue: Issue, customer: Reference, earned_id: int | None, status: Status = Status.BUSY) -> Outcome:
    """The outcome of an attempt: CREATED with the ids of an earn, else as `status` says."""
    values = {"customer_id": customer.customer_id, "promotion_name": issue.promotion.name}
    if earned_id is None:
        return Outcome(status, customer.profile_id, values=values)
    values |= {"earned_id": earned_id, "issue_id": _issue_id(issue, customer)}
    return Outcome(Status.CREATED, customer.profile_id, values=values)


def _outcome(issue: Issue, attempt: Attempt, counted: Fate, earned: Earned | None) -> Outcome:
    if earned is None:
        return issued(issue, attempt.customer, None, _STATUS[counted])
    written = earned.write is Fate.DONE
    status = Status.UNKNOWN if earned.write is Fate.UNKNOWN else Status.BUSY
    return issued(issue, attempt.customer, earned.earned_id if written else None, status)


def _issue_id(issue: Issue, customer: Reference) -> int:
    """A number that stays the same for (account, promotion, customer), below 2^53 so that every client can hold it."""
    named = f"{issue.account_id}#{issue.promotion.id}#{customer.profile_id}"
    return int.from_bytes(hashlib.sha256(named.encode()).digest()[:8]) >> 11


EARN = Operation(
    KIND,
    prepare=prepare,
    resolved=resolved,
    apply=apply,
    settle=settle,
    take_back=take_back,
    keys=keys,
)
