"""profiles/import, profiles/update and profiles/import_batch: whole replies, and what they leave in the store."""

import xml.etree.ElementTree as ET
from typing import Any

import pytest

from tests.fakes.gateway import PROFILE, PROFILE_UPDATE, PROFILES
from tests.unit.altcraft.profiles import NEW, USER_1, ProfileWorld, done, fault, told
from tools import demo


def test_a_profile_that_is_not_there_is_made() -> None:
    # GIVEN the documents' own request
    world = ProfileWorld()
    data = {"email": NEW, "_fname": "Ann", "_lname": "Aa", "_bdate": "1970-07-14", "phones": ["+12025550999", "+49"]}
    body = {"db_id": 1, "matching": "email", "email": NEW, "data": data | {"_sex": 1, "_tags": ["a"]}}
    # WHEN it is sent
    reply = world.ask(PROFILE, body | {"skip_triggers": True, "subscriptions": [{"channel": "email"}]})
    # THEN there is a customer with what is known of it here, and the reply names it
    made = world.customer("email", NEW)["profile_id"]["S"]
    assert told(reply) == (200, done(made))
    assert world.fields(made) | {"code": "drawn"} == {
        "code": "drawn",
        "email": NEW,
        "first_name": "Ann",
        "last_name": "Aa",
        "custom_date": "1970-07-14",
        "phone": "+12025550999",
    }
    assert world.finds("phone", "+12025550999")


def test_a_profile_that_is_there_changes_in_what_is_given() -> None:
    # GIVEN a customer with names
    world = ProfileWorld()
    world.rows("email first_name last_name", "user1@example.com|Ann|Aa")
    # WHEN one field is given, one is blank, one null, and the others are not given
    data = {"_fname": "Bea", "_lname": "", "phones": None, "user_id": 999123}
    reply = world.ask(PROFILE_UPDATE, {"matching": "email", "email": "user1@example.com", "data": data})
    # THEN the given one is changed, the blank ones are gone, and so is what the customer was found by
    assert told(reply) == (200, done(USER_1))
    expected = {"email": "user1@example.com", "first_name": "Bea", "custom_field_1": "999123"}
    assert {name: text for name, text in world.fields(USER_1).items() if name != "code"} == expected
    assert not world.finds("phone", "+12025550101")
    assert not world.finds("custom_field_1", "123457")
    assert world.finds("custom_field_1", "999123")


@pytest.mark.parametrize(
    "asked",
    [
        {"email": "user1@example.com", "data": {}},
        {"data": {"email": "user1@example.com"}},
        {"matching": "email_sub", "data": {"email": " User1@Example.com"}},
        {"matching": "email_profile", "email": "user1@example.com", "data": {"email": "new1@example.com"}},
        {"matching": "email_phone", "email": "user1@example.com", "data": {}},
        {"matching": "phone", "phone": "+1 202-555-0101", "data": {}},
        {"matching": "phone_sub", "data": {"phones": ["0012025550101"]}},
        {"matching": "phone", "data": {"phone": "+12025550101"}},
        {"matching": "profile_id", "profile_id": USER_1, "data": {"_fname": "Ann"}},
        {"matching": "profile_id", "data": {"profile_id": USER_1}},
        {"matching": "custom", "field_name": "user_id", "field_value": 123457, "data": {}},
        {"matching": "custom", "field_name": "user_id", "data": {"user_id": "123457"}},
        {"matching": "custom", "field_name": "user_id", "data": {"field_value": "123457"}},
        {"matching": "custom", "data": {"field_name": "user_id", "custom_field_1": "123457"}},
    ],
)
@pytest.mark.parametrize("path", [PROFILE, PROFILE_UPDATE])
def test_the_matching_field_stands_beside_the_data_or_in_it(path: str, asked: dict[str, Any]) -> None:
    world = ProfileWorld()
    before = len(world.customers())
    # WHEN a customer is named in either way
    assert told(world.ask(path, asked)) == (200, done(USER_1))
    # THEN nobody else is made
    assert len(world.customers()) == before


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        (PROFILE_UPDATE, {"email": NEW, "data": {"_fname": "Ann"}}),
        (PROFILE_UPDATE, {"matching": "phone", "data": {"phones": ["+12025559999"]}}),
        (PROFILE_UPDATE, {"matching": "custom", "field_name": "user_id", "field_value": "1", "data": {}}),
        (PROFILE, {"matching": "profile_id", "profile_id": "nobody", "data": {"email": NEW}}),
    ],
)
def test_a_profile_that_is_not_there_and_not_to_be_made_is_told(path: str, asked: dict[str, Any]) -> None:
    world = ProfileWorld()
    before = world.dynamodb.snapshot()
    assert told(world.ask(path, asked)) == (404, fault(404, "Profile not found"))
    assert world.dynamodb.snapshot() == before


