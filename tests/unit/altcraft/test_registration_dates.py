"""registration_date: RFC 3339 with a zone, stored in UTC, or the item is refused."""

import pytest

from tests.fakes.gateway import BATCH, SINGLE
from tests.fakes.requests import XML, as_xml, batch, emails, single
from tests.fakes.world import World

REASON = "registration_date must be a date and time with a zone as in RFC 3339; it is "

GOOD = [
    ("2024-09-01T12:34:56Z", "2024-09-01T12:34:56Z"),
    ("2024-09-01t12:34:56z", "2024-09-01T12:34:56Z"),
    ("2024-09-01T12:34:56+00:00", "2024-09-01T12:34:56Z"),
    ("2024-09-01T12:34:56-00:00", "2024-09-01T12:34:56Z"),
    ("2024-09-01T00:34:56+05:45", "2024-08-31T18:49:56Z"),
    ("2023-12-31T23:59:59-01:00", "2024-01-01T00:59:59Z"),
    ("2024-02-29T12:00:00Z", "2024-02-29T12:00:00Z"),
    ("2024-09-01T12:34:56.5Z", "2024-09-01T12:34:56.500000Z"),
    ("2024-09-01T12:34:56.123456789Z", "2024-09-01T12:34:56.123456Z"),
    ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
    ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
]

BAD = [
    "",
    "now",
    "2024-09-01",
    "2024-09-01T12:34:56",
    "2024-09-01 12:34:56Z",
    "2024-09-01T12:34Z",
    "2024-09-01T12Z",
    "20240901T123456Z",
    "2024-W35-7T12:34:56Z",
    "2024-9-1T12:34:56Z",
    "2024-02-30T00:00:00Z",
    "2023-02-29T00:00:00Z",
    "2024-13-01T00:00:00Z",
    "2024-09-01T24:00:00Z",
    "2024-09-01T12:60:00Z",
    "2016-12-31T23:59:60Z",
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+01:00",
    "9999-12-31T23:59:59-01:00",
    "2024-09-01T12:34:56+0200",
    "2024-09-01T12:34:56+02",
    "2024-09-01T12:34:56+24:00",
    "2024-09-01T12:34:56,5Z",
    "2024-09-01T12:34:56.Z",
    " 2024-09-01T12:34:56Z",
    "\u0662\u0660\u0662\u0664-09-01T12:34:56Z",
]


@pytest.mark.parametrize(("date", "stored"), GOOD)
def test_a_date_is_stored_as_the_same_moment_in_utc(date: str, stored: str) -> None:
    # GIVEN a registration with a date
    world = World()
    # WHEN it is sent
    reply = world.send(SINGLE, single(registration_date=date))
    # THEN the membership has that date, in UTC
    member = world.member("663a138cee44bb50a67115cd")
    assert reply.status == 200
    assert member is not None
    assert member["registered_at"] == {"S": stored}


@pytest.mark.parametrize(
    ("matching", "member"),
    [
        ("phone", {"phone": "+12025550101"}),
        ("profile_id", {"profile_id": "663a138cee44bb50a67115cd"}),
        ("custom", {"field_name": "user_id", "field_value": "123457"}),
    ],
)
def test_a_date_is_stored_however_its_customer_is_matched(matching: str, member: dict[str, str]) -> None:
    # GIVEN a registration with a date, by another matching than an e-mail address
    world = World()
    # WHEN it is sent
    world.send(BATCH, batch([{**member, "registration_date": "2024-09-01T12:34:56Z"}], matching=matching))
    # THEN the membership has that date
    stored = world.member("663a138cee44bb50a67115cd")
    assert stored is not None
    assert stored["registered_at"] == {"S": "2024-09-01T12:34:56Z"}


@pytest.mark.parametrize("date", BAD)
def test_what_is_no_date_fails_its_item_alone(date: str) -> None:
    # GIVEN a date that is none, between good items
    world = World()
    data = [*emails("user3"), {"email": "user1@example.com", "registration_date": date}, *emails("user2")]
    # WHEN they are sent
    reply = world.send(BATCH, batch(data))
    # THEN the item says why, and its customer is not registered
    assert [one["error"] for one in reply.json()["result"]] == [0, 400, 409]
    assert reply.json()["result"][1] == {"error": 400, "error_text": f'{REASON}"{date}"', "profile_id": None}
    assert world.member("663a138cee44bb50a67115cd") is None


@pytest.mark.parametrize(
    ("date", "quoted"), [(1725194096, "1725194096"), (True, "true"), ([], "a list"), ({}, "an object"), (0.5, "0.5")]
)
def test_a_date_that_is_no_text_fails_its_item(date: object, quoted: str) -> None:
    # GIVEN a date of another type
    world = World()
    # WHEN it is sent
    reply = world.send(SINGLE, single() | {"registration_date": date})
    # THEN the item says why, and nothing is written
    text = f"registration_date must be text; it is {quoted}"
    assert (reply.status, reply.json()) == (400, {"error": 400, "error_text": text, "profile_id": None})
    assert world.member("663a138cee44bb50a67115cd") is None


def test_null_is_no_date() -> None:
    assert World().send(SINGLE, single() | {"registration_date": None}).status == 200


def test_a_date_in_xml_may_have_white_space_around_it() -> None:
    # GIVEN XML that is printed nicely
    world = World()
    # WHEN it is sent
    reply = world.send(SINGLE, as_xml(single(registration_date="\n  2024-09-01T12:34:56Z\n")), XML)
    # THEN the date is read
    assert reply.status == 200


def test_a_wrong_date_in_xml_is_refused_in_xml() -> None:
    # GIVEN XML with a day that there is not
    reply = World().send(SINGLE, as_xml(single(registration_date="2024-02-30T00:00:00Z")), XML)
    # THEN the envelope is XML
    assert reply.status == 400
    assert reply.body == (
        f'<xml><error>400</error><error_text>{REASON}"2024-02-30T00:00:00Z"</error_text><profile_id /></xml>'
    )
