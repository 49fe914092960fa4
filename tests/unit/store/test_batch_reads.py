"""Batch reads: in hundreds, repeated for what was left over, and honest about what could not be read."""

import pytest

from loyalty.store.engine import batch
from tests.fakes.faults import Fault, client_error, raising, refused, timed_out_before, unreachable
from tests.fakes.items import Item
from tests.fakes.store import SECONDS, TABLE, Store, items


def keys_of(*stored: Item) -> list[str]:
    return [item["pk"]["S"] for item in stored]


@pytest.mark.parametrize(("count", "calls"), [(0, 0), (1, 1), (100, 1), (101, 2), (1_000, 10), (1_001, 11)])
def test_keys_are_read_a_hundred_at_a_time(count: int, calls: int) -> None:
    # GIVEN so many items, every other of which is there
    store = Store()
    stored = items(count)[::2]
    store.put(*stored)
    # WHEN all are read
    read = batch.get_all(store.database, TABLE, keys_of(*items(count)), "origin")
    # THEN those that are there are found, with as few calls as there can be
    assert read.found == {item["pk"]["S"]: {"pk": item["pk"], "origin": item["origin"]} for item in stored}
    assert read.unread == set()
    assert store.dynamodb.count("batch_get_item") == calls


def test_reads_are_eventually_consistent_at_half_the_price_unless_asked() -> None:
    # GIVEN an item
    store = Store()
    store.put(*items(1))
    # WHEN it is read in both ways
    for consistent in (False, True):
        batch.get_all(store.database, TABLE, ["key-0"], "origin", consistent=consistent)
    # THEN the calls say which is which
    requests = [call.arguments["RequestItems"][TABLE] for call in store.dynamodb.calls]
    assert [request["ConsistentRead"] for request in requests] == [False, True]
    assert store.dynamodb.units["read"] == 1.5


def test_only_the_named_attributes_are_asked_for() -> None:
    # GIVEN an item
    store = Store()
    store.put(*items(1))
    # WHEN it is read
    batch.get_all(store.database, TABLE, ["key-0"], "origin")
    # THEN nothing else is asked for
    (call,) = store.dynamodb.calls
    assert call.arguments["RequestItems"][TABLE]["ProjectionExpression"] == "pk,origin"


def test_unprocessed_keys_are_asked_for_again_and_no_others() -> None:
    # GIVEN a store that leaves two keys over, one of them twice
    store = Store()
    store.put(*items(5))
    store.dynamodb.leave_unprocessed("key-1")
    store.dynamodb.leave_unprocessed("key-3", times=2)
    # WHEN all are read
    read = batch.get_all(store.database, TABLE, [*keys_of(*items(5)), "missing"], "origin")
    # THEN all are found, and each repeat asks for what was left
    assert read.found.keys() == set(keys_of(*items(5)))
    assert read.unread == set()
    asked = [call.arguments["RequestItems"][TABLE]["Keys"] for call in store.dynamodb.calls]
    assert asked[1:] == [[{"pk": {"S": "key-1"}}, {"pk": {"S": "key-3"}}], [{"pk": {"S": "key-3"}}]]


def test_keys_that_stay_unprocessed_are_unread_and_not_missing() -> None:
    # GIVEN a store that never reads one key
    store = Store()
    store.put(*items(3))
    store.dynamodb.leave_unprocessed("key-1", times=10**9)
    # WHEN all are read
    read = batch.get_all(store.database, TABLE, ["key-0", "key-1", "key-2", "missing"], "origin")
    # THEN it is told apart from one that is not there, when the time is over
    assert read.found.keys() == {"key-0", "key-2"}
    assert read.unread == {"key-1"}
    assert store.waited == pytest.approx(SECONDS, abs=0.01)


@pytest.mark.parametrize(
    "fault",
    [refused("ThrottlingException"), refused("InternalServerError", status=500), unreachable, timed_out_before],
    ids=["throttled", "server fault", "unreachable", "silent"],
)
def test_a_call_that_fails_for_a_while_is_repeated(fault: Fault) -> None:
    # GIVEN a store that fails three times
    store = Store()
    store.put(*items(2))
    store.dynamodb.plan("batch_get_item", *[fault] * 3)
    # WHEN two items are read
    read = batch.get_all(store.database, TABLE, keys_of(*items(2)), "origin")
    # THEN they are found
    assert read.found.keys() == {"key-0", "key-1"}
    assert store.dynamodb.count("batch_get_item") == 4


def test_one_slow_call_of_many_is_repeated_alone() -> None:
    # GIVEN three calls' worth of keys, one of which takes three more calls
    store = Store()
    store.put(*items(250))
    store.dynamodb.leave_unprocessed("key-120", times=3)
    # WHEN all are read
    read = batch.get_all(store.database, TABLE, keys_of(*items(250)), "origin")
    # THEN all are found, and only that key was asked for again
    assert (len(read.found), read.unread) == (250, set())
    sizes = [len(call.arguments["RequestItems"][TABLE]["Keys"]) for call in store.dynamodb.calls]
    assert sorted(sizes) == [1, 1, 1, 50, 100, 100]


def test_an_error_that_repeating_cannot_mend_is_raised_at_once() -> None:
    # GIVEN a store without the table
    store = Store()
    error = client_error("ResourceNotFoundException")
    store.dynamodb.plan_always("batch_get_item", raising(error))
    # WHEN something is read
    # THEN the error is raised, after one call
    with pytest.raises(type(error)) as caught:
        batch.get_all(store.database, TABLE, ["key-0"], "origin")
    assert caught.value is error
    assert store.dynamodb.count("batch_get_item") == 1
    assert store.clock.pauses == []


def test_without_time_nothing_is_asked_and_all_is_unread() -> None:
    # GIVEN a store whose time is over
    store = Store()
    store.put(*items(2))
    store.clock.now += SECONDS
    # WHEN two items are read
    read = batch.get_all(store.database, TABLE, keys_of(*items(2)), "origin")
    # THEN neither has an answer
    assert (read.found, read.unread, store.dynamodb.calls) == ({}, {"key-0", "key-1"}, [])
