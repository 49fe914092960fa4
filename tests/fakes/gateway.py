"""The events that API Gateway makes of HTTP requests, and what a client sees of the answers."""

import base64
import gzip
import json
from typing import Any, NamedTuple

from loyalty.domain.deadline import REQUEST_SECONDS

SINGLE = "/api/v1.1/loyalty/register_member"
BATCH = "/api/v1.1/loyalty/register_member_batch"
TASK = "/api/v1.1/loyalty/register_member_batch_task"
LEAVE = "/api/v1.1/loyalty/delete_member"
PROFILE_DELETE = "/api/v1.1/profiles/delete"
PROFILE = "/api/v1.1/profiles/import"
PROFILE_UPDATE = "/api/v1.1/profiles/update"
PROFILES = "/api/v1.1/profiles/import_batch"
EARN = "/v2/promotion/bulk/directEarn"
ADD = "/v2/customers"
REVOKE = "/v2/promotion/bulk/revokeDirectEarn"
ISSUE = "/v2/promotion/issue"
ACCESS_TOKEN = "/v3/oauth/token/generate"
IMPORT = "/api.php"
BALANCE = "/api/v1.1/loyalty/account/balance"
LOOKUP = "/v2/customers/lookup"
DETAILS = "/v2/customers/lookup/customerDetails"
ACCOUNT = "/account"
CUSTOMERS = "/customers"
PROGRAMS = "/programs"
PROMOTIONS = "/promotions"
FILES = "/files"
PROMOTION_DATA = "/v2/customers/lookup/promotionData"

ADDRESS = "203.0.113.7"
"""Where requests come from."""

Event = dict[str, Any]


class Reply(NamedTuple):
    """A whole answer as a client sees it, inflated."""

    status: int
    headers: dict[str, str]
    body: str

    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)


class FakeContext:
    """The context of an invocation: its id, and the time left."""

    def __init__(self, request_id: str = "request-1", milliseconds: int = 1_000 * REQUEST_SECONDS) -> None:
        self.aws_request_id = request_id
        self._milliseconds = milliseconds

    def get_remaining_time_in_millis(self) -> int:
        """As Lambda's own."""
        return self._milliseconds


def proxy_event(
    body: bytes | str = b"",
    headers: dict[str, str] | None = None,
    *,
    method: str = "POST",
    path: str = BATCH,
) -> Event:
    """The event of a request to a REST API for which every media type is binary: the body is base64."""
    sent = body.encode() if isinstance(body, str) else body
    headers = {"Host": "api.example.com", "User-Agent": "client/1.0", **(headers or {})}
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": path,
            "httpMethod": method,
            "path": f"/v1{path}",
            "stage": "v1",
            "requestId": "chosen-by-the-client",
            "identity": {"sourceIp": ADDRESS, "userAgent": "client/1.0"},
        },
        "body": base64.b64encode(sent).decode() if sent else None,
        "isBase64Encoded": bool(sent),
    }


def reply_of(answer: dict[str, Any]) -> Reply:
    """What a client sees of a proxy response."""
    assert set(answer) == {"statusCode", "headers", "body", "isBase64Encoded"}
    body: str = answer["body"]
    if answer["isBase64Encoded"]:
        assert answer["headers"]["Content-Encoding"] == "gzip"
        body = gzip.decompress(base64.b64decode(body, validate=True)).decode()
    return Reply(answer["statusCode"], answer["headers"], body)
