"""Requests that come again: who may do one, and which job has the answer of one that was done.

A request with an Idempotency-Key is done once: who repeats it within a day gets the answer of the first, and items that
found the store busy are done then. A large request without a key has its own content for one, but only in need:
repeating it is a new request, unless the first one gave up, or died, before all its chunks were sent. Then it completes
that one's job.

A request is what was parsed of it: neither the spelling of its path nor its bytes nor who sent it tell it apart.
"""

import re
from typing import NamedTuple

from loyalty import lifetime
from loyalty.errors import KeyReused, RequestUndone, StillRunning
from loyalty.job import Job
from loyalty.store import claims, jobs, progress
from loyalty.store.claims import Claim
from loyalty.store.dynamodb import Database

_OF_JOB = re.compile("job-([0-9a-f]{32})")


class Request(NamedTuple):
    """What tells requests apart: the account, the contract, the client's key, and a digest of what was parsed."""

    account_id: str
    contract: str
    key: str | None
    digest: str


class Claimed(NamedTuple):
    """The job to do a request under, with what is stored of it, or the `job` that did it.

    `resumed` says that a request without a job may have written under this id.
    """

    job_id: str
    job: Job | None = None
    resumed: bool = False


def key_of(job_id: str) -> str:
    """The key under which a request that had none can be repeated, and is done once with what it was then."""
    return f"job-{job_id}"


def claim(database: Database, request: Request, job_id: str) -> Claimed:
    """Claim a request, for `job_id` if nobody did before.

    Raises KeyReused, RequestUndone, StillRunning or StorageBusy.
    """
    named = _OF_JOB.fullmatch(request.key or "")
    held = claims.claim(database, _scope(request), request.digest, named[1] if named else job_id)
    if held.new and not named:
        return Claimed(held.job_id)
    job = _job(database, request, held)
    if held.new and job is None:
        return Claimed(held.job_id, resumed=True)
    if request.key:
        return _repeat(database, held, job, named=named is not None)
    return _renew(database, held, job, job_id)


def find(database: Database, request: Request) -> Job | None:
    """The job that did a request, where there is one. Raises KeyReused, RequestUndone or StorageBusy."""
    held = claims.find(database, _scope(request))
    job = held and _job(database, request, held)
    if job and job.undone_by:
        raise RequestUndone
    return job


def _scope(request: Request) -> str:
    names = ("key", request.key) if request.key else ("request", request.digest)
    return claims.fingerprint(request.account_id, request.contract, *names)


def _job(database: Database, request: Request, held: Claim) -> Job | None:
    """The job of a claim, if it was stored; raises KeyReused where either is another request's, or StorageBusy."""
    if held.request != request.digest:
        raise KeyReused
    job = jobs.find(database, held.job_id)
    if job and (job.account_id, job.contract, job.request) != (request.account_id, request.contract, request.digest):
        raise KeyReused
    return job


def _renew(database: Database, held: Claim, job: Job | None, job_id: str) -> Claimed:
    """Take up a job that lost its sender, else begin anew."""
    wanted = held.job_id if job and job.lost(database.now()) else job_id
    taken = claims.take_over(database, held, wanted)
    return Claimed(wanted if taken else job_id)


def _repeat(database: Database, held: Claim, job: Job | None, *, named: bool) -> Claimed:
    """Follow or tell a job that needs nobody, else take it up where whoever was at it is done or dead."""
    if job and job.undone_by:
        raise RequestUndone
    ended = job is not None and job.finished_at is not None
    if job and ((job.sent and not ended) or (ended and not _is_open(database, job))):
        return Claimed(job.id, job)
    now = database.now()
    free = ended or (job is not None and job.lost(now)) or lifetime.is_over(held.claimed_at, now)
    if not free or not claims.take_over(database, held):
        raise StillRunning
    return Claimed(held.job_id, resumed=named and job is None)


def _is_open(database: Database, job: Job) -> bool:
    """Whether some items found the store busy, so that the request is worth doing again."""
    return any(noted.retryable for noted in progress.read_chunks(database, job).values())
