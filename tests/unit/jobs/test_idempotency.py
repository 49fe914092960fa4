"""Idempotency-Key: a request that comes again has the answer of the first, and does nothing again."""

import gzip
import json

import pytest

from loyalty.store.tables.claims import KEPT_SECONDS
from tests.fakes.gateway import BATCH, SINGLE
from tests.fakes.importing import refusal
from tests.fakes.requests import JSON, as_json, batch, emails, single
from tests.unit.jobs import orders
from tests.unit.jobs.job_world import JobWorld, Order
from tests.unit.jobs.keyed import DOORS, KEY, client, once

REUSED = "This Idempotency-Key was used for another request; a new request needs a new key"


@pytest.mark.parametrize("door", DOORS)
def test_a_request_with_a_key_is_done_as_one_without(door: str) -> None:
    with_key = client(door)
    reply = with_key.send()
    assert (with_key.told(reply), with_key.world.end_state()) == once(door)


@pytest.mark.parametrize("seconds", [0, 1, KEPT_SECONDS])
@pytest.mark.parametrize("door", DOORS)
def test_the_same_request_has_the_same_answer_and_does_nothing(door: str, seconds: int) -> None:
    # GIVEN a request that was done
    repeating = client(door)
    first, end_state = repeating.send(), repeating.world.end_state()
    repeating.world.clock.now += seconds
    # WHEN it comes again
    again = repeating.send()
    # THEN the answer is the same to the byte, and nothing was done
    assert (again.status, again.body) == (first.status, first.body)
    assert repeating.world.end_state() == end_state
    # AND it is no further job
    assert len(repeating.world.job_ids()) == 1


def test_after_a_day_a_key_is_free_again() -> None:
    # GIVEN a registration
    repeating = client("one registration")
    assert repeating.send().json()["error"] == 0
    # WHEN it comes again more than a day later, whether or not the table has forgotten the key
    repeating.world.clock.now += KEPT_SECONDS + 1
    # THEN it is a new one
    assert repeating.send().json()["error"] == 409


@pytest.mark.parametrize("door", DOORS)
def test_another_request_under_the_same_key_is_refused_as_its_vendor_refuses(door: str) -> None:
    # GIVEN a request that was done
    repeating = client(door)
    repeating.send()
    end_state = repeating.world.end_state()
    # WHEN another comes with its key
    order = repeating.order
    body = str(order.body).replace("user1@", "user9@").replace("Anna", "Anja").replace("user4@", "user8@")
    assert body != order.body
    reply = repeating.world.order(order._replace(body=body), **{"Idempotency-Key": KEY})
    # THEN it is refused
    assert reply.status == (200 if "import" in door else 422)
    assert REUSED in reply.body
    assert repeating.world.end_state() == end_state


def test_a_refusal_is_whole_in_each_vendors_form() -> None:
    wanted = {
        "one registration": f'{{"error":422,"error_text":"{REUSED}"}}',
        "registrations in XML queued": f"<xml><error>422</error><error_text>{REUSED}</error_text></xml>",
        "import queued, in JSONP": f"/**/done({json.dumps(refusal(REUSED), indent=2)});",
        "earn queued": '{"response":[],"totalCount":0,"failureCount":0,'
        f'"errors":[{{"status":false,"code":422,"message":"{REUSED}"}}],"warnings":[]}}',
    }
    for door, body in wanted.items():
        repeating = client(door)
        repeating.send()
        other = repeating.order._replace(body=str(repeating.order.body).replace("example", "elsewhere"))
        assert repeating.world.order(other, **{"Idempotency-Key": KEY}).body == body


@pytest.mark.parametrize("inline_limit", [2, 1_000])
def test_the_same_body_with_another_format_is_another_request(inline_limit: int) -> None:
    world = JobWorld(inline_limit=inline_limit)
    assert world.order(orders.enrol(), **{"Idempotency-Key": KEY}).status == 200
    reply = world.order(orders.enrol(Accept="application/xml"), **{"Idempotency-Key": KEY})
    assert (reply.status, reply.headers["Content-Type"]) == (422, "application/xml; charset=utf-8")


def test_the_same_body_compressed_is_the_same_request() -> None:
    world, order = JobWorld(), orders.enrol()
    first = world.order(order, **{"Idempotency-Key": KEY})
    packed = order._replace(body=gzip.compress(str(order.body).encode()))
    again = world.order(packed, **{"Idempotency-Key": KEY, "Content-Encoding": "gzip"})
    assert (again.status, again.body) == (200, first.body)


def test_the_same_key_is_another_one_for_another_account_and_for_another_endpoint() -> None:
    # GIVEN a key that was used
    world, keyed = JobWorld(), {"Idempotency-Key": KEY}
    mine = Order(SINGLE, as_json(single()), JSON)
    assert world.order(mine, **keyed).json()["error"] == 0
    # THEN another account may use it, also for the same customer
    theirs = mine._replace(body=as_json(single(token="other-token-1")))
    assert world.order(theirs, **keyed).json()["profile_id"] == "a" * 24
    # AND so may another endpoint
    many = Order(BATCH, as_json(batch(emails("user3"))), JSON)
    assert world.order(many, **keyed).json()["result"][0]["error"] == 0


@pytest.mark.parametrize("key", ["", "   "])
def test_a_blank_key_is_none(key: str) -> None:
    world = JobWorld()
    order = Order(SINGLE, as_json(single()), JSON)
    errors = [world.order(order, **{"Idempotency-Key": key}).json()["error"] for _ in range(2)]
    assert errors == [0, 409]


@pytest.mark.parametrize("key", ["x" * 256, "schlüssel", "a\x00b", "a\tb"])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    world, before = JobWorld(), JobWorld().end_state()
    reply = world.order(Order(SINGLE, as_json(single()), JSON), **{"Idempotency-Key": key})
    text = "Idempotency-Key must be at most 255 characters of printable ASCII"
    assert (reply.status, reply.json()) == (400, {"error": 400, "error_text": text})
    assert world.end_state() == before


@pytest.mark.parametrize("token", ["wrong", "readonly-token"])
def test_who_is_not_let_in_learns_nothing_of_a_key(token: str) -> None:
    # GIVEN a key that was used for a request
    world = JobWorld()
    world.order(Order(SINGLE, as_json(single()), JSON), **{"Idempotency-Key": KEY})
    # WHEN somebody else brings it
    order = Order(SINGLE, as_json(single(token=token)), JSON)
    # THEN the answer is that without a key
    keyed, plain = world.order(order, **{"Idempotency-Key": KEY}), world.order(order)
    assert (keyed.status, keyed.body) == (plain.status, plain.body)
