"""Taking earns back: each earn that a job made goes, and its place under the promotion's limit is free again."""

from collections.abc import Sequence

from loyalty.domain.errors import StorageBusy
from loyalty.domain.job import Job
from loyalty.domain.outcome import BUSY, Origin, Outcome, Status
from loyalty.operations.earn import promotion as promotion_of
from loyalty.operations.undo.operation import may_be_written, taken_back
from loyalty.store.engine.batch import side_by_side
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import earns, tallies


def take_back(database: Database, job: Job, items: Sequence[Outcome], made: Origin) -> list[Outcome]:
    """What became of each item's earn; `made` is the origin that made it."""
    promotion_id, promotion = promotion_of.of_job(database, job)
    limited = promotion is None or promotion.limit is not None

    def take(indexes: Sequence[int]) -> dict[int, Outcome]:
        outcomes = {index: _remove(database, job, promotion_id, items[index], made.mark(index)) for index in indexes}
        removed = [index for index in indexes if may_be_written(items[index]) and outcomes[index] is not BUSY]
        if limited and removed:
            customer, origins = items[removed[0]].profile_id or "", [made.mark(index) for index in removed]
            try:
                tallies.give_all_back(database, job.account_id, promotion_id or "", customer, origins)
            except StorageBusy:
                outcomes |= dict.fromkeys(removed, BUSY)
        return outcomes

    outcomes: dict[int, Outcome] = {}
    for some in side_by_side(take, _together(items) if limited else [[index] for index in range(len(items))]):
        outcomes |= some
    return [outcomes[index] for index in range(len(items))]


def _remove(database: Database, job: Job, promotion_id: str | None, item: Outcome, origin: str) -> Outcome:
    if not may_be_written(item):
        return Outcome(Status.IGNORED, item.profile_id)
    if item.profile_id is None or promotion_id is None:
        return BUSY
    try:
        return taken_back(item, earns.remove(database, job.account_id, promotion_id, item.profile_id, origin))
    except StorageBusy:
        return BUSY


def _together(items: Sequence[Outcome]) -> list[list[int]]:
    """The indexes of each customer's items, whose places are in one tally."""
    of_customer: dict[str | None, list[int]] = {}
    for index, item in enumerate(items):
        of_customer.setdefault(item.profile_id, []).append(index)
    return list(of_customer.values())
