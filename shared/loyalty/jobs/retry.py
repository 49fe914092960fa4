"""Trying a job's failed items again, in the same job: it is begun again, as by its request under its key.

A chunk that was closed keeps its message, which is sent once more: what was told of its other items stays. So what a
worker does then is what it does with a message that is redriven.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice

from loyalty.domain.errors import JobNotRetryable, JobRunning, StorageBusy
from loyalty.domain.job import Job
from loyalty.jobs import fan_out
from loyalty.jobs.submit import send
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import chunks, jobs, progress
from loyalty.store.tables.chunk import Chunk
from loyalty.store.tables.progress import Noted

_AT_ONCE = 100
"""Chunks that are read at a time, with their messages."""

Kept = tuple[int, Chunk]


def retry(database: Database, job: Job) -> Job:
    """The job, begun again with the chunks that a retry can help.

    Raises JobRunning, JobNotRetryable, or StorageBusy; after the latter, asking again completes it.
    """
    if job.undone_by:
        raise JobNotRetryable("The job was undone")
    if job.error is not None:
        raise JobNotRetryable(f"The job failed: {job.error}")
    noted = progress.read_chunks(database, job)
    again = [number for number, chunk in sorted(noted.items()) if chunk.kept]
    if job.stranded(database.now()):
        forgotten = [number for number in range(1, job.chunks + 1) if number not in noted]
        _check_kept(database, job, forgotten, noted)
        left = _unfinished(job, _kept(database, job, forgotten + again))
    else:
        job, left = _begun_again(database, job, again)
    if fan_out.is_large(job):
        return fan_out.hand_on(database, job)
    job = send(database, job, _messages(database, job, left))
    if not job.sent:
        raise StorageBusy
    return job


def messages_left(database: Database, job: Job, numbers: Sequence[int]) -> list[str]:
    """The messages of those of these chunks that are left of a retry, each of which counts as unfinished by now.

    One that was closed once more since is among them, and is tried once more. Raises StorageBusy.
    """
    return list(_messages(database, job, _kept(database, job, numbers)))


def numbers_left(database: Database, job: Job) -> list[int]:
    """The numbers of the chunks that may be left of a retry, in their order; raises StorageBusy."""
    noted = progress.read_chunks(database, job)
    return [number for number in range(1, job.chunks + 1) if number not in noted or noted[number].kept]


def _begun_again(database: Database, job: Job, again: Sequence[int]) -> tuple[Job, Iterator[Kept]]:
    """A job that had ended, begun again, and at least one chunk to do, whose worker finishes it."""
    if job.finished_at is None:
        raise JobRunning
    kept = _kept(database, job, again)
    first = next(kept, None)
    if first is None:
        raise JobNotRetryable("Nothing of the job can be tried again")
    return jobs.begin_again(database, job), chain([first], kept)


def _check_kept(database: Database, job: Job, forgotten: Sequence[int], noted: Mapping[int, Noted]) -> None:
    """Refuse a job some chunks of which only its request can bring: they never came, or their messages are not kept."""
    if job.retried:
        return  # it had ended before, with what was kept of all that a retry can help
    met = chunks.read_all(database, job.id, forgotten)
    asked = any(chunk.retryable and not chunk.kept for chunk in noted.values())
    if asked or any(number not in met or met[number].outcomes is None for number in forgotten):
        raise JobNotRetryable("Not all of the job was sent: repeat its request to complete it")


def _kept(database: Database, job: Job, numbers: Sequence[int]) -> Iterator[Kept]:
    """Those of these chunks that a retry can help, with their messages, as they are asked for."""
    for first in range(0, len(numbers), _AT_ONCE):
        met = chunks.read_all(database, job.id, numbers[first : first + _AT_ONCE])
        yield from (one for one in sorted(met.items()) if one[1].retryable)


def _unfinished(job: Job, kept: Iterator[Kept]) -> Iterator[Kept]:
    """Those that were not closed once more since the job was begun again."""
    return (one for one in kept if not one[1].is_finished(job))


def _messages(database: Database, job: Job, left: Iterator[Kept]) -> Iterator[str]:
    """The messages of chunks, each of which counts as unfinished by then."""
    while some := dict(islice(left, _AT_ONCE)):
        progress.forget(database, job, {number: chunk.begun for number, chunk in some.items()})
        yield from (chunk.kept or "" for chunk in some.values())
