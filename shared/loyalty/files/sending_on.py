"""Chunks that are sent for a request: those of an undo, or those that a retry is for (see `jobs.fan_out`).

What is sent hangs only on what is stored of the job. A cursor says how far it is. So each step may be the last of a
process that dies: the next one does that step again, and chunks that come twice are done once.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeVar

from loyalty.domain.job import Job
from loyalty.files.splitting import Alive, Unfinished
from loyalty.jobs import message
from loyalty.jobs.retry import messages_left, numbers_left
from loyalty.jobs.submit import all_sent
from loyalty.jobs.undo import parts
from loyalty.store import queue
from loyalty.store.engine.dynamodb import Database
from loyalty.store.queue import Message
from loyalty.store.tables import cursors, jobs

STEP_CHUNKS = 100
"""Chunks that are sent before a step is noted; of a retry so many messages are in memory."""

One = TypeVar("One")


class Cursor(NamedTuple):
    """Which chunk was sent last since the job was begun or, at that moment, begun again; None before the first."""

    reopened_at: float | None
    chunk: int | None = None


class Step(NamedTuple):
    """The messages of some chunks, and the number of the last of these."""

    texts: Sequence[str]
    chunk: int


def send_on(database: Database, job: Job, alive: Alive) -> Job:
    """Send the chunks that are left of a job that was handed on; the job then.

    Raises Unfinished, CursorTaken, CursorLost or StorageBusy: then it has to be asked for again.
    """
    with cursors.holding(database, job, cursors.SENDING) as (held, state):
        if job.handed_on_at is None or job.abandoned:  # whoever handed it on could not note that
            job = jobs.hand_on(database, job)
        cursor = Cursor(job.reopened_at)
        if state is not None and state["reopened_at"] == job.reopened_at:
            cursor = Cursor(**state)
        for step in _steps(database, job, cursor.chunk):
            messages = [Message(text, job.account_id) for text in step.texts]
            queue.send(database, database.settings.chunk_queue_url, messages)
            cursors.advance(database, held, Cursor(job.reopened_at, step.chunk)._asdict())
            if not alive():
                raise Unfinished
        return all_sent(database, job, works=True)


def _steps(database: Database, job: Job, last: int | None) -> Iterator[Step]:
    """What is to be sent after that chunk, step by step."""
    return _steps_of_undo(database, job, last) if job.reopened_at is None else _steps_of_retry(database, job, last)


def _steps_of_undo(database: Database, undoing: Job, last: int | None) -> Iterator[Step]:
    """From the last chunk to the first: so that none waits for one that is sent long after it."""
    undone = jobs.read_stored(database, undoing.undoes or "")
    all_ = parts(database, undone.job if undone else undoing)
    left = [part for part in reversed(all_) if last is None or part.number < last]
    for some in _some(left):
        yield Step([message.write(undoing, part) for part in some], some[-1].number)


def _steps_of_retry(database: Database, job: Job, last: int | None) -> Iterator[Step]:
    """From the first chunk to the last, since those wait that follow one another."""
    for some in _some([number for number in numbers_left(database, job) if number > (last or 0)]):
        yield Step(messages_left(database, job, some), some[-1])


def _some(left: Sequence[One]) -> Iterator[Sequence[One]]:
    return (left[first : first + STEP_CHUNKS] for first in range(0, len(left), STEP_CHUNKS))
