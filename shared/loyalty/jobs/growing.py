"""A task: a job that a client sends part by part, until it says that this was all, or sends nothing for ten minutes.

    begin -> add -> add -> … -> close

Nothing waits: each part goes to the queue, and its results are the job's. A part is known by its number, which the
reply to the part before names. Each step can be the last of a sender that dies: the same request again completes it.
So it stores the part, has the job take it, sends its chunks and, to come later, a message that looks whether another
part came since, and notes that all went. Only then the next part is taken, and only then its
ten minutes begin.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from loyalty.domain import lifetime, moment
from loyalty.domain.account import Account
from loyalty.domain.errors import (
    PartDiffers,
    PartReused,
    PartUnknown,
    RequestError,
    StorageBusy,
    TaskNotFound,
    TooLarge,
)
from loyalty.domain.job import MOST_CHUNKS, TASK_SECONDS, Job, Part, Place
from loyalty.domain.outcome import Outcome
from loyalty.jobs import finishing, idempotency, message
from loyalty.jobs.submit import Asked, Task, Wish, job_of, new_id, parts_of, request_of, send, shared, texts_of
from loyalty.operations import registry
from loyalty.operations.kind import Item, Params
from loyalty.store.engine.dynamodb import Database
from loyalty.store.queue import Message
from loyalty.store.tables import growth, jobs
from loyalty.store.tables.growth import Further

_LOOKS_AFTER_SECONDS = TASK_SECONDS + 2 * lifetime.LONGEST_SECONDS  # whoever sends has noted it by then, by any clock


class Added(NamedTuple):
    """The job that a part belongs to, and the number of the part that comes next, None once it is closed."""

    job_id: str
    following: int | None


def begin(database: Database, asked: Asked[Params, Item], wish: Wish) -> Added:
    """Begin a task with its first part, which can be repeated as any large request can, and names the job.

    Raises the RequestError of what can't be done, KeyReused, RequestUndone, StillRunning or StorageBusy.
    """
    texts = texts_of(asked)
    request = request_of(asked, wish, texts)
    try:
        task = _task(database, asked)
    except RequestError:
        job = idempotency.find(database, request) if wish.key else None
        if job is None or not (job.sent or (job.taken or 0) > 1):
            raise  # there is none, or its first part was never sent
        return Added(job.id, 2)
    claimed = idempotency.claim(database, request, new_id())
    if claimed.job is None:
        parts, now = parts_of(database, task, texts), database.now()
        job = job_of(task, claimed, request.digest, queued=True)
        job = job._replace(label=wish.label, submitted_at=now, fed=True, taken=1, taken_at=now).as_of(parts)
        stored = jobs.create(database, job, parts)
        _complete(database, stored.job, 1, stored.parts, texts)
    return Added(claimed.job_id, 2)


def add(database: Database, asked: Asked[Params, Item], place: Place) -> Added:
    """Add a further part to a task, or find that it has this one.

    Raises TaskNotFound, PartReused, PartUnknown, PartDiffers, the RequestError of what can't be done, TooLarge, or
    StorageBusy.
    """
    job = _find(database, asked.account, asked.contract, place)
    if place.number > (job.taken or 0):
        job, further = _take(database, job, _new(database, job, asked, place.number))
    else:
        further = _taken(database, job, asked, place.number)
    dated = _dated(asked, moment.at(further.came_at))
    _complete(database, job, place.number, further.parts, texts_of(asked._replace(items=dated)))
    return Added(job.id, place.number + 1)


def close(database: Database, account: Account, contract: str, place: Place) -> Added:
    """Close a task with what would be its next part; closing it again is the same.

    Raises TaskNotFound, PartReused, PartUnknown or StorageBusy.
    """
    job = _find(database, account, contract, place)
    following = (job.taken or 0) + 1
    if place.number != following or not job.sent:
        raise _refusal(database, job, PartReused() if place.number < following else PartUnknown())
    job = growth.close(database, job)
    if not job.closed:
        raise PartReused  # another part came at the same moment
    finishing.finish_if_noted(database, job)
    return Added(job.id, None)


def _find(database: Database, account: Account, contract: str, place: Place) -> Job:
    job = jobs.find(database, place.job_id)
    mine = job is not None and (job.account_id, job.contract) == (account.id, contract)
    if job is None or not mine or not job.grows or job.undone_by:
        raise TaskNotFound
    return job


def _refusal(database: Database, job: Job, error: RequestError) -> RequestError:
    """Why a part is refused: a job that takes none any more is as one that never was."""
    return error if job.takes_parts(database.now()) else TaskNotFound()


def _task(database: Database, asked: Asked[Params, Item]) -> Task[Params, Item, Any]:
    operation = registry.of(asked.kind)
    return Task(asked, operation, operation.prepare(database, asked.account, asked.params), "")


def _digest(asked: Asked[Params, Item]) -> str:
    return message.digest(shared(asked.kind, asked.params), texts_of(asked))


def _taken(database: Database, job: Job, asked: Asked[Params, Item], number: int) -> Further:
    """A part that the job has already, if it is this one."""
    further = growth.find(database, job, number)
    if further and further.request == _digest(asked):
        return further
    raise _refusal(database, job, PartReused())


def _new(database: Database, job: Job, asked: Asked[Params, Item], number: int) -> Further:
    """A part that the job can take next, cut."""
    follows = number == (job.taken or 0) + 1 and job.sent
    if not follows or not job.takes_parts(database.now()):
        raise _refusal(database, job, PartUnknown())
    task = _task(database, asked)
    resolved, of_job = task.operation.resolved(task.prepared), asked.kind.read_params(job.params, "")
    if shared(asked.kind, resolved) != shared(asked.kind, of_job):
        raise PartDiffers
    parts = _after(job, parts_of(database, task, texts_of(asked)))
    if parts[-1].number > MOST_CHUNKS:
        raise TooLarge("The task may hold no more items; begin another one")
    return Further(number, _digest(asked), parts, database.now())


def _take(database: Database, job: Job, further: Further) -> tuple[Job, Further]:
    """Have the job take its next part; the job then, and the part as it was stored first."""
    stored = growth.keep(database, job, further)
    if stored.request != further.request:
        raise PartReused
    job = growth.take(database, job, stored)
    if (job.taken or 0) < stored.number:
        raise TaskNotFound  # it was closed meanwhile
    return job, stored


def _after(job: Job, parts: Sequence[Part]) -> list[Part]:
    """Chunks that follow those which a job has, with items that follow its own."""
    before, first = job.chunks, job.total

    def moved(positions: Sequence[int]) -> Sequence[int]:
        if isinstance(positions, range):
            return range(positions.start + first, positions.stop + first)
        return [position + first for position in positions]

    return [Part(one.number + before, moved(one.positions), one.after and one.after + before) for one in parts]


def _dated(asked: Asked[Params, Item], came: str) -> list[Item | Outcome]:
    """The items of a further part, which came later than what the job's params say."""
    return [item if isinstance(item, Outcome) else asked.kind.came(item, came) for item in asked.items]


def _complete(database: Database, job: Job, number: int, parts: Sequence[Part], texts: Sequence[str]) -> None:
    """Send the chunks of the job's last part, unless that was done, as it was if the job was retried since.

    Raises StorageBusy.
    """
    if job.taken != number or job.sent or job.reopened_at is not None:
        return
    first, as_sent = min(part.positions[0] for part in parts), job.as_of(parts)
    bodies = [message.write(as_sent, part, [texts[place - first] for place in part.positions]) for part in parts]
    one = parts[0]._replace(positions=parts[0].positions[:1])
    looks = message.write(as_sent, one, [texts[one.positions[0] - first]], wakes=True)
    sent = send(database, job, bodies, [Message(looks, job.account_id, delay=_LOOKS_AFTER_SECONDS)])
    if sent.taken == number and not sent.sent:
        raise StorageBusy
