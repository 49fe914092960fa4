"""Giving revoked earns back: each earn that a job revoked is as before, as long as the promotion has a place for it."""

from collections.abc import Sequence

from loyalty.domain.account import Promotion
from loyalty.domain.errors import StorageBusy
from loyalty.domain.job import Job
from loyalty.domain.outcome import BUSY, RETRYABLE, Origin, Outcome, Status
from loyalty.operations.earn import promotion as promotion_of
from loyalty.store.engine.batch import side_by_side
from loyalty.store.engine.dynamodb import Database
from loyalty.store.engine.fate import Fate
from loyalty.store.tables import promotions, revocations, tallies
from loyalty.store.tables.revocations import MOST_TOGETHER, Held, Revival


def take_back(database: Database, job: Job, items: Sequence[Outcome], made: Origin) -> list[Outcome]:
    """What became of each item's earns; `made` is the origin that revoked them.

    UNDONE where the customer has all of them again, KEPT where some have no place any more, or were taken away since.
    """
    promotion_id, promotion = promotion_of.of_job(database, job)
    if promotion is not None:  # an earn without a limit is one that no tally counts
        promotion = promotions.earn_without_limit(database, job.account_id, promotion)

    def give_back(index: int) -> Outcome:
        item = items[index]
        if item.status is not Status.UPDATED and item.status not in RETRYABLE:
            return Outcome(Status.IGNORED, item.profile_id)
        if item.profile_id is None:
            return BUSY if item.status is Status.UNKNOWN else Outcome(Status.IGNORED)
        if promotion is None:
            return Outcome(Status.KEPT, item.profile_id) if promotion_id else BUSY
        try:
            return _give_back(database, job, promotion, item, made.mark(index))
        except StorageBusy:
            return BUSY

    return side_by_side(give_back, range(len(items)))


def _give_back(database: Database, job: Job, promotion: Promotion, item: Outcome, mark: str) -> Outcome:
    """Give back what has a place, some at a time; raises StorageBusy."""
    profile_id, found = item.profile_id or "", False
    while own := (held := revocations.read(database, job.account_id, promotion.id, profile_id)).revoked_by(mark):
        found = True
        some = own[: min(MOST_TOGETHER, _room(held, promotion))]
        if not some:
            return Outcome(Status.KEPT, profile_id)
        (fate,) = revocations.revive_all(
            database, job.account_id, promotion.id, [Revival(held, some, mark, promotion.limit)]
        )
        if fate is Fate.BUSY:
            raise StorageBusy
    if item.status is not Status.UPDATED:
        return Outcome(Status.UNDONE if found else Status.IGNORED, profile_id)
    ids = {earn.earned_id for earn in held.live()}
    again = ids.issuperset((item.values or {}).get("earn_ids", ()))
    return Outcome(Status.UNDONE if again else Status.KEPT, profile_id)


def _room(held: Held, promotion: Promotion) -> int:
    return MOST_TOGETHER if promotion.limit is None else max(0, promotion.limit - tallies.taken(held.tally))
