"""The policies of an import: which rows are done, whom they are about, what they blank, and which code they give."""

from collections.abc import Callable
from typing import Any

import pytest

from loyalty.domain.deadline import LONGEST_CALL_SECONDS
from loyalty.domain.outcome import NOT_FOUND, Origin, Outcome, Status
from loyalty.operations.import_customers import operation as import_customers
from loyalty.operations.import_customers.items import KIND, Codes, Only, Overwrite, Params, Row
from tests.fakes.faults import Answer, Fault, refused, timed_out_after, timed_out_before
from tests.fakes.importing import ImportWorld
from tools import demo

NOW = "2026-01-01T00:00:00Z"
NOBODY = "nobody@example.com"
SECONDS = 20
USER_1 = demo.profile_id(1)


def params(**changes: Any) -> Params:
    """How rows are imported that edit."""
    return Params((), Overwrite.UPDATE, NOW)._replace(**changes)


def apply(world: ImportWorld, asked: Params, *rows: Row, request: str = "request") -> list[Outcome]:
    """Import rows as a request that is no job."""
    prepared = import_customers.prepare(world.database, demo.ACCOUNT, asked)
    return import_customers.apply(world.database, prepared, rows, Origin(request, is_job=False))


def by(kind: str, text: str, **fields: str) -> Row:
    """A row about whom this identifier finds."""
    return Row(fields, by=((kind, text),))


@pytest.mark.parametrize(
    ("only", "row", "expected"),
    [
        (Only.NEW, by("email", "user1@example.com", first_name="Ann"), Outcome(Status.EXISTS, USER_1)),
        (Only.STRANGERS, Row({"email": NOBODY, "phone": "+12025550101"}, by=()), Outcome(Status.EXISTS, USER_1)),
        (Only.KNOWN, by("email", NOBODY, email=NOBODY), NOT_FOUND),
        (Only.KNOWN, by("profile_id", "nobody", first_name="Ann"), NOT_FOUND),
    ],
)
def test_rows_that_are_not_to_be_done_say_so_and_write_nothing(only: Only, row: Row, expected: Outcome) -> None:
    # GIVEN the demo's customers
    world = ImportWorld()
    before = world.dynamodb.snapshot()
    # WHEN a row is not one of those that are done
    outcomes = apply(world, params(only=only, campaigns=("898989889",)), row)
    # THEN it tells whom it meets
    assert outcomes == [expected]
    # AND nothing is written, not even the counter
    assert world.dynamodb.snapshot() == before


@pytest.mark.parametrize("only", [Only.NEW, Only.STRANGERS, Only.UNREGISTERED, None])
def test_a_row_that_meets_nobody_makes_a_customer_with_its_memberships(only: Only | None) -> None:
    # WHEN a row with a credit meets nobody
    world = ImportWorld()
    row = Row({"email": NOBODY}, auto_add="5", by=())
    (outcome,) = apply(world, params(only=only, campaigns=("898989889", "13234545")), row)
    # THEN its customer is a member of each campaign, with the credit in the first
    assert outcome.status is Status.CREATED
    (made,) = [one for one in world.customers() if one["fields"].get("email") == NOBODY]
    assert made["memberships"] == {"898989889": {"S": "5"}, "13234545": None}


def test_a_customer_is_registered_once() -> None:
    # GIVEN a customer who was imported
    world = ImportWorld()
    world.rows("code first_name", "A|Ann")
    register = params(only=Only.UNREGISTERED, campaigns=("13234545",))
    # WHEN it registers, with another name, and again
    first = apply(world, register, by("code", "A", code="A", first_name="Anna"), request="one")
    again = apply(world, register, by("code", "A", code="A", first_name="Other"), request="two")
    # THEN it is changed and registered the first time, and stays so the second
    found = world.customer("code", "A")
    assert [one.status for one in (*first, *again)] == [Status.UPDATED, Status.EXISTS]
    assert (found["first_name"], found["registered"]) == ({"S": "Anna"}, {"S": "Y"})
    # AND neither an import that overwrites all of it, nor one that blanks it, takes that away
    world.rows("code last_name", "A|Aa", overwrite_duplicates="yes")
    apply(world, params(), Row({"code": "A"}, blank=("registered", "last_name")), request="three")
    assert world.customer("code", "A")["registered"] == {"S": "Y"}


def test_a_row_that_is_registered_twice_under_one_request_is_registered_once() -> None:
    # GIVEN a registration whose answer was lost
    world = ImportWorld()
    register = params(only=Only.UNREGISTERED, campaigns=("13234545",))
    row = Row({"email": NOBODY}, by=())
    (first,) = apply(world, register, row)
    before = world.dynamodb.snapshot()
    # WHEN it is resumed as a job under the same id
    prepared = import_customers.prepare(world.database, demo.ACCOUNT, register)
    resumed = Origin("request", redelivered=True, resumed=True)
    # THEN it is told as it was, and nothing is written
    assert import_customers.apply(world.database, prepared, [row], resumed) == [first]
    assert world.dynamodb.snapshot() == before | {"jobs": {}}
    # AND where it can't be done again nobody says that it was not written
    settled = import_customers.settle(world.database, demo.ACCOUNT, register, [row], resumed)
    assert [one.status for one in settled] == [Status.UNKNOWN]


