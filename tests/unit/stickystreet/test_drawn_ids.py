"""Codes, card numbers and customer_ids: drawn where a row brings none, and never twice."""

import re

import pytest

from loyalty.domain.cards import Cards
from loyalty.operations.import_customers import ids as import_ids
from tests.fakes.draws import plan_cards
from tests.fakes.importing import ACCOUNT_ID, ImportWorld


def test_codes_and_cards_that_rows_lack_are_drawn_stored_and_answered() -> None:
    # GIVEN a customer without a card
    world = ImportWorld()
    world.rows("code", "A")
    # WHEN rows come without card, without code, and with both, and cards are to be drawn
    batch = world.rows(
        "code card_number email",
        "A||",
        "||n@example.com",
        "C|card|",
        card_number_generate="19",
    )
    # THEN the answer names what was drawn, and the stored customers have it
    first, second = batch["rows"]
    assert (first.keys(), second.keys()) == (
        {"number", "card_number"},
        {"number", "code", "card_number"},
    )
    assert all(re.fullmatch("[1-9][0-9]{18}", row["card_number"]) for row in batch["rows"])
    assert re.fullmatch("[1-9][0-9]{15}", second["code"])
    found = world.customer("email", "n@example.com")
    assert (found["code"]["S"], found["card_number"]["S"]) == (
        second["code"],
        second["card_number"],
    )
    assert world.customer("card_number", first["card_number"]) == world.customer("code", "A")


@pytest.mark.parametrize("overwrite", ["yes", "update"])
def test_a_card_that_was_drawn_stays_when_the_import_is_repeated(
    overwrite: str,
) -> None:
    # GIVEN a customer with a drawn card
    world = ImportWorld()
    changes = {"card_number_generate": "8", "overwrite_duplicates": overwrite}
    world.rows("email", "n@example.com", **changes)
    before = world.items("customers")
    # WHEN the same import comes again
    batch = world.rows("email", "n@example.com", **changes)
    # THEN nothing is drawn, and nothing changes
    assert batch["rows"] == [{"number": 1, "code": batch["rows"][0]["code"]}]
    assert world.items("customers") == before


def test_drawn_cards_avoid_those_that_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN draws that hit the one card of four digits that is taken, then one twice
    world = ImportWorld()
    world.rows("code card_number", "A|1000")
    plan_cards(monkeypatch, [1000, 1002], [1001], [1001, 1003])
    # WHEN cards are generated
    batch = world.rows("code", "B", "C", "D", card_number_generate="4")
    # THEN each is another
    assert batch["customers"] == {"new": 3, "updated": 0}
    assert [row["card_number"] for row in batch["rows"]] == ["1002", "1001", "1003"]


def test_a_card_that_was_drawn_anew_is_answered_for_a_customer_of_before(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a customer without a card, and two draws that hit taken cards
    world = ImportWorld()
    world.rows("code card_number", "A|1000", "B|1001", "C|")
    plan_cards(monkeypatch, [1000, 1001, 1002])
    # WHEN it is to get one
    batch = world.rows("code", "C", card_number_generate="4")
    # THEN the answer names it
    assert batch["rows"] == [{"number": 1, "card_number": "1002"}]
    assert world.customer("card_number", "1002") == world.customer("code", "C")


def test_a_row_for_which_no_card_is_free_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN draws that only ever hit a taken card
    world = ImportWorld()
    world.rows("code card_number", "A|1000")
    plan_cards(monkeypatch, [1000])
    # WHEN a card is to be generated
    batch = world.rows("code", "B", card_number_generate="4")
    # THEN the row fails
    assert batch["customers"] == {"new": 0, "updated": 0, "failed": 1}
    assert batch["rows"] == [{"number": 1, "error": "No free card number of 4 digits was found"}]


def test_customer_ids_pass_those_that_were_brought_along() -> None:
    # GIVEN a user who may bring ids
    world = ImportWorld()
    migrant = world.grant("migrant", "key", "import", "migrate")
    # WHEN customers come with ids of their own, one where ours begin, and one comes without
    lines = ("A|old-1|77", "B||1000000002", "C||")
    batch = world.rows("code profile_id customer_id", *lines, **migrant)
    # THEN theirs are kept, and ours begin beyond
    assert batch["customers"] == {"new": 3, "updated": 0}
    ids = [world.customer("code", code) for code in "ABC"]
    assert [one["customer_id"]["N"] for one in ids] == [
        "77",
        "1000000002",
        "1000000005",
    ]
    assert ids[0]["profile_id"] == {"S": "old-1"}
    # AND they find their customers again, who can't change them
    lines = ("old-1||Ann", "|1000000002|Bob", "A|other||")
    batch = world.rows("profile_id customer_id first_name", *lines[:2], **migrant)
    assert batch["customers"] == {"new": 0, "updated": 2}
    batch = world.rows("code profile_id", "A|other", **migrant)
    assert batch["rows"] == [
        {
            "number": 1,
            "error": "profile_id \"other\" is not the customer's, which can't be changed",
        }
    ]


def test_a_drawn_customer_id_that_somebody_brought_meanwhile_is_drawn_again() -> None:
    # GIVEN the id that the counter gives next, brought by hand
    world = ImportWorld()
    reference = {"profile_id": {"S": "by-hand"}, "customer_id": {"N": "1000000000"}}
    key = f"{ACCOUNT_ID}#customer_id#1000000000"
    world.dynamodb.tables["customers"][(key,)] = {"pk": {"S": key}, **reference}
    # WHEN a customer is imported
    batch = world.rows("code", "A")
    # THEN it has the next
    assert batch["customers"] == {"new": 1, "updated": 0}
    found = world.customer("code", "A")
    assert found["customer_id"] == {"N": "1000000001"}


@pytest.mark.parametrize("digits", [4, 8, 16, 19])
def test_drawn_numbers_are_spread_over_all_that_have_so_many_digits(digits: int) -> None:
    # GIVEN two hundred numbers that rows of one import draw
    drawn = [import_ids._card(f"job#{row}", 0, Cards(digits)) for row in range(200)]
    # THEN each has that many digits
    assert {len(number) for number in drawn} == {digits}
    # AND they begin with every digit but 0, and end with every one
    assert {number[0] for number in drawn} == set("123456789")
    assert {number[-1] for number in drawn} == set("0123456789")
