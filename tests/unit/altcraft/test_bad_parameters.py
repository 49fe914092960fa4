"""Parameters that all items share: each refusal names the parameter and quotes what was sent; nothing is written."""

from typing import Any

import pytest

from tests.fakes.gateway import BATCH, SINGLE
from tests.fakes.requests import JSON, XML, as_xml, batch, emails, single
from tests.fakes.world import World

PROGRAM = "loyalty_program_id must be a positive integer of 64 bits; it is "
MATCHING = "matching must be email, phone, profile_id or custom; it is "
DATA = "data must be a list; it is "

PARAMETERS = {
    "no program": ({"loyalty_program_id": None}, 400, "loyalty_program_id is required"),
    "program in words": ({"loyalty_program_id": "one"}, 400, f'{PROGRAM}"one"'),
    "program empty": ({"loyalty_program_id": ""}, 400, f'{PROGRAM}""'),
    "program true": ({"loyalty_program_id": True}, 400, f"{PROGRAM}true"),
    "program 1.5": ({"loyalty_program_id": 1.5}, 400, f"{PROGRAM}1.5"),
    "program '1.5'": ({"loyalty_program_id": "1.5"}, 400, f'{PROGRAM}"1.5"'),
    "program 0": ({"loyalty_program_id": 0}, 400, f"{PROGRAM}0"),
    "program -123": ({"loyalty_program_id": -123}, 400, f"{PROGRAM}-123"),
    "program 2^63": ({"loyalty_program_id": 2**63}, 400, f"{PROGRAM}9223372036854775808"),
    "program 2^70": ({"loyalty_program_id": 2**70}, 400, f"{PROGRAM}1180591620717411303424"),
    "program '2^70'": ({"loyalty_program_id": str(2**70)}, 400, f'{PROGRAM}"1180591620717411303424"'),
    "program in other digits": ({"loyalty_program_id": "\u0661\u0662\u0663"}, 400, f'{PROGRAM}"\u0661\u0662\u0663"'),
    "program a list": ({"loyalty_program_id": [123]}, 400, f"{PROGRAM}a list"),
    "program an object": ({"loyalty_program_id": {"id": 123}}, 400, f"{PROGRAM}an object"),
    "program with a separator": ({"loyalty_program_id": "123#1"}, 400, f'{PROGRAM}"123#1"'),
    "program unknown": ({"loyalty_program_id": 999}, 404, "Loyalty program not found"),
    "program of a campaign": ({"loyalty_program_id": "visits-1"}, 400, f'{PROGRAM}"visits-1"'),
    "program inactive": ({"loyalty_program_id": 124}, 400, "Loyalty program is not active"),
    "no matching": ({"matching": None}, 400, "matching is required"),
    "matching unknown": ({"matching": "name"}, 400, f'{MATCHING}"name"'),
    "matching empty": ({"matching": ""}, 400, f'{MATCHING}""'),
    "matching in capitals": ({"matching": "EMAIL"}, 400, f'{MATCHING}"EMAIL"'),
    "matching a number": ({"matching": 1}, 400, f"{MATCHING}1"),
    "matching a list": ({"matching": ["email"]}, 400, f"{MATCHING}a list"),
    "matching an object": ({"matching": {}}, 400, f"{MATCHING}an object"),
    "matching with controls": (
        {"matching": 'a"\\\n\x00\x9f\u202e\ud800'},
        400,
        f'{MATCHING}"a\\"\\\\\\n\\x00\\x9f\\u202e\\ud800"',
    ),
    "matching very long": ({"matching": "x" * 10_000}, 400, f'{MATCHING}"{"x" * 63}\u2026"'),
}

LISTS: dict[str, tuple[Any, str]] = {
    "no data": (None, "data is required"),
    "data empty": ([], "data must hold at least one item"),
    "data an object": ({"email": "user1@example.com"}, f"{DATA}an object"),
    "data a string": ("user1@example.com", f'{DATA}"user1@example.com"'),
    "data a number": (5, f"{DATA}5"),
    "data true": (True, f"{DATA}true"),
    "data an empty object": ({}, f"{DATA}an object"),
}

XML_LISTS = {
    "no data": ("", "data is required"),
    "data empty": ("<data></data>", "data must hold at least one item"),
    "data closed at once": ("<data/>", "data must hold at least one item"),
    "data blank": ("<data>\n  </data>", "data must hold at least one item"),
}


