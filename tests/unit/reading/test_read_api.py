"""GET /customers, /customers/{profile_id}, /programs and /promotions: what is stored, in our own form."""

from typing import Any
from urllib.parse import urlencode

import pytest

from loyalty.domain.account import Promotion
from loyalty.store.tables import promotion_changes
from tests.fakes.capillary import basic, request
from tests.fakes.faults import refused
from tests.fakes.gateway import CUSTOMERS, EARN, IMPORT, PROGRAMS, PROMOTIONS, SINGLE, Reply
from tests.fakes.importing import FORM, rows_form
from tests.fakes.world import World
from tools import demo

READER = {"Authorization": "Bearer reader-token"}
STRANGER = {"Authorization": "Bearer other-token-1"}
USER1 = demo.profile_id(1)
HEADERS = "email code card_number customer_username first_name custom_date user_id customer_password auto_add"


def problem(reply: Reply) -> tuple[int, str]:
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert reply.headers["Cache-Control"] == "no-store"
    told = reply.json()
    assert told["status"] == reply.status
    return reply.status, told["detail"]


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("email", " USER1@example.com"),
        ("phone", "0012025550101"),
        ("profile_id", USER1),
        ("customer_id", "98662653"),
        ("user_id", "123457"),
    ],
)
def test_a_customer_is_found_by_any_kind_of_identifier(world: World, kind: str, value: str) -> None:
    # WHEN somebody asks who has an identifier
    reply = world.get(CUSTOMERS, READER, kind=kind, value=value)
    # THEN the reply names the customer, and where it is to be seen
    links = {"self": f"/v1/customers/{USER1}"}
    assert (reply.status, reply.json()) == (
        200,
        {"customers": [{"profile_id": USER1, "customer_id": 98662653, "links": links}]},
    )
    assert reply.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("kind", "value"), [("email", "nobody@example.com"), ("code", "404"), ("profile_id", "x")])
def test_nobody_is_an_empty_list(world: World, kind: str, value: str) -> None:
    assert world.get(CUSTOMERS, READER, kind=kind, value=value).json() == {"customers": []}
    assert world.get(CUSTOMERS, STRANGER, kind="customer_id", value="98662653").json() == {"customers": []}


KINDS = "profile_id, customer_id, code, card_number, customer_username, email, phone, user_id"
REFUSED: dict[str, tuple[dict[str, str], str]] = {
    "no kind": ({"value": "1"}, f'kind must be one of {KINDS}; it is ""'),
    "unknown kind": ({"kind": "first_name", "value": "Ann"}, f'kind must be one of {KINDS}; it is "first_name"'),
    "no value": ({"kind": "email"}, "value is required: the identifier itself"),
    "blank value": ({"kind": "email", "value": " "}, "value is required: the identifier itself"),
    "no address": (
        {"kind": "email", "value": "broken"},
        'value must be an e-mail address of at most 254 characters; it is "broken"',
    ),
    "placeholder": ({"kind": "code", "value": "#N/A"}, 'value "#N/A" stands for a value that is missing'),
}


@pytest.mark.parametrize(("query", "text"), REFUSED.values(), ids=REFUSED)
def test_a_parameter_that_is_wrong_is_named(world: World, query: dict[str, str], text: str) -> None:
    assert problem(world.get(CUSTOMERS, READER, **query)) == (400, text)


IMPORTED = {
    "card_number": "card",
    "code": "A",
    "custom_date": "1980-02-05",
    "custom_field_1": "u-1",
    "customer_username": "ann",
    "email": "new@example.com",
    "first_name": "Ann",
}
"""The fields of a customer as the row below imports them; its secret is never told."""


