"""Every wrong input of profiles/import, profiles/update and profiles/import_batch, and who may not send any."""

from typing import Any

import pytest

from loyalty.store.tables import accounts
from tests.fakes.gateway import PROFILE, PROFILE_UPDATE, PROFILES
from tests.fakes.world import World
from tests.unit.altcraft.profiles import NEW, ROUTES, ProfileWorld, fault, told
from tools import demo

LONG = "x" * 257


def error(code: int, text: str) -> tuple[int, dict[str, Any]]:
    """The reply that has an error alone."""
    return code, {"error": code, "error_text": text}


REQUESTS: list[tuple[dict[str, Any], int, str]] = [
    ({"data": ...}, 400, "data is required"),
    ({"data": None}, 400, "data is required"),
    ({"data": "x"}, 400, 'data must be an object; it is "x"'),
    ({"matching": "push_sub"}, 400, 'matching must be email, phone, profile_id or custom; it is "push_sub"'),
    ({"matching": "custom_sub"}, 400, 'matching must be email, phone, profile_id or custom; it is "custom_sub"'),
    ({"matching": 7}, 400, "matching must be email, phone, profile_id or custom; it is 7"),
    ({"matching": "custom", "field_name": "age"}, 400, 'field_name must be user_id; it is "age"'),
    ({"matching": "custom", "field_name": ["a"]}, 400, "field_name must be user_id; it is a list"),
    ({"db_id": "x"}, 400, 'db_id must be a positive integer of 64 bits; it is "x"'),
    ({"db_id": 0}, 400, "db_id must be a positive integer of 64 bits; it is 0"),
    ({"db_id": True}, 400, "db_id must be a positive integer of 64 bits; it is true"),
    ({"db_id": 2**63}, 400, f"db_id must be a positive integer of 64 bits; it is {2**63}"),
    ({"format": "csv"}, 400, 'format must be json or xml; it is "csv"'),
    ({"token": ...}, 401, "API token required"),
    ({"token": "unknown"}, 401, "API token is invalid"),
    ({"token": 5}, 401, "API token is invalid"),
    ({"token": "readonly-token"}, 403, "API token has no right to import profiles"),
]


@pytest.mark.parametrize(("changes", "code", "text"), REQUESTS)
@pytest.mark.parametrize("path", ROUTES)
def test_a_request_that_is_wrong_as_a_whole_says_why(path: str, changes: dict[str, Any], code: int, text: str) -> None:
    # GIVEN a request that is right but for one parameter
    world = ProfileWorld()
    data: Any = [{"email": NEW}] if path == PROFILES else {"email": NEW}
    # WHEN it is sent
    before = world.dynamodb.snapshot()["customers"]
    expected = error(code, text.replace("an object", "a list") if path == PROFILES else text)
    assert told(world.ask(path, {"data": data} | changes)) == expected
    # THEN nothing is imported
    assert world.dynamodb.snapshot()["customers"] == before


@pytest.mark.parametrize(
    ("path", "data", "text"),
    [
        (PROFILES, [], "data must hold at least one item"),
        (PROFILE, [], "data must hold at least one item"),
        (PROFILES, {"email": NEW}, "data must be a list; it is an object"),
        (PROFILE_UPDATE, [{"email": NEW}], "data must be an object; it is a list"),
    ],
)
def test_data_has_the_form_of_its_address(path: str, data: Any, text: str) -> None:
    assert told(ProfileWorld().ask(path, {"data": data})) == error(400, text)


def test_only_the_accounts_own_database_is_there_where_it_has_one() -> None:
    # GIVEN an account that says which database it is
    world = ProfileWorld()
    accounts.put_account(world.database, demo.ACCOUNT._replace(database_id="7"))
    asked = {"email": NEW, "data": {}}
    # THEN another one is not there
    assert told(world.ask(PROFILE, asked | {"db_id": 1})) == error(404, "Database not found")
    # AND its own is, as a number, as text, or not named
    for named in ({"db_id": 7}, {"db_id": "7"}, {}):
        assert world.ask(PROFILE, asked | named).status == 200


