"""What a client raises, whichever it is: AWS refused a call, or gave no answer to it."""

from collections.abc import Mapping
from typing import Any


class CallError(Exception):
    """A call that has no answer to work with."""


class CallRefused(CallError):
    """AWS refused a call: `code` says why, in AWS's words, `fields` has what it said beside that, such as `Item`.

    `status` is the HTTP status. The code is that of the service's JSON protocol, without a prefix.
    """

    def __init__(
        self, action: str, code: str, message: str, status: int, fields: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(f"{action}: {code}" + (f" ({message})" if message else ""))
        self.code, self.message, self.status = code, message, status
        self.fields: Mapping[str, Any] = fields or {}


class CallUnanswered(CallError):
    """No answer came, or only a part of one: the call may have been done all the same."""
