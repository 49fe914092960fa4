"""Batch inserts: in twenty-fives, each statement conditional by itself, throttled ones repeated or busy."""

import pytest

from loyalty.domain.deadline import LONGEST_CALL_SECONDS
from loyalty.domain.errors import InternalError
from loyalty.store.engine import inserts
from loyalty.store.engine.fate import Fate
from loyalty.store.engine.faults import PASSING_CODES
from tests.fakes.faults import refused, unreachable
from tests.fakes.store import SECONDS, TABLE, Store, item, items


@pytest.mark.parametrize(("count", "calls"), [(0, 0), (2, 1), (25, 1), (26, 2), (1_000, 40), (1_001, 41)])
def test_items_are_inserted_twenty_five_at_a_time(count: int, calls: int) -> None:
    # GIVEN an empty table
    store = Store()
    # WHEN so many items are inserted
    writes = inserts.insert_all(store.database, TABLE, items(count))
    # THEN all are there, with as few calls as there can be and one write unit each
    assert writes == [Fate.DONE] * count
    assert sorted(store.stored(), key=repr) == sorted(items(count), key=repr)
    assert store.dynamodb.count("batch_execute_statement") == len(store.dynamodb.calls) == calls
    assert store.dynamodb.units["write"] == count


def test_one_item_is_inserted_by_a_call_of_its_own() -> None:
    # GIVEN an empty table
    store = Store()
    # WHEN one item is inserted
    # THEN it is a conditional PutItem
    assert inserts.insert_all(store.database, TABLE, items(1)) == [Fate.DONE]
    assert [call.action for call in store.dynamodb.calls] == ["put_item"]


def test_items_that_are_there_stay_as_they_are() -> None:
    # GIVEN a table in which every third item is taken by somebody else
    store = Store()
    others = items(60, origin="another")[::3]
    store.put(*others)
    # WHEN all are inserted
    writes = inserts.insert_all(store.database, TABLE, items(60))
    # THEN the taken ones are told, and unchanged
    assert writes == [Fate.REFUSED, Fate.DONE, Fate.DONE] * 20
    assert [one for one in store.stored() if one in others] == others


def test_the_statement_names_the_attributes_and_holds_no_values() -> None:
    # GIVEN two items
    store = Store()
    hostile = item("key'} --")
    # WHEN they are inserted
    inserts.insert_all(store.database, TABLE, [hostile, item("key")])
    # THEN the values travel beside the statement
    (call,) = store.dynamodb.calls
    statement = "INSERT INTO \"memberships\" VALUE {'pk':?,'registered_at':?,'origin':?}"
    assert [one["Statement"] for one in call.arguments["Statements"]] == [statement, statement]
    assert hostile in store.stored()


def test_throttled_statements_are_repeated_and_no_others() -> None:
    # GIVEN a store that throttles two statements, one of them twice
    store = Store()
    store.dynamodb.throttle("key-1", "ThrottlingError")
    store.dynamodb.throttle("key-3", "ProvisionedThroughputExceeded", "RequestLimitExceeded")
    # WHEN five items are inserted
    writes = inserts.insert_all(store.database, TABLE, items(5))
    # THEN all are inserted, and each repeat holds what was left
    assert writes == [Fate.DONE] * 5
    sizes = [len(call.arguments["Statements"]) for call in store.dynamodb.calls]
    assert sizes == [5, 2, 1]


@pytest.mark.parametrize("code", sorted(PASSING_CODES))
def test_a_statement_that_is_throttled_to_the_end_is_busy_and_not_written(code: str) -> None:
    # GIVEN a store that never takes one item
    store = Store()
    store.dynamodb.throttle("key-1", *[code] * 1_000)
    # WHEN three are inserted
    writes = inserts.insert_all(store.database, TABLE, items(3))
    # THEN that one is busy, when the time is over, and the others are there
    assert writes == [Fate.DONE, Fate.BUSY, Fate.DONE]
    assert store.stored() == [items(3)[0], items(3)[2]]
    assert store.waited == pytest.approx(SECONDS - LONGEST_CALL_SECONDS, abs=0.01)


def test_a_call_that_is_throttled_as_a_whole_is_repeated_as_a_whole() -> None:
    # GIVEN a store that refuses two calls
    store = Store()
    store.dynamodb.plan("batch_execute_statement", refused("ThrottlingException"), unreachable)
    # WHEN three items are inserted
    writes = inserts.insert_all(store.database, TABLE, items(3))
    # THEN the third call holds them all again
    assert writes == [Fate.DONE] * 3
    assert [len(call.arguments["Statements"]) for call in store.dynamodb.calls] == [3, 3, 3]


def test_a_store_that_stays_away_leaves_all_busy() -> None:
    # GIVEN a store that cannot be reached
    store = Store()
    store.dynamodb.plan_always("batch_execute_statement", unreachable)
    # WHEN three items are inserted
    # THEN none is decided
    assert inserts.insert_all(store.database, TABLE, items(3)) == [Fate.BUSY] * 3
    assert store.stored() == []


def test_without_time_nothing_is_written_and_all_is_busy() -> None:
    # GIVEN a store whose time is over
    store = Store()
    store.clock.now += SECONDS
    # WHEN three items are inserted
    # THEN no call is made
    assert inserts.insert_all(store.database, TABLE, items(3)) == [Fate.BUSY] * 3
    assert store.dynamodb.calls == []


def test_a_statement_that_repeating_cannot_mend_raises() -> None:
    # GIVEN a store that finds one statement wrong
    store = Store()
    store.dynamodb.throttle("key-1", "ValidationError")
    # WHEN three items are inserted
    # THEN our fault is raised, with the code and no value
    with pytest.raises(InternalError) as caught:
        inserts.insert_all(store.database, TABLE, items(3))
    assert str(caught.value) == "INSERT was refused: ValidationError"
    assert store.dynamodb.count("batch_execute_statement") == 1


@pytest.mark.parametrize("code", ["AccessDeniedException", "ResourceNotFoundException", "ValidationException"])
def test_a_call_that_repeating_cannot_mend_raises(code: str) -> None:
    # GIVEN a store that refuses the call
    store = Store()
    store.dynamodb.plan_always("batch_execute_statement", refused(code))
    # WHEN three items are inserted
    # THEN the refusal is raised at once
    with pytest.raises(Exception, match=code):
        inserts.insert_all(store.database, TABLE, items(3))
    assert store.dynamodb.count("batch_execute_statement") == 1
    assert store.clock.pauses == []
