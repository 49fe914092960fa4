"""A request's items, done at once or as a job.

Little work is done in the request. More goes through the queue: the job is stored, its chunks are sent, and the
request waits for them a while. A small request is a job too, whose chunks are done in the request one by one, when it
can be undone later or has an Idempotency-Key: then its outcomes have to be kept.
"""

import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from loyalty import metrics
from loyalty.account import Account
from loyalty.bulk import idempotency, message, results, work
from loyalty.bulk.cut import Load, cut, fits
from loyalty.bulk.idempotency import Key
from loyalty.bulk.wire import NAMES, WIRES, write_item
from loyalty.errors import StorageBusy
from loyalty.job import Job, Part
from loyalty.operations.operation import Operation
from loyalty.outcome import BUSY, Origin, Outcome
from loyalty.store import jobs, queue
from loyalty.store.dynamodb import Database
from loyalty.store.jobs import Stored
from loyalty.store.queue import Message

_JOB_ID_BYTES = 16
_NOTING_SECONDS = 1.0


class Task(NamedTuple):
    """The work: checked and parsed. `contract` and `manner` tell how it is answered, `request_id` whose it is."""

    account: Account
    operation: Operation
    prepared: Any
    items: Sequence[Any]
    contract: str
    manner: Mapping[str, Any]
    request_id: str


class Wish(NamedTuple):
    """How the client wants it done: under which key, and until when (of the database's clock) it waits.

    `until` is None where it doesn't wait at all.
    """

    key: Key
    until: float | None


class Done(NamedTuple):
    """The outcomes, and the job that has them, if there is one."""

    outcomes: list[Outcome]
    job_id: str | None = None


class Queued(NamedTuple):
    """A job that is not done yet."""

    job_id: str


def carry_out(database: Database, task: Task, wish: Wish) -> Done | Queued:
    """Do a task, or have it done. Raises StorageBusy, KeyReused or StillRunning."""
    operation, items = task.operation, task.items
    queued = wish.until is None or sum(map(operation.weight, items)) > database.settings.inline_limit
    kept = wish.key.text or (operation.ALWAYS_A_JOB and operation.undoable(operation.resolved(task.prepared)))
    if items and (queued or kept):
        return _as_job(database, task, wish, queued=queued)
    outcomes = operation.apply(database, task.prepared, items, Origin(task.request_id))
    metrics.count(task.contract, outcomes)
    return Done(outcomes)


def new_id() -> str:
    """A job's id."""
    return secrets.token_hex(_JOB_ID_BYTES)


def send(database: Database, job: Job, texts: Sequence[str]) -> Job:
    """Send a job's messages, and note that all went.

    Raises StorageBusy, and notes that: some may have gone, so who repeats the request has to complete this very job.
    """
    messages = [Message(text, job.account_id) for text in texts]
    try:
        queue.send(database, database.settings.chunk_queue_url, messages)
        return jobs.mark(database, job, sent=True)
    except StorageBusy:
        with suppress(StorageBusy):
            jobs.mark(database.patient(_NOTING_SECONDS), job, abandoned=True)
        raise


def _as_job(database: Database, task: Task, wish: Wish, *, queued: bool) -> Done | Queued:
    job_id = new_id()
    if queued or wish.key.text:
        claimed = idempotency.claim(database, task.account.id, wish.key, job_id)
        if claimed.job:
            return _follow(database, claimed.job, wish)
        job_id = claimed.job_id
    items = [message.to_text(write_item(WIRES[NAMES[task.operation]], item)) for item in task.items]
    stored = _create(database, task, job_id, items, queued=queued)
    if not stored.job.queued:
        return Done(_do_here(database, task, stored), job_id)
    texts = [message.write(stored.job, part, [items[place] for place in part.positions]) for part in stored.parts]
    return _follow(database, send(database, stored.job, texts), wish)


def _follow(database: Database, job: Job, wish: Wish) -> Done | Queued:
    """The outcomes of a job if they come in time."""
    if wish.until is None and job.finished_at is None:
        return Queued(job.id)
    outcomes = results.gather(database, job, wish.until or 0.0)
    return Queued(job.id) if outcomes is None else Done(outcomes, job.id)


def _create(database: Database, task: Task, job_id: str, items: Sequence[str], *, queued: bool) -> Stored:
    """The job, stored; one that was stored before is as it was then, cut and all."""
    name, parts = NAMES[task.operation], _parts(database, task, items)
    params = task.operation.resolved(task.prepared)
    job = Job(
        id=job_id,
        account_id=task.account.id,
        operation=name,
        contract=task.contract,
        manner=task.manner,
        params=WIRES[name].write_params(params),
        total=len(task.items),
        chunks=len(parts),
        submitted_at=database.now(),
        queued=queued,
        undoable=task.operation.undoable(params),
    )
    return jobs.create(database, job, parts)


def _parts(database: Database, task: Task, items: Sequence[str]) -> list[Part]:
    """How the items are cut; what they share is only looked up where it matters."""
    weights, sizes = [task.operation.weight(item) for item in task.items], [len(text.encode()) for text in items]
    if fits(sum(weights), sum(sizes)):
        return [Part(1, range(len(items)))]
    shared = task.operation.keys(database, task.prepared, task.items)
    return cut([Load(*load) for load in zip(shared, weights, sizes, strict=True)])


def _do_here(database: Database, task: Task, stored: Stored) -> list[Outcome]:
    """Do the chunks in the request, in their order.

    Once something is written the client hears what became of it, whether or not the job could be noted as done; what
    was not begun by then is BUSY.
    """
    outcomes: dict[int, Outcome] = {}

    def do(part: Part) -> None:
        items = [task.items[position] for position in part.positions]

        def apply(within: Database, origin: Origin) -> list[Outcome]:
            applied = task.operation.apply(within, task.prepared, items, origin)
            outcomes.update(zip(part.positions, applied, strict=True))
            return applied

        done = work.do(database, stored.job, part, apply, last=True)
        outcomes.update(zip(part.positions, done, strict=True))

    for part in stored.parts:
        try:
            do(part)
        except StorageBusy:
            if not outcomes:
                raise
    return [outcomes.get(position, BUSY) for position in range(stored.job.total)]
