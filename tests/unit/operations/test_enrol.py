"""Enrol: what it costs, whom it meets, and how it goes on after a redelivery."""

from math import ceil

import pytest

from loyalty.domain.account import Account
from loyalty.domain.customer import Customer
from loyalty.domain.errors import ProgramInactive, ProgramNotFound
from loyalty.domain.outcome import Origin, Outcome, Status, invalid
from loyalty.operations.enrol import operation as enrol
from loyalty.operations.enrol.items import Item, Params
from loyalty.operations.enrol.operation import Enrolment
from tests.fakes.faults import timed_out_after
from tests.fakes.population import people, populate
from tests.fakes.store import Store
from tests.fakes.world import World

NOW = "2024-09-01T12:34:56Z"
PARAMS = Params("123", NOW)
ENROLMENT = Enrolment("acme", PARAMS)


def store_of(population: list[Customer]) -> Store:
    store = Store()
    populate(store.dynamodb, "acme", population)
    return store


def by_email(*names: str) -> list[Item | Outcome]:
    return [Item(("email", f"{name}@example.com")) for name in names]


def apply(store: Store, items: list[Item | Outcome], origin: Origin | None = None) -> list[Outcome]:
    return enrol.apply(store.database, ENROLMENT, items, origin or Origin("request-1"))


@pytest.mark.parametrize(
    ("found", "missing"), [(0, 0), (2, 0), (25, 0), (26, 0), (100, 0), (101, 1), (500, 50), (990, 10), (2_000, 250)]
)
def test_the_number_of_calls_is_the_least_there_can_be(found: int, missing: int) -> None:
    # GIVEN so many customers, and so many unknown addresses among them
    store = store_of(people(found))
    items = by_email(*(f"person{n}" for n in range(found)), *(f"nobody{n}" for n in range(missing)))
    # WHEN all are enrolled
    outcomes = apply(store, items)
    # THEN there is a read for each hundred and each hundred missed, and a write for each twenty-five found
    assert [outcome.status for outcome in outcomes] == [Status.CREATED] * found + [Status.NOT_FOUND] * missing
    assert store.dynamodb.count("batch_get_item") == ceil((found + missing) / 100) + ceil(missing / 100)
    assert store.dynamodb.count("batch_execute_statement") == ceil(found / 25)
    assert len(store.dynamodb.calls) == ceil((found + missing) / 100) + ceil(missing / 100) + ceil(found / 25)


def test_the_units_consumed_are_a_write_for_each_member_and_half_a_read_for_each_item() -> None:
    # GIVEN a hundred customers and ten unknown addresses
    store = store_of(people(100))
    # WHEN all are enrolled
    apply(store, [*by_email(*(f"person{n}" for n in range(100)), *(f"nobody{n}" for n in range(10)))])
    # THEN nothing is paid twice, but for the consistent second reading of what was missed
    assert store.dynamodb.units == {"read": 110 / 2 + 10, "write": 100}


def test_repeats_in_a_batch_cost_nothing() -> None:
    # GIVEN a customer
    store = store_of(people(2))
    # WHEN it comes a thousand times, beside another
    outcomes = apply(store, by_email(*["person0"] * 1_000, "person1"))
    # THEN it is read and written once
    assert [outcome.status for outcome in outcomes] == [Status.CREATED, *[Status.EXISTS] * 999, Status.CREATED]
    assert store.dynamodb.units == {"read": 1.0, "write": 2.0}


def test_a_customer_under_two_identifiers_is_enrolled_once() -> None:
    # GIVEN a customer that comes by its e-mail and by its phone
    store = store_of(people(1))
    items = [*by_email("person0"), Item(("phone", "+10000000000"), "2020-01-01T00:00:00Z")]
    # WHEN both are enrolled
    outcomes = apply(store, items)
    # THEN the first one counts
    assert [outcome.status for outcome in outcomes] == [Status.CREATED, Status.EXISTS]
    assert [one["registered_at"]["S"] for one in store.stored()] == [NOW]


def test_items_that_came_decided_stay_decided() -> None:
    # GIVEN outcomes in the place of items
    refused = invalid("because")
    # WHEN they are applied with a good one between
    outcomes = apply(store_of(people(1)), [refused, *by_email("person0"), refused])
    # THEN they are as they were
    assert outcomes == [refused, Outcome(Status.CREATED, f"{0:024x}"), refused]


def test_nothing_to_do_is_done_without_a_call() -> None:
    # GIVEN no items, or only decided ones
    store = Store()
    # THEN nothing is asked of the store
    assert apply(store, []) == []
    assert apply(store, [invalid("because")]) == [invalid("because")]
    assert store.dynamodb.calls == []


def test_a_membership_carries_the_index_of_its_item_counted_from_the_first_of_the_job() -> None:
    # GIVEN a chunk that begins at item 500 of its job
    store = store_of(people(3))
    # WHEN it is applied
    apply(store, [*by_email("nobody", "person1"), invalid("x"), *by_email("person1", "person0")], Origin("job-1", 500))
    # THEN each write says which item made it
    origins = {one["pk"]["S"]: one["origin"]["S"] for one in store.stored()}
    assert origins == {f"acme#123#{1:024x}": "job-1#501", f"acme#123#{0:024x}": "job-1#504"}


def test_a_chunk_that_is_delivered_again_has_the_same_outcomes() -> None:
    # GIVEN a chunk that was applied
    store = store_of(people(60))
    items: list[Item | Outcome] = [
        *by_email(*(f"person{n}" for n in range(60)), "person0", "nobody"),
        invalid("because"),
    ]
    first = apply(store, items, Origin("job-1"))
    # WHEN it is delivered again
    second = apply(store, items, Origin("job-1", redelivered=True))
    # THEN nobody can tell
    assert second == first
    # AND the same items in another job meet members
    other = apply(store, items, Origin("job-2", redelivered=True))
    assert [outcome.status for outcome in other[:61]] == [Status.EXISTS] * 61


def test_a_chunk_that_was_cut_short_goes_on_where_it_was() -> None:
    # GIVEN a chunk of which a part was written before the worker died
    store = store_of(people(60))
    items = by_email(*(f"person{n}" for n in range(60)))
    apply(store, items[:30], Origin("job-1"))
    # WHEN it is delivered again
    outcomes = apply(store, items, Origin("job-1", redelivered=True))
    # THEN all are its own
    assert [outcome.status for outcome in outcomes] == [Status.CREATED] * 60


def test_lost_answers_of_all_calls_lose_no_outcome() -> None:
    # GIVEN a store that does every first call and never says so
    store = store_of(people(60))
    store.dynamodb.plan("batch_execute_statement", *[timed_out_after] * 3)
    # WHEN sixty are enrolled
    outcomes = apply(store, by_email(*(f"person{n}" for n in range(60))))
    # THEN all are created, each once
    assert [outcome.status for outcome in outcomes] == [Status.CREATED] * 60
    assert len(store.stored()) == 60


def test_the_program_is_checked_before_any_item() -> None:
    # GIVEN the demo accounts
    database = World().database
    account = Account("greatwidgets")
    # THEN a program is there and active, or the request ends
    assert enrol.prepare(database, account, PARAMS) == Enrolment("greatwidgets", PARAMS)
    with pytest.raises(ProgramInactive):
        enrol.prepare(database, account, Params("124", NOW))
    with pytest.raises(ProgramNotFound):
        enrol.prepare(database, account, Params("125", NOW))
    with pytest.raises(ProgramNotFound):
        enrol.prepare(database, Account("othertenant"), Params("469", NOW))
