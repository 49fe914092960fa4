"""The jobs API, which is ours: who may call it, and how jobs and errors look in JSON.

Errors are problem details (RFC 9457). A job's own results are its vendor's: see `catalogue`.
"""

import base64
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple

from loyalty.domain import moment
from loyalty.domain.account import BASIC, BEARER, Credential
from loyalty.domain.errors import (
    CredentialsError,
    CredentialsMissing,
    CredentialsUnknown,
    InternalError,
    RequestError,
    StorageBusy,
)
from loyalty.domain.job import Job, JobStatus, Retry, Undo
from loyalty.domain.outcome import Status
from loyalty.http.request import Reply, Request, json_reply
from loyalty.vendors.capillary.credentials import access_credential
from loyalty.vendors.contract import CANCELLED, Answer, Manner

_TEXTS: dict[type[RequestError], str] = {
    CredentialsMissing: "An Authorization header is required: Bearer with a token, or Basic",
    CredentialsUnknown: "The credentials are not known",
    StorageBusy: "Storage is busy, repeat the request",
}
_ACTIONS = ("results", "cancel", "retry", "undo")
_KEPT_BY_NOBODY = {"Cache-Control": "no-store"}


def credentials(request: Request) -> list[Credential]:
    """What the headers may mean, nothing when there is none: a token of any vendor's, an import or a Basic user."""
    if token := request.headers.get("x-cap-api-oauth-token", "").strip():
        return [access_credential(token)]
    scheme, _, value = request.headers.get("authorization", "").strip().partition(" ")
    value = value.strip()
    if scheme.lower() == "bearer" and value:
        return [Credential("token", value), access_credential(value)]
    if scheme.lower() == "basic":
        try:
            pair = base64.b64decode(value, validate=True).decode()
        except ValueError:  # no base64, or no UTF-8 in it
            return [Credential("basic", "")]
        return [Credential("import", pair), Credential("basic", pair)]
    return []


class View(NamedTuple):
    """A job as it stands: its fates counted, by what its contract calls them, and what can be done with it.

    `error` says why it failed as a whole, if it did and somebody knows.
    """

    job: Job
    status: JobStatus
    counts: Mapping[str, int]
    undo: Undo
    retry: Retry
    error: str | None = None


def links(job: Job, base: str) -> dict[str, str]:
    """Where a job is seen, and what can be asked of it."""
    self = f"{base}/jobs/{job.id}"
    others = {"undoes": job.undoes, "undone_by": job.undone_by}
    related = {name: f"{base}/jobs/{other}" for name, other in others.items() if other}
    return {"self": self, **{name: f"{self}/{name}" for name in _ACTIONS}, **related}


def document(view: View, base: str) -> dict[str, Any]:
    """A job as its API shows it; `base` is what stands before every path of this API."""
    job, counts = view.job, view.counts
    told = {"file": job.file, "error": view.error}
    return {
        "job_id": job.id,
        "operation": job.operation,
        "label": job.label,
        "dry_run": job.dry_run,
        "status": view.status,
        **{name: value for name, value in told.items() if value is not None},
        "total": job.total,
        "done": sum(counts.values()) - counts.get(CANCELLED, 0),
        "counts": dict(counts),
        "submitted_at": moment.at(job.submitted_at),
        "finished_at": None if job.finished_at is None else moment.at(job.finished_at),
        "undo": view.undo,
        "retry": view.retry,
        "links": links(job, base),
    }


def webhook_document(
    url: str, set_at: str, delivered: tuple[str, str] | None, failed: tuple[str, str, str] | None
) -> dict[str, Any]:
    """An account's webhook as its API shows it, with the job and the moment of the last calls, and why one failed."""
    return {
        "url": url,
        "set_at": set_at,
        "last_delivered": delivered and {"job_id": delivered[0], "at": delivered[1]},
        "last_failed": failed and {"job_id": failed[0], "at": failed[1], "reason": failed[2]},
    }


def answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """A JSON answer, which nobody is to keep."""
    return json_reply(status, body, {**_KEPT_BY_NOBODY, **(headers or {})})


def problem(error: RequestError) -> Reply:
    """The answer to a request that was not done."""
    text = "Internal error" if isinstance(error, InternalError) else _TEXTS.get(type(error)) or str(error)
    body = {
        "type": "about:blank",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "detail": text,
    }
    headers = {"WWW-Authenticate": f"{BEARER}, {BASIC}"} if isinstance(error, CredentialsError) else {}
    return json_reply(error.status, body, {**_KEPT_BY_NOBODY, **headers}, kind="problem+json")


class UndoContract:
    """How the results of an undo look: it is asked for by the jobs API, not by an endpoint of its own."""

    name = "jobs.undo"
    codes: Mapping[Status, str] = {
        Status.UNDONE: "undone",
        Status.KEPT: "kept",
        Status.IGNORED: "unchanged",
        Status.BUSY: "busy",
        Status.UNKNOWN: "busy",
    }

    def render(self, _request: Request, _manner: Manner, result: Answer) -> Reply:
        """What became of each item of the job that was undone, in its order."""
        return answer({"job_id": result.job_id, "first": result.first, "results": self._names(result)})

    def _names(self, result: Answer) -> Sequence[str]:
        return [self.codes[outcome.status] for outcome in result.outcomes]


UNDO = UndoContract()
