"""Giving revoked earns back: each earn that a job revoked is as before, as long as the promotion has a place for it."""

from collections.abc import Mapping, Sequence

from loyalty.domain.account import Promotion
from loyalty.domain.errors import StorageBusy
from loyalty.domain.job import Job
from loyalty.domain.outcome import BUSY, RETRYABLE, Origin, Outcome, Status
from loyalty.operations.earn import promotion as promotion_of
from loyalty.store.engine.batch import side_by_side
from loyalty.store.engine.dynamodb import Database
from loyalty.store.engine.fate import Fate
from loyalty.store.tables import promotions, revocations, tallies
from loyalty.store.tables.earns import Earn
from loyalty.store.tables.revocations import MOST_TOGETHER, Held, Revival


def take_back(database: Database, job: Job, items: Sequence[Outcome], made: Origin) -> list[Outcome]:
    """What became of each item's earns; `made` is the origin that revoked them.

    UNDONE where the customer has all of them again, KEPT where some have no place any more, or were taken away since.
    """
    promotion_id, promotion = promotion_of.of_job(database, job)
    if promotion is not None:  # from now on it has an earn that no tally counts, if it has no limit
        promotion = promotions.earn_without_limit(database, job.account_id, promotion)
    rows: dict[str, dict[str, Outcome]] = {}
    for index, item in enumerate(items):
        if item.profile_id and _may_be_revoked(item):
            rows.setdefault(item.profile_id, {})[made.mark(index)] = item

    def give_back(profile_id: str) -> dict[str, Outcome]:
        marks = rows[profile_id]
        if promotion is None:
            return {mark: Outcome(Status.KEPT, profile_id) if promotion_id else BUSY for mark in marks}
        try:
            return _give_back(database, job, promotion, profile_id, marks)
        except StorageBusy:
            return dict.fromkeys(marks, BUSY)

    outcomes = {mark: one for some in side_by_side(give_back, list(rows)) for mark, one in some.items()}
    return [outcomes.get(made.mark(index)) or _untouched(item) for index, item in enumerate(items)]


def _may_be_revoked(item: Outcome) -> bool:
    return item.status is Status.UPDATED or item.status in RETRYABLE


def _untouched(item: Outcome) -> Outcome:
    """Of an item for which nothing was looked: where nobody knew whom it was about it may have revoked something."""
    doubtful = item.status is Status.UNKNOWN and item.profile_id is None
    return BUSY if doubtful else Outcome(Status.IGNORED, item.profile_id)


def _give_back(
    database: Database, job: Job, promotion: Promotion, profile_id: str, rows: Mapping[str, Outcome]
) -> dict[str, Outcome]:
    """Give one customer back what has a place, in the order of the rows; raises StorageBusy."""
    touched: set[str] = set()
    while True:
        held = revocations.read(database, job.account_id, promotion.id, profile_id)
        own = [earn for mark in rows for earn in held.earns if earn.revoked_by == mark]
        touched |= {str(earn.revoked_by) for earn in own}
        some = own[: min(MOST_TOGETHER, _room(held, promotion))]
        if not some:
            return {mark: _outcome(item, held, own, mark, touched) for mark, item in rows.items()}
        revival = Revival(profile_id, some, promotion.limit)
        if revocations.revive_all(database, job.account_id, promotion.id, [revival]) == [Fate.BUSY]:
            raise StorageBusy


def _outcome(item: Outcome, held: Held, own: Sequence[Earn], mark: str, touched: set[str]) -> Outcome:
    """What became of a row, with what the customer holds in the end; its `own` earns are still revoked."""
    if any(earn.revoked_by == mark for earn in own):
        status = Status.KEPT
    elif item.status is Status.UPDATED:
        live = {earn.earned_id for earn in held.earns if earn.revoked_by is None}
        again = live.issuperset((item.values or {}).get("earn_ids", ()))
        status = Status.UNDONE if again else Status.KEPT
    else:
        status = Status.UNDONE if mark in touched else Status.IGNORED
    return Outcome(status, item.profile_id)


def _room(held: Held, promotion: Promotion) -> int:
    return MOST_TOGETHER if promotion.limit is None else max(0, promotion.limit - tallies.taken(held.tally))
