"""A store that is busy, away or broken: 503 that may be repeated, or 500 that tells nothing; never a wrong outcome."""

import pytest
from botocore.exceptions import BotoCoreError

from loyalty.domain.deadline import LONGEST_CALL_SECONDS
from tests.fakes.faults import Fault, raising, refused, timed_out_before, unreachable
from tests.fakes.gateway import BATCH, SINGLE
from tests.fakes.requests import JSON, XML, as_xml, batch, emails, single
from tests.fakes.world import World

BUSY = "Storage is busy, repeat the request"
PASSING = {
    "throttled": refused("ThrottlingException"),
    "out of capacity": refused("ProvisionedThroughputExceededException"),
    "limited": refused("RequestLimitExceeded"),
    "a fault of the server": refused("InternalServerError", status=500),
    "unavailable": refused("SomethingNew", status=503),
    "unreachable": unreachable,
    "silent": timed_out_before,
}
LASTING = {
    "no such table": refused("ResourceNotFoundException", message="SECRET"),
    "no permission": refused("AccessDeniedException", message="SECRET"),
    "a wrong request": refused("ValidationException", message="SECRET"),
    "something unforeseen": raising(ZeroDivisionError("SECRET")),
    "something of botocore's": raising(BotoCoreError()),
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
@pytest.mark.parametrize("path", [SINGLE, BATCH], ids=["single", "batch"])
def test_a_store_that_stays_busy_is_answered_by_503_and_when_to_repeat(path: str, fault: Fault) -> None:
    # GIVEN a store that cannot be read at the moment
    world = World()
    world.dynamodb.plan_always("get_item", fault)
    # WHEN a request comes
    reply = world.send(path, single() if path == SINGLE else batch(emails("user1")), JSON)
    # THEN it may be repeated, soon
    assert (reply.status, reply.headers["Retry-After"]) == (503, "1")
    assert reply.json() == {"error": 503, "error_text": BUSY}
    assert world.memberships() == World().memberships()


def test_the_503_is_in_the_requests_format() -> None:
    # GIVEN a store that cannot be read at the moment
    world = World()
    world.dynamodb.plan_always("get_item", refused("ThrottlingException"))
    # WHEN a request in XML comes
    reply = world.send(SINGLE, as_xml(single()), XML)
    # THEN so is its answer
    assert reply.status == 503
    assert reply.body == f"<xml><error>503</error><error_text>{BUSY}</error_text></xml>"


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
@pytest.mark.parametrize("action", ["batch_get_item", "put_item"])
def test_a_single_registration_that_is_not_decided_is_503(action: str, fault: Fault) -> None:
    # GIVEN a store that fails behind the credentials
    world = World()
    world.dynamodb.plan_always(action, fault)
    # WHEN one customer is to be registered
    reply = world.send(SINGLE, single())
    # THEN the answer is not decided, and tells the profile once that is known
    profile_id = "663a138cee44bb50a67115cd" if action == "put_item" else None
    text = "Storage is busy, repeat this item"
    assert (reply.status, reply.headers["Retry-After"]) == (503, "1")
    assert reply.json() == {"error": 503, "error_text": text, "profile_id": profile_id}
    assert world.member("663a138cee44bb50a67115cd") is None


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
@pytest.mark.parametrize("action", ["batch_get_item", "batch_execute_statement"])
def test_a_batch_on_a_busy_store_tells_busy_for_each_item(action: str, fault: Fault) -> None:
    # GIVEN a store that fails behind the credentials
    world = World()
    world.dynamodb.plan_always(action, fault)
    # WHEN a batch comes, one of whose items is wrong by itself
    reply = world.send(BATCH, batch([*emails("user1"), {}, *emails("user3")]))
    # THEN the others are busy
    assert reply.status == 200
    assert [one["error"] for one in reply.json()["result"]] == [503, 400, 503]


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_what_passes_is_not_noticed(fault: Fault) -> None:
    # GIVEN a store that fails every kind of call once
    world = World()
    for action in ("get_item", "batch_get_item", "batch_execute_statement"):
        world.dynamodb.plan(action, fault)
    # WHEN a batch comes
    reply = world.send(BATCH, batch(emails("user1", "user2", "nobody", "user3")))
    # THEN it is done, after short pauses
    assert [one["error"] for one in reply.json()["result"]] == [0, 409, 404, 0]
    assert len(world.clock.pauses) == 3
    assert max(world.clock.pauses) < 0.1


@pytest.mark.parametrize("fault", LASTING.values(), ids=LASTING)
@pytest.mark.parametrize("action", ["get_item", "batch_get_item", "put_item", "batch_execute_statement"])
@pytest.mark.parametrize("form", ["json", "xml"])
def test_what_repeating_cannot_mend_is_a_500_that_tells_nothing(action: str, fault: Fault, form: str) -> None:
    # GIVEN a store that is broken
    world = World()
    world.dynamodb.plan_always(action, fault)
    path = SINGLE if action == "put_item" else BATCH
    request = single() if path == SINGLE else batch(emails("user1", "user3"))
    # WHEN a request comes
    reply = world.send(path, as_xml(request) if form == "xml" else request)
    # THEN the client learns that it is our fault, and no more
    envelope = {
        "json": '{"error":500,"error_text":"Internal error"}',
        "xml": "<xml><error>500</error><error_text>Internal error</error_text></xml>",
    }
    assert (reply.status, reply.body) == (500, envelope[form])
    assert world.dynamodb.count(action) == 1


@pytest.mark.parametrize("path", [SINGLE, BATCH], ids=["single", "batch"])
def test_no_call_is_begun_when_there_is_no_time_for_it(path: str) -> None:
    # GIVEN an invocation that has as much time left as one call may take
    world = World()
    # WHEN a request comes
    request = single() if path == SINGLE else batch(emails("user1"))
    reply = world.send(path, request, milliseconds=1_000 * LONGEST_CALL_SECONDS + 1_000)
    # THEN it is answered at once
    assert (reply.status, world.dynamodb.calls) == (503, [])


def test_the_time_left_is_what_repeats_may_take() -> None:
    # GIVEN a store that stays busy
    world = World()
    world.dynamodb.plan_always("get_item", refused("ThrottlingException"))
    began = world.clock.now
    # WHEN a request comes that has 25 seconds left
    world.send(SINGLE, single(), milliseconds=25_000)
    # THEN it is given up in time for one more call and a second to answer
    assert world.clock.now - began == pytest.approx(25 - LONGEST_CALL_SECONDS - 1, abs=0.01)


def test_an_account_that_a_token_names_and_that_is_not_there_is_our_fault() -> None:
    # GIVEN a token whose account was removed
    world = World()
    del world.dynamodb.tables["accounts"]["account#greatwidgets", "account"]
    # WHEN it is used
    reply = world.send(SINGLE, single())
    # THEN the client learns no more than that
    assert (reply.status, reply.json()) == (500, {"error": 500, "error_text": "Internal error"})
