"""What becomes of a message in the chunk queue: it is done, comes again later, or is parked with its reason."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from loyalty.domain import lifetime, moment
from loyalty.domain.errors import RequestError, RequestUndone
from loyalty.domain.outcome import BUSY, Origin, Outcome, invalid
from loyalty.jobs import finishing, message, work
from loyalty.jobs.arrived import MOST_WAIT_SECONDS, Chunk, understand
from loyalty.jobs.gone import GONE, said
from loyalty.jobs.message import MessageRefused, MessageTooNew
from loyalty.jobs.parked import kept_text, park
from loyalty.jobs.work import Apply, ChunkTaken, OtherContent
from loyalty.operations.base import CleanUp
from loyalty.store import queue
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import chunks
from loyalty.store.tables.chunk import Chunk as Before
from loyalty.store.tables.chunks import Sent

_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 30, 3600  # of a chunk that waits for another and is not woken


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
    """A message as it was received: its text and id, how often it was by now, and the receipt to put it off by."""

    body: str
    id: str
    receives: int
    receipt: str


def process(database: Database, delivery: Delivery) -> Worked:
    """Do the chunk in a message.

    Raises StorageBusy, Unfinished, MessageTooNew or ComesAgain: then it has to come again.
    """
    return _once(database, delivery, lambda chunk: _do(database, chunk, delivery))


def bury(database: Database, delivery: Delivery) -> Worked:
    """Close the chunk in a message that was given up, and park the message. Raises as `process`.

    By now every worker that could be replaced was: a message of a later version is parked too.
    """
    try:
        return _once(database, delivery, lambda chunk: _close(database, chunk, delivery, "it failed too often"))
    except MessageTooNew:
        return _park(database, delivery, f"version must be {message.VERSION}")


def _once(database: Database, delivery: Delivery, work_on: Callable[[Chunk], Worked]) -> Worked:
    """Work on a message's chunk, unless the message is wrong, its job stopped, or somebody else at work on it."""
    chunk = None
    try:
        chunk = understand(database, message.read(delivery.body))
        if chunk.message.wakes:
            return _look(database, chunk)
        return _cancel(database, chunk, delivery) or work_on(chunk)
    except MessageRefused as error:
        return _park(database, delivery, str(error), chunk)
    except OtherContent:
        return _park(database, delivery, "the chunk came before with other items", chunk)
    except RequestUndone:
        return Worked(chunk)
    except ChunkTaken as taken:
        raise ComesAgain(taken.seconds, Worked(chunk)) from None


def _look(database: Database, chunk: Chunk) -> Worked:
    """Look after a job that grows, once the time for its next part may be over."""
    finishing.close_if_lapsed(database, chunk.job)
    return Worked(chunk)


def _cancel(database: Database, chunk: Chunk, delivery: Delivery) -> Worked | None:
    """Close a chunk whose job was cancelled before anybody began with it; its message is kept with it, not parked."""
    if chunk.job.cancelled_at is None or chunk.job.undone_by:
        return None
    done = work.cancel(database, chunk.job, _task(chunk, delivery, _never))
    if done is None:
        return None
    _wake(database, chunk, done)
    return Worked(chunk, done.outcomes)


def _do(database: Database, chunk: Chunk, delivery: Delivery) -> Worked:
    operation, received_at = chunk.operation, moment.at(chunk.job.submitted_at)
    if _waits(chunk, before := _before(database, chunk)):
        return _put_off(database, chunk, delivery, before)
    try:
        prepared = operation.prepare(database, chunk.account, operation.kind.read_params(chunk.job.params, received_at))
    except GONE as error:
        return _refuse(database, chunk, delivery, error)

    def apply(within: Database, origin: Origin, items: Sequence[object]) -> list[Outcome]:
        return operation.apply(within, prepared, items, origin)

    done = work.do(database, chunk.job, _task(chunk, delivery, apply))
    _wake(database, chunk, done)
    clean_up = operation.clean_up(prepared, chunk.items, done.outcomes)
    if clean_up is not None:
        _look_again(database, chunk, clean_up, done)
    return _end(database, chunk, delivery, done)


def _look_again(database: Database, chunk: Chunk, clean_up: CleanUp, done: work.Done) -> None:
    """Where something is left to clean up, have the message come once more, when nobody else can be at work any more.

    Raises ComesAgain or StorageBusy.
    """
    left = lifetime.over_at(done.at) - database.now()
    if left > 0:
        raise ComesAgain(left, Worked(chunk, done.outcomes))
    clean_up(database)


def _wake(database: Database, chunk: Chunk, done: work.Done) -> None:
    """Have the chunks come that waited for this one, whoever did it: each once, unless one of its workers died here."""
    for receipt in sorted(done.waiters):
        queue.delay(database, database.settings.chunk_queue_url, receipt, 0)
    if done.waiters:
        chunks.woken(database, chunk.job, chunk.message.part.number)


