"""How long what is known of a caller counts: a minute in the process, and a token until its own moment."""

import pytest

from loyalty.domain.account import Credential, Grant
from loyalty.store.tables import accounts
from tests.fakes.gateway import BATCH, SINGLE
from tests.fakes.requests import batch, emails, single
from tests.fakes.world import World

REQUESTS = {SINGLE: single(), BATCH: batch(emails("user1"))}


def test_configuration_is_read_once_a_minute() -> None:
    # GIVEN a request that was answered
    world = World()
    world.send(SINGLE, single())
    assert world.dynamodb.count("get_item") == 3
    # WHEN another comes within a minute, and one after it
    world.clock.now += 59
    world.send(SINGLE, single())
    assert world.dynamodb.count("get_item") == 3
    world.clock.now += 2
    world.send(SINGLE, single())
    # THEN credential, account and program were read again only then
    assert world.dynamodb.count("get_item") == 6


@pytest.mark.parametrize("path", REQUESTS, ids=["single", "batch"])
def test_a_token_serves_until_its_moment_and_is_invalid_from_then_on(path: str) -> None:
    # GIVEN a token that serves a minute
    world = World()
    until = int(world.clock.now) + 60
    grant = Grant("greatwidgets", frozenset({"enrol"}), expires_at=until)
    accounts.put_grant(world.database, Credential("token", "passing"), grant)
    request = REQUESTS[path] | {"token": "passing", "loyalty_program_id": 469}
    # WHEN it is used just before its end
    world.clock.now = until - 0.5
    # THEN it is good
    assert world.send(path, request).status == 200
    # WHEN it is used at its end
    world.clock.now = until
    reply = world.send(path, request)
    # THEN it is a token like any that is not known
    assert (reply.status, reply.json()) == (401, {"error": 401, "error_text": "API token is invalid"})
