"""Attempts of known customers to earn a promotion that can be earned: a place under its limit, then the earn."""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from loyalty.domain.account import Promotion
from loyalty.domain.deadline import EARNING_SECONDS
from loyalty.domain.outcome import RETRYABLE, Outcome, Status
from loyalty.operations.withdrawal import withdraw
from loyalty.store.engine.dynamodb import Database
from loyalty.store.engine.fate import Fate
from loyalty.store.tables import earns, promotions, tallies
from loyalty.store.tables.customers import Reference
from loyalty.store.tables.earns import Earn, Earned

COUNTED_AT_ONCE = 500
"""Attempts that are counted before their earns are written."""

_STATUS = {Fate.DONE: Status.CREATED, Fate.REFUSED: Status.EXHAUSTED, Fate.BUSY: Status.BUSY}


class Issue(NamedTuple):
    """A checked request: the promotion can be earned. `received_at` (RFC 3339, UTC) dates the earns."""

    account_id: str
    promotion: Promotion
    received_at: str


class Attempt(NamedTuple):
    """Who tries, where the occasion came from, the id drawn for the earn, and the item's mark."""

    customer: Reference
    source: str
    earned_id: int
    origin: str


def attempt_all(database: Database, issue: Issue, attempts: Sequence[Attempt]) -> list[Outcome]:
    """Make the attempts; their outcomes, in the same order. Raises StorageBusy before the first.

    Under a limit they are made some at a time: when time runs out, nearly all have either both of
    their writes or none, and the next delivery does the rest.
    """
    if not attempts:
        return []
    promotion = promotions.earn_without_limit(database, issue.account_id, issue.promotion)
    issue = issue._replace(promotion=promotion)
    step = len(attempts) if promotion.limit is None else COUNTED_AT_ONCE
    slices = [attempts[start : start + step] for start in range(0, len(attempts), step)]
    return [outcome for some in slices for outcome in _attempt_some(database, issue, some)]


def _attempt_some(database: Database, issue: Issue, attempts: Sequence[Attempt]) -> list[Outcome]:
    counted = _count(database.writing().ending(EARNING_SECONDS), issue, attempts)
    new = [
        Earn(one.customer.profile_id, one.earned_id, one.source, issue.received_at, one.origin)
        for one in attempts
        if counted[one.origin] is Fate.DONE
    ]
    earned = earns.insert_all(database, issue.account_id, issue.promotion.id, new)
    by_origin = {earn.origin: result for earn, result in zip(new, earned, strict=True)}
    outcomes = [_outcome(issue, one, counted[one.origin], by_origin.get(one.origin)) for one in attempts]
    return _undecided(_without_withdrawn(database, issue, attempts, outcomes))


def _without_withdrawn(
    database: Database, issue: Issue, attempts: Sequence[Attempt], outcomes: Sequence[Outcome]
) -> list[Outcome]:
    """The outcomes; earns of customers that are gone, or may be, are taken back with their places.

    Nor is anybody EXHAUSTED who is gone: the earn that was met may be one that is taken back.
    """
    told = [
        (outcome.status, one)
        for one, outcome in zip(attempts, outcomes, strict=True)
        if one.customer.removable_until and outcome.status in (Status.CREATED, Status.EXHAUSTED)
    ]
    written = [one for status, one in told if status is Status.CREATED]
    account_id, promotion = issue.account_id, issue.promotion

    def remove(profile_id: str) -> None:
        for one in written:
            if one.customer.profile_id == profile_id:
                earns.remove(database, account_id, promotion.id, profile_id, one.origin)
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
