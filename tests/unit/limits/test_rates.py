"""Wrong credentials and requests for tokens are taken so often a minute; nobody is locked out by somebody else."""

import base64
from collections.abc import Callable
from typing import Any

import pytest

from loyalty.doors.limits import MOST_OF_ADDRESS, MOST_OF_NAME, MOST_TOKENS, MOST_WITH_NAMES
from loyalty.settings import Ceiling
from tests.fakes.capillary import basic, request
from tests.fakes.gateway import ACCESS_TOKEN, BATCH, EARN, IMPORT, SINGLE, FakeContext, Reply, proxy_event
from tests.fakes.importing import CREDENTIALS, FORM, as_form, refusal, rows_form
from tests.fakes.requests import as_json, as_xml, batch, emails, single
from tests.fakes.store import SETTINGS
from tests.fakes.world import World

KEY = "1959caadac9b13dcb3"
HERE, ELSEWHERE = "203.0.113.7", "198.51.100.1"
WRONG = "Too many wrong credentials from this address, try again in 20 s"
TOKENS = "Too many tokens for this client, try again in 20 s"


def call(world: World, path: str, body: str, headers: dict[str, str] | None = None, address: str = HERE) -> Reply:
    """A request from an address; the clock of a new world stands 40 s into a minute."""
    event = proxy_event(body, headers, path=path)
    event["requestContext"]["identity"]["sourceIp"] = address
    return world.deliver(event, FakeContext())


def token(world: World, token: str, address: str = HERE) -> Reply:
    return call(world, SINGLE, as_json(single(token=token)), address=address)


def import_(world: World, key: str, user: str = "john1970", address: str = HERE) -> Reply:
    form = rows_form("code", "A") | CREDENTIALS | {"user_id": user, "user_api_key": key}
    return call(world, IMPORT, as_form(form), {"Content-Type": FORM}, address)


def earn(world: World, password: str, user: str = "store.server", address: str = HERE) -> Reply:
    return call(world, EARN, as_json(request()), basic(user, password), address)


def access_token(world: World, secret: str, key: str = "demo-key", address: str = HERE) -> Reply:
    return call(world, ACCESS_TOKEN, as_json({"key": key, "secret": secret}), address=address)


def job(world: World, password: str, address: str = HERE) -> Reply:
    return world.job("GET /jobs", headers=basic("store.server", password), context={"identity": {"sourceIp": address}})


DOORS: dict[str, tuple[Callable[..., Reply], str, str]] = {
    "import": (import_, "1959caadac9b13dcb3", "success"),
    "earn": (earn, "server123", "earnedId"),
    "token": (access_token, "demo-secret", "accessToken"),
    "jobs": (job, "server123", '"jobs"'),
}
"""How to call with a name and a secret, the right one, and what only an answer to that holds."""


def wrong(send: Callable[..., Reply], world: World, times: int, **changes: Any) -> list[Reply]:
    return [send(world, f"wrong-{number}", **changes) for number in range(times)]


def is_limited(reply: Reply) -> bool:
    return WRONG in reply.body and reply.headers["Retry-After"] == "20"


@pytest.mark.parametrize("door", DOORS)
def test_passwords_of_a_name_cannot_be_tried_out(door: str) -> None:
    # GIVEN as many wrong passwords of one name as are taken
    send, right, success = DOORS[door]
    world = World()
    assert not any(is_limited(reply) for reply in wrong(send, world, MOST_OF_NAME))
    # WHEN another comes, then the right one
    replies = [send(world, "wrong"), send(world, right)]
    # THEN neither is looked at
    assert all(is_limited(reply) for reply in replies)
    # AND nothing more is written or read for them
    world.dynamodb.calls.clear()
    assert is_limited(send(world, "wrong"))
    assert world.dynamodb.calls == []
    # AND when the minute is over the right one is served
    world.clock.now += 20
    assert success in send(world, right).body


@pytest.mark.parametrize("door", DOORS)
def test_nobody_else_is_locked_out(door: str) -> None:
    # GIVEN a name that was wrong too often from an address
    send, right, success = DOORS[door]
    world = World()
    wrong(send, world, 2 * MOST_OF_NAME)
    # THEN the same name is served from elsewhere
    assert success in send(world, right, address=ELSEWHERE).body
    # AND others are served here
    assert token(world, "abc123def456").status == 200


@pytest.mark.parametrize("door", DOORS)
def test_who_was_right_a_moment_ago_is_served_whatever_others_try_under_that_name(door: str) -> None:
    # GIVEN a client that was served, and wrong passwords under its name from its own address
    send, right, success = DOORS[door]
    world = World()
    assert success in send(world, right).body
    wrong(send, world, 2 * MOST_OF_NAME)
    # WHEN it calls again
    # THEN it is served
    assert success in send(world, right).body


