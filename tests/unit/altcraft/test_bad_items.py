"""Items that are themselves wrong: 400 with the reason for each, alone or among good ones, and nothing written."""

from typing import Any

import pytest

from tests.fakes.gateway import BATCH, SINGLE
from tests.fakes.requests import JSON, batch, emails, single
from tests.fakes.world import World

EMAIL = "email must be an e-mail address of at most 254 characters; it is "
PHONE = "phone must be a phone number in international format; it is "
VALUE = "must be text of 1 to 256 characters without control characters; it is "
LONG = f'"{"x" * 63}\u2026"'

BY_EMAIL = {
    "no e-mail": ({"email": None}, "email is required"),
    "e-mail empty": ({"email": ""}, f'{EMAIL}""'),
    "e-mail blank": ({"email": " \t "}, f'{EMAIL}" \\t "'),
    "e-mail without @": ({"email": "user1.example.com"}, f'{EMAIL}"user1.example.com"'),
    "e-mail with two @": ({"email": "a@b@c"}, f'{EMAIL}"a@b@c"'),
    "e-mail without a name": ({"email": "@example.com"}, f'{EMAIL}"@example.com"'),
    "e-mail without a host": ({"email": "user1@"}, f'{EMAIL}"user1@"'),
    "e-mail with a blank inside": ({"email": "user 1@example.com"}, f'{EMAIL}"user 1@example.com"'),
    "e-mail with a NUL": ({"email": "user1\x00@example.com"}, f'{EMAIL}"user1\\x00@example.com"'),
    "e-mail with a line end": ({"email": "user1@example\n.com"}, f'{EMAIL}"user1@example\\n.com"'),
    "e-mail with a lone surrogate": ({"email": "\udc80@example.com"}, f'{EMAIL}"\\udc80@example.com"'),
    "e-mail of 255 characters": ({"email": f"{'x' * 243}@example.com"}, EMAIL + LONG),
    "e-mail of 10 KB": ({"email": f"{'x' * 10_240}@example.com"}, EMAIL + LONG),
    "e-mail a number": ({"email": 5}, "email must be text; it is 5"),
    "e-mail true": ({"email": True}, "email must be text; it is true"),
    "e-mail a list": ({"email": ["user1@example.com"]}, "email must be text; it is a list"),
    "e-mail an object": ({"email": {"S": "user1@example.com"}}, "email must be text; it is an object"),
}

BY_OTHERS = {
    "no phone": ("phone", {}, "phone is required"),
    "phone in local format": ("phone", {"phone": "555-5555"}, f'{PHONE}"555-5555"'),
    "phone without +": ("phone", {"phone": "12025550101"}, f'{PHONE}"12025550101"'),
    "phone too short": ("phone", {"phone": "+123456"}, f'{PHONE}"+123456"'),
    "phone too long": ("phone", {"phone": "+1234567890123456"}, f'{PHONE}"+1234567890123456"'),
    "phone of zeros": ("phone", {"phone": "+0000000000"}, f'{PHONE}"+0000000000"'),
    "phone with letters": ("phone", {"phone": "+1202CALLNOW"}, f'{PHONE}"+1202CALLNOW"'),
    "phone in other digits": ("phone", {"phone": "+\u0661202555010"}, f'{PHONE}"+\u0661202555010"'),
    "phone a number": ("phone", {"phone": 12025550101}, "phone must be text; it is 12025550101"),
    "no profile_id": ("profile_id", {}, "profile_id is required"),
    "profile_id empty": ("profile_id", {"profile_id": ""}, f'profile_id {VALUE}""'),
    "profile_id of 3 KB": ("profile_id", {"profile_id": "x" * 3_072}, f"profile_id {VALUE}{LONG}"),
    "profile_id with a control": ("profile_id", {"profile_id": "a\x1bb"}, f'profile_id {VALUE}"a\\x1bb"'),
    "profile_id with a lone surrogate": ("profile_id", {"profile_id": "\ud800"}, f'profile_id {VALUE}"\\ud800"'),
    "profile_id a number": ("profile_id", {"profile_id": 1}, "profile_id must be text; it is 1"),
    "no field_name": ("custom", {"field_value": 1}, "field_name is required"),
    "no field_value": ("custom", {"field_name": "user_id"}, "field_value is required"),
    "field_name unknown": (
        "custom",
        {"field_name": "email", "field_value": 1},
        'field_name must be user_id; it is "email"',
    ),
    "field_name a number": ("custom", {"field_name": 1, "field_value": 1}, "field_name must be text; it is 1"),
    "field_value empty": ("custom", {"field_name": "user_id", "field_value": " "}, f'field_value {VALUE}" "'),
    "field_value true": (
        "custom",
        {"field_name": "user_id", "field_value": True},
        "field_value must be text or an integer; it is true",
    ),
    "field_value 1.5": (
        "custom",
        {"field_name": "user_id", "field_value": 1.5},
        "field_value must be text or an integer; it is 1.5",
    ),
    "field_value a list": (
        "custom",
        {"field_name": "user_id", "field_value": []},
        "field_value must be text or an integer; it is a list",
    ),
    "field_value of 3 KB": (
        "custom",
        {"field_name": "user_id", "field_value": "x" * 3_072},
        f"field_value {VALUE}{LONG}",
    ),
}

