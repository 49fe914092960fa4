"""Taking registrations back: each membership that a job made goes, if it still is as the job made it."""

from collections.abc import Sequence

from loyalty.errors import StorageBusy
from loyalty.job import Job
from loyalty.outcome import BUSY, Origin, Outcome, Status
from loyalty.store import memberships
from loyalty.store.batch import side_by_side
from loyalty.store.dynamodb import Database

_MADE = {Status.CREATED, Status.BUSY}
"""Fates of items that wrote, or may have."""


def take_back(database: Database, job: Job, items: Sequence[Outcome], made: Origin) -> list[Outcome]:
    """What became of each item's membership; `made` is the origin that made it."""
    program_id = job.params["program_id"]

    def take(index: int) -> Outcome:
        item = items[index]
        if item.status not in _MADE:
            return Outcome(Status.IGNORED, item.profile_id)
        if item.profile_id is None:  # given up before anybody knew whom it was about
            return Outcome(Status.KEPT)
        try:
            gone = memberships.remove(database, job.account_id, program_id, item.profile_id, made.mark(index))
        except StorageBusy:
            return BUSY
        return Outcome(Status.UNDONE if gone else Status.KEPT, item.profile_id)

    return side_by_side(take, range(len(items)))
