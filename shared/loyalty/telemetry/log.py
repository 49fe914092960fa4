"""One structured log line for each request or chunk, and nothing in it that a client sent.

Error texts quote what they refuse, and messages of libraries may hold keys or values: so lines carry
the kind of an error and where it rose, never its text. The texts of `InternalError`s are ours.
"""

import time
import traceback
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from loyalty.domain.errors import InternalError, RequestError
from loyalty.domain.job import Job
from loyalty.domain.outcome import Outcome
from loyalty.http.request import Request

if TYPE_CHECKING:
    from loyalty.jobs.worker import Worked

logger = Logger(location=None)


class Log:
    """One line, gathered while the work is done; `failed` once the work was not."""

    def __init__(self, message: str, **fields: Any) -> None:
        self._began = time.perf_counter()
        self._message, self._fields = message, fields
        self._ours = False
        self.failed = False

    def account(self, account_id: str) -> None:
        """Say which account it is for."""
        self._fields["account"] = account_id

    def job(self, job_id: str) -> None:
        """Say which job it is about."""
        self._fields["job_id"] = job_id

    def outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """Say how many items ended how."""
        self._fields["items"] = len(outcomes)
        self._fields["outcomes"] = Counter(outcome.status.value for outcome in outcomes)

    def fault(self, error: Exception) -> None:
        """Say why it was not done."""
        self.failed = True
        self._fields["error"] = type(error).__name__
        self._ours = not isinstance(error, RequestError) or isinstance(error, InternalError)
        if isinstance(error, InternalError):
            self._fields["detail"] = str(error)

    def unexpected(self, error: Exception) -> None:
        """An error that no rule foresees: where it rose, so that it can be found."""
        self.fault(error)
        frames = traceback.extract_tb(error.__traceback__)
        self._fields["raised_at"] = [f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]

    def _write(self, **fields: Any) -> None:
        """Write the line, as an error when the fault is ours."""
        self._fields |= {**fields, "milliseconds": round((time.perf_counter() - self._began) * 1000)}
        (logger.error if self._ours else logger.info)(self._message, extra=self._fields)


class RequestLog(Log):
    """The line of one request."""

    def __init__(self, endpoint: str, request: Request) -> None:
        super().__init__("request", endpoint=endpoint, request_id=request.id)

    def endpoint(self, name: str) -> None:
        """Which of several that share a route it is."""
        self._fields["endpoint"] = name

    def write(self, status: int) -> None:
        """Write it, with the HTTP status."""
        self._write(status=status)


class WebhookLog(Log):
    """The line of one try to tell the end of a job."""

    def __init__(self, message_id: str, receives: int) -> None:
        super().__init__("webhook", function="deliver_webhook", message_id=message_id, receives=receives)

    def told(self, what: str) -> None:
        """Say what came of it, in words of ours."""
        self._fields["outcome"] = what

    def comes_again(self) -> None:
        """Say that there is another try."""
        self.failed = True

    def given_up(self) -> None:
        """Say that it was the last one."""
        self._fields["given_up"] = True

    def again(self, error: Exception) -> None:
        """Say that the message is to come again, and why; that is not an error."""
        self.failed = True
        self._fields["error"] = type(error).__name__

    def write(self) -> None:
        """Write it."""
        self._write()


class FileLog(Log):
    """The line of one delivery of a message about a file."""

    def __init__(self, function: str, message_id: str, receives: int) -> None:
        super().__init__("file", function=function, message_id=message_id, receives=receives)

    def about(self, job: Job) -> None:
        """Say which job it is about, and how large that is by now."""
        self.account(job.account_id)
        self.job(job.id)
        self._fields |= {"operation": job.operation, "rows": job.total, "chunks": job.chunks, "failed": bool(job.error)}

    def ignored(self, why: str) -> None:
        """Say that there is nothing to do, and why."""
        self._fields["ignored"] = why

    def again(self, error: Exception) -> None:
        """Say that the message is to come again, and why; that is not an error."""
        self.failed = True
        self._fields.setdefault("error", type(error).__name__)

    def write(self) -> None:
        """Write it."""
        self._write()


class ChunkLog(Log):
    """The line of one delivery of a chunk."""

    def __init__(self, function: str, message_id: str, receives: int) -> None:
        super().__init__("chunk", function=function, message_id=message_id, receives=receives)

    def worked(self, worked: "Worked") -> None:
        """Say what became of it."""
        if worked.chunk:
            self.account(worked.chunk.account.id)
            self.job(worked.chunk.job.id)
            self._fields |= {"operation": worked.chunk.job.operation, "chunk": worked.chunk.message.part.number}
        if worked.parked:
            self._fields["parked"] = worked.parked
        self.outcomes(worked.outcomes)

    def again(self, error: Exception) -> None:
        """Say that the message is to come again, and why; that is not an error."""
        self.failed = True
        self._fields["error"] = type(error).__name__

    def write(self) -> None:
        """Write it."""
        self._write()
