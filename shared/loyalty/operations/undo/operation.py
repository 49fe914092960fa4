"""Undo: take back what a job did, item by item, each only if nobody built on it or changed it since.

An item here is the outcome that the job's item had. Undoing twice is the same as undoing once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Protocol

from loyalty.domain.account import Account
from loyalty.domain.errors import JobNotFound, StorageBusy
from loyalty.domain.job import Job
from loyalty.domain.outcome import BUSY, RETRYABLE, Origin, Outcome, Status, from_json
from loyalty.operations.base import CleanUp, Operation, TakeBack
from loyalty.operations.kind import Document, Kind, decided
from loyalty.store.engine.dynamodb import Database, Update
from loyalty.store.tables import customers, erasure, jobs

if TYPE_CHECKING:
    from loyalty.operations.schema import Schema


class Params(NamedTuple):
    """The job to take back."""

    job_id: str


def _read_params(document: Document, _now: str) -> Params:
    return Params(document["job_id"])


def _read_item(document: Document, _account: Account) -> Outcome:
    return from_json(document["decided"])


def _schema() -> "Schema":
    from loyalty.operations.undo.schema import SCHEMA  # noqa: PLC0415 - see `Kind`

    return SCHEMA


KIND: Kind[Params, Outcome] = Kind("undo", "jobs:undo", _read_params, _read_item, decided, _schema)
"""Its right is needed beside the one that the job's own operation needs."""


class Undoable(Protocol):
    """What has to be known of an operation to take back what it did; see `Operation`."""

    @property
    def take_back(self) -> TakeBack:
        """Undo what a job did."""

    @property
    def makes_customers(self) -> bool:
        """Whether that may remove customers."""


def undo_of(operations: Mapping[str, Undoable]) -> Operation[Params, Outcome, Job]:
    """The operation that takes back what these did, which are told by the names that jobs have for them."""
    undo = _Undo(operations)
    return Operation(
        KIND,
        prepare=prepare,
        resolved=lambda job: Params(job.id),
        apply=undo.apply,
        settle=settle,
        take_back=keep,
        undoable=lambda _params: False,
        always_a_job=True,
        clean_up=undo.clean_up,
    )


def prepare(database: Database, account: Account, params: Params) -> Job:
    """The job; raises JobNotFound or StorageBusy."""
    stored = jobs.read_stored(database, params.job_id)
    if stored is None or stored.job.account_id != account.id:
        raise JobNotFound
    return stored.job


@dataclass(frozen=True)
class _Undo:
    """Undo of what these operations did."""

    operations: Mapping[str, Undoable]

    def apply(self, database: Database, job: Job, items: Sequence[Outcome], origin: Origin) -> list[Outcome]:
        """Take back what the items of one chunk did; `origin` tells where they stand.

        UNDONE, KEPT, IGNORED where there was nothing to take back, or BUSY; in the order of the items.
        """
        made = Origin(job.id, origin.first_index, positions=origin.positions)
        return self.operations[job.operation].take_back(database, job, items, made)

    def clean_up(self, job: Job, items: Sequence[Outcome], outcomes: Sequence[Outcome]) -> CleanUp | None:
        """To be done for the customers that were removed, for whom others may still be writing."""
        if not self.operations[job.operation].makes_customers:
            return None
        gone = removed(items, outcomes)
        return partial(sweep, account_id=job.account_id, profile_ids=gone) if gone else None


def removed(items: Sequence[Outcome], outcomes: Sequence[Outcome]) -> list[str]:
    """The customers that an undo removed, for whom others may still be writing that found them before."""
    gone = [
        outcome.profile_id
        for item, outcome in zip(items, outcomes, strict=True)
        if item.status is not Status.UPDATED and outcome.status is Status.UNDONE and outcome.profile_id
    ]
    return list(dict.fromkeys(gone))


def sweep(database: Database, account_id: str, profile_ids: Sequence[str]) -> None:
    """Delete what was written for removed customers by somebody who died before looking at them again.

    To be done once nobody who found them can be at work any more. Raises StorageBusy.
    """
    there, unread = customers.read(database, account_id, profile_ids)
    if unread:
        raise StorageBusy
    erasure.sweep(database, account_id, [one for one in profile_ids if one not in there])


def keep(_database: Database, _job: Job, items: Sequence[Outcome], _made: Origin) -> list[Outcome]:
    """All are KEPT: what was taken back is registered, imported or earned again, not restored."""
    return [Outcome(Status.KEPT, item.profile_id) for item in items]


def settle(
    _database: Database, _account: Account, _params: Params, items: Sequence[Outcome], _origin: Origin
) -> list[Outcome]:
    """All are BUSY: what was taken back already is found so when it is tried again."""
    return [BUSY] * len(items)


def may_be_written(item: Outcome) -> bool:
    """Whether an item wrote, or may have. If its customer was not known, only if the outcome is not known either."""
    if item.profile_id is None:
        return item.status is Status.UNKNOWN
    return item.status is Status.CREATED or item.status in RETRYABLE


def taken_back(item: Outcome, removal: Update) -> Outcome:
    """An item's fate once its write was looked for; if there was none there is nothing to take back."""
    if item.status is Status.CREATED:
        return Outcome(Status.KEPT if removal.met else Status.UNDONE, item.profile_id)
    return Outcome(Status.UNDONE if removal.done else Status.IGNORED, item.profile_id)
