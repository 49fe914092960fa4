"""profiles/delete: a customer is erased; every outcome, the whole reply, and what is refused."""

from typing import Any

import pytest

from loyalty.domain.account import Credential, Grant
from loyalty.store.tables import accounts
from tests.fakes.gateway import CUSTOMERS, PROFILE_DELETE
from tests.fakes.requests import JSON, XML, as_xml
from tests.fakes.world import TOKEN, World
from tests.unit.altcraft.envelopes import HEADERS
from tools import demo

USER1 = "663a138cee44bb50a67115cd"
DONE = f'{{"data":{{"profile_id":"{USER1}"}},"error":0,"error_text":"Successful operation"}}'
DONE_IN_XML = (
    f"<xml><data><profile_id>{USER1}</profile_id></data>"
    "<error>0</error><error_text>Successful operation</error_text></xml>"
)


def erasing(**changes: Any) -> dict[str, Any]:
    """user1 is erased; a change to None leaves that field out."""
    fields = {"token": TOKEN, "db_id": 1, "matching": "email", "email": "user1@example.com"} | changes
    return {name: value for name, value in fields.items() if value is not None}


def is_there(world: World) -> bool:
    """Whether user1 is."""
    return (f"greatwidgets#profile_id#{USER1}",) in world.dynamodb.tables["customers"]


def test_an_erased_customer_is_told_in_json_and_in_xml() -> None:
    # GIVEN the demo accounts, once for each format
    for request, headers, content_type, body in (
        (erasing(), JSON, "application/json", DONE),
        (as_xml(erasing()), XML, "application/xml; charset=utf-8", DONE_IN_XML),
    ):
        world = World()
        # WHEN a customer is erased
        reply = world.send(PROFILE_DELETE, request, headers)
        # THEN the envelope says so, and names the job that did it
        job_id = reply.headers["X-Job-Id"]
        assert reply == (200, {"Content-Type": content_type, **HEADERS, "X-Job-Id": job_id}, body)
        assert not is_there(world)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (f'{{"token":"{TOKEN}","email":"user2@example.com","email":"user1@example.com"}}', JSON),
        (f"<xml><token>{TOKEN}</token><email>user2@example.com</email><email>user1@example.com</email></xml>", XML),
    ],
    ids=["json", "xml"],
)
def test_of_two_persons_under_one_name_nobody_is_erased(body: str, headers: dict[str, str]) -> None:
    # GIVEN the demo accounts
    world = World()
    # WHEN a request names two persons by the same field
    reply = world.send(PROFILE_DELETE, body, headers)
    # THEN it is refused, naming the field, and both are there
    told = reply.json()["error_text"] if headers is JSON else reply.body
    assert (reply.status, "comes more than once: give it once" in told and "email" in told) == (400, True)
    assert is_there(world)
    assert (
        world.get(CUSTOMERS, {"Authorization": "Bearer reader-token"}, kind="email", value="user2@example.com").status
        == 200
    )


@pytest.mark.parametrize("headers", [JSON, XML], ids=["json", "xml"])
def test_an_unknown_profile_is_told_without_data(headers: dict[str, str]) -> None:
    # GIVEN an address that is nobody's
    request = erasing(email="nobody@example.com")
    # WHEN it is sent
    reply = World().send(PROFILE_DELETE, as_xml(request) if headers is XML else request, headers)
    # THEN the envelope says so
    json, xml = '{"error":404,"error_text":"Profile not found"}', "<error>404</error><error_text>Profile not found"
    assert reply.status == 404
    assert reply.body == (f"<xml>{xml}</error_text></xml>" if headers is XML else json)


@pytest.mark.parametrize(
    "fields",
    [
        {"matching": None},
        {"matching": "email_profile"},
        {"matching": "email_sub", "email": " USER1@example.com"},
        {"matching": "phone", "phone": "+1 202-555-0101", "email": None},
        {"matching": "phone_sub", "phone": "0012025550101", "email": None},
        {"matching": "profile_id", "profile_id": USER1, "email": None},
        {"matching": "custom", "field_name": "user_id", "field_value": 123457, "email": None},
        {"db_id": None},
        {"db_id": "1"},
        {"resource_id": 7, "unknown": {"deep": [1]}},
    ],
    ids=str,
)
@pytest.mark.parametrize("headers", [JSON, XML], ids=["json", "xml"])
def test_every_way_to_name_a_profile_finds_it(fields: dict[str, Any], headers: dict[str, str]) -> None:
    # GIVEN a request that names a customer
    request = erasing(**fields) if headers is JSON else erasing(**{**fields, "unknown": None})
    world = World()
    # WHEN it is sent
    reply = world.send(PROFILE_DELETE, as_xml(request) if headers is XML else request, headers)
    # THEN that customer is erased
    assert (reply.status, is_there(world)) == (200, False)


