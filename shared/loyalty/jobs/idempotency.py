"""Requests that come again: who may do one, and which job has the answer of one that was done.

A request with an Idempotency-Key is done once. Whoever repeats it within a day gets the first answer, and items that
found the store busy are done then. For a large request without a key its own content serves as a key, but only in need:
repeating it is a new request, unless the first one gave up, or died, before all its chunks were sent. Then it completes
that one's job.

Requests are compared as they were parsed: the spelling of the path, the bytes and the sender make no difference.
"""

import re
from typing import NamedTuple

from loyalty.domain import lifetime
from loyalty.domain.errors import KeyReused, RequestCancelled, RequestUndone, StillRunning, StorageBusy
from loyalty.domain.job import Job
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import claims, jobs, progress
from loyalty.store.tables.claims import Claim

_OF_JOB = re.compile("job-([0-9a-f]{32})(?:-([0-9a-f]{16}))?")
_DIGITS = 16  # of the digest, in the key of a request of which nothing is stored


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


def key_of(job_id: str, digest: str | None = None) -> str:
    """The key under which a request that had none can be repeated, and is done once with what it was then.

    Where it was no job, its `digest` says in the key which request that was.
    """
    return f"job-{job_id}" if digest is None else f"job-{job_id}-{digest[:_DIGITS]}"


def claim(database: Database, request: Request, job_id: str) -> Claimed:
    """Claim a request, for `job_id` if nobody did before.

    Raises KeyReused, RequestUndone, RequestCancelled, StillRunning or StorageBusy.
    """
    named = _OF_JOB.fullmatch(request.key or "")
    if named and named[2] and not request.digest.startswith(named[2]):
        raise KeyReused
    held = claims.claim(database, _scope(request), request.digest, named[1] if named else job_id)
    if held.new and not named:
        return Claimed(held.job_id)
    if not request.key:
        return _renew(database, request, held, job_id)
    job = _job(database, request, held)
    if named and named[2] is None and job is None:
        raise KeyReused  # of a job that is forgotten: nothing tells whether this is the same request
    if held.new and job is None:
        return Claimed(held.job_id, resumed=True)
    return _repeat(database, held, job, named=named is not None)


def find(database: Database, request: Request) -> Job | None:
    """The job that did a request, where there is one.

    Raises KeyReused, RequestUndone, RequestCancelled or StorageBusy.
    """
    held = claims.find(database, _scope(request))
    return _standing(_job(database, request, held) if held else None)


def _scope(request: Request, place: int = 1) -> str:
    """What is claimed; requests without a key that are alike, and at once, have places one after the other."""
    names = ("key", request.key) if request.key else ("request", request.digest)
    further = (str(place),) if place > 1 else ()
    return claims.fingerprint(request.account_id, request.contract, *names, *further)


def _job(database: Database, request: Request, held: Claim) -> Job | None:
    """The job of a claim, if it was stored; raises KeyReused where either is another request's, or StorageBusy.

    Once a job that grows has a further part, the first one, which this is about, was sent.
    """
    if held.request != request.digest:
        raise KeyReused
    job = jobs.find(database, held.job_id)
    if job and (job.account_id, job.contract, job.request) != (request.account_id, request.contract, request.digest):
        raise KeyReused
    return job._replace(sent=True, abandoned=False) if job and (job.taken or 1) > 1 else job


def _renew(database: Database, request: Request, held: Claim, job_id: str) -> Claimed:
    """Take up a job that lost its sender, else begin anew, in a place that nobody needs any more.

    First come jobs whose senders told their clients to come again; a dead sender told nobody anything. A request that
    is still sending keeps its place, so that its job is found again if it fails. Raises StorageBusy.
    """
    first: Claim | None = held
    for _ in database.tries():
        claimed = _take_place(database, request, first or held, job_id)
        if claimed:
            return claimed
        first = claims.find(database, _scope(request))
    raise StorageBusy


def _take_place(database: Database, request: Request, first: Claim, job_id: str) -> Claimed | None:
    """Take over a place; None if somebody else was faster."""
    places, now = _places(database, request, first), database.now()
    for one, job in sorted(places, key=lambda place: not (place[1] and place[1].abandoned)):
        if job and not _is_over(job) and job.lost(now) and claims.take_over(database, one):
            return Claimed(job.id)
    free = [one for one, job in places if (job and _is_over(job)) or lifetime.is_over(one.claimed_at, now)]
    if free:
        taken = claims.take_over(database, free[0], job_id)
    else:
        taken = claims.claim(database, _scope(request, len(places) + 1), request.digest, job_id)
    return Claimed(job_id) if taken and taken.new else None


def _is_over(job: Job) -> bool:
    """Whether a job of a request without a key is none that its repetition completes."""
    return job.was_sent or job.undone_by is not None


def _places(database: Database, request: Request, first: Claim) -> list[tuple[Claim, Job | None]]:
    """The claims of requests without a key that are alike, and their jobs."""
    places: list[tuple[Claim, Job | None]] = []
    one: Claim | None = first
    while one:
        places.append((one, _job(database, request, one)))
        one = claims.find(database, _scope(request, len(places) + 1))
    return places


def _repeat(database: Database, held: Claim, job: Job | None, *, named: bool) -> Claimed:
    """Follow a job that is being done, or tell one that is done; take it up if whoever was at it has ended or died."""
    job = _standing(job)
    ended = job is not None and job.finished_at is not None
    now = database.now()
    if job and ((job.is_sent_in_the_end(now) and not ended) or (ended and not _is_open(database, job))):
        return Claimed(job.id, job)
    free = ended or (job is not None and job.lost(now)) or lifetime.is_over(held.claimed_at, now)
    if not free or not claims.take_over(database, held):
        raise StillRunning
    return Claimed(held.job_id, resumed=named and job is None)


def _standing(job: Job | None) -> Job | None:
    """The job of a key as it is; raises RequestUndone or RequestCancelled where it was taken back, or stopped."""
    if job and job.undone_by:
        raise RequestUndone
    if job and job.cancelled_at is not None:
        raise RequestCancelled
    return job


def _is_open(database: Database, job: Job) -> bool:
    """Whether some items found the store busy, so that the request is worth doing again."""
    return any(noted.retryable for noted in progress.read_chunks(database, job).values())