@pytest.mark.parametrize(("changes", "status", "text"), PARAMETERS.values(), ids=PARAMETERS)
@pytest.mark.parametrize("path", [SINGLE, BATCH], ids=["single", "batch"])
def test_a_wrong_parameter_is_refused_by_name(path: str, changes: dict[str, Any], status: int, text: str) -> None:
    # GIVEN a request with one wrong parameter
    world = World()
    before = world.dynamodb.snapshot()
    request = single(**changes) if path == SINGLE else batch(emails("user1"), **changes)
    # WHEN it is sent
    reply = world.send(path, request, JSON)
    # THEN the error tells which one and why, and nothing is written
    assert (reply.status, reply.json()) == (status, {"error": status, "error_text": text})
    assert world.dynamodb.snapshot() == before


@pytest.mark.parametrize("number", ["1e400", "-1e400"])
def test_a_program_id_beyond_all_numbers_is_refused(number: str) -> None:
    # GIVEN a number that JSON allows and no machine holds
    world = World()
    # WHEN it is sent
    reply = world.send(SINGLE, f'{{"token":"abc123def456","matching":"email","loyalty_program_id":{number}}}')
    # THEN it is refused
    assert (reply.status, reply.json()["error_text"]) == (400, f"{PROGRAM}a number out of range")


@pytest.mark.parametrize("program", ["123", " 123 ", "0123"])
def test_digits_in_a_string_are_a_program_id(program: str) -> None:
    assert World().send(BATCH, batch(emails("user1"), loyalty_program_id=program)).status == 200


@pytest.mark.parametrize(("data", "text"), LISTS.values(), ids=LISTS)
def test_a_batch_without_a_list_is_refused(data: Any, text: str) -> None:
    # GIVEN a batch whose data is no list with something in it
    world = World()
    before = world.dynamodb.snapshot()
    # WHEN it is sent
    reply = world.send(BATCH, batch(data), JSON)
    # THEN the error says what is wrong with it, and nothing is written
    assert (reply.status, reply.json()) == (400, {"error": 400, "error_text": text})
    assert world.dynamodb.snapshot() == before


@pytest.mark.parametrize(("data", "text"), XML_LISTS.values(), ids=XML_LISTS)
def test_an_xml_batch_without_a_list_is_refused(data: str, text: str) -> None:
    # GIVEN XML whose data holds nothing
    world = World()
    before = world.dynamodb.snapshot()
    # WHEN it is sent
    reply = world.send(BATCH, as_xml(batch("")).replace("<data></data>", data), XML)
    # THEN the error says what is wrong with it, and nothing is written
    assert (reply.status, reply.body) == (400, f"<xml><error>400</error><error_text>{text}</error_text></xml>")
    assert world.dynamodb.snapshot() == before


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("matching", "a&b", f'{MATCHING}"a&amp;b"'),
        ("matching", "", "matching is required"),
        ("matching", "<b/>", f'{MATCHING}"&lt;b/&gt;"'),
        ("loyalty_program_id", "1.5", f'{PROGRAM}"1.5"'),
        ("loyalty_program_id", "1e400", f'{PROGRAM}"1e400"'),
        ("loyalty_program_id", str(2**70), f'{PROGRAM}"1180591620717411303424"'),
        ("loyalty_program_id", "true", f'{PROGRAM}"true"'),
        ("loyalty_program_id", "", "loyalty_program_id is required"),
        ("loyalty_program_id", "999", "Loyalty program not found"),
    ],
)
def test_a_wrong_parameter_in_xml_is_refused_in_xml(field: str, value: str, text: str) -> None:
    # GIVEN XML with one wrong parameter
    reply = World().send(SINGLE, as_xml(single(**{field: value})), XML)
    # THEN the error is XML, escaped
    status = 404 if value == "999" else 400
    assert (reply.status, reply.body) == (status, f"<xml><error>{status}</error><error_text>{text}</error_text></xml>")


def test_an_element_where_text_belongs_is_refused_in_xml() -> None:
    # GIVEN XML with elements inside a parameter
    request = as_xml(single()).replace("<matching>email</matching>", "<matching><a>email</a></matching>")
    # WHEN it is sent
    reply = World().send(SINGLE, request, XML)
    # THEN the parameter is refused
    assert (reply.status, f"{MATCHING}an object" in reply.body) == (400, True)
