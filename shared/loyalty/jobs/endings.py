"""That a job ended, as it is told on the event bus and to the account's webhook: at least once, each time under one id.

A job ends once, unless it is begun again: by a retry, or by its request under its key. Then it ends once more, which is
told under another id. When an undo has ended so has, once more, the job that it took back: that is undone now.
"""

import json
from typing import Any, NamedTuple

from loyalty.domain.job import Job, JobStatus
from loyalty.store import events
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import jobs

JOB_FINISHED = "Job finished"
"""The kind of the events."""


class Ending(NamedTuple):
    """One end of a job: done, failed, cancelled or undone. `event_id` is the same however often it is told.

    The version before this told of a job that had finished without these two: they are empty then.
    """

    event_id: str
    job_id: str
    account: str
    operation: str
    total: int
    status: str


def announce(database: Database, job: Job) -> None:
    """Tell that a job has finished, and of an undo also that the other job is undone; raises StorageBusy.

    The job is read once more, since it may have been cancelled after it was read. One that was begun again meanwhile
    is not told: it ends later.
    """
    told = []
    stored = jobs.find(database, job.id) or job
    if stored.finished_at is not None and stored.reopened_at == job.reopened_at:
        told.append(of(stored))
    undone = jobs.find(database, job.undoes) if job.undoes else None
    if undone:
        told.append(of_undone(undone, job))
    if told:
        events.announce(database, JOB_FINISHED, [one._asdict() for one in told])


def of(job: Job) -> Ending:
    """The end of a job that has finished and is not undone."""
    return _ending(job, f"{job.id}-{_times(job)}", job.ending)


def of_undone(job: Job, undo: Job) -> Ending:
    """The end of a job that was taken back, by the job that did it."""
    return _ending(job, f"{job.id}-undone-{_times(undo)}", JobStatus.UNDONE)


def last(database: Database, job: Job) -> Ending | None:
    """The last end of a job, None while it goes on; raises StorageBusy."""
    if job.undone_by:
        undo = jobs.find(database, job.undone_by)
        return of_undone(job, undo) if undo and undo.finished_at is not None else None
    return of(job) if job.finished_at is not None else None


def write(ending: Ending) -> str:
    """An ending as the queue of webhooks has it: the detail of its event."""
    return json.dumps(ending._asdict())


def read(text: str) -> Ending:
    """The ending in a message, also of the version before; raises ValueError where it is none.

    What a later version adds is passed over.
    """
    document = json.loads(text)
    if not isinstance(document, dict):
        raise ValueError("an ending must be an object")  # noqa: TRY004 - the text is wrong
    given: dict[str, Any] = {name: document.get(name) for name in Ending._fields} | {
        name: document.get(name, "") for name in ("event_id", "status")
    }
    if any(type(given[name]) is not kind for name, kind in Ending.__annotations__.items()):
        raise ValueError("a field of the ending is missing or wrong")
    return Ending(**given)


def _ending(job: Job, event_id: str, status: JobStatus) -> Ending:
    return Ending(event_id, job.id, job.account_id, job.operation, job.total, status.value)


def _times(job: Job) -> int:
    """What tells the ends of a job apart: when it was begun again, in milliseconds; 0 for one that was not."""
    return round((job.reopened_at or 0.0) * 1_000)