def test_a_customer_reads_back_as_it_was_imported_registered_and_issued_to(world: World) -> None:
    # GIVEN a customer that was imported with a credit, registered and issued a promotion
    form = rows_form(HEADERS, "new@example.com|A|card|ann|Ann|1980-02-05|u-1|hunter2|25", output="JSON")
    imported = world.send(IMPORT, urlencode(form), {"Content-Type": FORM}, request_id="import-1").json()
    job_id = imported["batch"]["job_id"]
    registration = {"token": "abc123def456", "loyalty_program_id": 123, "matching": "email"}
    registration |= {"email": "new@example.com", "registration_date": "2024-09-01T12:34:56Z"}
    found = world.send(SINGLE, registration, request_id="register-1").json()
    earned = world.send(EARN, request("1000000000"), basic(), request_id="earn-1").json()["response"][0]["result"]
    # WHEN it is shown
    reply = world.show_customer(found["profile_id"], READER)
    # THEN everything is there but the secret, each with the job or request that wrote it
    (stored,) = [item for item in world.dynamodb.tables["earns"].values() if "earned_id" in item]
    membership = world.member(found["profile_id"], "898989889")
    assert membership is not None
    assert reply.json() == {
        "profile_id": found["profile_id"],
        "customer_id": 1000000000,
        "links": {"self": f"/v1/customers/{found['profile_id']}"},
        "fields": IMPORTED,
        "created_by": job_id,
        "written_by": job_id,
        "memberships": [
            {"program": "123", "registered_at": "2024-09-01T12:34:56Z", "balance": None, "written_by": "register1"},
            {
                "program": "898989889",
                "registered_at": membership["registered_at"]["S"],
                "balance": "25",
                "written_by": job_id,
            },
        ],
        "earns": [
            {
                "promotion": "56799",
                "program": "469",
                "earned_id": int(earned["earnedId"]),
                "earned_at": stored["earned_at"]["S"],
                "source": "INSTORE",
                "written_by": "earn1",
            }
        ],
    }
    assert (reply.status, reply.headers["Cache-Control"]) == (200, "no-store")


def test_who_is_not_there_is_a_404_also_for_another_account(world: World) -> None:
    for profile_id, headers in (("nobody", READER), (USER1, STRANGER), ("#", READER)):
        assert problem(world.show_customer(profile_id, headers)) == (404, "Customer not found")


def test_programs_are_listed_with_what_is_set_of_each(world: World) -> None:
    told: list[dict[str, Any]] = world.get(PROGRAMS, READER).json()["programs"]
    assert [one["program"] for one in told] == sorted(program.id for program in demo.PROGRAMS)
    by_id = {one["program"]: one for one in told}
    assert by_id["124"] == {"program": "124", "name": "Program 124", "kind": "points", "active": False}
    assert by_id["898989889"] == {
        "program": "898989889",
        "name": "Widget Rewards",
        "kind": "points",
        "active": True,
        "currency": "EUR",
        "glyph": "€",
        "points_ratio": "1",
        "reward_ratio": "15",
        "created_at": "2025-01-05T10:26:11Z",
        "rewards": [
            {"id": "356", "level": "1000", "description": "Free Widget"},
            {"id": "417", "level": "1500", "description": "Free Service"},
        ],
    }
    assert by_id["product-1"]["products"] == [{"id": "45678", "name": "Coffee"}]


def test_promotions_are_listed(world: World) -> None:
    dated = Promotion("7", "469", start="2025-01-01T00:00:00Z", end="2026-01-01T00:00:00Z")
    promotion_changes.put(world.database, demo.ACCOUNT.id, dated)
    told = {one["promotion"]: one for one in world.get(PROMOTIONS, READER).json()["promotions"]}
    assert sorted(told) == sorted([*(one.id for one in demo.PROMOTIONS), "7"])
    assert told["56801"] == {
        "promotion": "56801",
        "program": "2607",
        "name": None,
        "active": True,
        "start": None,
        "end": None,
        "identifier": "Promo_testMay13",
        "limit": 2,
    }
    assert (told["7"]["start"], told["7"]["end"]) == (dated.start, dated.end)


PLACES = (CUSTOMERS, PROGRAMS, PROMOTIONS)


@pytest.mark.parametrize("path", PLACES)
def test_who_may_not_is_told_so(world: World, path: str) -> None:
    missing = "An Authorization header is required: Bearer with a token, or Basic"
    assert problem(world.get(path, {})) == (401, missing)
    assert problem(world.get(path, {"Authorization": "Bearer nothing"})) == (401, "The credentials are not known")
    assert problem(world.get(path, {"Authorization": "Bearer readonly-token"})) == (
        403,
        "The credentials lack the right read",
    )


def test_a_busy_store_is_told_as_that(world: World) -> None:
    world.dynamodb.plan_always("batch_get_item", refused("ProvisionedThroughputExceededException"))
    reply = world.get(CUSTOMERS, READER, kind="email", value="user1@example.com")
    assert problem(reply) == (503, "Storage is busy, repeat the request")
    assert reply.headers["Retry-After"] == "1"
