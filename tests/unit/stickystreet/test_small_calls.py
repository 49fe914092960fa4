"""account_info, generate_card_number, manage_fields and transaction_fields."""

from urllib.parse import urlencode

import pytest

from loyalty.domain.account import Business
from loyalty.store.tables import accounts
from tests.fakes.importing import CREDENTIALS, ImportWorld, refusal
from tests.unit.stickystreet.reading import ask
from tools import demo

BUSINESS = {
    "account_id": "greatwidgets",
    "biz_name": "Great Widgets",
    "language": "EN",
    "symbol": "USD",
    "glyph": "$",
    "created": "2025-01-05",
}
FIELD = {"field": "custom_field_1", "name": "user_id", "label": "User ID", "match": "yes"}


def test_the_account_is_told_as_the_sample_has_it() -> None:
    world = ImportWorld()
    assert ask(world, "account_info") == {"status": "success", "account": BUSINESS}
    inner = "".join(f"<{name}>{text}</{name}>" for name, text in BUSINESS.items())
    reply = world.post(urlencode({**CREDENTIALS, "type": "account_info"}))
    assert reply.body == f'<response status="success"><account>{inner}</account></response>'


def test_what_nobody_set_is_blank() -> None:
    world = ImportWorld()
    accounts.put_account(world.database, demo.ACCOUNT._replace(business=Business()))
    told = ask(world, "account_info")["account"]
    assert told == dict.fromkeys(BUSINESS, "") | {"account_id": "greatwidgets"}


@pytest.mark.parametrize(
    ("form", "digits", "prefix", "suffix"),
    [
        ({}, 16, "", ""),
        ({"how_many_digits": "4"}, 4, "", ""),
        ({"how_many_digits": "19"}, 19, "", ""),
        ({"how_many_digits": "10", "card_number_prefix": "12", "card_number_suffix": "90"}, 10, "12", "90"),
        ({"card_number_suffix": "55"}, 16, "", "55"),
    ],
)
def test_a_number_is_drawn_of_as_many_digits_between_its_ends(
    form: dict[str, str], digits: int, prefix: str, suffix: str
) -> None:
    # GIVEN, WHEN two numbers are asked for
    world = ImportWorld()
    before = world.dynamodb.snapshot()
    drawn = [world.send({**CREDENTIALS, "type": "generate_card_number", **form}) for _ in range(2)]
    # THEN both are of that form, and nothing is kept of them
    for answer in drawn:
        number = answer["customer"]["card_number"]
        assert answer == {"status": "success", "customer": {"card_number": number}}
        assert (len(number), number.isdigit()) == (digits, True)
        assert number.startswith(prefix)
        assert number.endswith(suffix)
    assert digits == 4 or drawn[0] != drawn[1]
    assert world.dynamodb.snapshot() == before


def test_a_number_that_somebody_has_is_not_drawn() -> None:
    # GIVEN all cards but one of those between these ends
    world = ImportWorld()
    ends = {"how_many_digits": "4", "card_number_prefix": "1", "card_number_suffix": "99"}
    world.rows("card_number", *(f"1{digit}99" for digit in range(10) if digit != 7))
    # WHEN numbers are asked for
    drawn = [world.send({**CREDENTIALS, "type": "generate_card_number", **ends}) for _ in range(20)]
    # THEN each that is told is the free one
    told = [answer["customer"]["card_number"] for answer in drawn if answer["status"] == "success"]
    assert set(told) == {"1799"}
    # AND once that is taken too, it is told that there is none
    world.rows("card_number", "1799")
    answer = world.send({**CREDENTIALS, "type": "generate_card_number", **ends})
    assert answer == refusal("No free card number was found: ask for more digits")


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ({"how_many_digits": "3"}, 'how_many_digits must be a number of digits, 4 to 19; it is "3"'),
        ({"how_many_digits": "20"}, 'how_many_digits must be a number of digits, 4 to 19; it is "20"'),
        ({"how_many_digits": "x"}, 'how_many_digits must be a number of digits, 4 to 19; it is "x"'),
        (
            {"how_many_digits": "4", "card_number_prefix": "12", "card_number_suffix": "34"},
            "card_number_prefix and card_number_suffix leave no digit of 4 to generate",
        ),
    ],
)
def test_a_form_of_card_that_there_is_not_is_refused(form: dict[str, str], text: str) -> None:
    assert ask(ImportWorld(), "generate_card_number", **form) == refusal(text)


def test_drawing_cards_takes_the_right_to_import() -> None:
    world = ImportWorld()
    reader = world.grant("reader", "key", "read")
    assert ask(world, "generate_card_number", **reader) == refusal("This user has no right to import customers")


def test_a_panels_first_calls_are_answered() -> None:
    world = ImportWorld()
    assert ask(world, "manage_fields", action="list") == {"status": "success", "fields": [FIELD]}
    assert ask(world, "transaction_fields", action="List") == {"status": "success", "fields": []}


@pytest.mark.parametrize("kind", ["manage_fields", "transaction_fields"])
@pytest.mark.parametrize("action", ["", "add"])
def test_fields_are_not_set_here(kind: str, action: str) -> None:
    text = f'action must be list, since fields are set by the operator; it is "{action}"'
    assert ask(ImportWorld(), kind, action=action) == refusal(text)


@pytest.mark.parametrize("rights", [["read"], ["import"]])
@pytest.mark.parametrize("kind", ["customer_fields_list", "manage_fields", "transaction_fields"])
def test_fields_are_told_to_who_reads_and_to_who_imports(kind: str, rights: list[str]) -> None:
    world = ImportWorld()
    caller = world.grant("caller", "key", *rights)
    assert ask(world, kind, action="list", **caller)["status"] == "success"
    other = world.grant("other", "key", "enrol")
    assert ask(world, kind, action="list", **other) == refusal("This user has no right to import customers")
