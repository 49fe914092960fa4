"""The built-in client of AWS: the JSON protocol of three services, signed, over kept-alive connections.

It has the methods of boto3's client that the store calls, with the same parameters and answers; a test compares them.
What it leaves out is what costs: models of every value, rules for endpoints, events. Nothing is repeated here, the
store does that.
"""

import base64
import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, NamedTuple

import orjson

from loyalty.store.aws.access import Access
from loyalty.store.aws.connections import CallFailed, Connections
from loyalty.store.aws.errors import CallRefused, CallUnanswered
from loyalty.store.aws.signature import Signer

_PHRASES = {status.value: status.phrase for status in HTTPStatus}
_BINARY = b'"B":'  # of DynamoDB; or text with these characters, which costs no more than time

Answer = dict[str, Any]


class _Protocol(NamedTuple):
    """How a service wants to be asked; some of SQS's actions are answered by nothing at all."""

    target: str
    version: str = "1.0"
    empty: Answer | None = None


_PROTOCOLS = {
    "dynamodb": _Protocol("DynamoDB_20120810"),
    "events": _Protocol("AWSEvents", "1.1"),
    "sqs": _Protocol("AmazonSQS", empty={}),
}


class Client:
    """Calls one service ("dynamodb", "sqs" or "events"), from several threads at once.

    Its actions are methods, as `put_item(**parameters)` is PutItem. They raise CallRefused and CallUnanswered.
    """

    def __init__(self, access: Access, service: str) -> None:
        self._protocol = _PROTOCOLS[service]
        self._signer = Signer(access, service, self._protocol.version)
        self._connections = Connections(access.endpoint(service))

    def __getattr__(self, name: str) -> Callable[..., Answer]:
        if name.startswith("_"):
            raise AttributeError(name)
        action = "".join(part.capitalize() for part in name.split("_"))
        return lambda **parameters: self.call(action, parameters)

    def call(self, action: str, parameters: Answer) -> Answer:
        """The answer to one call."""
        body = _write(parameters)
        headers = self._signer.headers(f"{self._protocol.target}.{action}", body)
        try:
            status, answer = self._connections.post(headers, body)
        except CallFailed as error:
            raise CallUnanswered(action) from error
        if status != HTTPStatus.OK:
            raise _refusal(action, status, answer)
        if not answer and self._protocol.empty is not None:
            return {**self._protocol.empty}
        try:
            return _read(answer)
        except ValueError as error:  # it was cut short
            raise CallUnanswered(action) from error

    def close(self) -> None:
        """Close its connections."""
        self._connections.close()


def _write(parameters: Answer) -> bytes:
    try:
        return orjson.dumps(parameters, default=_as_text)
    except TypeError:  # half of a character, which AWS is to refuse
        return json.dumps(parameters, default=_as_text).encode()


def _read(body: bytes) -> Answer:
    """The object in an answer's body; raises ValueError where there is none."""
    answer = orjson.loads(body)
    if not isinstance(answer, dict):
        raise ValueError("the answer is no object")  # noqa: TRY004 - it is the answer that is wrong
    return _with_bytes(answer) if _BINARY in body else answer


def _refusal(action: str, status: int, body: bytes) -> CallRefused:
    """What is said in the place of an answer: by the service, or in other words by something before it."""
    try:
        fields = _read(body)
        code = fields.pop("__type").rpartition("#")[2]
    except (ValueError, KeyError, AttributeError):
        return CallRefused(action, str(status), _PHRASES.get(status, ""), status)
    message = fields.pop("message", None) or fields.pop("Message", "")
    return CallRefused(action, code, message, status, fields)


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
