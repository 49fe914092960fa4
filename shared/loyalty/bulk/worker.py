"""What becomes of a message in the chunk queue: it is done, comes again later, or is parked with its reason."""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from loyalty import lifetime, moment
from loyalty.account import Account
from loyalty.bulk import message, work
from loyalty.bulk.message import ChunkMessage, MessageRefused, MessageTooNew
from loyalty.bulk.parked import park
from loyalty.bulk.wire import WIRES, Wire, read_item
from loyalty.bulk.work import Apply, ChunkTaken, OtherContent, Told
from loyalty.errors import (
    JobNotFound,
    ProgramInactive,
    ProgramNotFound,
    PromotionInactive,
    PromotionNotFound,
    RequestUndone,
    quote,
)
from loyalty.job import Job
from loyalty.operations import undo
from loyalty.outcome import BUSY, Origin, Outcome, Status, invalid
from loyalty.store import accounts, chunks, jobs, queue
from loyalty.store.dynamodb import Database

_WAITS_SECONDS = 24 * 3600  # since the job began, for a chunk that has to be finished before; for a dead one's message
_LOOKS_AGAIN_SECONDS = 60  # for what a dead worker's message will tell when it comes again
_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 30, 3600  # of a chunk that waits for another and is not woken


_GONE: dict[type[Exception], str] = {
    ProgramNotFound: "program {} does not exist",
    ProgramInactive: "program {} is not active",
    PromotionNotFound: "promotion {} does not exist in its program",
    PromotionInactive: "promotion {} can't be earned: it or its program is inactive, or the job came outside its dates",
    JobNotFound: "the job to undo is no longer kept",
}
"""What items share and can't be done without, and what is said of it."""


class Chunk(NamedTuple):
    """A message, understood: its job and account, how its operation travels, where its items stand, and the items."""

    message: ChunkMessage
    job: Job
    account: Account
    wire: Wire
    items: Sequence[Any]


class Worked(NamedTuple):
    """What became of a message: the chunk if it was understood, its outcomes if it was done, why it was parked."""

    chunk: Chunk | None = None
    outcomes: Sequence[Outcome] = ()
    parked: str | None = None


class ComesAgain(Exception):
    """A message that is to come again in so many `seconds` (None: the queue knows): not `worked`, or not wholly."""

    def __init__(self, seconds: float | None, worked: Worked) -> None:
        super().__init__()
        self.seconds, self.worked = None if seconds is None else math.ceil(seconds), worked


class Delivery(NamedTuple):
    """A message as it was received: its text, how often it was by now, and the receipt by which it can be put off."""

    body: str
    receives: int
    receipt: str | None


def process(database: Database, body: str, receives: int, receipt: str | None = None) -> Worked:
    """Do the chunk in a message that is received for the `receives`-th time.

    Raises StorageBusy, Unfinished, MessageTooNew or ComesAgain: then it has to come again.
    """
    return _once(database, body, lambda chunk: _do(database, chunk, Delivery(body, receives, receipt)))


def bury(database: Database, body: str) -> Worked:
    """Close the chunk in a message that was given up, and park the message. Raises as `process`.

    By now every worker that could be replaced was: a message of a later version is parked too.
    """
    try:
        return _once(database, body, lambda chunk: _bury(database, chunk, body))
    except MessageTooNew:
        return _park(database, body, f"version must be {message.VERSION}")


def _once(database: Database, body: str, work_on: Callable[[Chunk], Worked]) -> Worked:
    """Work on a message's chunk, unless the message is wrong, its job taken back, or somebody else at work on it."""
    chunk = None
    try:
        chunk = _understand(database, message.read(body))
        return work_on(chunk)
    except MessageRefused as error:
        return _park(database, body, str(error), chunk)
    except OtherContent:
        return _park(database, body, "the chunk came before with other items", chunk)
    except RequestUndone:
        return Worked(chunk)
    except ChunkTaken as taken:
        raise ComesAgain(taken.seconds, Worked(chunk)) from None


def _do(database: Database, chunk: Chunk, delivery: Delivery) -> Worked:
    wire, received_at, body = chunk.wire, moment.at(chunk.job.submitted_at), delivery.body
    if _waits(chunk, before := _before(database, chunk)):
        return _put_off(database, chunk, delivery, before)
    try:
        prepared = wire.operation.prepare(database, chunk.account, wire.read_params(chunk.job.params, received_at))
    except tuple(_GONE) as error:
        return _refuse(database, chunk, body, error)

    def apply(within: Database, origin: Origin, told: Told) -> list[Outcome]:
        return wire.operation.apply(within, prepared, work.left(chunk.items, told), origin)

    done = work.do(database, chunk.job, _task(chunk, apply))
    _wake(database, done)
    if done.closed:
        return _park(database, body, done.closed, chunk, done.outcomes)
    if chunk.job.undoes:
        _look_again(database, chunk, prepared, done)
    return Worked(chunk, done.outcomes)


