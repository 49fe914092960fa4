"""loyalty/account/balance: what a member has, in JSON and XML."""

from typing import Any

import pytest

from loyalty.domain.account import Program
from loyalty.store.tables import accounts, memberships
from loyalty.store.tables.memberships import Membership
from tests.fakes.faults import refused
from tests.fakes.gateway import BALANCE
from tests.fakes.requests import JSON, XML, as_xml
from tests.fakes.world import World
from tools import demo

ASKED = {"token": "abc123def456", "loyalty_program_id": 123, "matching": "email", "email": "user1@example.com"}
AMOUNTS = "<total_balance>900.00</total_balance><active_balance>900.00</active_balance>"
SUCCESS = {"error": 0, "error_text": "Successful operation"}


def member(world: World, balance: Any, program: str = "123", number: int = 1) -> None:
    one = Membership(demo.profile_id(number), "2025-01-01T00:00:00Z", "request#0", balance)
    memberships.insert_all(world.database, demo.ACCOUNT.id, program, [one], redelivered=False)


def ask(world: World, **changes: Any) -> tuple[int, Any]:
    reply = world.send(BALANCE, {name: value for name, value in (ASKED | changes).items() if value != ""}, JSON)
    assert reply.headers["Cache-Control"] == "no-store"
    return reply.status, reply.json()


def test_the_documents_sample_is_answered_as_printed_but_for_what_is_active() -> None:
    # GIVEN a member with 900 points
    world = World()
    member(world, "900")
    # WHEN its balance is asked for in JSON and in XML
    in_json, in_xml = world.send(BALANCE, ASKED, JSON), world.send(BALANCE, as_xml(ASKED), XML)
    # THEN the replies are the sample's, where nothing is held back
    told = '{"error":0,"error_text":"Successful operation","data":{"total_balance":"900.00","active_balance":"900.00"}}'
    assert (in_json.status, in_json.body) == (200, told)
    assert (in_xml.status, in_xml.body) == (
        200,
        f"<xml><error>0</error><error_text>Successful operation</error_text><data>{AMOUNTS}</data></xml>",
    )


@pytest.mark.parametrize(
    ("named", "number"),
    [
        ({"matching": "phone", "phone": "+12025550101"}, 1),
        ({"matching": "profile_id", "profile_id": demo.profile_id(1)}, 1),
        ({"matching": "custom", "field_name": "user_id", "field_value": 123457}, 1),
    ],
)
def test_a_member_is_named_in_any_way(named: dict[str, Any], number: int) -> None:
    world = World()
    member(world, "1", number=number)
    assert ask(world, email="", **named) == (
        200,
        SUCCESS | {"data": {"total_balance": "1.00", "active_balance": "1.00"}},
    )


@pytest.mark.parametrize(
    ("kind", "balance", "told"),
    [
        ("points", None, "0.00"),
        ("points", "0.5", "0.50"),
        ("points", "1.23456", "1.23456"),
        ("points", "100.10", "100.10"),
        ("dollars", "5", "5.00"),
        ("visits", "3", "3"),
    ],
)
def test_a_balance_has_at_least_the_places_of_its_kind(kind: str, balance: str | None, told: str) -> None:
    # GIVEN a member of a program of this kind, which is closed by now
    world = World()
    accounts.put_program(world.database, demo.ACCOUNT.id, Program("77", "Closed", kind, active=False))
    member(world, balance, "77")
    # THEN its balance is written so
    assert ask(world, loyalty_program_id=77)[1]["data"] == {"total_balance": told, "active_balance": told}


@pytest.mark.parametrize(
    "currency",
    [{}, {"points_currency_iid": 1}, {"points_currency_iid": "1"}, {"points_currency_eid": "stars"}],
)
def test_the_programs_points_may_be_named(currency: dict[str, Any]) -> None:
    world = World()
    member(world, "1")
    assert ask(world, **currency)[0] == 200


REFUSED: dict[str, tuple[dict[str, Any], int, str]] = {
    "no program": ({"loyalty_program_id": ""}, 400, "loyalty_program_id is required"),
    "program of text": (
        {"loyalty_program_id": "x"},
        400,
        'loyalty_program_id must be a positive integer of 64 bits; it is "x"',
    ),
    "unknown program": ({"loyalty_program_id": 999}, 404, "Loyalty program not found"),
    "no matching": ({"matching": ""}, 400, "matching is required"),
    "unknown matching": (
        {"matching": "name"},
        400,
        'matching must be email, phone, profile_id or custom; it is "name"',
    ),
    "no email": ({"email": ""}, 400, "email is required"),
    "broken email": (
        {"email": "broken"},
        400,
        'email must be an e-mail address of at most 254 characters; it is "broken"',
    ),
    "unknown customer": ({"email": "nobody@example.com"}, 404, "Profile not found"),
    "no member": ({"email": "user3@example.com"}, 404, "Member not found"),
    "no match field": (
        {"matching": "custom", "field_name": "city", "field_value": "x"},
        400,
        'field_name must be user_id; it is "city"',
    ),
    "another currency": ({"points_currency_iid": 2}, 404, "Points currency not found"),
    "a currency of text": (
        {"points_currency_iid": "x"},
        400,
        'points_currency_iid must be a positive integer of 64 bits; it is "x"',
    ),
    "an unknown name": ({"points_currency_eid": "moons"}, 404, "Points currency not found"),
    "a name of a number": ({"points_currency_eid": 7}, 400, "points_currency_eid must be text; it is 7"),
    "an unknown format": ({"format": "yaml"}, 400, 'format must be json or xml; it is "yaml"'),
    "no token": ({"token": ""}, 401, "API token required"),
    "an unknown token": ({"token": "x"}, 401, "API token is invalid"),
    "no right": ({"token": "readonly-token"}, 403, "API token has no right to read balances"),
    "another account": ({"token": "other-token-1"}, 404, "Member not found"),
}


@pytest.mark.parametrize(("changes", "status", "text"), REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_is_told_with_its_status(changes: dict[str, Any], status: int, text: str) -> None:
    world = World()
    member(world, "1")
    assert ask(world, **changes) == (status, {"error": status, "error_text": text})


def test_a_program_that_counts_products_has_no_one_balance() -> None:
    world = World()
    accounts.put_program(world.database, demo.ACCOUNT.id, Program("77", "Coffee", "product", active=True))
    text = "The program counts products and has no one balance: ask for it with type=customer_info"
    assert ask(world, loyalty_program_id=77) == (400, {"error": 400, "error_text": text})


def test_a_body_beyond_64_kb_is_refused() -> None:
    status, told = ask(World(), note="x" * 65_536)
    assert (status, told["error"]) == (413, 413)


def test_a_client_that_takes_no_status_but_200_gets_that() -> None:
    world = World()
    accounts.put_account(world.database, demo.ACCOUNT._replace(always_200=True))
    assert ask(world, email="nobody@example.com") == (200, {"error": 404, "error_text": "Profile not found"})


def test_a_busy_store_is_told_as_that() -> None:
    world = World()
    world.dynamodb.plan_always("batch_get_item", refused("ProvisionedThroughputExceededException"))
    status, told = ask(world)
    assert (status, told) == (503, {"error": 503, "error_text": "Storage is busy, repeat the request"})


def test_reading_a_balance_writes_nothing() -> None:
    world = World()
    member(world, "1")
    before = world.dynamodb.snapshot()
    ask(world)
    assert world.dynamodb.snapshot() == before
