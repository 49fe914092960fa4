"""The two clients of AWS with the wire cut: what they send is kept, and what comes back is given."""

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from botocore import xform_name
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from loyalty.store.aws import boto3_client
from loyalty.store.aws.boto3_client import Boto3Client
from loyalty.store.aws.client import Client
from loyalty.store.aws.errors import CallRefused
from tests.unit.store.aws_calls import ACCESS, OLD_CODES, service_of


class Sent(NamedTuple):
    """One request."""

    headers: dict[str, str]
    body: bytes


class Ours:
    """The built-in client of a service, whose requests end here."""

    def __init__(self, service: str, status: int = 200, body: bytes = b"{}") -> None:
        self.sent: list[Sent] = []
        self._answer = status, body
        self.client = Client(ACCESS, service)
        self.client._connections.post = self._post  # type: ignore[method-assign]  # nothing leaves this test

    def _post(self, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        self.sent.append(Sent(dict(headers), body))
        return self._answer


@cache
def boto3s_client(service: str) -> Boto3Client:
    """One of boto3's, which takes half a second to make."""
    client: Boto3Client = boto3_client.for_access(ACCESS)(service)
    return client


class Boto3:
    """The same of boto3; the one that was made last is who the client talks to."""

    def __init__(self, service: str, status: int = 200, body: bytes = b"{}") -> None:
        self.sent: list[Sent] = []
        self._status, self._body = status, body
        self.client = boto3s_client(service)
        events = self.client.wrapped.meta.events
        events.unregister(f"before-send.{service}", unique_id="wire")
        events.register(f"before-send.{service}", self._answer, unique_id="wire")

    def _answer(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        headers = {name.lower(): _text(value) for name, value in request.headers.items()}
        self.sent.append(Sent(headers, request.body))
        answer = AWSResponse(request.url, self._status, self._headers(), None)
        answer._content = self._body
        return answer

    def _headers(self) -> dict[str, str]:
        headers = {"content-type": "application/x-amz-json-1.0"}
        for code, old in OLD_CODES.items():
            if code.encode() in self._body:
                headers["x-amzn-query-error"] = f"{old};Sender"
        return headers


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode()


def wire(kind: type[Ours | Boto3], action: str, status: int = 200, body: bytes = b"{}") -> Ours | Boto3:
    """The client of the service that has this action."""
    return kind(service_of(action), status, body)


def called(wire: Ours | Boto3, action: str, parameters: dict[str, Any]) -> Any:
    """What the call gives or raises, but for what boto3 tells about the answer."""
    try:
        answer = getattr(wire.client, xform_name(action))(**parameters)
    except CallRefused as error:
        return error.code, error.message, error.status, error.fields
    answer.pop("ResponseMetadata", None)
    return answer
