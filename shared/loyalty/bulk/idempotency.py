"""Requests that come again: who may do one, and which job has the answer of one that was done.

A request with an Idempotency-Key is done once: who repeats it within a day gets the answer of the first. A large
request without a key has its own content for one, but only in need: repeating it is a new request, unless the first
one gave up, or died, before all its chunks were sent. Then it completes that one's job.
"""

from collections.abc import Callable
from typing import NamedTuple

from loyalty.errors import KeyReused, StillRunning
from loyalty.job import Job
from loyalty.outcome import Status
from loyalty.store import claims, jobs, progress
from loyalty.store.claims import Claim
from loyalty.store.dynamodb import Database

LONGEST_REQUEST_SECONDS = 30
"""The gateway lets no request live longer: who claimed before that and has not finished is dead."""


class Key(NamedTuple):
    """What tells requests apart: the endpoint's path, the client's key, and a fingerprint of the whole request."""

    path: str
    text: str | None
    fingerprint: Callable[[], str]


class Claimed(NamedTuple):
    """The job to do a request under, or the `job` that did it."""

    job_id: str
    job: Job | None = None


def claim(database: Database, account_id: str, key: Key, job_id: str) -> Claimed:
    """Claim a request, for `job_id` if nobody did before. Raises KeyReused, StillRunning or StorageBusy."""
    request = key.fingerprint()
    names = ("key", key.text) if key.text else ("request", request)
    held = claims.claim(database, claims.fingerprint(account_id, key.path, *names), request, job_id)
    if held.new:
        return Claimed(held.job_id)
    if held.request != request:
        raise KeyReused
    job = jobs.find(database, held.job_id)
    return _repeat(database, held, job) if key.text else _renew(database, held, job, job_id)


def _renew(database: Database, held: Claim, job: Job | None, job_id: str) -> Claimed:
    """Take up a job that lost its sender, else begin anew."""
    wanted = held.job_id if job and job.lost(database.now()) else job_id
    taken = claims.take_over(database, held, wanted)
    return Claimed(wanted if taken else job_id)


def _repeat(database: Database, held: Claim, job: Job | None) -> Claimed:
    finished = job is not None and job.finished_at is not None
    if job and (job.sent or (finished and not _is_busy(database, job))):
        return Claimed(job.id, job)
    lost = job is not None and job.lost(database.now())
    died = database.now() >= held.claimed_at + LONGEST_REQUEST_SECONDS
    if not (lost or died or finished) or not claims.take_over(database, held):
        raise StillRunning
    return Claimed(held.job_id)


def _is_busy(database: Database, job: Job) -> bool:
    """Whether some items found the store busy, so that the request is worth doing again."""
    return bool(progress.read(database, job).counts.get(Status.BUSY))