def test_fields_that_are_given_blank_are_blanked_and_others_stay() -> None:
    # GIVEN a customer
    world = ImportWorld()
    world.rows("code card_number email first_name last_name", "A|1|a@example.com|Ann|Aa")
    # WHEN some fields are blanked, its code among them, and one is changed
    row = Row({"code": "A", "last_name": "Bb"}, blank=("card_number", "email", "code", "phone"))
    (outcome,) = apply(world, params(), row)
    # THEN those are gone, and so is what they were found by; the code stays
    assert outcome.status is Status.UPDATED
    (found,) = [one for one in world.customers() if one["fields"].get("code") == "A"]
    assert found["fields"] == {"code": "A", "first_name": "Ann", "last_name": "Bb"}
    assert found["found_by"] == ["code#A"]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (Row({"email": "user1@example.com", "first_name": "Ann"}, by=()), Status.CREATED),
        (by("phone", "+12025550101", email="user2@example.com"), Status.UPDATED),
        (by("profile_id", USER_1, email=NOBODY), Status.UPDATED),
        (by("custom_field_1", "123457", custom_field_1="123999"), Status.UPDATED),
        (by("email", "user1@example.com", email=NOBODY, code="B"), Status.UPDATED),
    ],
)
def test_the_identifier_that_a_row_names_decides_alone(row: Row, expected: Status) -> None:
    # WHEN a row names what it is matched by, and gives others of somebody else, or new ones
    world = ImportWorld()
    (outcome,) = apply(world, params(), row)
    # THEN it is about whom that finds, and nobody else
    assert outcome.status is expected
    assert (outcome.profile_id == USER_1) is (expected is Status.UPDATED)
    world.customers()  # each is found by what its item says


def test_a_unique_field_of_another_is_refused_by_name() -> None:
    world = ImportWorld()
    (outcome,) = apply(world, params(), by("email", "user1@example.com", custom_field_1="123458"))
    reason = 'custom_field_1 "123458" belongs to another customer'
    assert outcome == Outcome(Status.INVALID, reason=reason, values={"taken": "custom_field_1"})


@pytest.mark.parametrize(
    ("codes", "row", "code"),
    [
        (Codes.CARD_NUMBER, Row({"card_number": "77"}, by=()), "77"),
        (Codes.CARD_NUMBER, Row({"card_number": "77", "code": "B"}, by=()), "B"),
        (Codes.ANOTHER, Row({"card_number": "77", "code": "B"}, by=()), "B"),
        (Codes.ANOTHER, Row({"card_number": "77"}, by=()), None),
        (None, Row({"card_number": "77"}, by=()), None),
        (Codes.ANOTHER, by("code", "A", code="A"), None),
        (Codes.CARD_NUMBER, by("code", "A", card_number="77"), "A"),
        (None, by("code", "A", card_number="77"), "A"),
    ],
)
def test_the_code_is_the_rows_or_the_cards_or_a_random_one(codes: Codes | None, row: Row, code: str | None) -> None:
    # GIVEN a customer with code A
    world = ImportWorld()
    world.rows("code first_name", "A|Ann")
    # WHEN a row is imported
    (outcome,) = apply(world, params(codes=codes, tells=("code", "card_number", "customer_id")), row)
    # THEN its customer has the code, and the outcome tells what it was to tell
    values = outcome.values or {}
    assert values["code"] == code if code else len(values["code"]) == 16
    assert set(values) == {"code", "customer_id"} | ({"card_number"} if "card_number" in row.fields else set())
    assert world.customer("code", values["code"])["profile_id"]["S"] == outcome.profile_id


def test_a_card_that_is_another_customers_code_can_not_be_the_code() -> None:
    world = ImportWorld()
    world.rows("code card_number", "77|1")
    (outcome,) = apply(world, params(codes=Codes.CARD_NUMBER), Row({"card_number": "77"}, by=()))
    assert outcome.reason == 'code "77" belongs to another customer'


def test_a_drawn_card_has_its_ends_and_may_be_the_code() -> None:
    # WHEN a card is drawn between a prefix and a suffix, and is to be the code
    world = ImportWorld()
    asked = params(
        codes=Codes.CARD_NUMBER, card_digits=10, card_prefix="55", card_suffix="0", tells=("code", "card_number")
    )
    (outcome,) = apply(world, asked, Row({"email": NOBODY}, by=()))
    values = outcome.values or {}
    # THEN it is both
    assert values["code"] == values["card_number"]
    assert (len(values["code"]), values["code"][:2], values["code"][-1]) == (10, "55", "0")


