"""Accounts whose clients stop at any HTTP status but 200: the envelope tells the error, the status never does."""

from typing import Any

import pytest

from loyalty.domain.account import Account, Credential, Grant, Program
from loyalty.store.tables import accounts
from tests.fakes.faults import raising, refused
from tests.fakes.gateway import BATCH, SINGLE
from tests.fakes.log import captured_log
from tests.fakes.requests import JSON, as_xml, batch, emails, single
from tests.fakes.world import World
from tools import demo

TOKEN = "the old client's"


def world_of_an_old_client() -> World:
    """The demo accounts, and another one that is set to always_200."""
    world = World()
    accounts.put_account(world.database, Account("old", always_200=True))
    accounts.put_grant(world.database, Credential("token", TOKEN), Grant("old", frozenset({"enrol"})))
    for program in (demo.PROGRAMS[0], Program("124", "Closed", "points", active=False)):
        accounts.put_program(world.database, "old", program)
    return world


@pytest.mark.parametrize(
    ("changes", "error", "text"),
    [
        ({"loyalty_program_id": 999}, 404, "Loyalty program not found"),
        ({"loyalty_program_id": 124}, 400, "Loyalty program is not active"),
        ({"matching": None}, 400, "matching is required"),
    ],
)
@pytest.mark.parametrize("path", [SINGLE, BATCH], ids=["single", "batch"])
def test_request_errors_come_with_200(path: str, changes: dict[str, Any], error: int, text: str) -> None:
    # GIVEN an account with always_200, and a request that is wrong
    world = world_of_an_old_client()
    request = single(token=TOKEN, **changes) if path == SINGLE else batch(emails("user1"), token=TOKEN, **changes)
    # WHEN it is sent
    reply = world.send(path, request, JSON)
    # THEN only the envelope says so
    assert (reply.status, reply.json()) == (200, {"error": error, "error_text": text})


@pytest.mark.parametrize("form", ["json", "xml"])
def test_the_outcome_of_a_single_registration_comes_with_200(form: str) -> None:
    # GIVEN an account with always_200 that has no such customer
    request = single(token=TOKEN)
    # WHEN it is to be registered
    reply = world_of_an_old_client().send(SINGLE, as_xml(request) if form == "xml" else request, {})
    # THEN only the envelope says that it is unknown
    envelope = {
        "json": '{"error":404,"error_text":"Profile not found","profile_id":null}',
        "xml": "<xml><error>404</error><error_text>Profile not found</error_text><profile_id /></xml>",
    }
    assert (reply.status, reply.body) == (200, envelope[form])


def test_a_busy_store_comes_with_200_and_says_when_to_repeat() -> None:
    # GIVEN an account that is known, and a store that is busy from then on
    world = world_of_an_old_client()
    world.dynamodb.plan("get_item", None, None, *[refused("ThrottlingException")] * 1_000)
    # WHEN a request comes
    reply = world.send(SINGLE, single(token=TOKEN))
    # THEN the body says that it may be repeated
    assert (reply.status, reply.headers["Retry-After"]) == (200, "1")
    assert reply.json() == {"error": 503, "error_text": "Storage is busy, repeat the request"}


def test_a_missing_right_and_too_many_items_come_with_200_too() -> None:
    # GIVEN an account with always_200, and a token of it that may not enrol
    world = world_of_an_old_client()
    accounts.put_grant(world.database, Credential("token", "reader"), Grant("old", frozenset({"jobs:read"})))
    # WHEN it is used, and when another sends too much
    refused_ones = [
        world.send(BATCH, batch(emails("user1"), token="reader")),
        world.send(BATCH, batch(emails("user1") * 20_001, token=TOKEN)),
    ]
    # THEN only the envelopes say so
    assert [(reply.status, reply.json()["error"]) for reply in refused_ones] == [(200, 403), (200, 413)]


def test_a_fault_of_ours_comes_with_200_and_is_logged_as_an_error() -> None:
    # GIVEN an account with always_200, and a store that is broken behind it
    world = world_of_an_old_client()
    world.dynamodb.plan_always("batch_get_item", raising(KeyError("secret")))
    # WHEN a request comes
    with captured_log() as log:
        reply = world.send(BATCH, batch(emails("user1"), token=TOKEN))
    # THEN the client gets 200 and the operator an error
    assert (reply.status, reply.json()) == (200, {"error": 500, "error_text": "Internal error"})
    assert [line["level"] for line in log.lines] == ["ERROR"]


@pytest.mark.parametrize(("token", "status"), [("nobody's", 401), ("readonly-token", 403)])
def test_what_is_decided_before_the_account_is_known_keeps_its_status(token: str, status: int) -> None:
    # GIVEN a caller that is refused
    reply = world_of_an_old_client().send(SINGLE, single(token=token))
    # THEN the status says so, since no account's setting holds
    assert reply.status == status


def test_other_accounts_keep_their_statuses() -> None:
    # GIVEN a process that serves both kinds
    world = world_of_an_old_client()
    # WHEN both send the same, one after the other
    tokens = (TOKEN, "abc123def456", TOKEN)
    statuses = [world.send(SINGLE, single(token=token, email="no@body")).status for token in tokens]
    # THEN each is answered in its own way
    assert statuses == [200, 404, 200]