PHONE = "must be a phone number in international format"
EMAIL = "must be an e-mail address of at most 254 characters"
ANY = "must be text of 1 to 256 characters without control characters"
PROFILES_WITH_FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"data": {}}, "email is required"),
    ({"email": " ", "data": {}}, "email is required"),
    ({"email": None, "data": {"email": None}}, "email is required"),
    ({"email": "broken", "data": {}}, f'email {EMAIL}; it is "broken"'),
    ({"email": 5, "data": {}}, f'email {EMAIL}; it is "5"'),
    ({"email": {"a": 1}, "data": {}}, "email must be text or an integer; it is an object"),
    ({"email": True, "data": {}}, "email must be text or an integer; it is true"),
    ({"matching": "phone", "data": {"_fname": "Ann"}}, "phone is required"),
    ({"matching": "phone", "phone": "555-5555", "data": {}}, f'phone {PHONE}; it is "555-5555"'),
    ({"matching": "phone", "data": {"phones": [[]]}}, "phone must be text or an integer; it is a list"),
    ({"matching": "profile_id", "data": {}}, "profile_id is required"),
    ({"matching": "profile_id", "profile_id": LONG, "data": {}}, f'profile_id {ANY}; it is "{LONG[:63]}…"'),
    ({"matching": "custom", "data": {}}, "field_name is required"),
    ({"matching": "custom", "field_name": "user_id", "data": {}}, "field_value is required"),
    (
        {"matching": "custom", "field_name": "user_id", "field_value": "NULL", "data": {}},
        'field_value "NULL" stands for a value that is missing',
    ),
    (
        {"matching": "custom", "data": {"field_name": "age", "field_value": "1"}},
        'field_name must be user_id; it is "age"',
    ),
    ({"email": NEW, "data": {"email": "broken"}}, f'email {EMAIL}; it is "broken"'),
    ({"email": NEW, "data": {"_bdate": "14.07.1970"}}, '_bdate must be a date as YYYY-MM-DD; it is "14.07.1970"'),
    ({"email": NEW, "data": {"_bdate": "1970-02-30"}}, '_bdate must be a date as YYYY-MM-DD; it is "1970-02-30"'),
    ({"email": NEW, "data": {"_fname": {}}}, "_fname must be text or an integer; it is an object"),
    ({"email": NEW, "data": {"_fname": 1.5}}, "_fname must be text or an integer; it is 1.5"),
    ({"email": NEW, "data": {"_lname": False}}, "_lname must be text or an integer; it is false"),
    (
        {"email": NEW, "data": {"_lname": "a\x00b"}},
        "_lname holds the control character U+0000: save the file as UTF-8",
    ),
    ({"email": NEW, "data": {"phones": {"a": 1}}}, "phones must be text or an integer; it is an object"),
    ({"email": NEW, "data": {"card_number": "#N/A"}}, 'card_number "#N/A" stands for a value that is missing'),
    ({"email": NEW, "data": {"code": LONG}}, f'code {ANY}; it is "{LONG[:63]}…"'),
    ({"email": NEW, "data": {"customer_username": "a\u200bb"}}, "customer_username"),
    ({"email": NEW, "data": {"user_id": "4.5E+15"}}, 'user_id "4.5E+15" is a number that a program has rounded'),
    ({"email": NEW, "data": {"street1": "x" * 70_000}}, "The item is larger than 64 KB"),
]


@pytest.mark.parametrize(("asked", "text"), PROFILES_WITH_FAULTS)
def test_a_profile_that_is_itself_wrong_says_why_and_writes_nothing(asked: dict[str, Any], text: str) -> None:
    # WHEN a profile is wrong
    world = ProfileWorld()
    before = world.dynamodb.snapshot()
    status, envelope = told(world.ask(PROFILE, asked))
    # THEN its envelope says what is
    assert (status, envelope) == (400, fault(400, envelope["error_text"]))
    assert envelope["error_text"].startswith(text)
    assert world.dynamodb.snapshot() == before


@pytest.mark.parametrize(("asked", "text"), PROFILES_WITH_FAULTS)
def test_a_wrong_profile_of_a_batch_is_refused_alone(asked: dict[str, Any], text: str) -> None:
    # GIVEN the same fault in one profile of three
    world = ProfileWorld()
    common = {name: value for name, value in asked.items() if name in ("matching", "field_name")}
    beside = {name: value for name, value in asked.items() if name not in ("matching", "field_name", "data")}
    by = {
        "phone": {"phones": ["+12025550103"]},
        "profile_id": {"profile_id": demo.profile_id(3)},
        "custom": {"field_name": "user_id", "field_value": "123459"},
    }.get(common.get("matching", ""), {"email": "user3@example.com"})
    # WHEN they are sent
    reply = world.ask(PROFILES, {**common, "data": [by, beside | asked["data"], by]})
    # THEN the others are done
    results = reply.json()["result"]
    assert results[1]["error_text"].startswith(text)
    codes = [(one["error"], one["profile_id"]) for one in results]
    assert codes == [(0, demo.profile_id(3)), (400, None), (0, demo.profile_id(3))]


def test_a_body_of_a_single_profile_has_a_limit_that_is_told() -> None:
    reply = ProfileWorld().ask(PROFILE_UPDATE, {"email": NEW, "data": {"x": "y" * 70_000}})
    assert reply.status == 413
    assert "65536 bytes" in reply.json()["error_text"]


def test_a_batch_has_a_limit_that_is_told() -> None:
    reply = ProfileWorld().ask(PROFILES, {"data": [{"email": NEW}] * 20_001})
    assert told(reply) == error(413, "A request may hold at most 20000 items; send the rest in further requests")


def test_more_than_250_profiles_of_one_batch_about_one_customer_are_too_many() -> None:
    reply = ProfileWorld().ask(PROFILES, {"data": [{"email": NEW}] * 251})
    codes = [one["error"] for one in reply.json()["result"]]
    assert codes == [0] * 250 + [400]


@pytest.mark.parametrize("path", ROUTES)
def test_xml_that_nobody_needs_is_refused(path: str) -> None:
    world = ProfileWorld()
    deep = "<xml><data><item><phones><item><a>1</a></item></phones></item></data></xml>"
    doctype = "<!DOCTYPE xml><xml/>"
    for body, text in (
        (deep, "The XML is nested deeper than a request needs"),
        (doctype, "XML with a DOCTYPE is not accepted"),
    ):
        reply = World.send(world, path, body, {"Content-Type": "application/xml"})
        assert (reply.status, text in reply.body) == (400, True)