def _look_again(database: Database, chunk: Chunk, undone: Job, done: work.Done) -> None:
    """Where an undo removed customers, have its message come once more, when nobody can be writing for them any more.

    Raises ComesAgain or StorageBusy.
    """
    removed = undo.removed(undone, chunk.items, done.outcomes)
    if removed and not done.before:
        raise ComesAgain(lifetime.LONGEST_SECONDS + 1, Worked(chunk, done.outcomes))
    if removed:
        undo.sweep(database, undone, removed)


def _wake(database: Database, done: work.Done) -> None:
    """Have the chunks come that waited for this one."""
    for receipt in done.waiters:
        queue.delay(database, database.settings.chunk_queue_url, receipt, 0)


def _task(chunk: Chunk, apply: Apply) -> work.Chunk:
    wire, job, sent = chunk.wire, chunk.job, chunk.message

    def settle(within: Database, origin: Origin) -> list[Outcome]:
        params = wire.read_params(job.params, moment.at(job.submitted_at))
        return wire.operation.settle(within, chunk.account, params, chunk.items, origin)

    return work.Chunk(sent.part, sent.content, _nothing(chunk), apply, settle)


def _never(_within: Database, _origin: Origin, _told: Told) -> list[Outcome]:
    raise AssertionError("a chunk that is closed is not applied")


def _park(
    database: Database, body: str, reason: str, chunk: Chunk | None = None, outcomes: Sequence[Outcome] = ()
) -> Worked:
    about = {"content": chunk.message.content, "job_forgotten_at": chunk.job.forgotten_at} if chunk else {}
    park(database, body, reason, about)
    return Worked(chunk, outcomes, reason)


def _bury(database: Database, chunk: Chunk, body: str, reason: str = "it failed too often") -> Worked:
    return _close(database, chunk, body, reason)


def _refuse(database: Database, chunk: Chunk, body: str, error: Exception) -> Worked:
    """Close a chunk for what its items share, unless it was done before; the log has only the kind of the error."""
    reason = _said(error)
    worked = _close(database, chunk, body, reason, _refused(chunk, reason))
    return worked._replace(parked=worked.parked and type(error).__name__)


def _close(
    database: Database, chunk: Chunk, body: str, reason: str, unwritten: Sequence[Outcome] | None = None
) -> Worked:
    done = work.close(database, chunk.job, _task(chunk, _never), reason, unwritten)
    _wake(database, done)
    return _park(database, body, reason, chunk, done.outcomes) if done.closed else Worked(chunk, done.outcomes)


def _refused(chunk: Chunk, reason: str) -> list[Outcome]:
    """What is told of items that can't be done, of an undo's that they may be tried again."""
    if chunk.job.undoes:
        return _nothing(chunk)
    return [item if isinstance(item, Outcome) else invalid(reason) for item in chunk.items]


def _nothing(chunk: Chunk) -> list[Outcome]:
    """An undo's items are what became of others, which is no outcome of its own."""
    return [BUSY] * len(chunk.items) if chunk.job.undoes else work.nothing(chunk.items)


def _said(error: Exception) -> str:
    name = str(error)
    return _GONE[type(error)].format(quote(name)) if name else "the params name no promotion"


def _understand(database: Database, sent: ChunkMessage) -> Chunk:
    """What a message is about; raises MessageRefused, RequestUndone, ChunkTaken or StorageBusy."""
    account = accounts.find_account(database, sent.account_id)
    if account is None:
        raise MessageRefused("there is no such account")
    wire, job = WIRES[sent.operation], _job(database, sent)
    if job.undoes is None:
        return Chunk(sent, job, account, wire, [read_item(wire, item, account) for item in sent.items])
    undone = _fenced(database, job, sent.part.number)
    there = sent._replace(part=sent.part._replace(positions=undone.positions))
    return Chunk(there, job, account, wire, undone.outcomes)


class Undone(NamedTuple):
    """A chunk that nobody writes any more: where its items stand, and what became of them."""

    positions: Sequence[int]
    outcomes: Sequence[Outcome]


