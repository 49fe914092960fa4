"""One request, and what became of its rows: sent under a key of its own, watched as a job until it is finished."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..faults import OperatorError, Unavailable
from ..http import Http, Reply
from ..jobs_client import Job, JobsClient
from ..results import Results, around
from ..rowfiles import FileRow
from .course import Course
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

    def deliver(self, course: Course, rows: Sequence[FileRow], tell: Callable[[Job], None]) -> Results:
        """Have the next request of a course done; raises OperatorError."""
        return around(rows, self._door.row_fault, lambda good: self._deliver(course, good, tell))

    def _deliver(self, course: Course, rows: Sequence[Sequence[str]], tell: Callable[[Job], None]) -> Results:
        if course.job_id is None:
            reply = self._send(course, rows)
            job_id = self._door.job_id(reply)
            if job_id is None:
                return self._door.results(reply)
            course.go_on_as(job_id)
        job = self._jobs.watch(str(course.job_id), tell)
        return self._door.results(self._jobs.results(job["job_id"]).json())

    def _send(self, course: Course, rows: Sequence[Sequence[str]]) -> Any:
        if not self._door.repeatable:
            _refuse_late(course)
        course.send()
        body = self._door.body(rows, course.name)
        key = f"{course.name}-{course.rows}"
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
            course.note_job(job_id)
        return document


def _fault(door: Door, reply: Reply, document: Any) -> str | None:
    try:
        return door.fault(document)
    except (KeyError, TypeError, AttributeError):  # it is the gateway's answer, or somebody else's
        message = document.get("message") if isinstance(document, dict) else None
        return str(message or f"The API answered with HTTP status {reply.status}")


def _refuse_late(course: Course) -> None:
    if course.sent_at is not None and time.time() > course.sent_at + _KEY_SECONDS:
        raise OperatorError(
            f"The request of row {course.rows + 1} was sent more than {_KEY_SECONDS // 3600} hours ago and never "
            f"answered, so it may have been done: see loyalty job list, then delete {course.path} to begin anew"
        )
