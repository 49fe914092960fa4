"""One structured log line for each request, and nothing in it that a client sent.

Error texts quote what they refuse, and messages of libraries may hold keys or values: so lines carry
the kind of an error and where it rose, never its text. The texts of `InternalError`s are ours.
"""

import time
import traceback
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from aws_lambda_powertools import Logger

from loyalty.errors import InternalError, RequestError
from loyalty.outcome import Outcome
from loyalty.request import Request

logger = Logger(location=None)


class RequestLog:
    """The line of one request, gathered while it is worked on."""

    def __init__(self, endpoint: str, request: Request) -> None:
        self._began = time.perf_counter()
        self._ours = False
        self._fields: dict[str, Any] = {"endpoint": endpoint, "request_id": request.id}

    def account(self, account_id: str) -> None:
        """Whose request it is."""
        self._fields["account"] = account_id

    def outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """How many items ended how."""
        self._fields["items"] = len(outcomes)
        self._fields["outcomes"] = Counter(outcome.status.value for outcome in outcomes)

    def fault(self, error: Exception) -> None:
        """Why it was not done."""
        self._fields["error"] = type(error).__name__
        self._ours = not isinstance(error, RequestError) or isinstance(error, InternalError)
        if isinstance(error, InternalError):
            self._fields["detail"] = str(error)

    def unexpected(self, error: Exception) -> None:
        """An error that no rule foresees: where it rose, so that it can be found."""
        self.fault(error)
        frames = traceback.extract_tb(error.__traceback__)
        self._fields["raised_at"] = [f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]

    def write(self, status: int) -> None:
        """Write the line, as an error when the fault is ours (whatever the HTTP status)."""
        self._fields |= {"status": status, "milliseconds": round((time.perf_counter() - self._began) * 1000)}
        (logger.error if self._ours else logger.info)("request", extra=self._fields)
