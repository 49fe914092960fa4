"""An item that is there already may be our own write: after a lost answer, a repeat, or a redelivery."""

from collections.abc import Callable

import pytest

from loyalty.domain.deadline import LONGEST_CALL_SECONDS
from loyalty.store.engine import inserts
from loyalty.store.engine.fate import Fate
from tests.fakes.faults import Answer, Fault, cut_short, refused, reset_after, timed_out_after, timed_out_before
from tests.fakes.store import SECONDS, TABLE, Store, item, items

LOST = {"timed out": timed_out_after, "reset": reset_after}


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST)
def test_a_batch_whose_answer_was_lost_is_known_for_our_own(fault: Fault) -> None:
    # GIVEN a table with somebody else's item, and a store that does a call and never says so
    store = Store()
    store.put(item("key-1", "another"))
    store.dynamodb.plan("batch_execute_statement", fault)
    # WHEN three items are inserted
    writes = inserts.insert_all(store.database, TABLE, items(3))
    # THEN ours count as inserted and the other's as there, after one consistent look
    assert writes == [Fate.DONE, Fate.REFUSED, Fate.DONE]
    (look,) = [
        call.arguments["RequestItems"][TABLE] for call in store.dynamodb.calls if call.action == "batch_get_item"
    ]
    assert look["ConsistentRead"] is True
    assert look["ProjectionExpression"] == "pk,origin"
    assert len(look["Keys"]) == 3


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST)
def test_a_single_insert_whose_answer_was_lost_is_known_for_our_own(fault: Fault) -> None:
    # GIVEN a store that writes and never says so
    store = Store()
    store.dynamodb.plan("put_item", fault)
    # WHEN one item is inserted
    # THEN the item that is met is our own
    assert store.database.insert(TABLE, item("key")) is Fate.DONE
    assert store.stored() == [item("key")]


def test_a_fresh_batch_takes_what_is_there_for_somebody_elses_without_looking() -> None:
    # GIVEN a table that holds the same items with the same origin
    store = Store()
    store.put(*items(3))
    # WHEN they are inserted by a first and only call
    # THEN nothing is read
    assert inserts.insert_all(store.database, TABLE, items(3)) == [Fate.REFUSED] * 3
    assert [call.action for call in store.dynamodb.calls] == ["batch_execute_statement"]


def test_a_redelivered_batch_finds_its_own_writes() -> None:
    # GIVEN a table with half of a batch, and somebody else's item
    store = Store()
    store.put(*items(2), item("key-2", "another"))
    # WHEN the batch is delivered again
    writes = inserts.insert_all(store.database, TABLE, items(4), redelivered=True)
    # THEN what is ours counts as inserted
    assert writes == [Fate.DONE, Fate.DONE, Fate.REFUSED, Fate.DONE]


def test_a_redelivered_single_item_finds_its_own_write_without_another_call() -> None:
    # GIVEN a table with our own item
    store = Store()
    store.put(item("key"))
    # WHEN it is delivered again
    # THEN the refusal itself tells
    assert inserts.insert_all(store.database, TABLE, [item("key")], redelivered=True) == [Fate.DONE]
    assert len(store.dynamodb.calls) == 1


def test_a_statement_that_was_throttled_was_not_done_and_needs_no_look() -> None:
    # GIVEN a store that throttles one statement of a batch, and somebody else's items
    store = Store()
    store.put(item("key-0", "another"), item("key-1", "another"))
    store.dynamodb.throttle("key-1", "ThrottlingError")
    # WHEN the batch is inserted
    writes = inserts.insert_all(store.database, TABLE, items(3))
    # THEN what each call said is sure
    assert writes == [Fate.REFUSED, Fate.REFUSED, Fate.DONE]
    assert store.dynamodb.count("batch_get_item") == 0


def test_a_statement_that_failed_after_its_write_meets_it_as_its_own() -> None:
    # GIVEN a taken key, and a statement that fails inside an HTTP 200 though it was done
    store = Store()
    store.put(item("key-0", "another"))

    def one_failed(do: Callable[[], Answer]) -> Answer:
        answer = do()
        answer["Responses"][1] = {"Error": {"Code": "InternalServerError", "Message": "refused"}}
        return answer

    store.dynamodb.plan("batch_execute_statement", one_failed)
    # WHEN a batch is inserted
    writes = inserts.insert_all(store.database, TABLE, items(3))
    # THEN only that one was doubted, and it is our own
    assert writes == [Fate.REFUSED, Fate.DONE, Fate.DONE]
    look = store.dynamodb.calls[-1].arguments["RequestItems"][TABLE]["Keys"]
    assert look == [{"pk": {"S": "key-1"}}]


