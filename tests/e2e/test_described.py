"""The local stack's real replies are as the OpenAPI document says."""

import http.client
import json
from urllib.parse import urlencode

import pytest

from tests.e2e.requests import Reply, post, sample
from tests.e2e.waiting import until
from tests.fakes.capillary import basic
from tests.fakes.described import DOCUMENT, Answered, assert_described
from tests.fakes.gateway import ACCESS_TOKEN, BATCH, EARN, IMPORT, LEAVE, PROFILE_DELETE, SINGLE, TASK
from tests.fakes.importing import rows_form
from tools.local.stack import LocalStack

SAMPLES = {
    "register_member": {},
    "register_member_xml": {},
    "customer_delete": {},
    "register_member_batch": {},
    "register_member_batch_xml": {},
    "customers_batch": {},
    "direct_earn": basic(),
    "issue_token": {},
}
JSON, XML = {"Content_Type": "application/json"}, {"Content_Type": "text/xml"}
REFUSED = {
    400: [
        (SINGLE, b'{"token": "abc123def456"}', JSON),
        (BATCH, b"<xml>", XML),
        (TASK, b'{"token": "abc123def456"}', JSON),
        (LEAVE, b'{"token": "abc123def456"}', JSON),
        (PROFILE_DELETE, b"<xml><token>abc123def456</token></xml>", XML),
        (EARN, b"[", basic()),
        (ACCESS_TOKEN, b"", {}),
    ],
    401: [(SINGLE, b"{}", JSON), (BATCH, b"<xml/>", XML), (EARN, b"{}", {}), (ACCESS_TOKEN, b"{}", {})],
    403: [(SINGLE, b'{"token": "readonly-token"}', JSON), (EARN, b"{}", basic("viewer.server"))],
    413: [(SINGLE, b"[" * 1_000_001, JSON), (ACCESS_TOKEN, b"[" * 10_001, {})],
    415: [
        (SINGLE, b"-", {}),
        (BATCH, b"-", JSON | {"Content_Type": "a/b"}),
        (EARN, b"-", basic() | {"Content_Encoding": "br"}),
    ],
    200: [(IMPORT, b"", {}), ("/", b"output=JSON&callback=x", {"Content_Type": "application/x-www-form-urlencoded"})],
}
"""Requests of which nothing comes, by the HTTP status of the answer."""


def check(method: str, path: str, reply: Reply) -> None:
    assert_described(method, path, Answered(reply.status, dict(reply.headers), reply.body.decode()))


@pytest.mark.parametrize("name", SAMPLES)
def test_a_documented_request_is_answered_as_described(stack: LocalStack, name: str) -> None:
    # WHEN a sample of the documentation is sent
    path, media_type, body = sample(name)
    reply = post(stack, path, body, Content_Type=media_type, **SAMPLES[name])
    # THEN the reply is one that the document has
    check("POST", path, reply)


@pytest.mark.parametrize(
    ("status", "path", "body", "headers"), [(s, *one) for s, some in REFUSED.items() for one in some]
)
def test_a_refusal_is_described(
    stack: LocalStack, status: int, path: str, body: bytes, headers: dict[str, str]
) -> None:
    # WHEN something is sent that can't be done
    reply = post(stack, path, body, **headers)
    # THEN the refusal is one that the document has
    assert reply.status == status, reply.body
    check("POST", path, reply)


def test_the_document_that_is_served_is_the_one_that_is_tested(stack: LocalStack) -> None:
    # WHEN somebody asks for the document
    reply = ask(stack, "GET", "/openapi.json")
    # THEN it is this
    assert (reply.status, json.loads(reply.body)) == (200, DOCUMENT)


@pytest.mark.parametrize("path", ["/health", "/openapi.json", "/docs", "/api.php", "/"])
def test_a_get_is_answered_as_described(stack: LocalStack, path: str) -> None:
    check("GET", path, ask(stack, "GET", path))


def test_the_answers_of_the_jobs_api_are_described(stack: LocalStack) -> None:
    # GIVEN a large request whose client does not wait
    rows = "\n".join(f"described{number}@example.com" for number in range(600))
    form = rows_form("email", profiles_data=rows, output="XML")
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Prefer": "respond-async"}
    queued = ask(stack, "POST", IMPORT, urlencode(form).encode(), headers)
    check("POST", IMPORT, queued)
    assert queued.headers["Location"]
    # WHEN its job is asked for until it is done, read, listed and undone
    job = {"Authorization": "Bearer abc123def456"}

    def look() -> Reply | None:
        shown = ask(stack, "GET", queued.headers["Location"], headers=job)
        check("GET", "/jobs/{job_id}", shown)
        return shown if json.loads(shown.body)["status"] == "done" else None

    shown = until(look)
    # THEN the document has each answer
    assert shown
    check("GET", "/jobs", ask(stack, "GET", "/jobs", headers=job))
    links = json.loads(shown.body)["links"]
    check("GET", "/jobs/{job_id}/results", ask(stack, "GET", links["results"], headers=job))
    check("POST", "/jobs/{job_id}/undo", ask(stack, "POST", links["undo"], headers=job))
    check("GET", "/jobs/{job_id}", ask(stack, "GET", links["self"]))
    check("GET", "/jobs/{job_id}", ask(stack, "GET", "/jobs/none", headers=job))


def ask(stack: LocalStack, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Reply:
    connection = http.client.HTTPConnection(stack.url.removeprefix("http://"), timeout=60)
    try:
        connection.request(method, path, body, headers or {})
        reply = connection.getresponse()
        return Reply(reply.status, reply.headers, reply.read())
    finally:
        connection.close()