def test_who_is_right_is_served_though_its_address_was_wrong_too_often() -> None:
    # GIVEN an address with as many unknown tokens as are taken
    world = World()
    replies = wrong(token, world, MOST_OF_ADDRESS)
    assert {reply.status for reply in replies} == {401}
    # WHEN another comes
    # THEN it is told so
    assert is_limited(token(world, "nobody's"))
    # AND a good one is served, of any kind, while another address is told only that it is wrong
    assert token(world, "abc123def456").status == 200
    assert earn(world, "server123").status == 200
    assert token(world, "nobody's", ELSEWHERE).status == 401


def test_invented_names_write_so_many_items_and_then_nothing() -> None:
    # GIVEN an address that tries one invented name after the other, far too often
    world = World()
    before = len(world.dynamodb.tables["accounts"])
    tries = [earn(world, "wrong", user=f"nobody-{number}") for number in range(MOST_WITH_NAMES + 1)]
    # THEN it wrote an item for each name, and one for itself
    assert len(world.dynamodb.tables["accounts"]) - before == MOST_WITH_NAMES + 1
    assert all(is_limited(reply) for reply in tries[MOST_OF_ADDRESS:])
    # AND nothing more is read or written for further names, nor passwords tried out under a known one
    world.dynamodb.calls.clear()
    assert is_limited(earn(world, "wrong", user="nobody-else"))
    assert is_limited(earn(world, "server123"))
    assert world.dynamodb.calls == []
    # AND a token is served there all the same, a name elsewhere, and the name here when the minute is over
    assert token(world, "abc123def456").status == 200
    assert earn(world, "server123", address=ELSEWHERE).status == 200
    world.clock.now += 20
    assert earn(world, "server123").status == 200


def test_who_was_right_a_moment_ago_is_served_whatever_names_others_invent_at_its_address() -> None:
    # GIVEN a client that was served, and an address from which far too many names were invented since
    world = World()
    assert earn(world, "server123").status == 200
    for number in range(MOST_WITH_NAMES + 1):
        earn(world, "wrong", user=f"nobody-{number}")
    # WHEN the client calls again, THEN it is served
    assert earn(world, "server123").status == 200


def test_processes_know_of_each_other() -> None:
    # GIVEN a name that was wrong too often, as one process knows
    world = World()
    wrong(earn, world, MOST_OF_NAME + 1)
    # WHEN others look up one more each
    replies = []
    for _ in range(3):
        world.database = world.process(world.dynamodb)
        replies.append([earn(world, "wrong"), earn(world, "server123")])
    # THEN they learn of it
    assert all(is_limited(reply) for pair in replies for reply in pair)


def test_what_is_right_costs_no_write() -> None:
    # GIVEN, WHEN good credentials of every kind, with nothing else to do
    world = World()
    world.dynamodb.calls.clear()
    call(world, BATCH, as_json(batch([{"email": "nobody@example.com"}] * 2)))
    job(world, "server123")
    # THEN nothing is counted
    assert "update_item" not in {one.action for one in world.dynamodb.calls}


def test_no_credentials_and_expired_ones_are_not_counted() -> None:
    # GIVEN an access token that has expired
    world = World()
    expired = {"X-CAP-API-OAUTH-TOKEN": access_token(world, "demo-secret").json()["data"]["accessToken"]}
    world.clock.now += 3_600
    # WHEN it is sent often, and requests without any
    replies = [call(world, EARN, as_json(request()), headers) for headers in (expired, {}) for _ in range(150)]
    # THEN the limit is not reached: its client need only renew it
    assert {reply.status for reply in replies} == {401}
    assert not any(is_limited(reply) for reply in replies)


def test_a_client_may_have_so_many_tokens_a_minute() -> None:
    # GIVEN a client that asks for one token after the other
    world = World()
    replies = [access_token(world, "demo-secret") for _ in range(MOST_TOKENS)]
    assert {reply.status for reply in replies} == {200}
    # WHEN it asks for more
    reply = access_token(world, "demo-secret")
    # THEN it has to wait, and its tokens serve
    error = {"code": 429, "message": TOKENS}
    assert (reply.status, reply.json()) == (429, {"data": None, "errors": [error]})
    assert reply.headers["Retry-After"] == "20"
    served = {"X-CAP-API-OAUTH-TOKEN": replies[-1].json()["data"]["accessToken"]}
    assert call(world, EARN, as_json(request()), served).status == 200
    # AND others do not
    assert access_token(world, "viewer-secret", "viewer-key").status == 200
    assert access_token(world, "demo-secret", address=ELSEWHERE).status == 200


