"""Taking registrations back: each membership that a job made goes, if it still is as the job made it."""

from collections.abc import Sequence

from loyalty.domain.errors import StorageBusy
from loyalty.domain.job import Job
from loyalty.domain.outcome import BUSY, RETRYABLE, Origin, Outcome, Status
from loyalty.store.engine.batch import side_by_side
from loyalty.store.engine.dynamodb import Database, Update
from loyalty.store.tables import memberships


def take_back(database: Database, job: Job, items: Sequence[Outcome], made: Origin) -> list[Outcome]:
    """What became of each item's membership; `made` is the origin that made it."""
    program_id = job.params["program_id"]

    def take(index: int) -> Outcome:
        item = items[index]
        if not may_be_written(item):
            return Outcome(Status.IGNORED, item.profile_id)
        if item.profile_id is None:
            return BUSY
        try:
            removal = memberships.remove(database, job.account_id, program_id, item.profile_id, made.mark(index))
        except StorageBusy:
            return BUSY
        return taken_back(item, removal)

    return side_by_side(take, range(len(items)))


def may_be_written(item: Outcome) -> bool:
    """Whether an item wrote, or may have: where nobody knew whom it was about only if that is not known either."""
    if item.profile_id is None:
        return item.status is Status.UNKNOWN
    return item.status is Status.CREATED or item.status in RETRYABLE


def taken_back(item: Outcome, removal: Update) -> Outcome:
    """An item's fate once its write was looked for; one that had not written has nothing to take back."""
    if item.status is Status.CREATED:
        return Outcome(Status.KEPT if removal.met else Status.UNDONE, item.profile_id)
    return Outcome(Status.UNDONE if removal.done else Status.IGNORED, item.profile_id)