def _fenced(database: Database, undoing: Job, number: int) -> Undone:
    """A chunk of the job that is to be undone, once nobody can be at work on it.

    A worker that died at it leaves its message, which tells what was written when it comes again, within a day; a
    request that died leaves nothing but what was known before. Raises MessageRefused, ChunkTaken or StorageBusy.
    """
    chunk = chunks.fence(database, undoing, number)
    if chunk.outcomes is None and chunk.held_at is None:
        raise MessageRefused("the job to undo has no such chunk")
    if chunk.held_at is None:
        return Undone(chunk.positions, chunk.outcomes or ())
    left = lifetime.over_at(chunk.held_at) - database.now()
    stored = jobs.read_stored(database, undoing.undoes or "")
    queued = stored is not None and stored.job.queued
    comes = queued and database.now() - chunk.held_at < _WAITS_SECONDS
    if left > 0 or comes or chunk.outcomes is None:
        raise ChunkTaken(left if left > 0 else _LOOKS_AGAIN_SECONDS)
    unsure = {Status.BUSY, Status.INVALID} if queued else {Status.BUSY}  # workers also refuse for what items share
    doubtful = [one._replace(status=Status.UNKNOWN) if one.status in unsure else one for one in chunk.outcomes]
    return Undone(chunk.positions, doubtful)


def _job(database: Database, sent: ChunkMessage) -> Job:
    """The job that a message belongs to, which the first one makes if another system sends them.

    Raises MessageRefused, RequestUndone where the job is taken back, or StorageBusy.
    """
    job = jobs.find(database, sent.job_id)
    try:
        job = job or _make(database, sent)
    except JobNotFound:
        raise MessageRefused("its job is no longer kept") from None
    same = {
        "account": job.account_id == sent.account_id,
        "operation": job.operation == sent.operation,
        "params": job.params == sent.params,
        "chunks": job.chunks == sent.chunks,
        "total": job.total == sent.total,
    }
    for name, holds in same.items():
        if not holds:
            raise MessageRefused(f"{name} must be the job's")
    return job


def _make(database: Database, sent: ChunkMessage) -> Job:
    """The job of a message that another system sent; raises JobNotFound where it was there before, and is forgotten."""
    wire, now = WIRES[sent.operation], database.now()
    if sent.operation == "undo" or sent.job_forgotten_at is not None:
        raise JobNotFound
    job = Job(
        id=sent.job_id,
        account_id=sent.account_id,
        operation=sent.operation,
        contract=wire.contract,
        manner=sent.params,
        params=sent.params,
        total=sent.total,
        chunks=sent.chunks,
        submitted_at=now,
        queued=True,
        undoable=wire.operation.undoable(wire.read_params(sent.params, moment.at(now))),
        sent=True,
        fed=True,
    )
    return jobs.create(database, job, []).job


def _before(database: Database, chunk: Chunk) -> chunks.Chunk | None:
    """What is stored of the chunk that has to be finished before this one, if there is one."""
    after = chunk.message.part.after
    return chunks.read_all(database, chunk.job.id, [after]).get(after) if after else None


def _waits(chunk: Chunk, before: chunks.Chunk | None) -> bool:
    return chunk.message.part.after is not None and (before is None or before.outcomes is None)


def _put_off(database: Database, chunk: Chunk, delivery: Delivery, before: chunks.Chunk | None) -> Worked:
    """Leave a chunk in the queue until it is woken; what waits for a day is closed, for the operator to see.

    It is never sent again: Lambda ends what goes round in a queue. It is put off before it asks to be woken, so that
    nothing takes back the waking.
    """
    began = chunk.job.reopened_at or chunk.job.submitted_at
    if database.now() - began >= _WAITS_SECONDS:
        return _bury(database, chunk, delivery.body, "the chunk that it waits for did not come")
    seconds = min(_LONGEST_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 2 ** min(delivery.receives - 1, 10))
    if delivery.receipt is None:
        raise ComesAgain(seconds, Worked(chunk))
    url, after = database.settings.chunk_queue_url, chunk.message.part.after or 0
    queue.delay(database, url, delivery.receipt, seconds)
    if before is None or len(before.waiters) < chunks.MOST_WAITERS:
        before = chunks.wait_for(database, chunk.job, after, delivery.receipt)
        if not _waits(chunk, before):
            queue.delay(database, url, delivery.receipt, 0)
    raise ComesAgain(None, Worked(chunk))