def test_each_vendor_says_it_in_its_own_form() -> None:
    # GIVEN an address that was wrong too often in every way
    world = World()
    wrong(token, world, MOST_OF_ADDRESS)
    # WHEN each endpoint is called once more
    xml = call(world, BATCH, as_xml(batch(emails("user1"), token="nobody's")), {"Content-Type": "application/xml"})
    replies = {
        "altcraft": token(world, "nobody's"),
        "import": import_(world, "wrong"),
        "capillary": earn(world, "wrong"),
        "oauth": access_token(world, "wrong"),
        "jobs": job(world, "wrong"),
    }
    # THEN it is answered in its vendor's envelope
    assert (xml.status, xml.body) == (429, f"<xml><error>429</error><error_text>{WRONG}</error_text></xml>")
    assert {name: (reply.status, reply.json()) for name, reply in replies.items()} == {
        "altcraft": (429, {"error": 429, "error_text": WRONG}),
        "import": (200, refusal(WRONG)),
        "capillary": (
            429,
            {
                "response": [],
                "totalCount": 0,
                "failureCount": 0,
                "errors": [{"status": False, "code": 429, "message": WRONG}],
                "warnings": [],
            },
        ),
        "oauth": (429, {"data": None, "errors": [{"code": 429, "message": WRONG}]}),
        "jobs": (429, {"type": "about:blank", "title": "Too Many Requests", "status": 429, "detail": WRONG}),
    }
    # AND says when to come again
    assert {reply.headers["Retry-After"] for reply in [xml, *replies.values()]} == {"20"}


def test_an_account_makes_as_many_requests_a_minute_as_it_is_let() -> None:
    # GIVEN accounts that may make three requests a minute, and one that has made them, through every vendor's door
    world = World(SETTINGS._replace(account_requests_per_minute=Ceiling(3)))
    member, imported, earned = token(world, "abc123def456"), import_(world, KEY), earn(world, "server123")
    assert (member.status, "success" in imported.body, earned.status) == (200, True, 200)
    # WHEN it makes more, from wherever
    replies = {
        "altcraft": token(world, "abc123def456", ELSEWHERE),
        "import": import_(world, KEY),
        "capillary": earn(world, "server123"),
        "jobs": job(world, "server123"),
    }
    # THEN each is told so, in its vendor's status
    limited = "Too many requests of this account, try again in 20 s"
    assert {name: (reply.status, limited in reply.body) for name, reply in replies.items()} == {
        "altcraft": (429, True),
        "import": (200, True),
        "capillary": (429, True),
        "jobs": (429, True),
    }
    assert {reply.headers["Retry-After"] for reply in replies.values()} == {"20"}
    # AND this process counts no further, another account is served, and this one when the minute is over
    world.dynamodb.calls.clear()
    assert job(world, "server123").status == 429
    assert "update_item" not in {one.action for one in world.dynamodb.calls}
    assert token(world, "other-token-1").status == 200
    world.clock.now += 20
    assert job(world, "server123").status == 200


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8:0:0:1::", "2001:db8::2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::1", "::2", True),
    ],
)
def test_a_network_of_ipv6_is_one_address(one: str, other: str, *, same: bool) -> None:
    # GIVEN a name that was wrong too often from one address
    world = World()
    wrong(earn, world, MOST_OF_NAME + 1, address=one)
    # WHEN it is wrong from another
    # THEN that counts with it where both have one owner
    assert is_limited(earn(world, "wrong", address=other)) == same


def test_what_is_counted_holds_neither_address_nor_name_nor_secret() -> None:
    # GIVEN, WHEN wrong credentials
    world = World()
    before = set(world.dynamodb.tables["accounts"])
    earn(world, "s3cret", user="somebody")
    # THEN they are stored as numbers under hashes, for an hour
    counts = {key: item for key, item in world.dynamodb.tables["accounts"].items() if key not in before}
    assert len(counts) == 2
    for item in counts.values():
        assert item.keys() == {"pk", "sk", "times", "ttl"}
        assert (item["sk"], item["times"], item["ttl"]) == ({"S": "16"}, {"N": "1"}, {"N": str(17 * 60 + 3_600)})
    text = repr(counts)
    secrets = ("somebody", "s3cret", HERE, base64.b64encode(b"somebody").decode())
    assert not any(secret in text for secret in secrets)
