"""Undo: take back what a job did, item by item, each only if nobody built on it or changed it since.

An item here is the outcome that the job's item had. Undoing twice is the same as undoing once.
"""

from collections.abc import Callable, Collection, Hashable, Sequence
from typing import NamedTuple

from loyalty.domain.account import Account
from loyalty.domain.errors import JobNotFound, StorageBusy
from loyalty.domain.job import Job
from loyalty.domain.outcome import BUSY, Origin, Outcome, Status
from loyalty.operations.earn import undo as undo_earn
from loyalty.operations.enrol import undo as undo_enrol
from loyalty.operations.import_customers import undo as undo_import
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import customers, erasure, jobs

RIGHT = "jobs:undo"
"""The right that a credential needs, beside the one that the job's own operation needs."""

ALWAYS_A_JOB = True

TakeBack = Callable[[Database, Job, Sequence[Outcome], Origin], list[Outcome]]

_TAKE_BACK: dict[str, TakeBack] = {
    "enrol": undo_enrol.take_back,
    "earn": undo_earn.take_back,
    "import": undo_import.take_back,
}


class Params(NamedTuple):
    """The job to take back."""

    job_id: str


def prepare(database: Database, account: Account, params: Params) -> Job:
    """The job; raises JobNotFound or StorageBusy."""
    stored = jobs.read_stored(database, params.job_id)
    if stored is None or stored.job.account_id != account.id:
        raise JobNotFound
    return stored.job


def resolved(job: Job) -> Params:
    """The params as they were."""
    return Params(job.id)


def undoable(_params: Params) -> bool:
    """No: what was taken back is registered, imported or earned again."""
    return False


def keys(_database: Database, _job: Job, items: Sequence[Outcome]) -> list[Collection[Hashable]]:
    """Nothing: the chunks are those of the job itself."""
    return [()] * len(items)


def weight(_item: Outcome) -> int:
    """All items make the same work."""
    return 1


def apply(database: Database, job: Job, items: Sequence[Outcome], origin: Origin) -> list[Outcome]:
    """Take back what the items of one chunk did; `origin` tells where they stand.

    UNDONE, KEPT, IGNORED where there was nothing to take back, or BUSY; in the order of the items.
    """
    made = Origin(job.id, origin.first_index, positions=origin.positions)
    return _TAKE_BACK[job.operation](database, job, items, made)


def removed(job: Job, items: Sequence[Outcome], outcomes: Sequence[Outcome]) -> list[str]:
    """The customers that an undo removed, for whom others may still be writing that found them before."""
    pairs = zip(items, outcomes, strict=True) if job.operation == "import" else ()
    gone = [
        outcome.profile_id
        for item, outcome in pairs
        if item.status is not Status.UPDATED and outcome.status is Status.UNDONE and outcome.profile_id
    ]
    return list(dict.fromkeys(gone))


def sweep(database: Database, job: Job, profile_ids: Sequence[str]) -> None:
    """Delete what was written for removed customers by somebody who died before looking at them again.

    To be done once nobody who found them can be at work any more. Raises StorageBusy.
    """
    there, unread = customers.read(database, job.account_id, profile_ids)
    if unread:
        raise StorageBusy
    erasure.sweep(database, job.account_id, [one for one in profile_ids if one not in there])


def settle(
    _database: Database, _account: Account, _params: Params, items: Sequence[Outcome], _origin: Origin
) -> list[Outcome]:
    """All are BUSY: what was taken back already is found so when it is tried again."""
    return [BUSY] * len(items)
