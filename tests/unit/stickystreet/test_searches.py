"""customer_search and customer_find: by identifiers, with further words that choose; never a scan."""

from functools import cache
from typing import Any

import pytest

from tests.fakes.importing import ImportWorld, refusal
from tests.fakes.items import Item, Key
from tests.unit.stickystreet.reading import ask

HEADERS = "code card_number customer_username email phone first_name last_name city user_id customer_password"
ANN = "A|5501928374|ann|ann@example.com|+491234567890|Ann|Lee|Ulm|u-1|hunter2"
BOB = "B|6601928374|bob|bob@example.com|555-5555|Bob|Lee|Bern|u-2|hunter2"
NEEDS = "Search needs card_number, code, phone, email, customer_username or a match field"
NO_MATCH = {"status": "no_match"}


def world_with_two() -> ImportWorld:
    world = ImportWorld()
    world.dynamodb.tables.update({table: dict(items) for table, items in tables_with_two().items()})
    return world


@cache
def tables_with_two() -> dict[str, dict[Key, Item]]:
    """What the store holds once both are imported; to make their passwords' hashes takes long."""
    world = ImportWorld()
    assert world.rows(HEADERS, ANN, BOB)["customers"] == {"new": 2, "updated": 0}
    return world.dynamodb.snapshot()


def codes(answer: Any) -> list[str]:
    assert answer["status"] in ("success", "no_match")
    return [one["code"] for one in answer.get("customers", [])]


@pytest.mark.parametrize(
    ("form", "found"),
    [
        ({"code": "A"}, ["A"]),
        ({"card_number": "5501928374"}, ["A"]),
        ({"customer_username": "bob"}, ["B"]),
        ({"email": "ANN@example.com"}, ["A"]),
        ({"phone": "0049 1234 567890"}, ["A"]),
        ({"custom_field_1": "u-2"}, ["B"]),
        ({"custom_field": "u-2"}, ["B"]),
        ({"email": "ann@example.com", "first_name": "an", "city": "UL"}, ["A"]),
        ({"email": "ann@example.com", "city": "Bern"}, []),
        ({"email": "ann@example.com", "code": "B"}, []),
        ({"email": "ann@example.com", "code": "unknown"}, []),
        ({"email": "ann@example", "code": "A"}, ["A"]),
        ({"code": "404"}, []),
        ({"code": "A", "customer_password": "wrong", "customer_PIN": "1"}, ["A"]),
        ({"code": "A", "first_name": "ann", "exact_match": "insensitive"}, ["A"]),
        ({"code": "A", "first_name": "ann", "exact_match": "sensitive"}, []),
        ({"code": "A", "first_name": "An", "exact_match": "Sensitive"}, []),
        ({"code": "A", "first_name": "Ann", "exact_match": "sensitive"}, ["A"]),
    ],
)
def test_an_identifier_finds_and_the_other_fields_choose(form: dict[str, str], found: list[str]) -> None:
    answer = ask(world_with_two(), "customer_search", **form)
    assert codes(answer) == found
    assert found or answer == NO_MATCH


@pytest.mark.parametrize("kind", ["customer_find", "find_customer"])
@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("5501928374, bob@example.com", ["A", "B"]),
        ("bob@example.com,A", ["B", "A"]),
        ("A ulm", ["A"]),
        ("ulm A", ["A"]),
        ("A bern", []),
        ("A bern, B bern", ["B"]),
        ("A, A, ann@example.com", ["A"]),
        ("+49 1234567890", ["A"]),
        ("Lee", []),
        ("nobody@example.com", []),
        ("A scrypt", []),
    ],
)
def test_words_are_joined_by_blanks_and_parted_by_commas(kind: str, words: str, found: list[str]) -> None:
    answer = ask(world_with_two(), kind, find_customer=words)
    assert codes(answer) == found
    assert found or answer == NO_MATCH


def test_what_is_found_is_told_as_customer_info_does_with_campaigns_where_they_are_asked_for() -> None:
    # GIVEN a customer, as customer_info tells it
    world = world_with_two()
    told = ask(world, "customer_info", code="A")
    # THEN a search tells the same, and its campaigns where it is asked to
    assert ask(world, "customer_search", code="A") == {"status": "success", "customers": [told["customer"]]}
    whole = told["customer"] | {"campaigns": told["campaigns"]}
    for kind, form in (("customer_search", {"code": "A"}), ("customer_find", {"find_customer": "A"})):
        answer = ask(world, kind, include_balances="Y", **form)
        assert answer == {"status": "success", "customers": [whole]}
    # AND the reply that nobody was found is empty in XML
    assert ask(world, "customer_search", code="404") == NO_MATCH


REFUSED = {
    "no identifier": ("customer_search", {"first_name": "Ann"}, NEEDS),
    "nothing": ("customer_search", {}, NEEDS),
    "a broken one": (
        "customer_search",
        {"email": "ann@"},
        'email must be an e-mail address of at most 254 characters; it is "ann@"',
    ),
    "a phone that is not international": (
        "customer_search",
        {"phone": "555-5555", "last_name": "Lee"},
        'phone must be a phone number in international format; it is "555-5555"',
    ),
    "a match field in the place of a value": (
        "customer_search",
        {"custom_field": "#N/A"},
        'custom_field "#N/A" stands for a value that is missing',
    ),
    "exact": (
        "customer_search",
        {"code": "A", "exact_match": "yes"},
        'exact_match must be sensitive or insensitive; it is "yes"',
    ),
    "balances": (
        "customer_search",
        {"code": "A", "include_balances": "2"},
        'include_balances must be Y or N; it is "2"',
    ),
    "no words": ("customer_find", {"find_customer": " , "}, "find_customer is required"),
    "no parameter": ("customer_find", {}, "find_customer is required"),
    "too many": ("customer_find", {"find_customer": "x " * 21}, "find_customer may have at most 20 words"),
    "exact find": (
        "customer_find",
        {"find_customer": "A", "exact_match": "yes"},
        'exact_match must be sensitive or insensitive; it is "yes"',
    ),
}


@pytest.mark.parametrize(("kind", "form", "text"), REFUSED.values(), ids=REFUSED)
def test_a_search_that_is_wrong_is_refused(kind: str, form: dict[str, str], text: str) -> None:
    assert ask(world_with_two(), kind, **form) == refusal(text)


def test_at_most_twenty_customers_are_told() -> None:
    # GIVEN customers enough for a search of twenty words, which may be in two fields each
    world = ImportWorld()
    world.rows("customer_username code", *[f"u{number}|{number}" for number in range(30)])
    world.rows("code customer_username", *[f"{number}x|{number}" for number in range(30)])
    # WHEN all of the words are asked for
    words = ",".join(map(str, range(20)))
    # THEN twenty of the forty that they find are told
    assert len(codes(ask(world, "customer_find", find_customer=words, exact_match="insensitive"))) == 20


def test_a_search_reads_keys_only() -> None:
    world = world_with_two()
    world.dynamodb.calls.clear()
    ask(world, "customer_find", find_customer="Lee, nobody@example.com A")
    ask(world, "customer_search", code="A", city="Ulm")
    assert {call.action for call in world.dynamodb.calls} == {"get_item", "batch_get_item"}