def _task(chunk: Chunk, delivery: Delivery, apply: Apply[object]) -> work.Chunk[object]:
    operation, job, sent = chunk.operation, chunk.job, chunk.message

    def settle(within: Database, origin: Origin) -> list[Outcome]:
        params = operation.kind.read_params(job.params, moment.at(job.submitted_at))
        return operation.settle(within, chunk.account, params, chunk.items, origin)

    def text() -> str | None:
        known = message.known(delivery.body)
        return kept_text({**known, **_about(chunk)}) if known else None

    asked_again = sent.parked or job.fed or job.reopened_at is not None
    brought = Sent(sent.content, delivery.id, asked_again)
    return work.Chunk(sent.part, brought, chunk.items, _nothing(chunk), apply, settle, text)


def _about(chunk: Chunk) -> Mapping[str, Any]:
    """What is kept beside a message: which chunk it is, whatever became of its items, and that its job was there."""
    return {"content": chunk.message.content, "job_forgotten_at": chunk.job.forgotten_at}


def _never(_within: Database, _origin: Origin, _items: Sequence[object]) -> list[Outcome]:
    raise AssertionError("a chunk that is closed is not applied")


def _park(
    database: Database, delivery: Delivery, reason: str, chunk: Chunk | None = None, outcomes: Sequence[Outcome] = ()
) -> Worked:
    park(database, delivery.body, reason, _about(chunk) if chunk else {})
    return Worked(chunk, outcomes, reason)


def _refuse(database: Database, chunk: Chunk, delivery: Delivery, error: RequestError) -> Worked:
    """Close a chunk for what its items share, unless it was done before; the log has only the kind of the error."""
    reason = said(error)
    worked = _close(database, chunk, delivery, reason, _refused(chunk, reason))
    return worked._replace(parked=type(error).__name__) if worked.parked == reason else worked


def _close(
    database: Database, chunk: Chunk, delivery: Delivery, reason: str, unwritten: Sequence[Outcome] | None = None
) -> Worked:
    done = work.close(database, chunk.job, _task(chunk, delivery, _never), reason, unwritten)
    _wake(database, chunk, done)
    return _end(database, chunk, delivery, done)


def _end(database: Database, chunk: Chunk, delivery: Delivery, done: work.Done) -> Worked:
    """What a chunk comes to: where it is closed its message is parked, now if it could not be before."""
    if not done.closed:
        return Worked(chunk, done.outcomes)
    worked = _park(database, delivery, done.closed, chunk, done.outcomes)
    return worked._replace(parked="it was closed before") if done.met else worked


def _refused(chunk: Chunk, reason: str) -> list[Outcome]:
    """What is told of items that can't be done, of an undo's that they may be tried again."""
    if chunk.job.undoes:
        return _nothing(chunk)
    return [item if isinstance(item, Outcome) else invalid(reason) for item in chunk.items]


def _nothing(chunk: Chunk) -> list[Outcome]:
    """An undo's items are what became of others, which is no outcome of its own."""
    return [BUSY] * len(chunk.items) if chunk.job.undoes else work.nothing(chunk.items)


def _before(database: Database, chunk: Chunk) -> Before | None:
    """What is stored of the chunk that has to be finished before this one, if there is one."""
    after = chunk.message.part.after
    return chunks.read_all(database, chunk.job.id, [after]).get(after) if after else None


def _waits(chunk: Chunk, before: Before | None) -> bool:
    waits = chunk.message.part.after is not None
    return waits and (before is None or not before.is_finished(chunk.job))


def _put_off(database: Database, chunk: Chunk, delivery: Delivery, before: Before | None) -> Worked:
    """Leave a chunk in the queue until it is woken; what waits for a day is closed, for the operator to see.

    It is never sent again: Lambda ends what goes round in a queue. It is put off before it asks to be woken, so that
    nothing takes back the waking.
    """
    if database.now() - chunk.job.sent_at >= MOST_WAIT_SECONDS:
        return _close(database, chunk, delivery, "the chunk that it waits for did not come")
    seconds = min(_LONGEST_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 2 ** min(delivery.receives - 1, 10))
    url, after = database.settings.chunk_queue_url, chunk.message.part.after or 0
    queue.delay(database, url, delivery.receipt, seconds)
    if before is None or len(before.waiters) < chunks.MOST_WAITERS:
        before = chunks.wait_for(database, chunk.job, after, delivery.receipt)
        if not _waits(chunk, before):
            queue.delay(database, url, delivery.receipt, 0)
    raise ComesAgain(None, Worked(chunk))
