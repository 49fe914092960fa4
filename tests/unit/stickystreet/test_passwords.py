"""type=validate_customer_password: whether a password is a customer's, and how guessing is stopped."""

import hashlib
from typing import Any

import pytest

from loyalty.domain import passwords
from tests.fakes.importing import CREDENTIALS, ImportWorld, refusal
from tests.fakes.log import captured_log
from tests.unit.stickystreet.reading import ask

HEADERS = "code card_number customer_username phone customer_password customer_PIN"
NO_MATCH = refusal("Customer and password do not match")
RIGHT = {"code": "A", "customer_password": "hunter2"}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> ImportWorld:
    """Ann with a password and a PIN, Bob with none; hashes of little work, for the sake of the tests' own time."""
    monkeypatch.setattr(passwords, "_LOG_N", 4)
    monkeypatch.setattr(passwords, "_DECOY", passwords._DECOY.replace("scrypt$14$", "scrypt$4$"))
    world = ImportWorld()
    world.rows(HEADERS, "A|card|ann|+491234567890|hunter2|4711", "B|card-b|bob|555-5555||")
    return world


def validate(world: ImportWorld, **form: str) -> object:
    return world.send({**CREDENTIALS, "type": "validate_customer_password", **form})


def test_a_right_password_is_told_as_the_sample_has_it(world: ImportWorld) -> None:
    assert ask(world, "validate_customer_password", **RIGHT) == {"status": "success"}


@pytest.mark.parametrize(
    "form",
    [
        RIGHT,
        {"card_number": "card", "customer_PIN": "4711"},
        {"customer_username": "ann", "customer_password": "hunter2", "customer_PIN": "4711"},
        {"code": "A", "card_number": "card", "customer_username": "ann", "customer_password": "hunter2"},
        RIGHT | {"phone": "0049 1234 567890"},
        RIGHT | {"user_password": "ignored"},
    ],
)
def test_all_that_is_given_and_right_matches(world: ImportWorld, form: dict[str, str]) -> None:
    assert validate(world, **form) == {"status": "success"}


@pytest.mark.parametrize(
    "form",
    [
        RIGHT | {"customer_password": "wrong"},
        RIGHT | {"customer_PIN": "0000"},
        RIGHT | {"customer_password": "hunter2 x"},
        {"code": "A", "customer_PIN": "hunter2"},
        RIGHT | {"card_number": "card-b"},
        RIGHT | {"card_number": "unknown"},
        RIGHT | {"phone": "+491234567891"},
        {"code": "404", "customer_password": "hunter2"},
        {"code": "#N/A", "customer_password": "hunter2"},
        {"code": "x" * 257, "customer_password": "hunter2"},
        {"customer_username": "x" * 60_000, "customer_password": "hunter2"},
        {"code": "B", "customer_password": ""} | {"customer_PIN": "x"},
    ],
)
def test_whatever_does_not_match_is_told_alike(world: ImportWorld, form: dict[str, str]) -> None:
    assert validate(world, **form) == NO_MATCH


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ({}, "code, card_number or customer_username is required"),
        ({"phone": "1", "customer_PIN": "1"}, "code, card_number or customer_username is required"),
        ({"code": "A"}, "customer_password or customer_PIN is required"),
        ({"code": "A", "customer_password": " "}, "customer_password or customer_PIN is required"),
    ],
)
def test_what_is_missing_is_named(world: ImportWorld, form: dict[str, str], text: str) -> None:
    assert validate(world, **form) == refusal(text)


@pytest.mark.parametrize("code", ["A", "404"])
def test_after_ten_misses_a_customer_is_refused_for_the_minute_known_or_not(world: ImportWorld, code: str) -> None:
    # GIVEN ten wrong passwords, each told as that
    form = {"code": code, "customer_password": "wrong"}
    assert [validate(world, **form) for _ in range(10)] == [NO_MATCH] * 10
    # WHEN more come, a right one among them
    refused = [validate(world, **form), validate(world, **form | {"customer_password": "hunter2"})]
    # THEN they are refused
    seconds = 60 - int(world.database.now()) % 60
    text = f"Too many wrong passwords of this customer, try again in {seconds} s"
    assert refused == [refusal(text)] * 2
    # AND others, and the minute after it, are not affected
    assert validate(world, code="B", customer_password="x") == NO_MATCH
    world.clock.sleep(60)
    told = {"status": "success"} if code == "A" else NO_MATCH
    assert validate(world, **RIGHT | {"code": code}) == told


def test_right_passwords_are_never_too_many(world: ImportWorld) -> None:
    assert [validate(world, **RIGHT) for _ in range(25)] == [{"status": "success"}] * 25


def test_misses_under_several_names_are_those_of_one_customer(world: ImportWorld) -> None:
    names = [{"code": "A"}, {"card_number": "card"}, {"customer_username": "ann"}]
    told = [validate(world, **names[number % 3], customer_password="wrong") for number in range(11)]
    assert told[:10] == [NO_MATCH] * 10
    assert "Too many" in str(told[10])


def test_as_much_is_read_and_computed_for_nobody_as_for_anybody(
    world: ImportWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN the calls and hashes that a wrong password of each kind of customer takes
    computed: list[int] = []
    scrypt = hashlib.scrypt

    def counted(*arguments: Any, **named: Any) -> bytes:
        computed.append(1)
        return scrypt(*arguments, **named)

    monkeypatch.setattr(hashlib, "scrypt", counted)
    work = []
    for code in ("A", "B", "404", "x" * 3_000):
        world.dynamodb.calls.clear()
        computed.clear()
        assert validate(world, code=code, customer_password="wrong") == NO_MATCH
        work.append((world.actions(), len(computed)))
    # THEN they are the same
    assert work == [work[0]] * 4
    assert work[0][1] == 1


def test_a_guess_is_in_no_log_line_and_in_no_table(world: ImportWorld) -> None:
    with captured_log() as log:
        validate(world, **RIGHT | {"customer_password": "secret-guess"})
    assert "secret-guess" not in log.text + str(world.dynamodb.tables)
