"""One request, and what became of its rows: sent under a key of its own, watched as a job until it is finished."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..faults import OperatorError, Unavailable
from ..http import Http, Reply
from ..jobs_client import Job, JobsClient
from ..results import Results, around
from ..rowfiles import FileRow
from .checkpoint import Checkpoint
from .doors import Door

_KEY_SECONDS = 23 * 3600
"""The API keeps an Idempotency-Key for a day; an hour is left for clocks that disagree."""
_JOB_HEADER = "x-job-id"


class RequestRefused(OperatorError):
    """The API will not do a request as it is, and has done nothing of it."""


class Delivery:
    """Sends the requests of one file, one after the other, since rows of one customer must stay in their order."""

    def __init__(self, door: Door, http: Http, headers: Mapping[str, str], jobs: JobsClient) -> None:
        self._door, self._http, self._headers, self._jobs = door, http, headers, jobs

    def deliver(self, checkpoint: Checkpoint, rows: Sequence[FileRow], tell: Callable[[Job], None]) -> Results:
        """Have the next request of a checkpoint done; raises OperatorError."""
        return around(rows, self._door.row_fault, lambda good: self._deliver(checkpoint, good, tell))

    def _deliver(self, checkpoint: Checkpoint, rows: Sequence[Sequence[str]], tell: Callable[[Job], None]) -> Results:
        if checkpoint.job_id is None:
            reply = self._send(checkpoint, rows)
            job_id = self._door.job_id(reply)
            if job_id is None:
                return self._door.results(reply)
            checkpoint.go_on_as(job_id)
        job = self._jobs.watch(str(checkpoint.job_id), tell)
        reply = self._jobs.results(job["job_id"]).json()
        if not checkpoint.rows and (fault := self._door.fault(reply)):
            raise RequestRefused(fault)
        return self._door.results(reply)

    def _send(self, checkpoint: Checkpoint, rows: Sequence[Sequence[str]]) -> Any:
        if not self._door.repeatable:
            _refuse_late(checkpoint)
        checkpoint.send()
        body = self._door.body(rows, checkpoint.name)
        key = f"{checkpoint.name}-{checkpoint.rows}"
        headers = {
            **self._headers,
            "Content-Type": body.content_type,
            "Idempotency-Key": key,
            "Prefer": "respond-async",
        }
        reply = self._http.send("POST", self._door.path, headers, body.content)
        document = reply.json()
        if fault := _fault(self._door, reply, document):
            kind = Unavailable if reply.status >= 500 else RequestRefused  # noqa: PLR2004 - HTTP's own classes
            raise kind(fault)
        if job_id := reply.headers.get(_JOB_HEADER):
            checkpoint.note_job(job_id)
        return document


def _fault(door: Door, reply: Reply, document: Any) -> str | None:
    try:
        return door.fault(document)
    except (KeyError, TypeError, AttributeError):  # it is the gateway's answer, or somebody else's
        message = document.get("message") if isinstance(document, dict) else None
        return str(message or f"The API answered with HTTP status {reply.status}")


def _refuse_late(checkpoint: Checkpoint) -> None:
    if checkpoint.sent_at is not None and time.time() > checkpoint.sent_at + _KEY_SECONDS:
        raise OperatorError(
            f"The request of row {checkpoint.rows + 1} was sent more than {_KEY_SECONDS // 3600} hours ago and never "
            f"answered, so it may have been done: see loyalty job list, then delete {checkpoint.path} to begin anew"
        )
