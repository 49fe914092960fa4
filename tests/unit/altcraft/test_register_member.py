"""register_member: one customer, every outcome, the whole reply."""

import pytest

from tests.fakes.gateway import SINGLE
from tests.fakes.requests import JSON, XML, as_xml, single
from tests.fakes.world import MEMBER_SINCE_2024, World
from tests.unit.altcraft.envelopes import XML_HEADERS, in_json, in_xml

OUTCOMES = [
    pytest.param("user1@example.com", 200, 0, "Successful operation", "663a138cee44bb50a67115cd", id="registered"),
    pytest.param(MEMBER_SINCE_2024, 409, 409, "Member already exists", "69df4fd5ff232800e2d1e2d6", id="member already"),
    pytest.param("nobody@example.com", 404, 404, "Profile not found", None, id="unknown"),
]


@pytest.mark.parametrize(("email", "status", "error", "text", "profile_id"), OUTCOMES)
def test_each_outcome_is_the_envelope_in_json(
    email: str, status: int, error: int, text: str, profile_id: str | None
) -> None:
    # GIVEN the demo accounts
    world = World()
    # WHEN a customer is registered
    reply = world.send(SINGLE, single(email=email), JSON)
    # THEN the envelope and the HTTP status tell the outcome
    assert reply == in_json(status, error, text, profile_id)


@pytest.mark.parametrize(("email", "status", "error", "text", "profile_id"), OUTCOMES)
def test_each_outcome_is_the_envelope_in_xml(
    email: str, status: int, error: int, text: str, profile_id: str | None
) -> None:
    # GIVEN the demo accounts
    world = World()
    # WHEN a customer is registered
    reply = world.send(SINGLE, as_xml(single(email=email)), XML)
    # THEN the envelope and the HTTP status tell the outcome
    assert reply == in_xml(status, error, text, profile_id)


def test_a_registration_is_stored_with_its_date_and_its_origin() -> None:
    # GIVEN the demo accounts
    world = World()
    # WHEN a customer is registered with a date
    world.send(SINGLE, single(registration_date="2024-09-01T14:34:56+02:00"), request_id="f00d")
    # THEN the membership holds the same moment in UTC, and the request that made it
    assert world.member("663a138cee44bb50a67115cd") == {
        "pk": {"S": "greatwidgets#123#663a138cee44bb50a67115cd"},
        "registered_at": {"S": "2024-09-01T12:34:56Z"},
        "origin": {"S": "f00d#0"},
    }


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"matching": "email", "email": " User1@Example.COM "}, id="email"),
        pytest.param({"matching": "phone", "phone": "+12025550101"}, id="phone"),
        pytest.param({"matching": "phone", "phone": "001 (202) 555-0101"}, id="phone as people write it"),
        pytest.param({"matching": "profile_id", "profile_id": "663a138cee44bb50a67115cd"}, id="profile_id"),
        pytest.param({"matching": "custom", "field_name": "user_id", "field_value": "123457"}, id="custom text"),
        pytest.param({"matching": "custom", "field_name": "user_id", "field_value": 123457}, id="custom number"),
    ],
)
@pytest.mark.parametrize("headers", [JSON, XML], ids=["json", "xml"])
def test_every_matching_finds_its_customer(fields: dict[str, object], headers: dict[str, str]) -> None:
    # GIVEN a request that holds the matching field, and others that don't matter
    request = single(email=None) | fields
    world = World()
    # WHEN it is sent
    reply = world.send(
        SINGLE, as_xml(request) if headers is XML else request, {**headers, "Accept": "application/json"}
    )
    # THEN the customer is found by it and registered
    assert (reply.status, reply.json()["profile_id"]) == (200, "663a138cee44bb50a67115cd")


def test_fields_that_the_matching_does_not_ask_for_are_ignored() -> None:
    # GIVEN a request by e-mail with a phone that is none, another customer's id and fields that nobody knows
    request = single(phone="none", profile_id="profile123", field_name=7, unknown={"deep": [1]})
    # WHEN it is sent
    reply = World().send(SINGLE, request)
    # THEN the e-mail decides
    assert (reply.status, reply.json()["profile_id"]) == (200, "663a138cee44bb50a67115cd")


def test_an_empty_element_is_a_missing_field() -> None:
    # GIVEN XML with an empty date and an empty format
    request = as_xml(single(registration_date="", format=""))
    # WHEN it is sent
    world = World()
    reply = world.send(SINGLE, request, XML)
    # THEN both have their defaults
    assert (reply.status, reply.headers) == (200, XML_HEADERS)


def test_program_ids_are_accepted_as_digits_in_a_string() -> None:
    # GIVEN the program's id as text
    world = World()
    # WHEN it is sent
    reply = world.send(SINGLE, single(loyalty_program_id="123"))
    # THEN it is the same program
    assert reply.status == 200
    assert world.member("663a138cee44bb50a67115cd", program="123")
