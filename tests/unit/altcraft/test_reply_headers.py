"""The headers of every kind of reply, whole, and when a reply is compressed."""

from typing import Any

import pytest

from tests.fakes.faults import Fault, raising, refused
from tests.fakes.gateway import BATCH, SINGLE
from tests.fakes.requests import JSON, XML, as_json, as_xml, batch, emails, single
from tests.fakes.store import SETTINGS
from tests.fakes.world import MEMBER_SINCE_2024, World

KINDS: dict[str, tuple[str, dict[str, Any], int, dict[str, str]]] = {
    "registered": (SINGLE, single(), 200, {}),
    "unknown": (SINGLE, single(email="nobody@example.com"), 404, {}),
    "member already": (SINGLE, single(email=MEMBER_SINCE_2024), 409, {}),
    "wrong item": (SINGLE, single(email="nobody"), 400, {}),
    "batch": (BATCH, batch(emails("user1", "nobody")), 200, {}),
    "wrong parameter": (BATCH, batch(emails("user1"), matching="name"), 400, {}),
    "no token": (BATCH, batch(emails("user1"), token=None), 401, {"WWW-Authenticate": 'Bearer realm="loyalty"'}),
    "unknown token": (BATCH, batch(emails("user1"), token="x"), 401, {"WWW-Authenticate": 'Bearer realm="loyalty"'}),
    "no right": (BATCH, batch(emails("user1"), token="readonly-token"), 403, {}),
    "no program": (BATCH, batch(emails("user1"), loyalty_program_id=9), 404, {}),
    "too many items": (BATCH, batch(emails(*["user1"] * 6)), 413, {}),
}


def headers(form: str, more: dict[str, str]) -> dict[str, str]:
    content_type = {"json": "application/json", "xml": "application/xml; charset=utf-8"}[form]
    return {"Content-Type": content_type, "X-Content-Type-Options": "nosniff", "X-Request-Id": "f00d", **more}


def written(request: dict[str, Any], form: str) -> str:
    return as_json(request) if form == "json" else as_xml(request)


@pytest.mark.parametrize("form", ["json", "xml"])
@pytest.mark.parametrize(("path", "request_", "status", "more"), KINDS.values(), ids=KINDS)
def test_every_kind_of_reply_has_its_headers(
    path: str, request_: dict[str, Any], status: int, more: dict[str, str], form: str
) -> None:
    # GIVEN a request that ends in one way
    world = World(SETTINGS._replace(max_items=5))
    # WHEN it is sent by a client that takes gzip
    reply = world.send(path, written(request_, form), {"Accept-Encoding": "gzip"}, request_id="f00d")
    # THEN the reply, too short to be compressed, has these headers and no others
    assert (reply.status, reply.headers) == (status, headers(form, more))


@pytest.mark.parametrize("form", ["json", "xml"])
@pytest.mark.parametrize(
    ("fault", "status", "more"),
    [(refused("ThrottlingException"), 503, {"Retry-After": "1"}), (raising(KeyError("secret")), 500, {})],
    ids=["busy", "broken"],
)
def test_a_fault_of_the_store_has_its_headers(fault: Fault, status: int, more: dict[str, str], form: str) -> None:
    # GIVEN a store that is busy or broken
    world = World()
    world.dynamodb.plan_always("get_item", fault)
    # WHEN a request comes
    reply = world.send(SINGLE, written(single(), form), request_id="f00d")
    # THEN the reply has these headers and no others
    assert (reply.status, reply.headers) == (status, headers(form, more))


@pytest.mark.parametrize("sent", [JSON, XML], ids=["json", "xml"])
def test_what_cannot_be_read_has_its_headers(sent: dict[str, str]) -> None:
    # GIVEN a body in an encoding that is not read here
    reply = World().send(BATCH, b"x", {**sent, "Content-Encoding": "br"}, request_id="f00d")
    # THEN the reply has these headers and no others
    assert (reply.status, reply.headers) == (415, headers("json" if sent is JSON else "xml", {}))


@pytest.mark.parametrize("form", ["json", "xml"])
def test_a_long_reply_is_compressed_for_a_client_that_takes_it(form: str) -> None:
    # GIVEN a batch whose reply is long
    request = written(batch(emails(*(f"user{n}" for n in range(3, 51)))), form)
    # WHEN it is sent by two clients
    plain = World().send(BATCH, request, request_id="f00d")
    packed = World().send(BATCH, request, {"Accept-Encoding": "gzip, deflate"}, request_id="f00d")
    # THEN both get the same text, one of them compressed
    assert (plain.status, packed.status, packed.body) == (200, 200, plain.body)
    assert plain.headers == headers(form, {"Vary": "Accept-Encoding"})
    assert packed.headers == headers(form, {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"})
