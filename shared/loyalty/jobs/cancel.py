"""Cancelling a job: its workers, which read the job with each message, close what nobody has begun."""

from loyalty.domain.errors import JobNotCancellable
from loyalty.domain.job import Job
from loyalty.jobs import finishing
from loyalty.operations.registry import OPERATIONS
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import jobs


def cancel(database: Database, job: Job) -> Job:
    """The job, of which no further chunk is begun from now on; cancelling twice is the same as cancelling once.

    Raises JobNotCancellable, or StorageBusy; after the latter, asking again completes it.
    """
    if job.undoes:
        raise JobNotCancellable("An undo can't be cancelled")
    if not OPERATIONS[job.operation].stoppable:
        raise JobNotCancellable("An erasure can't be cancelled: it may have begun")
    if (error := job.told_error(database.now())) is not None:
        raise JobNotCancellable(f"The job failed: {error}")
    if job.file is not None and job.split_at is None:
        job = jobs.end_before_split(database, job)
        if job.cancelled_at is not None and job.split_at is None:
            finishing.finish(database, job)
            return job
    job = jobs.cancel(database, job)
    if job.cancelled_at is None or job.undone_by:
        raise JobNotCancellable(_why(job))
    if job.grows and job.finished_at is None and job.reopened_at is None:  # all that came may be done already
        finishing.finish_if_noted(database, job)
    return job


def _why(job: Job) -> str:
    if job.finished_at is not None:
        return "The job is done already"
    if not job.queued:
        return "The job is done by its request, which can't be stopped"
    return "Not all of the job was sent; repeat its request to complete that, or this in a moment"
