"""GET /jobs/{job_id}/results of a file: the files of results, once they are written, which asking for them begins."""

from collections.abc import Sequence
from http import HTTPStatus

from loyalty.domain import moment
from loyalty.domain.errors import JobRunning, NoResults, ParameterError
from loyalty.domain.job import Job
from loyalty.files import arrivals, result_files
from loyalty.files.arrivals import ResultsWanted
from loyalty.files.result_files import ALL, FAILED
from loyalty.http.request import Reply, Request
from loyalty.store import objects, queue
from loyalty.store.engine.dynamodb import Database
from loyalty.store.queue import Message
from loyalty.store.tables import cursors, progress
from loyalty.vendors import jobs_api as contract

URL_SECONDS = 900
"""How long a file of results can be fetched from the URL that is told."""

_ASKED_AGAIN_SECONDS = 900.0
_COMES_SECONDS = 5


def answer(database: Database, request: Request, job: Job) -> Reply:
    """303 to the file, or 200 with its address where no redirect is wanted; 202 while it is written.

    Raises JobRunning, NoResults, ParameterError or StorageBusy.
    """
    which, redirects = _one_of(request, "outcome", (ALL, FAILED)), _one_of(request, "redirect", ("true", "false"))
    if job.finished_at is None:
        raise JobRunning
    if not job.total:
        raise NoResults(f"The job has no results: {job.error or 'it was cancelled before its file was read'}")
    state = result_files.state_of(job, progress.read(database, job))
    key = result_files.find(database, job, state, which)
    if key is None:
        _have_written(database, job, state)
        body = {"job_id": job.id, "status": "writing"}
        return contract.answer(body, HTTPStatus.ACCEPTED, {"Retry-After": str(_COMES_SECONDS)})
    name = f"{job.id}.csv" if which == ALL else f"{job.id}.{which}.csv"
    url = objects.download_url(database, key, URL_SECONDS, name)
    body = {"job_id": job.id, "url": url, "expires_at": moment.at(database.now() + URL_SECONDS)}
    if redirects == "false":
        return contract.answer(body)
    return contract.answer(body, HTTPStatus.SEE_OTHER, {"Location": url})


def _one_of(request: Request, name: str, values: Sequence[str]) -> str:
    """A parameter that is one of these words, the first of which it is where it is missing."""
    wanted = request.query.get(name, values[0])
    if wanted not in values:
        raise ParameterError(name, f"must be {' or '.join(values)}", wanted)
    return wanted


def _have_written(database: Database, job: Job, state: str) -> None:
    """Ask for the files, unless somebody did a moment ago."""
    if cursors.ask(database, job, result_files.CURSOR, state, _ASKED_AGAIN_SECONDS):
        text = arrivals.write(ResultsWanted(job.id, state))
        queue.send(database, database.settings.split_queue_url, [Message(text, job.account_id)])
