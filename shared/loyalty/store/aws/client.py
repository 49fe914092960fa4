"""The client of DynamoDB that functions have: its JSON protocol, signed, over kept-alive connections.

It has the methods of botocore's that the store calls, takes and gives the same, and raises the same errors, which a
test holds against botocore itself. What it leaves out is what costs: models of every value, rules for endpoints,
events. Nothing is repeated here, the store does that.
"""

import base64
import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import orjson
from botocore.exceptions import ClientError, HTTPClientError

from loyalty.store.aws.access import Access
from loyalty.store.aws.connections import CallFailed, Connections
from loyalty.store.aws.signature import Signer

_PHRASES = {status.value: status.phrase for status in HTTPStatus}
_BINARY = b'"B":'  # or text with these characters, which costs no more than time

Answer = dict[str, Any]


def _action(name: str) -> Callable[..., Answer]:
    def call(self: "Client", **parameters: Any) -> Answer:
        return self.call(name, parameters)

    call.__doc__ = (
        f"{name}, with its parameters; raises ClientError when it is refused, HTTPClientError without answer."
    )
    return call


class Client:
    """Calls DynamoDB, from several threads at once."""

    def __init__(self, access: Access) -> None:
        self._signer = Signer(access, "dynamodb")
        self._connections = Connections(access.endpoint("dynamodb"))

    batch_execute_statement = _action("BatchExecuteStatement")
    batch_get_item = _action("BatchGetItem")
    delete_item = _action("DeleteItem")
    get_item = _action("GetItem")
    put_item = _action("PutItem")
    query = _action("Query")
    scan = _action("Scan")
    transact_write_items = _action("TransactWriteItems")
    update_item = _action("UpdateItem")

    def call(self, action: str, parameters: Answer) -> Answer:
        """The answer to one call."""
        body = _write(parameters)
        headers = self._signer.headers(f"DynamoDB_20120810.{action}", body)
        try:
            status, answer = self._connections.post(headers, body)
        except CallFailed as error:
            raise HTTPClientError(error=error) from error
        if status != HTTPStatus.OK:
            raise _refusal(action, status, answer)
        try:
            return _read(answer)
        except ValueError as error:  # it was cut short
            raise HTTPClientError(error=error) from error

    def close(self) -> None:
        """Close its connections."""
        self._connections.close()


def _write(parameters: Answer) -> bytes:
    try:
        return orjson.dumps(parameters, default=_as_text)
    except TypeError:  # half of a character, which DynamoDB is to refuse
        return json.dumps(parameters, default=_as_text).encode()


def _read(body: bytes) -> Answer:
    """The object in an answer's body; raises ValueError where there is none."""
    answer = orjson.loads(body)
    if not isinstance(answer, dict):
        raise ValueError("the answer is no object")  # noqa: TRY004 - it is the answer that is wrong
    return _with_bytes(answer) if _BINARY in body else answer


def _refusal(action: str, status: int, body: bytes) -> ClientError:
    """What is said in the place of an answer: by DynamoDB, or in other words by something before it."""
    try:
        said = _read(body)
        code = said.pop("__type").rpartition("#")[2]
    except (ValueError, KeyError, AttributeError):
        said, code = {"message": _PHRASES.get(status)}, str(status)
    error = {"Code": code, "Message": said.pop("message", None) or said.pop("Message", "")}
    return ClientError({"Error": error, **said, "ResponseMetadata": {"HTTPStatusCode": status}}, action)


def _as_text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _with_bytes(value: Any) -> Any:
    """An answer with the binary values in it as bytes."""
    if isinstance(value, list):
        return [_with_bytes(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: base64.b64decode(one) if name == "B" and isinstance(one, str) else _with_bytes(one)
        for name, one in value.items()
    }
