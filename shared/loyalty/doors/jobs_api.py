"""The jobs API: an account's jobs, how far each is, its results, its cancel and its undo; a handler for each route.

Any credential of the account with the right `jobs:read` may look; to cancel and to undo it needs `jobs:undo`, and the
right that the job's own operation needs. Another account's job is not found.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from loyalty.domain.account import JOBS_READ, Caller
from loyalty.domain.errors import JobNotFound, JobRunning, ParameterError, ReplyTooLarge, RequestError
from loyalty.domain.job import Job, JobStatus, Retry, Undo
from loyalty.domain.outcome import Status
from loyalty.doors import job_filters
from loyalty.doors.auth import authenticate
from loyalty.doors.endpoint import Do, Handler, handler, process_database
from loyalty.doors.headers import job_label
from loyalty.http.request import Reply, Request
from loyalty.jobs import results
from loyalty.jobs.cancel import cancel
from loyalty.jobs.idempotency import key_of
from loyalty.jobs.retry import retry
from loyalty.jobs.undo import undo
from loyalty.operations.registry import OPERATIONS, UNDO
from loyalty.store.engine.batch import side_by_side
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import job_list, jobs, progress
from loyalty.telemetry.log import RequestLog
from loyalty.vendors import jobs_api as contract
from loyalty.vendors.catalogue import RESULTS
from loyalty.vendors.contract import Answer
from loyalty.vendors.jobs_api import View

_JOB_ID = re.compile("[0-9a-f]{32}")
_MOST_LOOKS = 5  # of one call, for jobs that a filter lets through
_LARGEST_NUMBER = 10**9
_PAGES = frozenset({"from", "limit", "partial"})
"""Parameters that ask for a part of the results."""

Route = Callable[[Database, Request, Caller, RequestLog], Reply]


def serve(
    name: str, route: Route, database: Callable[[], Database] = process_database, rights: Sequence[str] = (JOBS_READ,)
) -> Handler:
    """The Lambda handler of a route, which callers with any of the rights may use; without rights it asks itself."""

    def begin(request: Request) -> tuple[Do, Callable[[RequestError], Reply]]:
        return lambda database, log: _do(route, database, request, log, rights), contract.problem

    return handler(f"jobs.{name}", begin, database)


def list_jobs(database: Database, request: Request, caller: Caller, _log: RequestLog) -> Reply:
    """GET /jobs: the account's jobs, newest first, a page at a time; which ones, `job_filters` says.

    A page of some jobs only may hold fewer than there is room for, or none, and have one after it: no call looks at
    more than a few hundred.
    """
    filters = job_filters.read(request.query)
    found: list[View] = []
    place = filters.before
    for _ in range(_MOST_LOOKS):
        page, place = job_list.newest(database, caller.account.id, place, filters.looked_at, filters.period)
        views = side_by_side(lambda job: view_of(database, job), [job for job in page if filters.may_let(job)])
        found += [view for view in views if filters.let(view.status)]
        if len(found) > filters.most:
            place = job_list.place_of(found[filters.most - 1].job)
        if len(found) >= filters.most or place is None:
            break
    documents = [contract.document(view, request.base) for view in found[: filters.most]]
    return contract.answer({"jobs": documents, "next": place and job_filters.write_place(place)})


def show_job(database: Database, request: Request, caller: Caller, log: RequestLog) -> Reply:
    """GET /jobs/{job_id}: how far it is."""
    return contract.answer(contract.document(view_of(database, _find(database, request, caller, log)), request.base))


def job_results(database: Database, request: Request, caller: Caller, log: RequestLog) -> Reply:
    """GET /jobs/{job_id}/results: what a waiting client would have got; `from` and `limit` choose a part of it.

    At most as many as one request may hold. While the job runs it is refused, unless `partial=true` asks for what is
    there without a gap. The results of a file are files themselves, unless a part is asked for.
    """
    job = _find(database, request, caller, log)
    if job.file is not None and _PAGES.isdisjoint(request.query):
        from loyalty.doors import result_files  # noqa: PLC0415 - what splits files, which few jobs need

        return result_files.answer(database, request, job)
    first, limit = _number(request, "from") or 0, _number(request, "limit")
    most = database.settings.max_items if limit is None else min(limit, database.settings.max_items)
    running = job.finished_at is None
    if running and request.query.get("partial") != "true":
        raise JobRunning
    collect = results.known if running else results.outcomes
    repeat_under = None if job.fed else key_of(job.id)  # no single request made one that is fed
    answer = Answer(collect(database, job, first, most), job.undoes or job.id, first, repeat_under)
    reply = RESULTS[job.contract].render(request, job.manner, answer)
    return replace(reply, instead=contract.problem(ReplyTooLarge("fetch parts of it with `from` and `limit`")))


def cancel_job(database: Database, request: Request, caller: Caller, log: RequestLog) -> Reply:
    """POST /jobs/{job_id}/cancel: the job, of which no further chunk is begun; asking twice is the same."""
    job = cancel(database, _find_to_change(database, request, caller, log))
    return _accepted(contract.document(view_of(database, job), request.base))


def retry_job(database: Database, request: Request, caller: Caller, log: RequestLog) -> Reply:
    """POST /jobs/{job_id}/retry: the job, in which what was not done is tried again."""
    job = retry(database, _find_to_change(database, request, caller, log))
    return _accepted(contract.document(view_of(database, job), request.base))


def undo_job(database: Database, request: Request, caller: Caller, log: RequestLog) -> Reply:
    """POST /jobs/{job_id}/undo: the job that takes it back; asking twice is the same as asking once."""
    job = _find_to_change(database, request, caller, log)
    undoing = undo(database, job, job_label(request))
    return _accepted(contract.document(view_of(database, undoing), request.base))


def _accepted(document: Mapping[str, Any]) -> Reply:
    return contract.answer(document, 202, {"Location": document["links"]["self"]})


def _do(route: Route, database: Database, request: Request, log: RequestLog, rights: Sequence[str]) -> Reply:
    caller = authenticate(database, contract.credentials(request), request.address)
    log.account(caller.account.id)
    caller.require(*rights)
    return route(database, request, caller, log)


def _find(database: Database, request: Request, caller: Caller, log: RequestLog) -> Job:
    job_id = request.parameters.get("job_id", "")
    job = jobs.find(database, job_id) if _JOB_ID.fullmatch(job_id) else None
    if job is None or job.account_id != caller.account.id:
        raise JobNotFound
    log.job(job.id)
    return job


def _find_to_change(database: Database, request: Request, caller: Caller, log: RequestLog) -> Job:
    job = _find(database, request, caller, log)
    caller.require(UNDO.kind.right)
    caller.require(OPERATIONS[job.operation].kind.right)
    undone = jobs.find(database, job.undoes) if job.undoes else None
    if undone:
        caller.require(OPERATIONS[undone.operation].kind.right)
    return job


def view_of(database: Database, job: Job) -> View:
    """A job as it stands; raises StorageBusy."""
    far, codes = progress.read(database, job), RESULTS[job.contract].codes
    if job.grows:  # it may have grown before that was read
        job = jobs.find(database, job.id) or job
    counts: Counter[str] = Counter()
    for status in Status:
        counts.update({codes[status]: far.counts[status]} if status in far.counts else {})
    ended = job.finished_at is not None
    undoable = job.undo(database.now()) if ended else Undo.NONE
    helps = (ended and far.retryable and not job.undone_by and not job.error) or job.stranded(database.now())
    retryable = Retry.AVAILABLE if helps else Retry.NONE
    return View(job, _status(database, job, far.chunks), counts, undoable, retryable, job.told_error(database.now()))


def _status(database: Database, job: Job, chunks: int) -> JobStatus:
    if job.undone_by:
        undoing = jobs.find(database, job.undone_by)
        return JobStatus.UNDONE if undoing and undoing.finished_at is not None else JobStatus.UNDOING
    if job.finished_at is not None:
        return job.ending
    if job.cancelled_at is not None:
        return JobStatus.CANCELLING
    failed = job.told_error(database.now()) is not None or job.lost(database.now())
    return JobStatus.FAILED if failed else _status_on_the_way(job, chunks)


def _status_on_the_way(job: Job, chunks: int) -> JobStatus:
    """Where a job stands that nothing has stopped, so many chunks of which are finished."""
    if chunks:
        return JobStatus.RUNNING
    if job.file is None or job.was_sent:
        return JobStatus.QUEUED
    return JobStatus.UPLOADING if job.waits_for_file else JobStatus.SPLITTING


def _number(request: Request, name: str) -> int | None:
    text = request.query.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(_LARGEST_NUMBER))):
        raise ParameterError(name, "must be a whole number, 0 or more", text)
    return int(text)
