"""Who may call: a token in the body or the header, its account and its rights."""

import pytest

from tests.fakes.gateway import BATCH, SINGLE, Reply, proxy_event
from tests.fakes.requests import JSON, XML, as_json, as_xml, batch, emails, single
from tests.fakes.world import World

REQUESTS = {SINGLE: single(), BATCH: batch(emails("user1"))}
FAULTS = {
    401: "API token is invalid",
    403: "API token has no right to register members",
}


@pytest.fixture(params=REQUESTS, ids=["single", "batch"])
def path(request: pytest.FixtureRequest) -> str:
    chosen: str = request.param
    return chosen


def refused(reply: Reply, world: World, status: int, text: str) -> None:
    """The reply is the JSON envelope with that error, and nobody was registered."""
    assert (reply.status, reply.json()) == (status, {"error": status, "error_text": text})
    assert reply.headers.get("WWW-Authenticate") == ('Bearer realm="loyalty"' if status == 401 else None)
    assert world.memberships() == World().memberships()


@pytest.mark.parametrize("token", [None, ""], ids=["missing", "empty"])
def test_a_request_without_a_token_is_told_that_it_needs_one(path: str, token: str | None) -> None:
    # GIVEN a request without a token
    world = World()
    request = REQUESTS[path] | {"token": token}
    # WHEN it is sent
    reply = world.send(path, request)
    # THEN it says what is missing
    refused(reply, world, 401, "API token required")


@pytest.mark.parametrize(
    "token",
    [
        "nobody's",
        " ",
        "ABC123DEF456",
        "x" * 100_000,
        "\x00",
        "\ud800",
        "greatwidgets",
        "credential#",
        1,
        True,
        1.5,
        ["abc123def456"],
        {"$ne": 1},
    ],
    ids=ascii,
)
def test_a_token_that_is_not_known_is_refused(path: str, token: object) -> None:
    # GIVEN a token that nobody has
    world = World()
    # WHEN it is sent
    reply = world.send(path, REQUESTS[path] | {"token": token})
    # THEN it is refused
    refused(reply, world, 401, "API token is invalid")


def test_a_token_without_the_right_is_refused_otherwise(path: str) -> None:
    # GIVEN a token that may only read jobs
    world = World()
    # WHEN it is sent
    reply = world.send(path, REQUESTS[path] | {"token": "readonly-token"})
    # THEN the caller is known, and may not do this
    refused(reply, world, 403, "API token has no right to register members")


@pytest.mark.parametrize(
    "header",
    ["Bearer abc123def456", "bearer abc123def456", "BEARER  abc123def456 "],
)
def test_the_token_may_come_in_the_header(path: str, header: str) -> None:
    # GIVEN a request with no token in its body
    request = {name: value for name, value in REQUESTS[path].items() if name != "token"}
    # WHEN it is sent with the token in the header
    reply = World().send(path, request, {**JSON, "Authorization": header})
    # THEN it is good
    assert reply.status == 200


@pytest.mark.parametrize("header", ["Basic YTpi", "abc123def456", "Bearer", "Bearer ", "Token abc123def456", " "])
def test_another_kind_of_authorization_is_no_token(path: str, header: str) -> None:
    # GIVEN a request with no token in its body
    request = {name: value for name, value in REQUESTS[path].items() if name != "token"}
    world = World()
    # WHEN it is sent with something else in the header
    reply = world.send(path, request, {"Authorization": header})
    # THEN there is no token
    refused(reply, world, 401, "API token required")


def test_the_bodys_token_wins_over_the_headers(path: str) -> None:
    # GIVEN a good token in the body and an unknown one in the header
    reply = World().send(path, REQUESTS[path], {"Authorization": "Bearer nobody's"})
    # THEN the good one counts
    assert reply.status == 200
    # GIVEN an unknown one in the body and a good one in the header
    world = World()
    reply = world.send(path, REQUESTS[path] | {"token": "nobody's"}, {"Authorization": "Bearer abc123def456"})
    # THEN the unknown one counts
    refused(reply, world, 401, "API token is invalid")


def test_the_faults_read_the_same_in_xml(path: str) -> None:
    for token, status in (("nobody's", 401), ("readonly-token", 403)):
        # GIVEN a request in XML with a token that does not reach
        # WHEN it is sent
        reply = World().send(path, as_xml(REQUESTS[path] | {"token": token}), XML)
        # THEN the envelope is in XML
        body = f"<xml><error>{status}</error><error_text>{FAULTS[status]}</error_text></xml>"
        assert (reply.status, reply.headers["Content-Type"], reply.body) == (
            status,
            "application/xml; charset=utf-8",
            body,
        )


def test_only_the_fingerprint_of_a_token_is_stored_or_sent_to_the_store() -> None:
    # GIVEN the demo accounts
    world = World()
    # WHEN a request is answered
    world.send(SINGLE, single())
    # THEN the token is neither in the tables nor in any call
    assert "abc123def456" not in repr(world.dynamodb.snapshot())
    assert "abc123def456" not in repr(world.dynamodb.calls)


def test_rights_are_checked_before_anything_else_is_told() -> None:
    # GIVEN a token without the right, and a request that is wrong in other ways too
    world = World()
    # WHEN it is sent
    reply = world.send(BATCH, batch([], token="readonly-token", matching="foo", loyalty_program_id=999))
    # THEN only the right is spoken of
    refused(reply, world, 403, "API token has no right to register members")


def test_a_token_in_the_url_is_no_token(path: str) -> None:
    # GIVEN a request whose only token is in its URL
    request = {name: value for name, value in REQUESTS[path].items() if name != "token"}
    event = proxy_event(as_json(request), path=path)
    event["queryStringParameters"] = {"token": "abc123def456"}
    event["multiValueQueryStringParameters"] = {"token": ["abc123def456"]}
    world = World()
    # WHEN it is sent
    reply = world.deliver(event)
    # THEN there is no token
    refused(reply, world, 401, "API token required")
