"""delete_member: a customer leaves a program; every outcome, the whole reply, and what is left of the membership."""

import itertools
from typing import Any

import pytest

from tests.fakes.gateway import BATCH, LEAVE, SINGLE
from tests.fakes.requests import JSON, XML, as_xml, batch, emails, single
from tests.fakes.world import MEMBER_SINCE_2024, World
from tests.unit.altcraft.envelopes import BAD, in_json, in_xml

USER1, USER2 = "663a138cee44bb50a67115cd", "69df4fd5ff232800e2d1e2d6"

REQUESTS = itertools.count(1)
"""Each request has an id of its own."""

OUTCOMES = [
    pytest.param(MEMBER_SINCE_2024, 200, 0, "Successful operation", USER2, id="a member"),
    pytest.param("user1@example.com", 404, 404, "Member not found", USER1, id="no member"),
    pytest.param("nobody@example.com", 404, 404, "Profile not found", None, id="unknown"),
]


IN_XML = (
    "<xml><token>abc123def456</token><loyalty_program_id>123</loyalty_program_id>"
    "<matching>email</matching><email>{0}</email><email>{1}</email></xml>"
)


def leaving(**changes: Any) -> dict[str, Any]:
    """user2, the only member of program 123, leaves it."""
    return single(**{"email": MEMBER_SINCE_2024, **changes})


def told(world: World, request: dict[str, Any], path: str = LEAVE) -> tuple[int, str]:
    """What a request in its turn is answered: the code and the text."""
    document = world.send(path, request, JSON, request_id=f"{next(REQUESTS):08x}").json()
    return document["error"], document["error_text"]


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ('{{"token":"abc123def456","loyalty_program_id":123,"matching":"email","email":"{0}","email":"{1}"}}', JSON),
        (IN_XML, XML),
    ],
    ids=["json", "xml"],
)
def test_of_two_members_under_one_name_neither_leaves(body: str, headers: dict[str, str]) -> None:
    # GIVEN the demo accounts
    world = World()
    # WHEN a request names two customers by the same field, the member as the last
    reply = world.send(LEAVE, body.format("user1@example.com", MEMBER_SINCE_2024), headers)
    # THEN it is refused, naming the field, and the member stays
    told = reply.json()["error_text"] if headers is JSON else reply.body
    assert (reply.status, "comes more than once: give it once" in told and "email" in told) == (400, True)
    assert world.member(USER2)


@pytest.mark.parametrize(("email", "status", "error", "text", "profile_id"), OUTCOMES)
def test_each_outcome_is_the_envelope_in_json(
    email: str, status: int, error: int, text: str, profile_id: str | None
) -> None:
    # GIVEN the demo accounts
    world = World()
    # WHEN a customer is deleted from a program
    reply = world.send(LEAVE, leaving(email=email), JSON)
    # THEN the envelope and the HTTP status tell the outcome
    assert reply == in_json(status, error, text, profile_id)


@pytest.mark.parametrize(("email", "status", "error", "text", "profile_id"), OUTCOMES)
def test_each_outcome_is_the_envelope_in_xml(
    email: str, status: int, error: int, text: str, profile_id: str | None
) -> None:
    # GIVEN the demo accounts
    world = World()
    # WHEN a customer is deleted from a program
    reply = world.send(LEAVE, as_xml(leaving(email=email)), XML)
    # THEN the envelope and the HTTP status tell the outcome
    assert reply == in_xml(status, error, text, profile_id)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"matching": "email", "email": " User2@Example.COM "}, id="email"),
        pytest.param({"matching": "phone", "phone": "001 (202) 555-0102"}, id="phone"),
        pytest.param({"matching": "profile_id", "profile_id": USER2}, id="profile_id"),
        pytest.param({"matching": "custom", "field_name": "user_id", "field_value": 123458}, id="custom number"),
    ],
)
@pytest.mark.parametrize("headers", [JSON, XML], ids=["json", "xml"])
def test_every_matching_finds_its_customer(fields: dict[str, object], headers: dict[str, str]) -> None:
    # GIVEN a request that holds the matching field
    request = leaving(email=None) | fields
    world = World()
    # WHEN it is sent
    reply = world.send(LEAVE, as_xml(request) if headers is XML else request, {**headers, "Accept": "application/json"})
    # THEN the customer is found by it, and leaves
    assert (reply.status, reply.json()["profile_id"], world.member(USER2)) == (200, USER2, None)