def test_credits_are_of_each_campaign_by_its_name() -> None:
    # WHEN a row brings a credit for one campaign of two, and others bring what is none
    world = ImportWorld()
    asked = params(campaigns=("469", "dollars-1"))
    good, wrong, foreign = (
        Row({"email": f"{name}@example.com"}, credits=credit)
        for name, credit in (("a", {"dollars-1": "5"}), ("b", {"dollars-1": "-5"}), ("c", {"123": "5"}))
    )
    outcomes = apply(world, asked, good, wrong, foreign)
    # THEN it is credited there
    assert outcomes[0].status is Status.CREATED
    (made,) = [one for one in world.customers() if one["fields"].get("email") == "a@example.com"]
    assert made["memberships"] == {"469": None, "dollars-1": {"S": "5.00"}}
    # AND the others are refused
    assert [one.reason for one in outcomes[1:]] == [
        'The credit of "dollars-1" must be an amount of dollars, 0 or more, with 2 places; it is "-5"',
        'The credit of "123" is of a campaign that the import does not include',
    ]


ROWS = [
    Row({"code": "A"}, auto_add="5"),
    Row({}, by=(("email", "user1@example.com"),), blank=("first_name",)),
    Row({"email": NOBODY}, by=(), credits={"469": "5"}),
]


@pytest.mark.parametrize("row", ROWS)
def test_a_row_is_read_from_a_message_as_it_was_written(row: Row) -> None:
    assert KIND.read_item(KIND.write_item(row), demo.ACCOUNT) == row


@pytest.mark.parametrize(
    "asked",
    [
        params(),
        params(only=Only.UNREGISTERED, codes=Codes.CARD_NUMBER, card_digits=9, card_prefix="1", card_suffix="2"),
        params(only=Only.KNOWN, tells=("code",), keep_undo=True),
    ],
)
def test_params_are_read_from_a_message_as_they_were_written(asked: Params) -> None:
    assert KIND.read_params(KIND.write_params(asked), "") == asked


def test_a_row_of_a_message_that_names_no_kind_of_identifier_is_refused() -> None:
    document = {"fields": {}, "by": [{"kind": "first_name", "value": "Ann"}]}
    outcome = KIND.read_item(document, demo.ACCOUNT)
    assert isinstance(outcome, Outcome)
    assert outcome.reason == 'kind must be a kind of identifier of the account; it is "first_name"'


ANN = by("code", "A", first_name="Anna")


@pytest.mark.parametrize(
    ("fault", "meanwhile", "expected"),
    [
        (timed_out_after, None, Status.UPDATED),
        (timed_out_before, None, Status.BUSY),
        (timed_out_before, "Bea", Status.UNKNOWN),
    ],
    ids=["it was done", "it was not done", "somebody else wrote meanwhile"],
)
def test_an_edit_of_which_no_answer_comes_is_known_by_the_customer_itself(
    fault: Fault, meanwhile: str | None, expected: Status
) -> None:
    # GIVEN a customer, and a store that does not answer before the time for tries is over
    world = ImportWorld()
    world.rows("code first_name", "A|Ann")
    world.dynamodb.plan("transact_write_items", late(world, fault, meanwhile))
    # WHEN it is edited by a request that records nothing
    database = world.process(world.dynamodb).within(SECONDS)
    prepared = import_customers.prepare(database, demo.ACCOUNT, params())
    outcomes = import_customers.apply(database, prepared, [ANN], Origin("request", is_job=False))
    # THEN what became of it is read from the customer, and nobody is told what is not known
    assert [one.status for one in outcomes] == [expected]
    # AND nothing but the customer was written
    assert not [item for item in world.items("jobs") if item["pk"]["S"] == "request"]


def test_an_edit_that_can_not_be_read_back_is_unknown() -> None:
    world = ImportWorld()
    world.rows("code first_name", "A|Ann")
    database = world.process(world.dynamodb).within(SECONDS)
    prepared = import_customers.prepare(database, demo.ACCOUNT, params())
    world.dynamodb.plan("transact_write_items", late(world, timed_out_after, None))
    world.dynamodb.plan_always("get_item", refused("ThrottlingException"))
    (outcome,) = import_customers.apply(database, prepared, [ANN], Origin("request", is_job=False))
    assert outcome.status is Status.UNKNOWN


def test_an_edit_whose_answer_was_lost_is_not_done_over_that_of_somebody_else() -> None:
    # GIVEN a customer that a lost request made, and that somebody changed since
    world = ImportWorld()
    made = Row({"code": "B", "first_name": "Ann"}, by=(("code", "B"),))
    apply(world, params(), made)
    apply(world, params(), by("code", "B", first_name="Bea"), request="another")
    # WHEN the first is resumed
    prepared = import_customers.prepare(world.database, demo.ACCOUNT, params())
    resumed = Origin("request", redelivered=True, resumed=True)
    (outcome,) = import_customers.apply(world.database, prepared, [made], resumed)
    # THEN it is told as it was, and the later change stays
    assert (outcome.status, world.customer("code", "B")["first_name"]) == (Status.CREATED, {"S": "Bea"})


def late(world: ImportWorld, fault: Fault, meanwhile: str | None) -> Fault:
    """The fault, what somebody else writes meanwhile, and the end of the time for tries."""

    def meet(do: Callable[[], Answer]) -> Answer:
        world.clock.now += SECONDS - 2 * LONGEST_CALL_SECONDS + 1
        if meanwhile:
            apply(world, params(), by("code", "A", first_name=meanwhile), request="another")
        return fault(do)

    return meet
