"""`loyalty program put` and `account create` tell what the APIs that read tell of programs and of the business."""

import pytest

from loyalty.domain.account import Product, ProgramSettings, Reward
from loyalty.store.tables import accounts
from tests.fakes.operator import Desk

MONEY = ("--currency", "EUR", "--glyph", "€", "--points-ratio", "1.5", "--reward-ratio", "15")
REWARDS = ("--reward", "356:1000:Free Widget: the large one", "--reward", "417:1500.5:Free Service")
CREATED = "1970-01-01T00:16:40Z"


def settings(desk: Desk, program: str) -> ProgramSettings:
    found = accounts.find_program(desk.system.database(), "greatwidgets", program)
    assert found
    return found.settings


def test_what_is_told_of_a_program_is_stored_and_stays_until_it_is_told_otherwise(desk: Desk) -> None:
    # GIVEN a new program with all that can be told
    put = ("program", "put", "greatwidgets", "777")
    made = desk.json(*put, *MONEY, *REWARDS, "--points-name", "stars", "--points-name", "moons")
    # THEN it is shown and stored
    rewards = (Reward("356", "1000", "Free Widget: the large one"), Reward("417", "1500.5", "Free Service"))
    told = ProgramSettings("EUR", "€", ("stars", "moons"), "1.5", "15", None, rewards, (), CREATED)
    assert settings(desk, "777") == told
    assert made["rewards"] == [one._asdict() for one in rewards]
    # WHEN one thing is changed, and one taken back
    desk.json(*put, "--glyph", "E", "--reward-ratio", "", "--name", "New")
    # THEN the rest stays
    assert settings(desk, "777") == told._replace(glyph="E", reward_ratio=None)


def test_products_and_what_an_event_earns_are_told_of_their_kinds(desk: Desk) -> None:
    desk.json("program", "put", "greatwidgets", "p", "--kind", "product", "--product", "45678:Coffee")
    desk.json("program", "put", "greatwidgets", "d", "--kind", "dollars", "--earned-per-event", "5.00")
    assert settings(desk, "p").products == (Product("45678", "Coffee"),)
    assert settings(desk, "d").earned_per_event == "5.00"


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (("--points-ratio", "many"), "--points-ratio must be a number such as 1.5; it is 'many'"),
        (("--reward-ratio", "-1"), "--reward-ratio must be a number such as 1.5; it is '-1'"),
        (("--earned-per-event", "1,5"), "--earned-per-event must be a number such as 1.5; it is '1,5'"),
        (("--currency", "x" * 257), "--currency has at most 256 characters"),
        (("--reward", "356:Free"), "The reward '356:Free' is not ID:LEVEL:DESCRIPTION, such as 356:1000:Free Widget"),
        (("--reward", "356:many:Free"), "The reward '356:many:Free' is not ID:LEVEL:DESCRIPTION"),
        (("--product", "Coffee"), "The product 'Coffee' is not ID:NAME, such as 45678:Coffee"),
    ],
)
def test_what_can_not_be_told_is_refused_and_nothing_changes(desk: Desk, options: tuple[str, str], text: str) -> None:
    before = settings(desk, "123")
    done = desk.run("program", "put", "greatwidgets", "123", *options)
    assert (done.exit_code, text in done.err) == (1, True), done.err
    assert settings(desk, "123") == before


def test_a_new_account_tells_of_its_business(desk: Desk) -> None:
    told = ("--business", "Acme", "--language", "EN", "--currency", "USD", "--glyph", "$")
    made = desk.json("account", "create", "acme", *told)
    business = {"name": "Acme", "language": "EN", "currency": "USD", "glyph": "$", "created_on": "1970-01-01"}
    assert made["business"] == business
    assert desk.json("account", "show", "acme")["business"] == business