def test_fields_that_are_none_of_the_matching_are_ignored() -> None:
    # GIVEN a request with a date that is none, and fields that nobody knows
    request = leaving(registration_date="yesterday", phone="none", unknown={"deep": [1]})
    # THEN it is done
    assert told(World(), request) == (0, "Successful operation")


def test_nothing_of_a_membership_is_left_but_that_it_ended_for_as_long_as_its_registration_may_come_again() -> None:
    # GIVEN a member
    world = World()
    # WHEN it leaves
    assert world.send(LEAVE, leaving(), JSON, request_id="f00d").status == 200
    # THEN what is left says so, and who ended it, and goes by itself
    assert world.memberships() == {
        (f"greatwidgets#123#{USER2}",): {
            "pk": {"S": f"greatwidgets#123#{USER2}"},
            "registered_at": {"S": "2024-01-01T00:00:00Z"},
            "origin": {"S": "demo#0"},
            "left_at": {"S": "1970-01-01T00:16:40Z"},
            "left_by": {"S": "f00d#0"},
            "ttl": {"N": str(1_000 + 8 * 24 * 3600)},
        }
    }


def test_who_left_is_no_member_and_leaves_once() -> None:
    # GIVEN a member who left
    world = World()
    assert told(world, leaving()) == (0, "Successful operation")
    # WHEN that is asked for again
    # THEN there is nobody to leave
    assert told(world, leaving()) == (404, "Member not found")


@pytest.mark.parametrize("path", [SINGLE, BATCH], ids=["single", "batch"])
def test_who_left_can_be_registered_again_and_leave_again(path: str) -> None:
    # GIVEN a member who left
    world = World()
    told(world, leaving())
    # WHEN the customer is registered again, alone or beside another
    date = {"registration_date": "2026-01-01T00:00:00Z"}
    users = [{**one, **date} for one in emails("user2", "user1")]
    request = leaving(**date) if path == SINGLE else batch(users)
    reply = world.send(path, request, JSON, request_id="again")
    # THEN it is a member as any other
    outcomes = [reply.json()] if path == SINGLE else reply.json()["result"]
    assert {one["error"] for one in outcomes} == {0}
    assert world.member(USER2) == {
        "pk": {"S": f"greatwidgets#123#{USER2}"},
        "registered_at": {"S": "2026-01-01T00:00:00Z"},
        "origin": {"S": "again#0"},
    }
    # AND is told so, and can leave as well
    assert told(world, leaving(), SINGLE) == (409, "Member already exists")
    assert told(world, leaving()) == (0, "Successful operation")


def test_a_program_that_is_not_active_can_be_left() -> None:
    # GIVEN a membership in a program that was closed since
    world = World()
    key = ("account#greatwidgets", "program#123")
    world.dynamodb.tables["accounts"][key] = {**world.dynamodb.tables["accounts"][key], "active": {"BOOL": False}}
    world.database = world.process(world.dynamodb)
    assert told(world, leaving(), SINGLE) == (400, "Loyalty program is not active")
    # THEN it can be left
    assert told(world, leaving()) == (0, "Successful operation")


def test_other_programs_and_other_accounts_keep_their_members() -> None:
    # GIVEN user2 as a member of another program too, and the customer of another account as one of its program 123
    world = World()
    told(world, leaving(loyalty_program_id=469), SINGLE)
    told(world, single(token="other-token-1"), SINGLE)
    before = world.memberships()
    # WHEN user2 leaves program 123
    told(world, leaving())
    # THEN nothing else changes
    after = world.memberships()
    assert {key for key in after if after[key] != before[key]} == {(f"greatwidgets#123#{USER2}",)}
    # AND the other account can't have anybody leave here
    assert told(world, leaving(loyalty_program_id=469, token="other-token-1")) == (404, "Loyalty program not found")
    assert told(world, leaving(token="other-token-1")) == (404, "Profile not found")


