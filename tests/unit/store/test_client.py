"""The built-in client beside boto3: the same JSON and target is sent, the same comes back."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
    ProxyConnectionError,
    ReadTimeoutError,
    SSLError,
)
from botocore.parsers import ResponseParserError

from loyalty.store.aws.boto3_client import Boto3Client
from loyalty.store.aws.errors import CallError, CallRefused, CallUnanswered
from tests.unit.store.aws_calls import ANSWERS, KEY, QUEUE, REGION, REQUESTS, service_of
from tests.unit.store.wires import Boto3, Ours, called, wire


@pytest.mark.parametrize(("action", "parameters"), REQUESTS.values(), ids=REQUESTS)
def test_what_is_sent_is_what_boto3_sends(action: str, parameters: dict[str, Any]) -> None:
    # GIVEN the built-in client and boto3's
    ours, boto3s = wire(Ours, action), wire(Boto3, action)
    # WHEN both send the same
    for client in (ours, boto3s):
        called(client, action, parameters)
    # THEN nobody can tell
    (one,), (other,) = ours.sent, boto3s.sent
    assert json.loads(one.body) == json.loads(other.body)
    for name in ("x-amz-target", "content-type", "x-amz-security-token"):
        assert one.headers[name] == other.headers[name]
    assert one.headers["host"] == f"{service_of(action)}.{REGION}.amazonaws.com"


@pytest.mark.parametrize(("action", "status", "answer"), ANSWERS.values(), ids=ANSWERS)
def test_what_comes_back_is_what_boto3_makes_of_it(action: str, status: int, answer: Any) -> None:
    # GIVEN an answer of AWS, or something else in its place
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    parameters = next(parameters for name, parameters in REQUESTS.values() if name == action)
    # WHEN the built-in client and boto3's get it
    ours, boto3s = (called(wire(kind, action, status, body), action, parameters) for kind in (Ours, Boto3))
    # THEN both give or raise the same
    assert ours == boto3s


@pytest.mark.parametrize(
    "error",
    [
        ConnectionClosedError(endpoint_url=QUEUE),
        ConnectTimeoutError(endpoint_url=QUEUE),
        EndpointConnectionError(endpoint_url=QUEUE),
        HTTPClientError(error=TimeoutError()),
        IncompleteReadError(actual_bytes=1, expected_bytes=2),
        ProxyConnectionError(proxy_url=QUEUE),
        ReadTimeoutError(endpoint_url=QUEUE),
        ResponseParserError("no JSON"),
        SSLError(endpoint_url=QUEUE, error="handshake"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_call_of_boto3_that_fails_on_the_way_is_one_without_an_answer(error: Exception) -> None:
    # GIVEN a client of boto3's that gets no answer
    def fail(**_: Any) -> None:
        raise error

    client = Boto3Client(SimpleNamespace(get_item=fail))
    # THEN the store is told what it would be told by the built-in one
    with pytest.raises(CallUnanswered):
        client.get_item(TableName="t", Key=KEY)


def test_what_no_rule_foresees_is_raised_as_it_is() -> None:
    # GIVEN a client of boto3's without credentials
    def fail(**_: Any) -> None:
        raise NoCredentialsError

    # THEN that is no call that failed: repeating it can't help
    with pytest.raises(NoCredentialsError):
        Boto3Client(SimpleNamespace(get_item=fail)).get_item()
    assert not issubclass(NoCredentialsError, CallError)


@pytest.mark.parametrize("body", [b'{"Responses": {"t": [', b'{"Responses": "\xff"}', b"<html>200</html>", b""])
def test_an_answer_that_is_cut_short_or_garbled_is_none(body: bytes) -> None:
    # GIVEN a part of an answer, as an HTTP 200
    ours = Ours("dynamodb", 200, body)
    # THEN it counts as a call without answer, which may have been done
    with pytest.raises(CallUnanswered):
        ours.client.get_item(TableName="t", Key=KEY)


@pytest.mark.parametrize("status", [460, 502, 530, 599])
@pytest.mark.parametrize("body", [b"[]", b"null", b'{"message": "no type"}', b'{"__type": null}', b"\xff"])
@pytest.mark.parametrize("service", ["dynamodb", "sqs", "events"])
def test_a_refusal_in_other_words_is_one_by_its_status(service: str, body: bytes, status: int) -> None:
    # GIVEN an answer that something between us and AWS gave
    ours = Ours(service, status, body)
    # WHEN it comes in the place of AWS's
    with pytest.raises(CallRefused) as caught:
        ours.client.any_action()
    # THEN its status is what is known
    assert (caught.value.status, caught.value.code) == (status, str(status))
