"""What a message in the chunk queue is about: the chunk with its job, account, operation and items."""

from collections.abc import Sequence
from typing import NamedTuple

from loyalty.domain import lifetime, moment
from loyalty.domain.account import Account
from loyalty.domain.errors import JobNotFound
from loyalty.domain.job import Job
from loyalty.domain.outcome import Outcome, Status
from loyalty.jobs.message import ChunkMessage, MessageRefused
from loyalty.jobs.work import ChunkTaken
from loyalty.operations.registry import OPERATIONS, AnyOperation
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import accounts, chunks, jobs

MOST_WAIT_SECONDS = 24 * 3600
"""How long a chunk waits for what may still come: the one before it, or the message of a worker that died."""
_LOOKS_AGAIN_SECONDS = 60  # for what a dead worker's message will tell when it comes again


class Chunk(NamedTuple):
    """A message, understood: its job and account, the operation, where its items stand, and the items."""

    message: ChunkMessage
    job: Job
    account: Account
    operation: AnyOperation
    items: Sequence[object]


class Undone(NamedTuple):
    """A chunk to which nobody writes any more: where its items stand, and what became of them."""

    positions: Sequence[int]
    outcomes: Sequence[Outcome]


def understand(database: Database, sent: ChunkMessage) -> Chunk:
    """What a message is about; raises MessageRefused, ChunkTaken or StorageBusy."""
    account = accounts.find_account(database, sent.account_id)
    if account is None:
        raise MessageRefused("there is no such account")
    operation, job = OPERATIONS[sent.operation], _job(database, sent)
    if job.undoes is None:
        return Chunk(sent, job, account, operation, [operation.kind.read_item(item, account) for item in sent.items])
    undone = _fenced(database, job, sent.part.number)
    there = sent._replace(part=sent.part._replace(positions=undone.positions))
    return Chunk(there, job, account, operation, undone.outcomes)


def _fenced(database: Database, undoing: Job, number: int) -> Undone:
    """A chunk of the job that is to be undone, once nobody can be at work on it.

    A worker that died at it, or gave it back without a word, leaves its message, which tells what was written when it
    comes again, within a day; a request leaves nothing but what was known before. Of a job that failed while its chunks
    were sent one may never come, and is not begun now if it does. Raises MessageRefused, ChunkTaken or StorageBusy.
    """
    chunk = chunks.fence(database, undoing, number)
    if chunk.outcomes is None and not chunk.begun:
        undone = jobs.find(database, undoing.undoes or "")
        if undone is None or undone.error is None or number > undone.chunks:
            raise MessageRefused("the job to undo has no such chunk")
        return Undone(range(0), ())
    if chunk.held_at is None and not chunk.tries:
        return Undone(chunk.positions, chunk.outcomes or ())
    left = 0.0 if chunk.held_at is None else lifetime.over_at(chunk.held_at) - database.now()
    stored = jobs.read_stored(database, undoing.undoes or "")
    queued = stored is not None and stored.job.queued
    comes = queued and database.now() - (chunk.held_at or undoing.submitted_at) < MOST_WAIT_SECONDS
    if left > 0 or comes or chunk.outcomes is None:
        raise ChunkTaken(left if left > 0 else _LOOKS_AGAIN_SECONDS)
    unsure = {Status.BUSY, Status.INVALID} if queued else {Status.BUSY}  # workers also refuse for what items share
    doubtful = [one._replace(status=Status.UNKNOWN) if one.status in unsure else one for one in chunk.outcomes]
    return Undone(chunk.positions, doubtful)


def _job(database: Database, sent: ChunkMessage) -> Job:
    """The job that a message belongs to, which the first one makes if another system sends them.

    Raises MessageRefused or StorageBusy.
    """
    job = jobs.find(database, sent.job_id)
    try:
        job = job or _make(database, sent)
    except JobNotFound:
        raise MessageRefused("its job is no longer kept") from None
    same = {
        "version": job.grows == sent.grows,
        "account": job.account_id == sent.account_id,
        "operation": job.operation == sent.operation,
        "params": job.params == sent.params,
        "chunks": sent.chunks == job.chunks or (job.grows and sent.chunks < job.chunks),
        "total": sent.total == job.total or (job.grows and sent.total < job.total),
    }
    for name, holds in same.items():
        if not holds:
            raise MessageRefused(f"{name} must be the job's")
    return job


def _make(database: Database, sent: ChunkMessage) -> Job:
    """The job of a message that another system sent; raises JobNotFound where it was there before, and is forgotten."""
    operation, now = OPERATIONS[sent.operation], database.now()
    if operation.kind.fed_contract is None or sent.grows or sent.job_forgotten_at is not None:
        raise JobNotFound
    job = Job(
        id=sent.job_id,
        account_id=sent.account_id,
        operation=sent.operation,
        contract=operation.kind.fed_contract,
        manner=sent.params,
        params=sent.params,
        total=sent.total,
        chunks=sent.chunks,
        submitted_at=now,
        queued=True,
        undoable=operation.undoable(operation.kind.read_params(sent.params, moment.at(now))),
        sent=True,
        fed=True,
    )
    return jobs.create(database, job, []).job
