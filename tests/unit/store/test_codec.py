"""The codec of batch calls: what is sent and what comes back is the same as with botocore's own models."""

import json
from typing import Any

import botocore.session
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError

from loyalty.store import codec

INSERT = {
    "Statement": "INSERT INTO \"t\" VALUE {'pk':?,'sk':?}",
    "Parameters": [{"S": "a\u00e4\u20ac\U0001f600"}, {"N": "1.50"}],
}
REQUESTS = {
    "statements": ("BatchExecuteStatement", {"Statements": [INSERT, INSERT]}),
    "no statements": ("BatchExecuteStatement", {"Statements": []}),
    "binary": ("BatchExecuteStatement", {"Statements": [{"Statement": "x", "Parameters": [{"B": b"\x00\xff"}]}]}),
    "nested": (
        "BatchExecuteStatement",
        {"Statements": [{"Statement": "x", "Parameters": [{"M": {"a": {"L": [{"NULL": True}, {"SS": ["x"]}]}}}]}]},
    ),
    "keys": (
        "BatchGetItem",
        {"RequestItems": {"t": {"Keys": [{"pk": {"S": "a"}}], "ConsistentRead": True, "ProjectionExpression": "pk,b"}}},
    ),
}
ANSWERS = {
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
    "nested": (
        "BatchGetItem",
        200,
        {"Responses": {"t": [{"pk": {"S": "a"}, "m": {"M": {"x": {"L": [{"BOOL": False}, {"NULL": True}]}}}}]}},
    ),
    "binary": ("BatchGetItem", 200, {"Responses": {"t": [{"pk": {"S": "a"}, "b": {"B": "AP8="}}]}}),
    "text that looks binary": ("BatchGetItem", 200, {"Responses": {"t": [{"pk": {"S": '"B":'}}]}}),
    "consumed": (
        "BatchGetItem",
        200,
        {"Responses": {"t": []}, "ConsumedCapacity": [{"TableName": "t", "CapacityUnits": 0.5}]},
    ),
    "empty": ("BatchGetItem", 200, {}),
    "cut short": ("BatchGetItem", 200, b'{"Responses": {"t": ['),
    "no text": ("BatchExecuteStatement", 200, b'{"Responses": "\xff"}'),
    "refused": ("BatchGetItem", 400, {"__type": "com.amazonaws#ValidationException", "message": "Too many items"}),
    "throttled": ("BatchExecuteStatement", 400, {"__type": "com.amazonaws#ThrottlingException", "message": "slow"}),
    "failed": ("BatchGetItem", 500, {"__type": "com.amazonaws#InternalServerError", "message": "sorry"}),
    "down": ("BatchExecuteStatement", 503, b"<html>503</html>"),
}


class Wire:
    """A client whose requests end here: what was sent, and the answer that it gets."""

    def __init__(self, *, with_codec: bool, status: int = 200, body: bytes = b"{}") -> None:
        self.sent: list[AWSPreparedRequest] = []
        self._status, self._body = status, body
        self.client = botocore.session.get_session().create_client(
            "dynamodb",
            region_name="eu-central-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(parameter_validation=False, retries={"mode": "standard", "total_max_attempts": 1}),
        )
        self.client.meta.events.register("before-send.dynamodb", self._answer)
        if with_codec:
            codec.install(self.client)

    def call(self, action: str, parameters: dict[str, Any]) -> Any:
        """What the call gives or raises."""
        try:
            return getattr(self.client, botocore.xform_name(action))(**parameters)
        except ClientError as error:
            return type(error).__name__, error.response
        except UnicodeDecodeError as error:
            return type(error).__name__, error.object

    def _answer(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        self.sent.append(request)
        answer = AWSResponse(request.url, self._status, {"x-amzn-RequestId": "r", "Content-Type": "x-json"}, None)
        answer._content = self._body
        return answer


@pytest.mark.parametrize(("action", "parameters"), REQUESTS.values(), ids=REQUESTS)
def test_what_is_sent_says_the_same_as_without_the_codec(action: str, parameters: dict[str, Any]) -> None:
    # GIVEN a client with the codec and a plain one
    wires = Wire(with_codec=True), Wire(with_codec=False)
    # WHEN both send the same
    sent = []
    for wire in wires:
        wire.call(action, parameters)
        (request,) = wire.sent
        headers = {name.lower(): value for name, value in request.headers.items()}
        sent.append(
            (request.method, request.url, headers["x-amz-target"], headers["content-type"], json.loads(request.body))
        )
        assert int(headers["content-length"]) == len(request.body)
        assert b"AWS4-HMAC-SHA256" in headers["authorization"]
    # THEN nobody can tell
    assert sent[0] == sent[1]


@pytest.mark.parametrize(("action", "status", "answer"), ANSWERS.values(), ids=ANSWERS)
def test_what_comes_back_is_the_same_as_without_the_codec(action: str, status: int, answer: Any) -> None:
    # GIVEN an answer of DynamoDB, or something else in its place
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    parameters = next(parameters for name, parameters in REQUESTS.values() if name == action)
    # WHEN a client with the codec and a plain one get it
    with_codec, plain = (
        Wire(with_codec=codec_, status=status, body=body).call(action, parameters) for codec_ in (True, False)
    )
    # THEN both give or raise the same
    assert with_codec == plain


def test_a_call_of_another_action_is_as_without_the_codec() -> None:
    # GIVEN an item with a binary value
    body = json.dumps({"Item": {"pk": {"S": "a"}, "b": {"B": "AP8="}}}).encode()
    # WHEN it is read
    answer = Wire(with_codec=True, body=body).call("GetItem", {"TableName": "t", "Key": {"pk": {"S": "a"}}})
    # THEN botocore has parsed it
    assert answer["Item"] == {"pk": {"S": "a"}, "b": {"B": b"\x00\xff"}}