def test_a_unique_field_of_another_profile_is_named() -> None:
    world = ProfileWorld()
    asked = {"email": "user1@example.com", "data": {"user_id": "123458"}}
    expected = (409, fault(409, "custom_field_1 belongs to another profile"))
    assert told(world.ask(PROFILE, asked)) == expected


def test_each_profile_of_a_batch_has_its_own_result_in_order() -> None:
    # GIVEN a client's own shape: matched by phone, with names that nobody knows here
    world = ProfileWorld()
    data = [
        {"_lname": "Aa", "_bdate": "1970-07-14", "phones": ["+12025550101"], "order_address": [7], "_sex": 2},
        {"phones": ["+12025550888"], "email": NEW, "user_id": 777},
        {"phones": ["+12025550102"], "user_id": 123457},
        {"phones": ["none"]},
        {"_fname": "Ann"},
        "broken",
        {"phones": ["+12025550888"], "_fname": "Ann"},
    ]
    # WHEN it is sent, to profiles/import too, as that client does
    for path in (PROFILES, PROFILE):
        reply = world.ask(path, {"db_id": 1, "matching": "phone", "data": data})
        made = world.customer("email", NEW)["profile_id"]["S"]
        # THEN there is a result for each
        expected = [
            done(USER_1),
            done(made),
            fault(409, "custom_field_1 belongs to another profile"),
            fault(400, 'phone must be a phone number in international format; it is "none"'),
            fault(400, "phone is required"),
            fault(400, 'The item must be an object; it is "broken"'),
            done(made),
        ]
        assert told(reply) == (200, {"error": 0, "error_text": "Successful operation", "result": expected})
    # AND a row follows the one before that is about the same profile
    assert world.fields(made)["first_name"] == "Ann"


def test_profiles_by_their_id_are_changed_and_none_is_made() -> None:
    world = ProfileWorld()
    data = [{"profile_id": USER_1, "_fname": "Ann"}, {"profile_id": "nobody", "_fname": "Ann"}]
    reply = world.ask(PROFILES, {"matching": "profile_id", "data": data})
    assert told(reply)[1]["result"] == [done(USER_1), fault(404, "Profile not found")]


def test_a_batch_can_be_undone_and_a_single_profile_is_no_job() -> None:
    # GIVEN a batch that made a profile and changed another
    world = ProfileWorld()
    before = world.customers()
    reply = world.ask(PROFILES, {"data": [{"email": NEW}, {"email": "user1@example.com", "_fname": "Ann"}]})
    assert world.customers() != before
    # WHEN it is undone
    job = reply.headers["X-Job-Id"]
    assert world.job("POST /jobs/{job_id}/undo", job).status == 202
    world.queue.deliver_all()
    # THEN all is as it was
    assert world.customers() == before
    # AND a single profile leaves no job
    assert "X-Job-Id" not in world.ask(PROFILE, {"email": NEW, "data": {}}).headers


