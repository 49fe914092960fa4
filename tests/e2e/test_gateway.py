"""The local gateway answers for itself as the template says, and passes bytes as API Gateway does."""

import gzip
import http.client
import json
import re
from http.client import HTTPMessage

import pytest

from tools.local.front import LARGEST_BODY
from tools.local.stack import LocalStack

SINGLE = "/api/v1.1/loyalty/register_member"


def ask(
    stack: LocalStack, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, HTTPMessage, bytes]:
    connection = http.client.HTTPConnection(stack.url.removeprefix("http://"), timeout=60)
    try:
        connection.request(method, path, body, headers or {})
        reply = connection.getresponse()
        return reply.status, reply.headers, reply.read()
    finally:
        connection.close()


def assert_readable(status: int, headers: HTTPMessage, body: bytes) -> None:
    envelope = json.loads(body)
    assert envelope["error"] == status
    assert envelope["error_text"]
    assert envelope["message"]
    assert headers["X-Request-Id"]
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_health_needs_no_credentials(stack: LocalStack) -> None:
    status, headers, body = ask(stack, "GET", "/health")
    assert (status, json.loads(body)["status"]) == (200, "ok")
    assert headers["X-Request-Id"]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", ["/nothing", "/api/v1.1/loyalty", "/api/v1.1/loyalty/nothing/here"])
def test_an_unknown_path_is_a_readable_404_with_every_method(method: str, path: str, stack: LocalStack) -> None:
    status, headers, body = ask(stack, method, path)
    assert status == 404
    assert_readable(status, headers, body)


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_a_known_path_with_another_method_is_a_readable_405_that_names_the_right_one(
    method: str, stack: LocalStack
) -> None:
    status, headers, body = ask(stack, method, SINGLE)
    assert (status, headers["Allow"]) == (405, "POST")
    assert_readable(status, headers, body)


def test_head_is_answered_without_a_body(stack: LocalStack) -> None:
    status, _, body = ask(stack, "HEAD", SINGLE)
    assert (status, body) == (405, b"")


@pytest.mark.parametrize("path", ["/health", "/console", "/docs", "/openapi.json"])
def test_a_monitor_may_ask_with_head_for_what_anybody_may_get(path: str, stack: LocalStack) -> None:
    status, headers, body = ask(stack, "HEAD", path)
    assert (status, body) == (200, b"")
    assert headers["Content-Type"] == ask(stack, "GET", path)[1]["Content-Type"]


def test_a_method_that_no_route_names_gets_the_gateways_own_readable_404(stack: LocalStack) -> None:
    status, headers, body = ask(stack, "TRACE", SINGLE)
    assert status == 404
    assert_readable(status, headers, body)


def test_a_body_above_the_limit_gets_the_gateways_own_readable_413(stack: LocalStack) -> None:
    status, headers, body = ask(stack, "POST", SINGLE, bytes(LARGEST_BODY + 1))
    assert status == 413
    assert_readable(status, headers, body)


@pytest.mark.parametrize("content_type", [None, "application/json"])
def test_gzip_arrives_as_bytes_whatever_the_headers_say(content_type: str | None, stack: LocalStack) -> None:
    # GIVEN a gzip body, which no text survives
    body = {"token": "abc123def456", "matching": "email", "email": "nobody@example.com", "loyalty_program_id": 123}
    headers = {"Content-Encoding": "gzip"} | ({"Content-Type": content_type} if content_type else {})
    # WHEN it is sent without an Accept header
    status, _, answer = ask(stack, "POST", SINGLE, gzip.compress(json.dumps(body).encode()), headers)
    # THEN the function could read it
    assert (status, json.loads(answer)["error_text"]) == (404, "Profile not found")


def test_what_a_function_logs_can_be_read_in_the_stacks_log(stack: LocalStack) -> None:
    # WHEN a request was answered
    _, headers, _ = ask(stack, "POST", SINGLE, b"{}")
    # THEN its log line is there, one JSON object
    log = stack.log.read_text()
    lines = [json.loads(line) for line in re.findall(r"^\{.*\}$", log, re.MULTILINE)]
    assert headers["X-Request-Id"] in [line.get("request_id") for line in lines]
