"""One item at a time: get, put, insert, and a counter; each repeated while the store is busy, up to the deadline."""

from collections.abc import Callable

import pytest

from loyalty.domain.deadline import LONGEST_CALL_SECONDS
from loyalty.domain.errors import StorageBusy
from loyalty.store.engine.dynamodb import Database
from loyalty.store.engine.fate import Fate
from loyalty.store.tables import counters
from tests.fakes.faults import refused, timed_out_after, unreachable
from tests.fakes.store import SECONDS, TABLE, Store, item

BUSY = refused("ThrottlingException")
KEY = {"pk": {"S": "key"}}

Do = Callable[[Database], object]
CALLS: list[tuple[str, Do]] = [
    ("get_item", lambda database: database.get(TABLE, KEY)),
    ("put_item", lambda database: database.put(TABLE, item("key"))),
    ("update_item", lambda database: database.increase(TABLE, KEY, "drawn", 1)),
]


def test_get_reads_the_item_as_last_written() -> None:
    # GIVEN a table with one item
    store = Store()
    store.put(item("key"))
    # WHEN it and another are read
    # THEN it is found, consistently, and the other one is not
    assert store.database.get(TABLE, KEY) == item("key")
    assert store.database.get(TABLE, {"pk": {"S": "missing"}}) is None
    assert [call.arguments["ConsistentRead"] for call in store.dynamodb.calls] == [True, True]


def test_put_replaces_what_was_there() -> None:
    # GIVEN a table with one item
    store = Store()
    store.put(item("key", "old"))
    # WHEN another is put at its key, by a store that fails at first
    store.dynamodb.plan("put_item", BUSY, unreachable)
    store.database.put(TABLE, item("key", "new"))
    # THEN it is there instead
    assert store.stored() == [item("key", "new")]


def test_insert_leaves_what_was_there() -> None:
    # GIVEN a table with one item
    store = Store()
    store.put(item("key", "another"))
    # WHEN it and a new one are inserted
    # THEN the first is met and the second made, each with one conditional call
    assert store.database.insert(TABLE, item("key")) is Fate.REFUSED
    assert store.database.insert(TABLE, item("new")) is Fate.DONE
    assert store.stored() == [item("key", "another"), item("new")]
    for call in store.dynamodb.calls:
        assert call.arguments["ConditionExpression"] == "attribute_not_exists(pk)"
        assert call.arguments["ReturnValuesOnConditionCheckFailure"] == "ALL_OLD"


def test_insert_of_an_item_that_has_no_origin_stored_meets_somebody_elses() -> None:
    # GIVEN an item that was written without an origin
    store = Store()
    store.put({"pk": {"S": "key"}})
    # WHEN one is inserted there
    # THEN it is not ours
    assert store.database.insert(TABLE, item("key")) is Fate.REFUSED


def test_insert_is_busy_when_the_time_is_over() -> None:
    # GIVEN a store that stays busy
    store = Store()
    store.dynamodb.plan_always("put_item", BUSY)
    # WHEN an item is inserted
    # THEN it is not decided
    assert store.database.insert(TABLE, item("key")) is Fate.BUSY
    # AND there was time left to read it, had an answer been lost
    assert store.waited == pytest.approx(SECONDS - LONGEST_CALL_SECONDS, abs=0.01)


@pytest.mark.parametrize(("action", "do"), CALLS)
def test_get_put_and_increase_say_when_the_store_stays_busy(action: str, do: Do) -> None:
    # GIVEN a store that stays busy
    store = Store()
    store.dynamodb.plan_always(action, BUSY)
    # WHEN it is asked
    # THEN it is given up when the time is over
    with pytest.raises(StorageBusy):
        do(store.database)
    assert store.waited == pytest.approx(SECONDS, abs=0.01)


@pytest.mark.parametrize(("action", "do"), [*CALLS, ("put_item", lambda database: database.insert(TABLE, item("key")))])
def test_a_refusal_that_repeating_cannot_mend_is_raised_at_once(action: str, do: Do) -> None:
    # GIVEN a store that refuses
    store = Store()
    store.dynamodb.plan_always(action, refused("AccessDeniedException"))
    # WHEN it is asked
    # THEN it is not asked twice
    with pytest.raises(Exception, match="AccessDeniedException"):
        do(store.database)
    assert store.dynamodb.count(action) == 1
    assert store.clock.pauses == []


def test_numbers_are_drawn_in_blocks_that_never_overlap() -> None:
    # GIVEN a counter that begins at 1,000
    store = Store()
    # WHEN blocks of several sizes are drawn
    blocks = [counters.allocate(store.database, "acme", "customer_id", count, first=1_000) for count in (1, 250, 3)]
    # THEN each begins where the one before ended, with one call each
    assert blocks == [range(1_000, 1_001), range(1_001, 1_251), range(1_251, 1_254)]
    assert store.dynamodb.count("update_item") == 3


def test_counters_of_accounts_and_kinds_are_apart() -> None:
    # GIVEN a store
    store = Store()
    # WHEN numbers are drawn from three counters
    drawn = [counters.allocate(store.database, *which, 1) for which in (("a", "x"), ("b", "x"), ("a", "y"))]
    # THEN each begins at its own beginning
    assert drawn == [range(1, 2)] * 3


def test_a_draw_whose_answer_was_lost_leaves_a_gap_and_no_number_twice() -> None:
    # GIVEN a store that counts and never says so
    store = Store()
    store.dynamodb.plan("update_item", timed_out_after)
    # WHEN two blocks are drawn
    first, second = (counters.allocate(store.database, "acme", "code", 10) for _ in range(2))
    # THEN ten numbers are lost, and none is drawn twice
    assert (first, second) == (range(11, 21), range(21, 31))
