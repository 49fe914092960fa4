"""How much one request may hold."""

import gzip
import json

import pytest

from loyalty.http.request import MAX_BODY_BYTES
from tests.fakes.gateway import BATCH, SINGLE
from tests.fakes.requests import JSON, XML, as_json, as_xml, batch, emails, single
from tests.fakes.store import SETTINGS
from tests.fakes.world import World

TOO_MANY = "A request may hold at most 20000 items; send the rest in further requests"
TOO_LARGE = "The body may have at most 10000000 bytes inflated, 4.7 MB as sent; send the rest in further requests"
ITEM = {"error": 400, "error_text": "The item is larger than 64 KB", "profile_id": None}


@pytest.mark.parametrize("count", [20_001, 50_000])
@pytest.mark.parametrize("form", ["json", "xml"])
def test_more_items_than_the_limit_are_refused_as_a_whole(count: int, form: str) -> None:
    # GIVEN more items than one request may hold
    world = World()
    before = world.dynamodb.snapshot()
    request = batch(emails("user1") * count)
    # WHEN they are sent
    reply = world.send(BATCH, as_json(request) if form == "json" else as_xml(request))
    # THEN the reply states the limits in the request's format, and nothing is written
    envelope = {
        "json": f'{{"error":413,"error_text":"{TOO_MANY}"}}',
        "xml": f"<xml><error>413</error><error_text>{TOO_MANY}</error_text></xml>",
    }
    assert (reply.status, reply.body) == (413, envelope[form])
    assert world.dynamodb.snapshot() == before
    assert world.dynamodb.count("batch_get_item") == 0


@pytest.mark.parametrize("form", ["json", "xml"])
def test_as_many_items_as_the_limit_are_done(form: str) -> None:
    # GIVEN a limit of three, and as many items
    world = World(SETTINGS._replace(max_items=3))
    request = batch(emails("user1", "user3", "user4"))
    # WHEN they are sent, and then one more
    good = world.send(BATCH, as_json(request) if form == "json" else as_xml(request), {"Accept": "application/json"})
    request["data"] += emails("user5")
    bad = world.send(BATCH, as_json(request) if form == "json" else as_xml(request), {"Accept": "application/json"})
    # THEN the first are registered and the others refused
    assert [one["error"] for one in good.json()["result"]] == [0, 0, 0]
    assert bad.json() == {"error": 413, "error_text": TOO_MANY.replace("20000", "3")}


def test_who_is_not_known_learns_no_limits() -> None:
    # GIVEN too many items, and a token that nobody has
    reply = World().send(BATCH, batch(emails("user1") * 20_001, token="nobody's"))
    # THEN the token is what is spoken of
    assert reply.status == 401


def test_the_limit_of_items_does_not_concern_what_a_single_registration_ignores() -> None:
    # GIVEN a single registration with a list that it has no use for
    world = World(SETTINGS._replace(max_items=3))
    # THEN it is registered
    assert world.send(SINGLE, single(data=[1] * 10)).status == 200


@pytest.mark.parametrize("headers", [JSON, XML], ids=["json", "xml"])
def test_a_body_that_inflates_beyond_the_limit_is_refused(headers: dict[str, str]) -> None:
    # GIVEN one byte more than may be, in a few kilobytes
    world = World()
    body = gzip.compress(b" " * (MAX_BODY_BYTES + 1))
    # WHEN it is sent
    reply = world.send(BATCH, body, {**headers, "Content-Encoding": "gzip"})
    # THEN the reply states the limit in the declared format
    envelope = (
        f'{{"error":413,"error_text":"{TOO_LARGE}"}}'
        if headers is JSON
        else f"<xml><error>413</error><error_text>{TOO_LARGE}</error_text></xml>"
    )
    assert (reply.status, reply.body) == (413, envelope)
    assert world.dynamodb.calls == []


@pytest.mark.parametrize(("path", "most"), [(BATCH, MAX_BODY_BYTES), (SINGLE, 1_000_000)], ids=["batch", "single"])
def test_a_body_of_exactly_the_limit_is_read_and_one_byte_more_is_not(path: str, most: int) -> None:
    # GIVEN a request that is filled up with blanks
    text = json.dumps(single() if path == SINGLE else batch(emails("user1")))
    body = (text + " " * (most - len(text))).encode()
    # WHEN it is sent, and the same with one more
    replies = [World().send(path, gzip.compress(one), {"Content-Encoding": "gzip"}) for one in (body, body + b" ")]
    # THEN the first is answered, and the second states the limit
    assert [reply.status for reply in replies] == [200, 413]
    assert f"at most {most} bytes" in replies[1].json()["error_text"]


def test_a_plain_body_beyond_the_limit_is_refused_too() -> None:
    # GIVEN an event that no gateway would let through
    reply = World().send(BATCH, b" " * (MAX_BODY_BYTES + 1), JSON)
    # THEN it is refused
    assert (reply.status, reply.json()) == (413, {"error": 413, "error_text": TOO_LARGE})


@pytest.mark.parametrize("form", ["json", "xml"])
def test_an_item_larger_than_64_kb_fails_alone(form: str) -> None:
    # GIVEN an item that carries far too much, between good ones
    world = World()
    data = [*emails("user1"), {"email": "user3@example.com", "note": "x" * 65_536}, *emails("user2")]
    request = batch(data, format="json")
    # WHEN they are sent
    reply = world.send(BATCH, as_json(request) if form == "json" else as_xml(request))
    # THEN only it fails
    assert reply.json()["result"][1] == ITEM
    assert [one["error"] for one in reply.json()["result"]] == [0, 400, 409]
    assert world.member(f"{3:024x}") is None


@pytest.mark.parametrize(
    ("letter", "fits"), [("x", 65_536), ("\u00e4", 32_768), ("\u20ac", 21_845), ("\U0001f600", 16_384)]
)
def test_the_size_of_an_item_is_counted_in_utf_8(letter: str, fits: int) -> None:
    # GIVEN two items of which one is just too large
    room = len(json.dumps({"email": "user1@example.com", "note": ""}))
    small = {"email": "user1@example.com", "note": letter * (fits - room)}
    large = {"email": "user3@example.com", "note": letter * (fits + 1)}
    # WHEN they are sent
    reply = World().send(BATCH, batch([small, large]))
    # THEN it is refused, and the other one registered
    assert [one["error"] for one in reply.json()["result"]] == [0, 400]


@pytest.mark.parametrize(("length", "error"), [(30_000, 0), (70_000, 400)])
def test_a_lone_surrogate_in_a_field_that_nobody_reads_does_not_matter(length: int, error: int) -> None:
    # GIVEN an item of some size that holds what UTF-8 can't
    item = {"email": "user1@example.com", "note": "\ud800" + "x" * length}
    # WHEN it is sent
    reply = World().send(BATCH, batch([item]))
    # THEN its size is what counts
    assert (reply.status, reply.json()["result"][0]["error"]) == (200, error)


@pytest.mark.parametrize("depth", [100, 900])
def test_an_item_that_is_nested_deeply_fails_alone_or_not_at_all(depth: int) -> None:
    # GIVEN something deep in a field that nobody reads
    deep = json.loads("[" * depth + "]" * depth)
    # WHEN it is sent beside a good item
    reply = World().send(BATCH, batch([{"email": "user1@example.com", "note": deep}, *emails("user2")]))
    # THEN the good one has its outcome
    assert (reply.status, reply.json()["result"][1]["error"]) == (200, 409)
