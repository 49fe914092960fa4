"""A request's items, done at once or as a job.

Little work is done in the request. More goes through the queue: the job is stored, its chunks are sent, and the
request waits for them a while. A small request is a job too, whose chunks are done in the request one by one, when it
can be undone later or has an Idempotency-Key: then its outcomes have to be kept.
"""

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, islice
from typing import Any, Generic, NamedTuple

from loyalty.domain.account import Account
from loyalty.domain.deadline import NOTING_SECONDS
from loyalty.domain.errors import KeyReused, StillRunning, StorageBusy
from loyalty.domain.job import Job, Part
from loyalty.domain.outcome import BUSY, Origin, Outcome, Status
from loyalty.jobs import finishing, idempotency, message, results, work
from loyalty.jobs.cut import Load, cut, fits
from loyalty.jobs.idempotency import Claimed
from loyalty.jobs.parked import kept_text
from loyalty.jobs.work import Chunk, ChunkTaken, OtherContent, Unfinished
from loyalty.operations.base import Operation, Prepared
from loyalty.operations.kind import Item, Kind, Params
from loyalty.store import queue
from loyalty.store.engine.dynamodb import Database
from loyalty.store.queue import Message
from loyalty.store.tables import chunks, jobs, progress
from loyalty.store.tables.chunks import Sent
from loyalty.store.tables.jobs import Stored
from loyalty.telemetry import metrics

_JOB_ID_BYTES = 16
_SENT_AT_ONCE = 100  # messages, so that those of a large job are never all in memory


class Asked(NamedTuple, Generic[Params, Item]):
    """What a client asked for, parsed; `contract` and `manner` tell how it is answered."""

    account: Account
    kind: Kind[Params, Item]
    params: Params
    items: Sequence[Item | Outcome]
    contract: str
    manner: Mapping[str, Any]


class Task(NamedTuple, Generic[Params, Item, Prepared]):
    """What is to be done: the operation, what it prepared from the params, and the request's id (in hex)."""

    asked: Asked[Params, Item]
    operation: Operation[Params, Item, Prepared]
    prepared: Prepared
    request_id: str


class Wish(NamedTuple):
    """How the client wants it done: under which key, and until when (of the database's clock) it waits.

    `until` is None where it doesn't wait at all. `label` is what it calls the job, if the request becomes one.
    """

    key: str | None
    until: float | None
    label: str | None = None


class Done(NamedTuple):
    """The outcomes, and the job that has them, if there is one.

    `repeat_under` is the key under which the request can be repeated where it is not known what became of some items.
    """

    outcomes: list[Outcome]
    job_id: str | None = None
    repeat_under: str | None = None


class Queued(NamedTuple):
    """A job that is not done yet."""

    job_id: str


def carry_out(database: Database, task: Task[Params, Item, Prepared], wish: Wish) -> Done | Queued:
    """Do a task, or have it done. Raises StorageBusy, KeyReused, RequestUndone or StillRunning."""
    operation, items = task.operation, task.asked.items
    large = sum(map(operation.weight, items)) > database.settings.inline_limit
    queued = operation.by_workers or wish.until is None or large
    kept = wish.key or (operation.always_a_job and operation.undoable(operation.resolved(task.prepared)))
    if items and (queued or kept):
        return _as_job(database, task, wish, queued=queued)
    outcomes = operation.apply(database, task.prepared, items, Origin(task.request_id, is_job=False))
    metrics.count(task.asked.contract, outcomes)
    repeat_under = _repeat_under(task.request_id, outcomes)
    if repeat_under:
        repeat_under = idempotency.key_of(task.request_id, request_of(task.asked, wish, texts_of(task.asked)).digest)
    return Done(outcomes, repeat_under=repeat_under)


def answer_of(database: Database, asked: Asked[Params, Item], wish: Wish) -> Done | Queued | None:
    """The answer that a request had before under its key, where it can't be done any more; None if there is none.

    Raises StorageBusy, KeyReused or RequestUndone.
    """
    if not wish.key or not asked.items:
        return None
    job = idempotency.find(database, request_of(asked, wish, texts_of(asked)))
    if job is None or not (job.is_sent_in_the_end(database.now()) or job.finished_at is not None):
        return None
    if not job.queued:  # no message comes again to do it
        _note_what_is_stored(database, job)
    return _follow(database, job, wish)


