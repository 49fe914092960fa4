"""One log line for each request, that tells what happened and nothing that a client sent."""

import json

import pytest

from tests.fakes.faults import raising, refused
from tests.fakes.gateway import BATCH, SINGLE
from tests.fakes.log import captured_log, told
from tests.fakes.requests import JSON, XML, as_json, as_xml, batch, emails, single
from tests.fakes.world import World

ALWAYS = {"level", "message", "timestamp", "service", "endpoint", "request_id", "status", "milliseconds"}
SECRETS = [
    "abc123def456",
    "secret-token",
    "s3cret",
    "example.com",
    "+12025550101",
    "663a138cee44bb50a67115cd",
    "refused-value",
]


def test_a_batch_logs_its_counts() -> None:
    # GIVEN a batch with each outcome
    with captured_log() as log:
        # WHEN it is answered
        World().send(
            BATCH, batch([*emails("user1", "user1", "user2", "nobody"), {"email": "s3cret"}]), request_id="f00d"
        )
    # THEN one line counts them
    (line,) = log.lines
    assert told(line) == {
        "level": "INFO",
        "endpoint": "altcraft.register_member_batch",
        "request_id": "f00d",
        "account": "greatwidgets",
        "items": 5,
        "outcomes": {"created": 1, "exists": 2, "not_found": 1, "invalid": 1},
        "status": 200,
    }
    assert line["message"] == "request"
    assert 0 <= line["milliseconds"] < 1_000


REQUESTS = {
    "registered": (SINGLE, as_json(single()), JSON),
    "registered by XML": (SINGLE, as_xml(single()), XML),
    "by phone": (SINGLE, as_json(single(matching="phone", phone="+12025550101")), JSON),
    "by profile_id": (SINGLE, as_json(single(matching="profile_id", profile_id="663a138cee44bb50a67115cd")), JSON),
    "unknown token": (SINGLE, as_json(single(token="secret-token")), JSON),
    "token in the header": (SINGLE, as_json(single(token="")), {"Authorization": "Bearer secret-token"}),
    "wrong header": (SINGLE, as_json(single(token="")), {"Authorization": "Basic secret-token"}),
    "wrong e-mail": (SINGLE, as_json(single(email="refused-value")), JSON),
    "wrong parameter": (BATCH, as_json(batch(emails("user1"), matching="refused-value")), JSON),
    "wrong program": (BATCH, as_json(batch(emails("user1"), loyalty_program_id="refused-value")), JSON),
    "wrong items": (BATCH, as_json(batch([{"email": "refused-value"}, "refused-value"])), JSON),
    "not JSON": (BATCH, "refused-value", JSON),
    "not XML": (BATCH, "<refused-value/>", XML),
    "wrong type": (BATCH, "refused-value", {"Content-Type": "refused/refused-value"}),
}


@pytest.mark.parametrize(("path", "body", "headers"), REQUESTS.values(), ids=REQUESTS)
def test_each_request_logs_one_line_without_anything_that_it_brought(
    path: str, body: str, headers: dict[str, str]
) -> None:
    # GIVEN a request with things that are nobody's business
    with captured_log() as log:
        # WHEN it is answered
        reply = World().send(path, body, headers)
    # THEN the one line has none of them
    (line,) = log.lines
    assert line["status"] == reply.status
    assert line.keys() <= ALWAYS | {"account", "items", "outcomes", "error"}
    assert [secret for secret in SECRETS if secret in log.text] == []


def test_a_refused_request_logs_the_kind_of_its_error() -> None:
    # GIVEN a request with an unknown program
    with captured_log() as log:
        World().send(SINGLE, single(loyalty_program_id=999))
    # THEN the line names the error and the account
    assert told(log.lines[0]) == {
        "level": "INFO",
        "endpoint": "altcraft.register_member",
        "request_id": "request-1",
        "account": "greatwidgets",
        "error": "ProgramNotFound",
        "status": 404,
    }


@pytest.mark.parametrize("action", ["get_item", "batch_get_item", "put_item"])
@pytest.mark.parametrize(
    "error", [ValueError("secret-token user1@example.com"), KeyError("663a138cee44bb50a67115cd")], ids=["value", "key"]
)
def test_an_unforeseen_error_logs_where_it_rose_and_not_what_it_says(action: str, error: Exception) -> None:
    # GIVEN a store that raises something whose message holds what it should not
    world = World()
    world.dynamodb.plan_always(action, raising(error))
    # WHEN a request comes
    with captured_log() as log:
        world.send(SINGLE, single())
    # THEN the one line, an error, names the kind and the places, innermost last
    (line,) = log.lines
    assert (line["level"], line["status"], line["error"]) == ("ERROR", 500, type(error).__name__)
    assert line["raised_at"][0].startswith("endpoint.py:")
    assert line["raised_at"][-1].startswith("faults.py:")
    assert [secret for secret in SECRETS if secret in log.text] == []


def test_a_refusal_of_the_store_logs_its_kind_and_not_its_message() -> None:
    # GIVEN a store whose refusal quotes a key
    world = World()
    world.dynamodb.plan_always("batch_get_item", refused("ValidationException", message="user1@example.com"))
    # WHEN a request comes
    with captured_log() as log:
        world.send(BATCH, batch(emails("user1")))
    # THEN the key is not in the log
    assert log.lines[0]["error"] == "CallRefused"
    assert "example.com" not in log.text


def test_a_fault_of_ours_that_we_foresee_logs_its_text() -> None:
    # GIVEN a token whose account was removed
    world = World()
    del world.dynamodb.tables["accounts"]["account#greatwidgets", "account"]
    # WHEN it is used
    with captured_log() as log:
        world.send(SINGLE, single())
    # THEN an operator learns what to mend
    assert told(log.lines[0]) == {
        "level": "ERROR",
        "endpoint": "altcraft.register_member",
        "request_id": "request-1",
        "error": "InternalError",
        "detail": "a credential names an account that does not exist: greatwidgets",
        "status": 500,
    }


def test_what_is_logged_is_one_json_object_for_each_line() -> None:
    # GIVEN a request id with line ends in it, as no gateway makes one
    with captured_log() as log:
        World().send(SINGLE, single(), request_id="a\nb")
    # THEN the line is still one
    assert [json.loads(line)["request_id"] for line in log.text.splitlines()] == ["a\nb"]
