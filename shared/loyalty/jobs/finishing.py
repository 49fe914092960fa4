"""What follows a chunk's end: it is noted, and with the last one of a job the job is finished, and that announced.

Whoever comes second of two that end side by side finds both. Each step may be the last of a worker that dies: whoever
comes for the chunk again does the rest.
"""

from collections import Counter

from loyalty.domain.job import Job, Part
from loyalty.jobs import endings
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import chunks, growth, jobs, progress
from loyalty.store.tables.chunk import Chunk
from loyalty.store.tables.progress import Noted

_AT_ONCE = 100
"""Chunks that are read at a time, with their messages."""


def note(database: Database, job: Job, part: Part, chunk: Chunk) -> None:
    """Note that a chunk is finished, as it is stored, and finish the job with its last one; raises StorageBusy."""
    counts = Counter(outcome.status.value for outcome in chunk.outcomes or ())
    what = Noted(counts, part.positions, part.after, chunk.retryable)
    noted = progress.note(database, job, part.number, what, chunk.rank)
    whole = _whole(database, job)
    if whole and progress.is_complete(database, whole, part.number, noted):
        finish(database, whole)


def close_if_lapsed(database: Database, job: Job) -> None:
    """Close a job that grows if the time for its next part is over, and finish what is noted; raises StorageBusy."""
    whole = _whole(database, job)
    if whole:
        finish_if_noted(database, whole)


def finish_if_noted(database: Database, job: Job) -> None:
    """Finish a job that takes no part any more if all its chunks are noted; raises StorageBusy."""
    if _is_noted(database, job):
        finish(database, job)


def _is_noted(database: Database, job: Job) -> bool:
    return len(progress.read_chunks(database, job)) == job.chunks


def _whole(database: Database, job: Job) -> Job | None:
    """The job, if it can be finished; one that grows as it is now, unless it may still grow.

    It is read after the note and closed before the notes are read: so whoever comes second finds both. A part of which
    nobody knows whether it was sent is waited for, unless all of it was done: its sender may have been told to repeat.
    """
    if not job.grows:
        return job
    found = jobs.find(database, job.id)
    if found and not found.closed and found.lapsed(database.now()) and (found.sent or _is_noted(database, found)):
        found = growth.close(database, found)
    return found if found and found.closed else None


def fail(database: Database, job: Job, error: str) -> Job:
    """End a job that can't be done as a whole, for this reason, and announce that; raises StorageBusy."""
    failed = jobs.fail(database, job, error)
    finish(database, failed)
    return failed


def finish(database: Database, job: Job) -> None:
    """Finish a job all of whose chunks are noted, which may be so already; raises StorageBusy."""
    if _is_to_be_done_again(database, job):
        return
    if job.fed and not progress.covers(progress.read_chunks(database, job).values(), job.total):
        jobs.mark(database, job, faulty=True)
    finished = jobs.mark(database, job, finished_at=int(database.now()))
    if finished.finished_at is not None and job.queued and not finished.announced:
        endings.announce(database, finished)
        jobs.mark(database, finished, announced=True)


def _is_to_be_done_again(database: Database, job: Job) -> bool:
    """Whether a job that was begun again is only complete because notes of what is done again are not forgotten yet.

    Those of one that was handed on are all forgotten by the time when it notes that all was sent.
    """
    if job.reopened_at is None:
        return False
    if job.handed_on_at is not None:
        found = jobs.find(database, job.id)
        return found is not None and not found.sent
    noted = sorted(progress.read_chunks(database, job).items(), reverse=True)  # the first ones are forgotten first
    again = [number for number, one in noted if (one.kept if job.retried else one.retryable)]
    some = (again[first : first + _AT_ONCE] for first in range(0, len(again), _AT_ONCE))
    met = (one for numbers in some for one in chunks.read_all(database, job.id, numbers).values())
    return not all(one.is_finished(job) for one in met)