def _note_what_is_stored(database: Database, job: Job) -> None:
    """Note the chunks of a job that its request does, where whoever did one again died before that."""
    noted = progress.read_chunks(database, job)
    left = [number for number in range(1, job.chunks + 1) if number not in noted or noted[number].retryable]
    for number, chunk in chunks.read_all(database, job.id, left).items() if left else ():
        if chunk.is_finished(job):
            finishing.note(database, job, Part(number, chunk.positions), chunk)


def new_id() -> str:
    """A job's id."""
    return secrets.token_hex(_JOB_ID_BYTES)


def send(database: Database, job: Job, texts: Iterable[str], further: Sequence[Message] = ()) -> Job:
    """Send a job's messages, as they come, with `further` ones at the end, and note that all went.

    Raises StorageBusy, and notes that: some may have gone, so a repeated request has to complete this very job. If not
    even that can be noted, a repeated request would begin anew now: then the job is given back as not `sent`, and is
    shown as failed once its sender can't be at work any more.
    """
    messages, left = chain((Message(text, job.account_id) for text in texts), further), False
    try:
        while some := list(islice(messages, _SENT_AT_ONCE)):
            queue.send(database, database.settings.chunk_queue_url, some)
            left = True
        return all_sent(database, job, works=left)
    except StorageBusy:
        patient = database.patient(NOTING_SECONDS)
        try:
            jobs.mark(patient, job, abandoned=True)
            stored = jobs.find(patient, job.id)
        except StorageBusy:
            return job
        if stored and stored.sent:
            return stored  # that all went was noted, without an answer
        raise


def all_sent(database: Database, job: Job, *, works: bool) -> Job:
    """Note that all of a job was sent; where nobody `works` on it all was done before, and it ends first.

    So whoever dies in between leaves a job that has ended, or one whose sender is lost, and none that runs for ever.
    One that was handed on has its end only once that is noted. Raises StorageBusy.
    """
    if not works and job.handed_on_at is None:
        finishing.close_if_lapsed(database, job)
    job = jobs.mark(database, job, sent=True)
    if job.handed_on_at is not None:
        finishing.close_if_lapsed(database, job)
    return job


def _as_job(database: Database, task: Task[Params, Item, Prepared], wish: Wish, *, queued: bool) -> Done | Queued:
    """Do a task as a job; a resumed one in one piece and here, as before, to find what it wrote."""
    items = texts_of(task.asked)
    request, claimed = request_of(task.asked, wish, items), Claimed(new_id())
    if queued or wish.key:
        claimed = idempotency.claim(database, request, claimed.job_id)
        if claimed.job:
            return _follow(database, claimed.job, wish)
    here = claimed.resumed and not task.operation.by_workers
    parts = [Part(1, range(len(items)))] if here else parts_of(database, task, items)
    job = job_of(task, claimed, request.digest, queued=queued and not here)._replace(label=wish.label)
    stored = jobs.create(database, job._replace(chunks=len(parts), submitted_at=database.now()), parts)
    if not stored.job.queued:
        outcomes = _do_here(database, task, stored, items, repeatable=wish.key is not None)
        return Done(outcomes, stored.job.id, _repeat_under(stored.job.id, outcomes))
    return _follow(database, _send_open(database, stored, items), wish)


def texts_of(asked: Asked[Params, Item]) -> list[str]:
    """The items as they stand in messages."""
    return [message.to_text(asked.kind.write_item(item)) for item in asked.items]


def request_of(asked: Asked[Params, Item], wish: Wish, items: Sequence[str]) -> idempotency.Request:
    """What tells the request apart: what was parsed of it, and how it is to be answered; not when it came."""
    about = [shared(asked.kind, asked.params), asked.manner]
    return idempotency.Request(asked.account.id, asked.contract, wish.key, message.digest(about, items))


def shared(kind: Kind[Params, Item], params: Params) -> Mapping[str, Any]:
    """What all items share, but for when they came."""
    return {name: value for name, value in kind.write_params(params).items() if name != "received_at"}


def _repeat_under(writer: str, outcomes: Sequence[Outcome]) -> str | None:
    unknown = any(outcome.status is Status.UNKNOWN for outcome in outcomes)
    return idempotency.key_of(writer) if unknown else None


