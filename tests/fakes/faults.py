"""What can go wrong with an AWS call, each fault as a wrapper around the doing of it."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from loyalty.store.aws.errors import CallRefused, CallUnanswered

Answer = dict[str, Any]
Fault = Callable[[Any], Answer]
"""Given the doing of a call: a function without arguments, which of a `FaultyClient` is a `partial` as well."""


def client_error(code: str, status: int = 400, message: str = "refused", **fields: Any) -> CallRefused:
    """What a client raises for an answer with an error code; `fields` are the modelled ones beside it."""
    return CallRefused("Call", code, message, status, fields)


def refused(code: str, status: int = 400, message: str = "refused", **fields: Any) -> Fault:
    """The call is refused, nothing was done."""

    def fault(_do: Callable[[], Answer]) -> Answer:
        raise client_error(code, status, message, **fields)

    return fault


def unreachable(_do: Callable[[], Answer]) -> Answer:
    """No connection, nothing was done."""
    raise CallUnanswered("Call")


def timed_out_before(_do: Callable[[], Answer]) -> Answer:
    """No answer came, and nothing was done."""
    raise CallUnanswered("Call")


def timed_out_after(do: Callable[[], Answer]) -> Answer:
    """All was done, and the answer never came, nor a refusal."""
    with suppress(CallRefused):
        do()
    raise CallUnanswered("Call")


def reset_after(do: Callable[[], Answer]) -> Answer:
    """All was done, and the connection was closed before the answer, or a refusal."""
    with suppress(CallRefused):
        do()
    raise CallUnanswered("Call")


def cut_short(do: Callable[[], Answer]) -> Answer:
    """All was done, and the answer ended before it said so, inside an HTTP 200."""
    return {"ResponseMetadata": do()["ResponseMetadata"]}


def raising(error: Exception) -> Fault:
    """Something that no rule foresees."""

    def fault(_do: Callable[[], Answer]) -> Answer:
        raise error

    return fault
