"""What can go wrong with an AWS call, each fault as a wrapper around the doing of it."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError, ReadTimeoutError

Answer = dict[str, Any]
Fault = Callable[[Callable[[], Answer]], Answer]

_URL = "https://dynamodb.us-east-1.amazonaws.com"


def client_error(code: str, status: int = 400, message: str = "refused", **fields: Any) -> ClientError:
    """What botocore raises for an answer with an error code; `fields` are the modelled ones beside it."""
    response = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status, "RetryAttempts": 0},
        **fields,
    }
    return ClientError(response, "Call")


def refused(code: str, status: int = 400, message: str = "refused", **fields: Any) -> Fault:
    """The call is refused, nothing was done."""

    def fault(_do: Callable[[], Answer]) -> Answer:
        raise client_error(code, status, message, **fields)

    return fault


def unreachable(_do: Callable[[], Answer]) -> Answer:
    """No connection, nothing was done."""
    raise EndpointConnectionError(endpoint_url=_URL)


def timed_out_before(_do: Callable[[], Answer]) -> Answer:
    """No answer came, and nothing was done."""
    raise ReadTimeoutError(endpoint_url=_URL)


def timed_out_after(do: Callable[[], Answer]) -> Answer:
    """All was done, and the answer never came."""
    do()
    raise ReadTimeoutError(endpoint_url=_URL)


def reset_after(do: Callable[[], Answer]) -> Answer:
    """All was done, and the connection was closed before the answer."""
    do()
    raise ConnectionClosedError(endpoint_url=_URL)


def cut_short(do: Callable[[], Answer]) -> Answer:
    """All was done, and the answer ended before it said so, inside an HTTP 200."""
    return {"ResponseMetadata": do()["ResponseMetadata"]}


def repeated_by_botocore(do: Callable[[], Answer]) -> Answer:
    """All was done, the answer was lost, and botocore itself sent the call again: this is the second answer."""
    with suppress(ClientError):
        do()
    answer = do()
    answer["ResponseMetadata"]["RetryAttempts"] = 1
    return answer


def raising(error: Exception) -> Fault:
    """Something that no rule foresees."""

    def fault(_do: Callable[[], Answer]) -> Answer:
        raise error

    return fault