def test_a_large_batch_goes_through_the_queue_with_the_same_reply() -> None:
    # GIVEN a batch that is not waited for
    world = ProfileWorld()
    data = [{"email": NEW, "_fname": "Ann"}, {"email": "user1@example.com", "_lname": ""}, {"email": "no"}]
    queued = world.ask(PROFILES, {"data": data}, {"Prefer": "respond-async"})
    job_id = queued.json()["job_id"]
    assert (queued.status, queued.headers["Location"]) == (202, f"/v1/jobs/{job_id}")
    assert queued.json() == {"error": 0, "error_text": "Successful operation", "result": [], "job_id": job_id}
    # WHEN the workers are done
    world.queue.deliver_all()
    # THEN the results are those that a waiting client would have had
    results = world.job("GET /jobs/{job_id}/results", job_id).json()["result"]
    made = world.customer("email", NEW)["profile_id"]["S"]
    refused = fault(400, 'email must be an e-mail address of at most 254 characters; it is "no"')
    assert results == [done(made), done(USER_1), refused]
    assert world.job("GET /jobs/{job_id}", job_id).json()["counts"] == {"0": 2, "400": 1}


def test_xml_says_the_same_as_json() -> None:
    world = ProfileWorld()
    data: dict[str, Any] = {"email": NEW, "_fname": "Ann", "phones": ["+12025550999", "+12025550998"], "_lname": None}
    # WHEN a profile is sent in XML
    single = world.ask_in_xml(PROFILE, {"db_id": 1, "matching": "email", "email": NEW, "data": data})
    made = world.customer("email", NEW)["profile_id"]["S"]
    text = f"<error>0</error><error_text>Successful operation</error_text><profile_id>{made}</profile_id>"
    assert ET.tostring(single, encoding="unicode") == f"<xml>{text}</xml>"
    assert world.fields(made)["phone"] == "+12025550999"
    # AND several, by either address, with a list in one of them
    for path in (PROFILES, PROFILE):
        batch = world.ask_in_xml(path, {"data": [data, {"email": "no"}]})
        wrong = 'email must be an e-mail address of at most 254 characters; it is "no"'
        failed = f"<error>400</error><error_text>{wrong}</error_text><profile_id />"
        expected = f"<result><item>{text}</item><item>{failed}</item></result>"
        told_ = "<error>0</error><error_text>Successful operation</error_text>"
        # THEN the results are a list of items
        assert ET.tostring(batch, encoding="unicode") == f"<xml>{told_}{expected}</xml>"


def test_the_same_profile_twice_is_written_once() -> None:
    # GIVEN a profile
    world = ProfileWorld()
    asked = {"email": NEW, "data": {"_fname": "Ann", "customer_username": "ann"}}
    first = world.ask(PROFILE, asked)
    world.dynamodb.units.clear()
    # WHEN it comes again
    again = world.ask(PROFILE, asked)
    # THEN the answer is the same, and nothing is written
    assert told(again) == told(first)
    assert world.dynamodb.units["write"] == 0


def test_a_single_profile_costs_what_its_items_cost() -> None:
    # GIVEN a new profile: the customer, and five ways to find it
    world = ProfileWorld()
    world.dynamodb.units.clear()
    world.ask(PROFILE, {"email": NEW, "data": {"phones": ["+12025550999"], "user_id": "7"}})
    # THEN each item costs two units in their transaction, and the counter of ids one
    assert world.dynamodb.units["write"] == 1 + 2 * (1 + len(("customer_id", "code", "email", "phone", "user_id")))
    # AND a change of a name costs the customer's item
    world.dynamodb.units.clear()
    world.ask(PROFILE_UPDATE, {"email": NEW, "data": {"_fname": "Ann"}})
    assert world.dynamodb.units["write"] == 2


def test_customers_of_another_account_are_not_there() -> None:
    world = ProfileWorld()
    before = world.dynamodb.snapshot()["customers"]
    asked = {"token": "other-token-1", "email": "user2@example.com", "data": {"_fname": "Eve"}}
    assert told(world.ask(PROFILE_UPDATE, asked)) == (404, fault(404, "Profile not found"))
    # AND one that they make is theirs alone
    world.ask(PROFILE, asked)
    mine = {key: item for key, item in world.dynamodb.snapshot()["customers"].items() if "othertenant" not in key[0]}
    assert mine == {key: item for key, item in before.items() if "othertenant" not in key[0]}
    assert world.fields(demo.profile_id(2)).get("first_name") is None
