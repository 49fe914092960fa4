"""A job's outcomes, from its chunks, in the order of the request; and waiting for them."""

from collections.abc import Sequence
from contextlib import suppress
from itertools import takewhile

from loyalty.domain.deadline import COLLECTING_SECONDS
from loyalty.domain.errors import StorageBusy
from loyalty.domain.job import Job
from loyalty.domain.outcome import Outcome, Status, invalid
from loyalty.store import cuts
from loyalty.store.engine.dynamodb import Database
from loyalty.store.objects import ObjectChanged
from loyalty.store.tables import chunks, jobs, progress

_MISSING = invalid("No chunk of the job brought this item")
_NOTHING = Outcome(Status.IGNORED)  # of an undo, for which that is nothing to take back
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 0.5
_LEAST_SECONDS = 0.01  # enough to look once


def gather(database: Database, job: Job, until: float) -> list[Outcome] | None:
    """The job's outcomes if it finishes by then (of the database's clock), and the store tells them in time."""
    seconds = until - database.clock()
    with suppress(StorageBusy):
        if job.finished_at is not None or _finishes(database.patient(max(seconds, _LEAST_SECONDS)), job):
            return outcomes(database.patient(COLLECTING_SECONDS), job)
    return None


def outcomes(database: Database, job: Job, first: int = 0, most: int | None = None) -> list[Outcome]:
    """The outcomes from position `first` on, at most `most`; an item that no chunk brought has an outcome that says so.

    Raises StorageBusy.
    """
    wanted = _range(job, first, most)
    found = _by_position(database, job, wanted)
    missing = _MISSING if job.undoes is None else _NOTHING
    return [found.get(position, missing) for position in wanted]


def known(database: Database, job: Job, first: int = 0, most: int | None = None) -> list[Outcome]:
    """The outcomes of a running job from position `first` on, up to the first gap; raises StorageBusy."""
    wanted = _range(job, first, most)
    found = _by_position(database, job, wanted)
    return [found[position] for position in takewhile(found.__contains__, wanted)]


def _range(job: Job, first: int, most: int | None) -> range:
    return range(first, job.total if most is None else min(job.total, first + most))


def _by_position(database: Database, job: Job, wanted: range) -> dict[int, Outcome]:
    numbers = _holding(database, job, wanted) if len(wanted) < job.total else range(1, job.chunks + 1)
    return {
        position: outcome
        for chunk in chunks.read_all(database, job.id, numbers, wanted).values()
        if chunk.outcomes is not None
        for position, outcome in zip(chunk.positions, chunk.outcomes, strict=True)
    }


def _holding(database: Database, job: Job, wanted: range) -> Sequence[int]:
    """The chunks that hold these positions: as the request or the file was cut, or as a job that was fed noted them."""
    stored = jobs.read_stored(database, job.undoes or job.id)
    if not wanted or stored is None:  # the job that this one undid may be deleted by now
        return range(1, job.chunks + 1) if wanted else ()
    if stored.job.file is not None:
        try:
            return sorted({code & cuts.NUMBER for code in cuts.read(database, stored.job.id, wanted)})
        except ObjectChanged:  # what is in S3 is deleted before an undo of the last days is
            return range(1, job.chunks + 1)
    if stored.job.fed:
        return progress.holding(database, stored.job, wanted)
    return [part.number for part in stored.parts if progress.within(part.positions, wanted)]


def _finishes(database: Database, job: Job) -> bool:
    """Whether the job finishes before the database's deadline."""
    pause = _FIRST_PAUSE
    while not ((stored := jobs.find(database, job.id)) and stored.finished_at is not None):
        left = database.deadline - database.clock()
        if left <= pause:
            return False
        database.sleep(pause)
        pause = min(1.5 * pause, _LONGEST_PAUSE)
    return True
