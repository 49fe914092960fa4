"""Marks of customers who are leaving: many in few calls, each on the condition that the customer is as it was read."""

from dataclasses import replace

import pytest

from loyalty.domain.customer import Customer
from loyalty.domain.errors import StorageBusy
from loyalty.store.tables import customers, keys, presence
from tests.fakes.faults import Fault, cut_short, refused, reset_after, timed_out_after, timed_out_before
from tests.fakes.items import Item
from tests.fakes.nth_call import FaultyClient
from tests.fakes.store import Store
from tests.unit.faults.partial_faults import PARTIAL

MARKS = "batch_execute_statement"
SOME_REFUSED = PARTIAL[MARKS]


def made(store: Store, count: int) -> list[Customer]:
    """So many customers, each of whom is there."""
    some = [
        Customer(f"{number:024x}", number, {"email": f"c{number}@example.com"}, origin=f"job#{number}")
        for number in range(1, count + 1)
    ]
    for one in some:
        assert customers.create(store.database, "acme", one)
    return some


def stored(store: Store, customer: Customer) -> Item:
    return store.dynamodb.tables["customers"][(keys.customer("acme", customer.profile_id),)]


def marked(store: Store, some: list[Customer]) -> dict[str, str]:
    """The mark of each customer that has one, by profile_id."""
    return {one.profile_id: item["leaving"]["S"] for one in some if "leaving" in (item := stored(store, one))}


def test_many_customers_are_marked_and_unmarked_25_a_call() -> None:
    # GIVEN more customers than one call takes
    store = Store()
    some = made(store, 60)
    before = store.dynamodb.snapshot()
    store.dynamodb.calls.clear()
    # WHEN they are marked
    marks = presence.mark(store.database, "acme", some)
    # THEN each has its mark, and it took three calls
    assert marks.keys() == {one.profile_id for one in some}
    assert marked(store, some) == marks
    assert [call.action for call in store.dynamodb.calls] == [MARKS] * 3
    # WHEN they stay after all
    presence.unmark(store.database, "acme", marks)
    # THEN they are as they were, in three calls more
    assert store.dynamodb.snapshot() == before
    assert [call.action for call in store.dynamodb.calls] == [MARKS] * 6


def test_who_was_changed_or_went_since_it_was_read_is_not_marked_and_not_made() -> None:
    # GIVEN customers as they were read, of whom one was changed since, and one is gone
    store = Store()
    same, changed, gone = made(store, 3)
    stored(store, changed)["origin"] = {"S": "other#1"}
    del store.dynamodb.tables["customers"][(keys.customer("acme", gone.profile_id),)]
    # WHEN they are marked
    marks = presence.mark(store.database, "acme", [same, changed, gone])
    # THEN only the one that is as it was has a mark
    assert marks == marked(store, [same, changed]) == {same.profile_id: marks[same.profile_id]}
    assert (keys.customer("acme", gone.profile_id),) not in store.dynamodb.tables["customers"]


def test_a_mark_that_somebody_else_made_since_stays() -> None:
    # GIVEN two customers, one of whom another undo has marked since
    store = Store()
    mine, other = made(store, 2)
    marks = presence.mark(store.database, "acme", [mine, other])
    stored(store, other)["leaving"] = {"S": "later"}
    # WHEN the first undo lets both stay
    presence.unmark(store.database, "acme", marks)
    # THEN the other one's mark is there
    assert marked(store, [mine, other]) == {other.profile_id: "later"}


@pytest.mark.parametrize(
    "fault",
    [timed_out_before, timed_out_after, reset_after, cut_short, refused("ThrottlingException"), *SOME_REFUSED.values()],
)
def test_marks_are_made_whatever_becomes_of_the_first_answer(fault: Fault) -> None:
    # GIVEN a store whose first answer is lost, or that refuses some for now
    store = Store()
    some = made(store, 30)
    client = FaultyClient(store.dynamodb, {1: fault})
    # WHEN customers are marked
    marks = presence.mark(replace(store.database, client=client), "acme", some)
    # THEN all of them are
    assert marks == marked(store, some)
    assert len(marks) == len(some)


@pytest.mark.parametrize("fault", [timed_out_before, timed_out_after, refused("ThrottlingException")])
def test_a_store_that_stays_busy_is_told_as_that(fault: Fault) -> None:
    # GIVEN a store that takes no mark, or never says so
    store = Store()
    some = made(store, 2)
    store.dynamodb.plan_always(MARKS, fault)
    # THEN nobody is told that a customer is marked
    with pytest.raises(StorageBusy):
        presence.mark(store.database, "acme", some)
