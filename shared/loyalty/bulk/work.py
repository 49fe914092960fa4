"""Doing a chunk of a job, once in effect, however often and by however many it is begun.

begin -> apply -> store the outcomes -> note the progress -> after the last chunk: finish the job

Each step may be the last of a worker that dies: who comes next finds what is done, and goes on.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from loyalty import metrics
from loyalty.errors import StorageBusy
from loyalty.job import Job, Part
from loyalty.outcome import BUSY, Origin, Outcome, Status
from loyalty.store import chunks, events, jobs, progress
from loyalty.store.dynamodb import Database

JOB_FINISHED = "Job finished"

_CLOSING_SECONDS = 1.0
"""Kept of the time for storing the outcomes, also those of items for which the store was busy to the end."""

Apply = Callable[[Database, Origin], list[Outcome]]
"""Applies a chunk's items under an origin; StorageBusy means that nothing was done."""


class Unfinished(StorageBusy):
    """The store was too busy for some items; the `outcomes` as far as they are known."""

    def __init__(self, outcomes: list[Outcome]) -> None:
        super().__init__()
        self.outcomes = outcomes


class Closed(NamedTuple):
    """The outcomes of a chunk that could not be done, and whether they stay since it was done before."""

    outcomes: list[Outcome]
    done: bool


def do(database: Database, job: Job, part: Part, apply: Apply, *, last: bool) -> list[Outcome]:
    """Do a chunk, or find it done; its outcomes. Raises StorageBusy.

    Raises Unfinished when items are BUSY and this is not the `last` try; else the chunk is closed with them as that.
    """
    begun = chunks.begin(database, job, part.number)
    outcomes = begun.settled
    if outcomes is None:
        try:
            outcomes = _apply(database, job, part, apply, alone=begun.begun == 1)
        except Unfinished as error:
            if not last:
                raise
            met = chunks.bury(database, job, part, error.outcomes)
            return _close(database, job, part, error.outcomes, met)
    note(database, job, part.number, outcomes)
    return outcomes


def bury(database: Database, job: Job, part: Part) -> list[Outcome]:
    """Close a chunk that can't be done, as BUSY where nothing is known of it; a later delivery replaces that.

    The outcomes that it has then. Raises StorageBusy.
    """
    return _give_up(database, job, part).outcomes


def refuse(database: Database, job: Job, part: Part, outcomes: list[Outcome]) -> Closed:
    """The same for a chunk whose items may not be done at all: as `outcomes`, which say why.

    Once somebody has begun with it something may be written: then it is closed as any other. Raises StorageBusy.
    """
    met = chunks.refuse(database, job, part, outcomes)
    return _give_up(database, job, part) if met else Closed(_close(database, job, part, outcomes, None), done=False)


def note(database: Database, job: Job, number: int, outcomes: Sequence[Outcome]) -> None:
    """Note that a chunk is finished, and finish the job with its last one. Raises StorageBusy."""
    counts = Counter(outcome.status.value for outcome in outcomes)
    if not progress.note(database, job, number, counts):
        return
    finished = jobs.mark(database, job, finished_at=int(database.now()))
    if job.queued and not finished.announced:
        detail = {"job_id": job.id, "account": job.account_id, "operation": job.operation, "total": job.total}
        events.announce(database, JOB_FINISHED, detail)
        jobs.mark(database, finished, announced=True)


def _give_up(database: Database, job: Job, part: Part) -> Closed:
    outcomes = [BUSY] * len(part.positions)
    met = chunks.give_up(database, job, part, outcomes)
    return Closed(_close(database, job, part, outcomes, met), done=met is not None and met.settled is not None)


def _close(
    database: Database, job: Job, part: Part, outcomes: list[Outcome], met: chunks.Chunk | None
) -> list[Outcome]:
    """Count and note the outcomes that were stored, or those that were `met` in their place."""
    if met is None:
        metrics.count(job.contract, outcomes)
    closed = (met and met.outcomes) or outcomes
    note(database, job, part.number, closed)
    return closed


def _apply(database: Database, job: Job, part: Part, apply: Apply, *, alone: bool) -> list[Outcome]:
    """Apply the items and store their outcomes, or those that somebody else was faster to store.

    Who begins alone need not ask whether what it meets is its own, which is cheaper. When somebody joined meanwhile it
    has to: it applies once more, which writes nothing twice.
    """
    first = part.positions[0] if part.positions else 0
    origin = Origin(job.id, first, redelivered=not alone, positions=part.positions)
    try:
        outcomes = apply(database.ending(_CLOSING_SECONDS), origin)
    except StorageBusy:
        outcomes = [BUSY] * len(part.positions)
    if any(outcome.status is Status.BUSY for outcome in outcomes):
        raise Unfinished(outcomes)
    met = chunks.finish(database, job, part, outcomes, alone=alone)
    if met is None:
        metrics.count(job.contract, outcomes)
        return outcomes
    return met.settled if met.settled is not None else _apply(database, job, part, apply, alone=False)