def test_a_token_without_the_right_to_register_deletes_nobody() -> None:
    # GIVEN a token that may only look at jobs
    world = World()
    # WHEN it is used
    # THEN it is refused
    assert told(world, leaving(token="readonly-token")) == (403, "API token has no right to delete members")
    assert world.member(USER2)


BAD_ITEMS = {
    "no email": ({"email": None}, "email is required"),
    "an email that is none": ({"email": "@"}, 'email must be an e-mail address of at most 254 characters; it is "@"'),
    "an email that is a number": ({"email": 5}, "email must be text; it is 5"),
    "an email that is a list": ({"email": []}, "email must be text; it is a list"),
    "no phone": ({"matching": "phone"}, "phone is required"),
    "a phone without a country": (
        {"matching": "phone", "phone": "555-5555"},
        'phone must be a phone number in international format; it is "555-5555"',
    ),
    "no profile_id": ({"matching": "profile_id"}, "profile_id is required"),
    "no field_name": ({"matching": "custom", "field_value": "1"}, "field_name is required"),
    "no field_value": ({"matching": "custom", "field_name": "user_id"}, "field_value is required"),
    "a field that is no match field": (
        {"matching": "custom", "field_name": "shoe", "field_value": "1"},
        'field_name must be user_id; it is "shoe"',
    ),
    "a field_value that is a list": (
        {"matching": "custom", "field_name": "user_id", "field_value": []},
        "field_value must be text or an integer; it is a list",
    ),
}


@pytest.mark.parametrize(("changes", "status", "text"), BAD.values(), ids=BAD)
def test_a_wrong_parameter_is_refused_by_name(changes: dict[str, Any], status: int, text: str) -> None:
    # GIVEN a request with one wrong parameter
    world = World()
    before = world.memberships()
    # WHEN it is sent
    reply = world.send(LEAVE, leaving(**changes), JSON)
    # THEN the error tells which one and why, and nobody leaves
    assert (reply.status, reply.json()) == (status, {"error": status, "error_text": text})
    assert world.memberships() == before


@pytest.mark.parametrize(("changes", "text"), BAD_ITEMS.values(), ids=BAD_ITEMS)
def test_who_is_named_wrongly_is_told_by_the_field(changes: dict[str, Any], text: str) -> None:
    # GIVEN a request that names nobody as its matching asks for
    world = World()
    before = world.memberships()
    # WHEN it is sent
    reply = world.send(LEAVE, leaving(**changes), JSON)
    # THEN the error tells why, and nobody leaves
    assert (reply.status, reply.json()) == (400, {"error": 400, "error_text": text, "profile_id": None})
    assert world.memberships() == before


def test_a_body_is_no_larger_than_a_call_about_one_customer_may_be() -> None:
    # GIVEN a body of 64 KB, and one of a byte more
    world = World()
    text = '{"a":"%s"}'
    # THEN the larger one is refused for that
    assert told(world, {"a": "x"}) == (401, "API token required")
    assert world.send(LEAVE, text % ("x" * (64 * 1024 - 8)), JSON).status == 401
    reply = world.send(LEAVE, text % ("x" * (64 * 1024 - 7)), JSON)
    assert (reply.status, reply.json()["error"]) == (413, 413)


def test_an_account_that_wants_200_for_everything_gets_it() -> None:
    # GIVEN such an account
    world = World()
    key = ("account#greatwidgets", "account")
    accounts = world.dynamodb.tables["accounts"]
    accounts[key] = {**accounts[key], "http_status": {"S": "always_200"}}
    world.database = world.process(world.dynamodb)
    # WHEN somebody is to leave who is no member
    reply = world.send(LEAVE, leaving(email="user1@example.com"), JSON)
    # THEN only the envelope tells
    assert (reply.status, reply.json()["error"]) == (200, 404)
