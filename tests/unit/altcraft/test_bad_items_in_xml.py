"""Items that are themselves wrong, in XML: the reason in XML, alone or among good ones, and nothing written."""

import pytest

from tests.fakes.gateway import BATCH, SINGLE
from tests.fakes.requests import XML
from tests.fakes.world import TOKEN, World

SHARED = f"<token>{TOKEN}</token><loyalty_program_id>123</loyalty_program_id>"
SUCCESS = "<error>0</error><error_text>Successful operation</error_text>"
EMAIL = "email must be an e-mail address of at most 254 characters; it is "
PHONE = "phone must be a phone number in international format; it is "
VALUE = "must be text of 1 to 256 characters without control characters; it is "
DATE = "registration_date must be a date and time with a zone as in RFC 3339; it is "
CLIPPED = f'"{"x" * 63}\u2026"'
USER_1 = "<email>user1@example.com</email>"
USER_ID = "<field_name>user_id</field_name>"

ITEMS = {
    "no e-mail": ("email", "<phone>+12025550101</phone>", "email is required"),
    "e-mail empty": ("email", "<email/><phone>1</phone>", "email is required"),
    "e-mail without @": ("email", "<email>user1.example.com</email>", f'{EMAIL}"user1.example.com"'),
    "e-mail of 10 KB": ("email", f"<email>{'x' * 10_240}@example.com</email>", EMAIL + CLIPPED),
    "e-mail a number": ("email", "<email>5</email>", f'{EMAIL}"5"'),
    "e-mail with markup": ("email", '<email>&lt;a&gt;&amp;"</email>', f'{EMAIL}"&lt;a&gt;&amp;\\""'),
    "phone in local format": ("phone", "<phone>555-5555</phone>", f'{PHONE}"555-5555"'),
    "phone without +": ("phone", "<phone>12025550101</phone>", f'{PHONE}"12025550101"'),
    "no profile_id": ("profile_id", USER_1, "profile_id is required"),
    "profile_id of 3 KB": ("profile_id", f"<profile_id>{'x' * 3_072}</profile_id>", f"profile_id {VALUE}{CLIPPED}"),
    "no field_name": ("custom", "<field_value>1</field_value>", "field_name is required"),
    "no field_value": ("custom", USER_ID, "field_value is required"),
    "field_name unknown": (
        "custom",
        "<field_name>email</field_name><field_value>1</field_value>",
        'field_name must be user_id; it is "email"',
    ),
    "field_value of 3 KB": (
        "custom",
        f"{USER_ID}<field_value>{'x' * 3_072}</field_value>",
        f"field_value {VALUE}{CLIPPED}",
    ),
    **{
        f"date {why}": ("email", f"{USER_1}<registration_date>{date}</registration_date>", f'{DATE}"{date}"')
        for why, date in {
            "without a zone": "2024-09-01T12:34:56",
            "on 30 February": "2024-02-30T00:00:00Z",
            "in year 0": "0000-01-01T00:00:00Z",
            "in a leap second": "2016-12-31T23:59:60Z",
            "in seconds": "1725194096",
        }.items()
    },
}
"""For each fault the matching, the item's elements and the reason."""

GOOD = {
    "email": "<email>user3@example.com</email>",
    "phone": "<phone>+12025550103</phone>",
    "profile_id": f"<profile_id>{3:024x}</profile_id>",
    "custom": f"{USER_ID}<field_value>123459</field_value>",
}
"""user3 by each matching."""


def single(matching: str, item: str) -> str:
    return f"<xml>{SHARED}<matching>{matching}</matching>{item}</xml>"


def batch(matching: str, *items: str) -> str:
    return single(matching, f"<data>{''.join(f'<item>{item}</item>' for item in items)}</data>")


@pytest.mark.parametrize(("matching", "item", "reason"), ITEMS.values(), ids=ITEMS)
def test_a_wrong_item_is_the_whole_answer_of_a_single_registration(matching: str, item: str, reason: str) -> None:
    # GIVEN a registration that is wrong
    world = World()
    before = world.dynamodb.snapshot()
    # WHEN it is sent
    reply = world.send(SINGLE, single(matching, item), XML)
    # THEN the envelope tells the reason, and nothing is written
    assert reply.status == 400
    assert reply.headers["Content-Type"] == "application/xml; charset=utf-8"
    assert reply.body == f"<xml><error>400</error><error_text>{reason}</error_text><profile_id /></xml>"
    assert world.dynamodb.snapshot() == before


@pytest.mark.parametrize(("matching", "item", "reason"), ITEMS.values(), ids=ITEMS)
def test_a_wrong_item_fails_alone_in_a_batch(matching: str, item: str, reason: str) -> None:
    # GIVEN a wrong item before a good one
    world = World()
    # WHEN they are sent
    reply = world.send(BATCH, batch(matching, item, GOOD[matching]), XML)
    # THEN only it is refused
    refused = f"<item><error>400</error><error_text>{reason}</error_text><profile_id /></item>"
    done = f"<item>{SUCCESS}<profile_id>{3:024x}</profile_id></item>"
    assert (reply.status, reply.body) == (200, f"<xml>{SUCCESS}<result>{refused}{done}</result></xml>")
    assert len(world.memberships()) == len(World().memberships()) + 1


def test_an_element_where_text_belongs_is_refused() -> None:
    # GIVEN a registration whose e-mail holds elements
    world = World()
    before = world.dynamodb.snapshot()
    # WHEN it is sent
    reply = world.send(SINGLE, single("email", "<email><a>user1@example.com</a></email>"), XML)
    # THEN the envelope tells the reason, and nothing is written
    text = "<error>400</error><error_text>email must be text; it is an object</error_text><profile_id />"
    assert (reply.status, reply.body) == (400, f"<xml>{text}</xml>")
    assert world.dynamodb.snapshot() == before


@pytest.mark.parametrize("matching", GOOD)
def test_items_of_text_are_refused_one_by_one(matching: str) -> None:
    # GIVEN a client that sends texts, or nothing, instead of elements
    world = World()
    before = world.dynamodb.snapshot()
    # WHEN they are sent
    reply = world.send(BATCH, batch(matching, "user1@example.com", ""), XML)
    # THEN each is refused, and nothing is written
    refused = "".join(
        f"<item><error>400</error><error_text>The item must be an object; it is {what}</error_text>"
        "<profile_id /></item>"
        for what in ('"user1@example.com"', "null")
    )
    assert (reply.status, reply.body) == (200, f"<xml>{SUCCESS}<result>{refused}</result></xml>")
    assert world.dynamodb.snapshot() == before


@pytest.mark.parametrize("value", ["profile#123", "#", "#email#user1@example.com"])
def test_an_identifier_may_hold_the_key_separator(value: str) -> None:
    # GIVEN an identifier that looks like a key
    world = World()
    before = world.dynamodb.snapshot()
    # WHEN it is looked up
    reply = world.send(SINGLE, single("profile_id", f"<profile_id>{value}</profile_id>"), XML)
    # THEN nobody has it
    text = "<error>404</error><error_text>Profile not found</error_text><profile_id />"
    assert (reply.status, reply.body) == (404, f"<xml>{text}</xml>")
    assert world.dynamodb.snapshot() == before
