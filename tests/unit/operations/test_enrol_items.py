"""Enrol: each item has its own date, and what could not be read or written is busy for all who ask for it."""

from loyalty.domain.outcome import BUSY, NOT_FOUND, Origin, Outcome, Status
from loyalty.operations.enrol import operation as enrol
from loyalty.operations.enrol.items import Item, Params
from loyalty.operations.enrol.operation import Enrolment
from tests.fakes.population import people, person, populate
from tests.fakes.store import Store

NOW = "2026-11-22T06:00:00Z"
FOR_EVER = 1_000_000


def store_of_people(count: int) -> Store:
    store = Store()
    populate(store.dynamodb, "acme", people(count))
    return store


def by_email(number: int, date: str | None = None) -> Item:
    return Item(("email", f"person{number}@example.com"), date)


def by_phone(number: int) -> Item:
    return Item(("phone", f"+{10_000_000_000 + number}"))


def outcome(status: Status, number: int) -> Outcome:
    return Outcome(status, person(number).profile_id)


def key(number: int) -> str:
    return f"acme#123#{person(number).profile_id}"


def apply(store: Store, *items: Item) -> list[Outcome]:
    return enrol.apply(store.database, Enrolment("acme", Params("123", NOW)), items, Origin("request-1"))


def dates(store: Store) -> dict[str, str]:
    """The members' keys, and when they were registered."""
    return {one["pk"]["S"]: one["registered_at"]["S"] for one in store.stored()}


def test_an_item_has_its_own_date_or_else_that_of_the_request() -> None:
    # GIVEN two customers, one of whom comes with a date
    store = store_of_people(2)
    # WHEN both are enrolled
    apply(store, by_email(0, "2024-09-01T12:34:56Z"), by_email(1))
    # THEN that date counts, and for the other one the moment of the request
    assert dates(store) == {key(0): "2024-09-01T12:34:56Z", key(1): NOW}


def test_when_the_first_of_a_customer_is_busy_so_are_the_others() -> None:
    # GIVEN a membership that is never taken
    store = store_of_people(2)
    store.dynamodb.throttle(key(0), *["ThrottlingError"] * FOR_EVER)
    # WHEN it is asked for three times, among others
    outcomes = apply(store, by_email(0), by_email(1), by_phone(0), by_email(9), by_email(0))
    # THEN all three are busy, and say whom they mean
    busy = outcome(Status.BUSY, 0)
    assert outcomes == [busy, outcome(Status.CREATED, 1), busy, NOT_FOUND, busy]
    assert list(dates(store)) == [key(1)]


def test_a_customer_that_cannot_be_looked_up_is_busy_and_not_unknown() -> None:
    # GIVEN an identifier that is never read
    store = store_of_people(2)
    store.dynamodb.leave_unprocessed("acme#email#person0@example.com", times=FOR_EVER)
    # WHEN it and another come
    outcomes = apply(store, by_email(0), by_email(1))
    # THEN nobody says that there is no such customer, and there was time left to enrol the other one
    assert outcomes == [BUSY, outcome(Status.CREATED, 1)]
    assert list(dates(store)) == [key(1)]