def test_an_answer_that_was_cut_short_is_no_answer() -> None:
    # GIVEN a store that does all, and whose answers end too early
    store = Store()
    store.dynamodb.plan("batch_execute_statement", cut_short)
    store.dynamodb.plan("batch_get_item", cut_short)
    # WHEN a batch is inserted
    # THEN it is known for our own
    assert inserts.insert_all(store.database, TABLE, items(3)) == [Fate.DONE] * 3
    assert store.dynamodb.count("batch_get_item") == 2


def test_what_cannot_be_looked_at_is_unknown() -> None:
    # GIVEN a store that loses an answer and cannot be read then
    store = Store()
    store.dynamodb.plan("batch_execute_statement", timed_out_after)
    store.dynamodb.plan_always("batch_get_item", refused("ThrottlingException"))
    # WHEN three items are inserted
    # THEN nobody can say whose they are
    assert inserts.insert_all(store.database, TABLE, items(3)) == [Fate.UNKNOWN] * 3


def test_what_is_gone_when_it_is_looked_at_is_busy() -> None:
    # GIVEN a store that loses an answer, and an item that is removed before it is looked at
    store = Store()
    store.put(*items(2, origin="another"))
    store.dynamodb.plan("batch_execute_statement", timed_out_before)

    def removed(do: Callable[[], Answer]) -> Answer:
        store.dynamodb.tables[TABLE].pop(("key-1",))
        return do()

    store.dynamodb.plan("batch_get_item", removed)
    # WHEN two items are inserted
    # THEN it may be repeated
    assert inserts.insert_all(store.database, TABLE, items(2)) == [Fate.REFUSED, Fate.BUSY]


@pytest.mark.parametrize("fault", [timed_out_after, reset_after, cut_short])
def test_an_answer_lost_at_the_deadline_is_read_back(fault: Fault) -> None:
    # GIVEN a store that does all, and whose answer does not come before the time for tries is over
    store = Store()

    def late(do: Callable[[], Answer]) -> Answer:
        store.clock.now += SECONDS - 1
        return fault(do)

    for count in (1, 3):
        store.dynamodb.plan("put_item" if count == 1 else "batch_execute_statement", late)
        # WHEN items are inserted
        database = store.database.within(SECONDS + LONGEST_CALL_SECONDS)
        # THEN they are known to be there
        assert inserts.insert_all(database, TABLE, items(count)[-count:]) == [Fate.DONE] * count
        store.dynamodb.tables[TABLE].clear()


@pytest.mark.parametrize("count", [1, 3])
def test_an_item_without_an_answer_that_is_not_there_is_busy(count: int) -> None:
    # GIVEN a store that gets nothing before the time for tries is over
    store = Store()

    def late(do: Callable[[], Answer]) -> Answer:
        store.clock.now += SECONDS - 1
        return timed_out_before(do)

    store.dynamodb.plan("put_item" if count == 1 else "batch_execute_statement", late)
    # WHEN items are inserted
    # THEN they were not done, and may be repeated
    assert inserts.insert_all(store.database, TABLE, items(count)) == [Fate.BUSY] * count


def test_an_answer_lost_after_the_deadline_is_unknown_and_the_repeat_of_the_same_request_finds_its_own() -> None:
    # GIVEN a store that does all and never answers
    store = Store()

    def lost_and_late(do: Callable[[], Answer]) -> Answer:
        store.clock.now += SECONDS
        return timed_out_after(do)

    store.dynamodb.plan("batch_execute_statement", lost_and_late)
    # WHEN three items are inserted
    # THEN none is told to be there, nor to be not
    assert inserts.insert_all(store.database, TABLE, items(3)) == [Fate.UNKNOWN] * 3
    # AND a redelivery finds them for its own
    assert inserts.insert_all(store.database.within(100), TABLE, items(3), redelivered=True) == [Fate.DONE] * 3