ELEMENTS = {
    "text": ("user1@example.com", 'The item must be an object; it is "user1@example.com"'),
    "a number": (5, "The item must be an object; it is 5"),
    "null": (None, "The item must be an object; it is null"),
    "true": (True, "The item must be an object; it is true"),
    "a list": ([{"email": "user1@example.com"}], "The item must be an object; it is a list"),
    "an empty object": ({}, "email is required"),
}


def refused(reason: str) -> dict[str, Any]:
    return {"error": 400, "error_text": reason, "profile_id": None}


@pytest.mark.parametrize(("changes", "reason"), BY_EMAIL.values(), ids=BY_EMAIL)
def test_a_wrong_email_is_the_whole_answer_of_a_single_registration(changes: dict[str, Any], reason: str) -> None:
    # GIVEN a registration by a wrong e-mail
    world = World()
    before = world.dynamodb.snapshot()
    # WHEN it is sent
    reply = world.send(SINGLE, single(**changes), JSON)
    # THEN the envelope tells the reason, and nothing is written
    assert (reply.status, reply.json()) == (400, refused(reason))
    assert world.dynamodb.snapshot() == before


@pytest.mark.parametrize(("changes", "reason"), BY_EMAIL.values(), ids=BY_EMAIL)
def test_a_wrong_email_fails_alone_in_a_batch(changes: dict[str, Any], reason: str) -> None:
    # GIVEN a wrong e-mail between two good ones
    element = {name: value for name, value in changes.items() if value is not None}
    # WHEN they are sent
    reply = World().send(BATCH, batch([*emails("user1"), element, *emails("user2")]))
    # THEN only it is refused
    assert reply.json()["result"][1] == refused(reason)
    assert [one["error"] for one in reply.json()["result"]] == [0, 400, 409]


@pytest.mark.parametrize(("matching", "element", "reason"), BY_OTHERS.values(), ids=BY_OTHERS)
def test_a_wrong_field_of_another_matching_fails_its_item(matching: str, element: dict[str, Any], reason: str) -> None:
    # GIVEN an item that is wrong under its matching
    world = World()
    before = world.dynamodb.snapshot()
    # WHEN it is sent in a batch and alone
    in_batch = world.send(BATCH, batch([element], matching=matching))
    alone = world.send(SINGLE, single(email=None, matching=matching) | element)
    # THEN both say why, and nothing is written
    assert (in_batch.status, in_batch.json()["result"]) == (200, [refused(reason)])
    assert (alone.status, alone.json()) == (400, refused(reason))
    assert world.dynamodb.snapshot() == before


@pytest.mark.parametrize(("element", "reason"), ELEMENTS.values(), ids=ELEMENTS)
def test_an_element_that_is_no_object_fails_alone(element: Any, reason: str) -> None:
    # GIVEN something else between two good elements
    reply = World().send(BATCH, batch([*emails("user1"), element, *emails("user2")]))
    # THEN only it is refused
    assert reply.json()["result"][1] == refused(reason)
    assert [one["error"] for one in reply.json()["result"]] == [0, 400, 409]


def test_a_list_of_strings_is_refused_item_by_item() -> None:
    # GIVEN a client that sends addresses instead of objects
    world = World()
    before = world.dynamodb.snapshot()
    # WHEN it is answered
    reply = world.send(BATCH, batch(["user1@example.com", "user3@example.com"]))
    # THEN every item is refused, and nothing is written
    assert [one["error"] for one in reply.json()["result"]] == [400, 400]
    assert world.dynamodb.snapshot() == before


@pytest.mark.parametrize("value", ["profile#123", "#", "a#b#c", "othertenant#email#user1@example.com", "\u20ac" * 256])
def test_an_identifier_may_hold_the_key_separator_and_any_letters(value: str) -> None:
    # GIVEN an identifier that nobody has and that looks like a key
    world = World()
    # WHEN it is looked up in each way
    by_id = world.send(SINGLE, single(matching="profile_id", profile_id=value))
    by_field = world.send(SINGLE, single(matching="custom", field_name="user_id", field_value=value))
    # THEN it is unknown, and no error
    unknown = {"error": 404, "error_text": "Profile not found", "profile_id": None}
    assert [by_id.json(), by_field.json()] == [unknown, unknown]


def test_a_profile_id_that_spells_another_identifiers_key_finds_nobody() -> None:
    # GIVEN an account whose keys begin alike
    world = World()
    # WHEN the key of somebody's e-mail pointer is given as an id
    reply = world.send(SINGLE, single(matching="profile_id", profile_id="#email#user1@example.com"))
    # THEN nobody is found
    assert reply.status == 404
