"""Taking earns back: each earn that a job made goes, and its place under the promotion's limit is free again."""

from collections.abc import Sequence

from loyalty.errors import StorageBusy
from loyalty.job import Job
from loyalty.operations.undo_enrol import may_be_written, taken_back
from loyalty.outcome import BUSY, Origin, Outcome, Status
from loyalty.store import earns, promotions, tallies
from loyalty.store.batch import side_by_side
from loyalty.store.dynamodb import Database


def take_back(database: Database, job: Job, items: Sequence[Outcome], made: Origin) -> list[Outcome]:
    """What became of each item's earn; `made` is the origin that made it."""
    promotion_id, limited = _promotion(database, job)

    def take(index: int) -> Outcome:
        item = items[index]
        if not may_be_written(item):
            return Outcome(Status.IGNORED, item.profile_id)
        if item.profile_id is None or promotion_id is None:
            return BUSY
        try:
            removal = earns.remove(database, job.account_id, promotion_id, item.profile_id, made.mark(index))
            if limited:
                tallies.give_back(database, job.account_id, promotion_id, item.profile_id, made.mark(index))
        except StorageBusy:
            return BUSY
        return taken_back(item, removal)

    return side_by_side(take, range(len(items)))


def _promotion(database: Database, job: Job) -> tuple[str | None, bool]:
    """The id of the job's promotion, None where its name leads nowhere by now, and whether it may have a limit."""
    promotion_id, name = job.params.get("promotion_id"), job.params.get("promotion_identifier")
    if promotion_id:
        promotion = promotions.find(database, job.account_id, promotion_id)
    else:
        promotion = promotions.find_by_identifier(database, job.account_id, name) if name else None
    return (promotion.id if promotion else promotion_id), promotion is None or promotion.limit is not None