def _send_open(database: Database, stored: Stored, items: Sequence[str]) -> Job:
    """Send those chunks of a job that are not done, all of a new one; a job with busy items is begun again.

    Where a retry was lost those are sent that it was for. What a chunk came with before it comes with again: a request
    that did it here wrote its items otherwise. Raises StorageBusy, JobNotFound, and RequestUndone where the job is
    taken back meanwhile.
    """
    job, parts = stored.job, stored.parts
    noted = {} if stored.new else progress.read_chunks(database, job)
    retrying = job.retried and job.finished_at is None
    again = {number for number, chunk in noted.items() if (chunk.kept if retrying else chunk.retryable)}
    left = [part for part in parts if part.number not in noted or part.number in again]
    was_begun = again or job.reopened_at is not None
    met = chunks.read_all(database, job.id, [part.number for part in left]) if was_begun else {}
    if again:
        job = jobs.reopen(database, job)
        progress.forget(database, job, {number: met[number].begun if number in met else 0 for number in sorted(again)})
    before = {number: chunk.content for number, chunk in met.items()}
    texts = [
        message.write(job, part, [items[place] for place in part.positions], content=before.get(part.number))
        for part in left
    ]
    return send(database, job, texts)


def _follow(database: Database, job: Job, wish: Wish) -> Done | Queued:
    """The outcomes of a job if they come in time."""
    if wish.until is None and job.finished_at is None:
        return Queued(job.id)
    outcomes = results.gather(database, job, wish.until or 0.0)
    if outcomes is None:
        return Queued(job.id)
    return Done(outcomes, job.id, _repeat_under(job.id, outcomes))


def job_of(task: Task[Params, Item, Prepared], claimed: Claimed, digest: str, *, queued: bool) -> Job:
    """The job that does a task, before it is cut."""
    asked, params = task.asked, task.operation.resolved(task.prepared)
    return Job(
        id=claimed.job_id,
        account_id=asked.account.id,
        operation=asked.kind.name,
        contract=asked.contract,
        manner=asked.manner,
        params=asked.kind.write_params(params),
        total=len(asked.items),
        chunks=0,
        submitted_at=0.0,
        queued=queued,
        undoable=task.operation.undoable(params),
        request=digest,
        resumed=claimed.resumed,
    )


def parts_of(database: Database, task: Task[Params, Item, Prepared], items: Sequence[str]) -> list[Part]:
    """How the items are cut; what they share is only looked up where it matters."""
    weights, sizes = list(map(task.operation.weight, task.asked.items)), [len(text.encode()) for text in items]
    if fits(sum(weights), sum(sizes)):
        return [Part(1, range(len(items)))]
    shared = task.operation.keys(database, task.prepared, task.asked.items)
    return cut([Load(*load) for load in zip(shared, weights, sizes, strict=True)])


def _do_here(
    database: Database, task: Task[Params, Item, Prepared], stored: Stored, written: Sequence[str], *, repeatable: bool
) -> list[Outcome]:
    """Do the chunks in the request, in their order; what was not begun before the store was too busy is BUSY.

    Once something is written the client is told what became of it, whether or not that could be stored. Only a client
    that can repeat the request under its key is told nothing that is not stored: the next answer might differ.
    Raises StorageBusy, and before something is written StillRunning, RequestUndone or KeyReused.
    """
    outcomes: dict[int, Outcome] = {}
    for part in stored.parts:
        try:
            done = work.do(database, stored.job, _chunk(task, stored.job, part, written), last=True)
        except Unfinished as unfinished:
            if repeatable:
                raise StorageBusy from None
            outcomes.update(zip(part.positions, unfinished.outcomes, strict=True))
        except StorageBusy:
            if not outcomes:
                raise
        except ChunkTaken:
            raise StillRunning from None
        except OtherContent:
            raise KeyReused from None
        else:
            outcomes.update(zip(part.positions, done.outcomes, strict=True))
    return [outcomes.get(position, BUSY) for position in range(stored.job.total)]


def _chunk(task: Task[Params, Item, Prepared], job: Job, part: Part, written: Sequence[str]) -> Chunk[Item]:
    """A chunk to be done here."""
    operation, items = task.operation, [task.asked.items[position] for position in part.positions]

    def apply(within: Database, origin: Origin, some: Sequence[Item | Outcome]) -> list[Outcome]:
        return operation.apply(within, task.prepared, some, origin)

    def settle(within: Database, origin: Origin) -> list[Outcome]:
        return operation.settle(within, task.asked.account, operation.resolved(task.prepared), items, origin)

    texts = [written[position] for position in part.positions]
    content = message.content(texts, part.positions)

    def text() -> str | None:
        return kept_text({**json.loads(message.write(job, part, texts)), "content": content})

    return Chunk(part, Sent(content), items, work.nothing(items), apply, settle, text)
