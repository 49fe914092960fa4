"""Writes whose answer never comes are read back: single items by themselves, transactions by their record."""

from collections.abc import Callable, Sequence

import pytest

from loyalty.domain.deadline import LONGEST_CALL_SECONDS
from loyalty.domain.outcome import Origin, Outcome, Status
from loyalty.store.engine.dynamodb import Database, Item
from loyalty.store.engine.fate import Fate
from loyalty.store.engine.transactions import commit
from loyalty.store.tables import journal
from loyalty.store.tables.journal import Record
from tests.fakes.faults import Answer, Fault, refused, timed_out_after, timed_out_before
from tests.fakes.store import SECONDS, TABLE, Store, item

THROTTLED = refused("ThrottlingException")
ORIGIN = Origin("job", 500)
SEEN = Outcome(Status.CREATED, "p")


def late(store: Store, fault: Fault, seconds: float = SECONDS - 1) -> Fault:
    """The fault, and with it the end of the time for tries."""

    def meet(do: Callable[[], Answer]) -> Answer:
        store.clock.now += seconds
        return fault(do)

    return meet


def group(pk: str) -> list[Item]:
    """A transaction of one new item."""
    return [{"Put": {"TableName": TABLE, "Item": item(pk), "ConditionExpression": "attribute_not_exists(pk)"}}]


def recording(database: Database) -> Callable[[Sequence[int]], Record]:
    return lambda positions: journal.record(database, ORIGIN, dict.fromkeys(positions, SEEN))


def committed(store: Store, *pks: str) -> list[Fate]:
    return commit(store.database, [group(pk) for pk in pks], recording(store.database))


def test_a_transaction_of_which_no_answer_comes_is_known_by_its_record() -> None:
    # GIVEN a store that does all, and whose answer does not come before the time for tries is over
    store = Store()
    store.dynamodb.plan("transact_write_items", late(store, timed_out_after))
    # THEN it is told as done
    assert committed(store, "key-1", "key-2") == [Fate.DONE, Fate.DONE]
    # AND that was read as last written
    look = store.dynamodb.calls[-1]
    assert (look.action, look.arguments["ConsistentRead"]) == ("get_item", True)
    # AND its record says what it did
    assert journal.read(store.database.within(100), ORIGIN) == {500: SEEN, 501: SEEN}


def test_a_transaction_that_was_not_done_is_busy_and_can_be_repeated() -> None:
    # GIVEN a store that gets nothing before the time for tries is over
    store = Store()
    store.dynamodb.plan("transact_write_items", late(store, timed_out_before))
    # THEN it is told as not done
    assert committed(store, "key-1") == [Fate.BUSY]
    assert (store.stored(), store.dynamodb.tables["jobs"]) == ([], {})


def test_a_transaction_of_many_groups_is_asked_for_once() -> None:
    store = Store()
    store.dynamodb.plan("transact_write_items", late(store, timed_out_after))
    assert committed(store, "key-1", "key-2", "key-3") == [Fate.DONE] * 3
    assert store.dynamodb.count("get_item") == 1


def test_a_transaction_whose_record_cannot_be_read_is_unknown() -> None:
    store = Store()
    store.dynamodb.plan("transact_write_items", late(store, timed_out_after))
    store.dynamodb.plan_always("get_item", THROTTLED)
    assert committed(store, "key-1") == [Fate.UNKNOWN]


def test_a_transaction_that_was_only_ever_throttled_was_not_done_and_needs_no_look() -> None:
    store = Store()
    store.dynamodb.plan_always("transact_write_items", THROTTLED)
    assert committed(store, "key-1") == [Fate.BUSY]
    assert store.dynamodb.count("get_item") == 0


def test_a_repeated_transaction_that_meets_its_own_record_was_done() -> None:
    # GIVEN a store that forgets the token of a call whose answer was lost, as DynamoDB does after ten minutes
    store = Store()

    def forgotten(do: Callable[[], Answer]) -> Answer:
        do()
        store.dynamodb._tokens.clear()
        return timed_out_before(do)

    store.dynamodb.plan("transact_write_items", forgotten)
    # THEN the repetition knows that it was done
    assert committed(store, "key-1") == [Fate.DONE]


def test_what_was_refused_before_an_answer_was_lost_stays_refused() -> None:
    # GIVEN a group that is refused, and then a lost answer for the others of its call
    store = Store()
    store.put(item("key-1", "another"))
    store.dynamodb.plan("transact_write_items", None, late(store, timed_out_after))
    # THEN each has its own fate
    assert committed(store, "key-1", "key-2") == [Fate.REFUSED, Fate.DONE]
    # AND only what was done is recorded
    assert journal.read(store.database.within(100), ORIGIN) == {501: SEEN}


def test_a_transaction_without_a_record_is_busy_where_no_answer_comes() -> None:
    store = Store()
    store.dynamodb.plan("transact_write_items", late(store, timed_out_after, SECONDS))
    assert commit(store.database, [group("key-1")]) == [Fate.BUSY]
    assert store.dynamodb.count("get_item") == 0


def test_a_single_insert_that_can_not_be_read_back_is_unknown() -> None:
    store = Store()
    store.dynamodb.plan("put_item", late(store, timed_out_after))
    store.dynamodb.plan_always("get_item", THROTTLED)
    assert store.database.insert(TABLE, item("key")) is Fate.UNKNOWN


def test_a_single_insert_that_meets_somebody_elses_when_it_is_read_back_exists() -> None:
    store = Store()
    store.put(item("key", "another"))
    store.dynamodb.plan("put_item", late(store, timed_out_before))
    assert store.database.insert(TABLE, item("key")) is Fate.REFUSED


def test_a_single_insert_that_was_only_ever_throttled_was_not_done_and_needs_no_look() -> None:
    store = Store()
    store.dynamodb.plan_always("put_item", THROTTLED)
    assert store.database.insert(TABLE, item("key")) is Fate.BUSY
    assert store.dynamodb.count("get_item") == 0


@pytest.mark.parametrize("kind", ["insert", "transaction"])
def test_time_to_read_back_is_kept_of_the_time_to_write(kind: str) -> None:
    # GIVEN a store that never answers a write
    store = Store()
    began = store.clock.now
    store.dynamodb.plan_always("put_item", timed_out_before)
    store.dynamodb.plan_always("transact_write_items", timed_out_before)
    # WHEN something is written
    if kind == "insert":
        store.database.insert(TABLE, item("key"))
    else:
        committed(store, "key")
    # THEN the tries end a longest call before the time does, and then it is read
    assert store.clock.now - began <= SECONDS - LONGEST_CALL_SECONDS + 1
    assert store.dynamodb.calls[-1].action == "get_item"