DB_ID = "db_id must be a positive integer of 64 bits; it is "
MATCHING = "matching must be email, phone, profile_id or custom; it is "
BAD: dict[str, tuple[dict[str, Any], int, str]] = {
    "no token": ({"token": None}, 401, "API token required"),
    "an unknown token": ({"token": "x"}, 401, "API token is invalid"),
    "a token without the right": ({"token": "readonly-token"}, 403, "API token has no right to delete profiles"),
    "a db_id in words": ({"db_id": "one"}, 400, f'{DB_ID}"one"'),
    "a db_id of 0": ({"db_id": 0}, 400, f"{DB_ID}0"),
    "a db_id that is a list": ({"db_id": [1]}, 400, f"{DB_ID}a list"),
    "matching by push": ({"matching": "push_sub"}, 400, f'{MATCHING}"push_sub"'),
    "matching by a custom channel": ({"matching": "custom_sub"}, 400, f'{MATCHING}"custom_sub"'),
    "a matching that is a number": ({"matching": 1}, 400, f"{MATCHING}1"),
    "a format that is none": ({"format": "csv"}, 400, 'format must be json or xml; it is "csv"'),
    "no email": ({"email": None}, 400, "email is required"),
    "an email that is null in a list": ({"email": [None]}, 400, "email must be text; it is a list"),
    "an email that is a number": ({"email": 5}, 400, "email must be text; it is 5"),
    "no phone": ({"matching": "phone"}, 400, "phone is required"),
    "no profile_id": ({"matching": "profile_id"}, 400, "profile_id is required"),
    "a profile_id that is blank": ({"matching": "profile_id", "profile_id": " "}, 400, "profile_id"),
    "no field_name": ({"matching": "custom", "field_value": 1}, 400, "field_name is required"),
    "no field_value": ({"matching": "custom", "field_name": "user_id"}, 400, "field_value is required"),
    "a field that is no match field": (
        {"matching": "custom", "field_name": "shoe", "field_value": 1},
        400,
        'field_name must be user_id; it is "shoe"',
    ),
}


@pytest.mark.parametrize(("changes", "status", "text"), BAD.values(), ids=BAD)
def test_what_is_wrong_is_told_and_nobody_is_erased(changes: dict[str, Any], status: int, text: str) -> None:
    # GIVEN a request with one thing wrong
    world = World()
    # WHEN it is sent
    reply = world.send(PROFILE_DELETE, erasing(**changes), JSON)
    # THEN the error tells which, and everybody is there
    assert (reply.status, reply.json()["error"]) == (status, status)
    assert reply.json()["error_text"] == text or (text == "profile_id" and text in reply.json()["error_text"])
    assert is_there(world)


def test_a_database_of_another_number_is_not_found() -> None:
    # GIVEN an account whose database has a number
    world = World()
    accounts.put_account(world.database, demo.ACCOUNT._replace(database_id="2"))
    world.database = world.process(world.dynamodb)
    # WHEN another is named
    reply = world.send(PROFILE_DELETE, erasing(), JSON)
    # THEN there is none
    assert (reply.status, reply.json()) == (404, {"error": 404, "error_text": "Database not found"})
    assert is_there(world)
    # AND in its own the customer is erased
    assert world.send(PROFILE_DELETE, erasing(db_id=2), JSON, request_id="2").status == 200


def test_an_account_erases_only_its_own_customers() -> None:
    # GIVEN another account, which has a customer with the same address
    world = World()
    before = world.dynamodb.snapshot()["customers"]
    # WHEN it has that erased
    reply = world.send(PROFILE_DELETE, erasing(token="other-token-1"), JSON)
    # THEN its own is gone
    assert reply.status == 200
    gone = before.keys() - world.dynamodb.tables["customers"].keys()
    assert gone
    assert all(pk.startswith("othertenant#") for (pk,) in gone)


def test_the_right_to_import_does_not_erase() -> None:
    # GIVEN a token with all rights but one
    world = World()
    accounts.put_grant(world.database, Credential("token", "most"), Grant("greatwidgets", demo.ALL_RIGHTS - {"erase"}))
    # WHEN it is used
    # THEN it is refused
    assert world.send(PROFILE_DELETE, erasing(token="most"), JSON).status == 403
    assert is_there(world)
