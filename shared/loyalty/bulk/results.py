"""A job's outcomes, from its chunks, in the order of the request; and waiting for them."""

from collections.abc import Iterator, Sequence
from itertools import islice

from loyalty.job import Job
from loyalty.outcome import BUSY, Outcome
from loyalty.store import chunks, jobs
from loyalty.store.dynamodb import Database

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 0.5


def wait(database: Database, job: Job, seconds: float) -> bool:
    """Whether the job finishes within so many seconds; raises StorageBusy."""
    until, pause = database.clock() + seconds, _FIRST_PAUSE
    while not _finished(database, job):
        left = until - database.clock()
        if left <= 0:
            return False
        database.sleep(min(pause, left))
        pause = min(1.5 * pause, _LONGEST_PAUSE)
    return True


def outcomes(database: Database, job: Job, first: int = 0, most: int | None = None) -> list[Outcome]:
    """The outcomes from position `first` on, at most so many; those that no chunk brought are BUSY.

    Raises StorageBusy.
    """
    found = _by_position(database, job)
    last = job.total if most is None else min(job.total, first + most)
    return [found.get(position, BUSY) for position in range(first, last)]


def known(database: Database, job: Job, first: int = 0, most: int | None = None) -> list[Outcome]:
    """The same while the job runs: as far as outcomes are there without a gap."""
    found = _by_position(database, job)
    return list(islice(_until_gap(found, first, job.total), most))


def _until_gap(found: dict[int, Outcome], first: int, total: int) -> Iterator[Outcome]:
    for position in range(first, total):
        if position not in found:
            return
        yield found[position]


def _by_position(database: Database, job: Job) -> dict[int, Outcome]:
    numbers: Sequence[int] = range(1, job.chunks + 1)
    return {
        position: outcome
        for chunk in chunks.read_all(database, job.id, numbers).values()
        if chunk.outcomes is not None
        for position, outcome in zip(chunk.positions, chunk.outcomes, strict=True)
    }


def _finished(database: Database, job: Job) -> bool:
    stored = jobs.find(database, job.id)
    return stored is not None and stored.finished_at is not None
