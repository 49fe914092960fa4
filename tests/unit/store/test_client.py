"""The client of functions beside botocore's: the same JSON, target and signature is sent, the same comes back."""

import json
import string
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

import botocore.auth
import botocore.session
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSRequest, AWSResponse
from botocore.config import Config
from botocore.credentials import Credentials as BotoCredentials
from botocore.exceptions import ClientError, HTTPClientError
from hypothesis import given
from hypothesis import strategies as st

from loyalty.store.aws.access import Access, Credentials
from loyalty.store.aws.client import Client
from loyalty.store.aws.signature import Signer

REGION = "eu-central-1"
ACCESS = Access(REGION, Credentials("test", "test-secret", "test-token"))
KEY = {"pk": {"S": "a\u00e4\u20ac\U0001f600"}}
INSERT = {"Statement": "INSERT INTO \"t\" VALUE {'pk':?,'sk':?}", "Parameters": [KEY["pk"], {"N": "1.50"}]}
NESTED = {"M": {"a": {"L": [{"NULL": True}, {"SS": ["x"]}, {"BOOL": False}]}}}
ITEM = {**KEY, "b": {"B": b"\x00\xff"}, "m": NESTED}
REQUESTS: dict[str, tuple[str, dict[str, Any]]] = {
    "get": ("GetItem", {"TableName": "t", "Key": KEY, "ConsistentRead": True}),
    "put": (
        "PutItem",
        {"TableName": "t", "Item": ITEM, "ConditionExpression": "attribute_not_exists(pk)"},
    ),
    "update": (
        "UpdateItem",
        {
            "TableName": "t",
            "Key": KEY,
            "UpdateExpression": "ADD #n :by",
            "ExpressionAttributeNames": {"#n": "n"},
            "ExpressionAttributeValues": {":by": {"N": "1"}},
            "ReturnValues": "ALL_NEW",
        },
    ),
    "delete": ("DeleteItem", {"TableName": "t", "Key": KEY, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}),
    "query": ("Query", {"TableName": "t", "Limit": 5, "ScanIndexForward": False, "ExclusiveStartKey": KEY}),
    "scan": ("Scan", {"TableName": "t", "Segment": 0, "TotalSegments": 4}),
    "statements": ("BatchExecuteStatement", {"Statements": [INSERT, INSERT]}),
    "no statements": ("BatchExecuteStatement", {"Statements": []}),
    "binary": ("BatchExecuteStatement", {"Statements": [{"Statement": "x", "Parameters": [{"B": b"\x00\xff"}]}]}),
    "keys": (
        "BatchGetItem",
        {"RequestItems": {"t": {"Keys": [KEY], "ConsistentRead": True, "ProjectionExpression": "pk,b"}}},
    ),
    "transaction": (
        "TransactWriteItems",
        {"TransactItems": [{"Put": {"TableName": "t", "Item": ITEM}}], "ClientRequestToken": "token"},
    ),
    "half a character": ("GetItem", {"TableName": "t", "Key": {"pk": {"S": "\ud83d"}}}),
}
CANCELLED = [{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Message": "no", "Item": {"pk": {"S": "a"}}}]
ANSWERS: dict[str, tuple[str, int, Any]] = {
    "done": ("BatchExecuteStatement", 200, {"Responses": [{"TableName": "t"}, {"TableName": "t"}]}),
    "duplicate": (
        "BatchExecuteStatement",
        200,
        {"Responses": [{"Error": {"Code": "DuplicateItem", "Message": "there"}}, {"TableName": "t"}]},
    ),
    "found": (
        "BatchGetItem",
        200,
        {
            "Responses": {"t": [{"pk": {"S": "\u00e4\U0001f600"}, "n": {"N": "1"}, "s": {"SS": ["x", "y"]}}]},
            "UnprocessedKeys": {},
        },
    ),
    "unprocessed": (
        "BatchGetItem",
        200,
        {"Responses": {"t": []}, "UnprocessedKeys": {"t": {"Keys": [{"pk": {"S": "a"}}], "ConsistentRead": True}}},
    ),
    "nested": ("BatchGetItem", 200, {"Responses": {"t": [{"pk": {"S": "a"}, "m": NESTED}]}}),
    "binary": ("BatchGetItem", 200, {"Responses": {"t": [{"pk": {"S": "a"}, "b": {"B": "AP8="}}]}}),
    "an attribute called B": ("GetItem", 200, {"Item": {"B": {"S": "x"}, "m": {"M": {"B": {"B": "AP8="}}}}}),
    "text that looks binary": ("BatchGetItem", 200, {"Responses": {"t": [{"pk": {"S": '"B":'}}]}}),
    "consumed": (
        "BatchGetItem",
        200,
        {"Responses": {"t": []}, "ConsumedCapacity": [{"TableName": "t", "CapacityUnits": 0.5}]},
    ),
    "empty": ("BatchGetItem", 200, {}),
    "an item": ("GetItem", 200, {"Item": {"pk": {"S": "a"}, "b": {"B": "AP8="}}}),
    "no item": ("GetItem", 200, {}),
    "a page": ("Query", 200, {"Items": [{"pk": {"S": "a"}}], "Count": 1, "LastEvaluatedKey": {"pk": {"S": "a"}}}),
    "attributes": ("UpdateItem", 200, {"Attributes": {"n": {"N": "7"}}}),
    "refused": ("BatchGetItem", 400, {"__type": "com.amazonaws#ValidationException", "message": "Too many items"}),
    "refused without a prefix": ("GetItem", 400, {"__type": "ThrottlingException", "Message": "slow"}),
    "refused without a word": ("GetItem", 400, {"__type": "com.amazonaws#ThrottlingException"}),
    "throttled": ("BatchExecuteStatement", 400, {"__type": "com.amazonaws#ThrottlingException", "message": "slow"}),
    "condition": (
        "PutItem",
        400,
        {
            "__type": "c#ConditionalCheckFailedException",
            "message": "no",
            "Item": {"pk": {"S": "a"}, "b": {"B": "AP8="}},
        },
    ),
    "cancelled": (
        "TransactWriteItems",
        400,
        {"__type": "c#TransactionCanceledException", "Message": "cancelled", "CancellationReasons": CANCELLED},
    ),
    "failed": ("BatchGetItem", 500, {"__type": "com.amazonaws#InternalServerError", "message": "sorry"}),
    "down": ("BatchExecuteStatement", 503, b"<html>503</html>"),
    "nothing at all": ("GetItem", 504, b""),
}


SECRETS = st.text(string.ascii_letters + string.digits + "+/=", min_size=1)
KEY_IDS = st.text(string.ascii_uppercase, min_size=16, max_size=20)


class Sent(NamedTuple):
    """One request."""

    headers: dict[str, str]
    body: bytes


class Ours:
    """Our client, whose requests end here."""

    def __init__(self, status: int = 200, body: bytes = b"{}") -> None:
        self.sent: list[Sent] = []
        self._answer = status, body
        self.client = Client(ACCESS)
        self.client._connections.post = self._post  # type: ignore[method-assign]  # nothing leaves this test

    def _post(self, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        self.sent.append(Sent(dict(headers), body))
        return self._answer


@cache
def botocores_client() -> Any:
    """A client of botocore's, which takes half a second to make."""
    return botocore.session.get_session().create_client(
        "dynamodb",
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test-secret",
        aws_session_token="test-token",
        config=Config(parameter_validation=False, retries={"mode": "standard", "total_max_attempts": 1}),
    )


class Botocore:
    """The same of botocore; the one that was made last is who the client talks to."""

    def __init__(self, status: int = 200, body: bytes = b"{}") -> None:
        self.sent: list[Sent] = []
        self._status, self._body = status, body
        self.client = botocores_client()
        self.client.meta.events.unregister("before-send.dynamodb", unique_id="wire")
        self.client.meta.events.register("before-send.dynamodb", self._answer, unique_id="wire")

    def _answer(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        headers = {name.lower(): _text(value) for name, value in request.headers.items()}
        self.sent.append(Sent(headers, request.body))
        answer = AWSResponse(request.url, self._status, {"Content-Type": "application/x-amz-json-1.0"}, None)
        answer._content = self._body
        return answer


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode()


def called(wire: Ours | Botocore, action: str, parameters: dict[str, Any]) -> Any:
    """What the call gives or raises, but for what botocore tells about the answer."""
    try:
        answer = getattr(wire.client, botocore.xform_name(action))(**parameters)
    except ClientError as error:
        told = {
            name: value for name, value in error.response.items() if name.title() != "Message"
        }  # it is in Error too
        return told | {"ResponseMetadata": error.response["ResponseMetadata"]["HTTPStatusCode"]}
    answer.pop("ResponseMetadata", None)
    return answer


@pytest.mark.parametrize(("action", "parameters"), REQUESTS.values(), ids=REQUESTS)
def test_what_is_sent_is_what_botocore_sends(action: str, parameters: dict[str, Any]) -> None:
    # GIVEN our client and botocore's
    ours, botocores = Ours(), Botocore()
    # WHEN both send the same
    for wire in (ours, botocores):
        called(wire, action, parameters)
    # THEN nobody can tell
    (one,), (other,) = ours.sent, botocores.sent
    assert json.loads(one.body) == json.loads(other.body)
    for name in ("x-amz-target", "content-type", "x-amz-security-token"):
        assert one.headers[name] == other.headers[name]
    assert one.headers["host"] == f"dynamodb.{REGION}.amazonaws.com"


@pytest.mark.parametrize(("action", "status", "answer"), ANSWERS.values(), ids=ANSWERS)
def test_what_comes_back_is_what_botocore_makes_of_it(action: str, status: int, answer: Any) -> None:
    # GIVEN an answer of DynamoDB, or something else in its place
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    parameters = next(parameters for name, parameters in REQUESTS.values() if name == action)
    # WHEN our client and botocore's get it
    ours, botocores = (called(wire(status, body), action, parameters) for wire in (Ours, Botocore))
    # THEN both give or raise the same
    assert ours == botocores


@pytest.mark.parametrize("body", [b'{"Responses": {"t": [', b'{"Responses": "\xff"}', b"<html>200</html>", b""])
def test_an_answer_that_is_cut_short_or_garbled_is_none(body: bytes) -> None:
    # GIVEN a part of an answer, as an HTTP 200
    wire = Ours(200, body)
    # THEN it counts as a call without answer, which may have been done
    with pytest.raises(HTTPClientError):
        wire.client.get_item(TableName="t", Key=KEY)


@pytest.mark.parametrize("status", [460, 502, 530, 599])
@pytest.mark.parametrize("body", [b"[]", b"null", b'{"message": "no type"}', b'{"__type": null}', b"\xff"])
def test_a_refusal_in_other_words_is_one_by_its_status(body: bytes, status: int) -> None:
    # GIVEN an answer that something between us and DynamoDB gave
    wire = Ours(status, body)
    # WHEN it comes in the place of DynamoDB's
    with pytest.raises(ClientError) as caught:
        wire.client.get_item(TableName="t", Key=KEY)
    # THEN its status is what is known
    assert caught.value.response["ResponseMetadata"] == {"HTTPStatusCode": status}
    assert caught.value.response["Error"]["Code"] == str(status)


@given(
    st.builds(Credentials, KEY_IDS, SECRETS, st.none() | SECRETS),
    st.sampled_from(["us-east-1", "cn-north-1", "eu-central-1"]),
    st.sampled_from(["dynamodb", "sqs"]),
    st.sampled_from([None, "http://127.0.0.1:4566", "https://localhost", "http://emulator:80/"]),
    st.binary(),
)
def test_a_signature_is_botocores(
    credentials: Credentials, region: str, service: str, endpoint_url: str | None, body: bytes
) -> None:
    # GIVEN any credentials, region, service and body
    access = Access(region, credentials, endpoint_url)
    # WHEN a call is signed
    headers = Signer(access, service).headers("Target_1.Action", body)
    # THEN botocore signs it alike at that moment
    url = access.endpoint(service) + "/"
    request = AWSRequest("POST", url, headers=_to_sign(headers), data=body)
    request.context["timestamp"] = headers["x-amz-date"]
    signer = botocore.auth.SigV4Auth(BotoCredentials(*credentials), service, region)
    with pytest.MonkeyPatch.context() as patch:
        moment = datetime.strptime(headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        patch.setattr(botocore.auth, "get_current_datetime", lambda: moment)
        signer.add_auth(request)
    assert request.headers["Authorization"] == headers["authorization"]
    assert request.headers["X-Amz-Date"] == headers["x-amz-date"]


def _to_sign(headers: dict[str, str]) -> dict[str, str]:
    return {name: headers[name] for name in ("content-type", "x-amz-target")}
