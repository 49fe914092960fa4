"""An item without an origin has it in its key: one that is there exists, and the caller knows what that means."""

from loyalty.store.engine import inserts
from loyalty.store.engine.fate import Fate
from tests.fakes.faults import timed_out_after
from tests.fakes.items import Item
from tests.fakes.store import TABLE, Store


def notes(count: int) -> list[Item]:
    """So many items of distinct keys, none with an origin."""
    return [{"pk": {"S": f"key-{index}"}, "note": {"S": "x"}} for index in range(count)]


def test_an_insert_without_an_origin_that_meets_the_same_item_exists() -> None:
    # GIVEN a table with an item
    store = Store()
    store.put(*notes(1))
    # WHEN the same is inserted
    # THEN it is not taken for our own because neither has an origin
    assert store.database.insert(TABLE, notes(1)[0]) is Fate.REFUSED


def test_an_item_without_an_origin_exists_and_is_not_read() -> None:
    # GIVEN a store that does a call and never says so
    store = Store()
    store.dynamodb.plan("batch_execute_statement", timed_out_after)
    # WHEN a batch is inserted
    # THEN its items exist, and nothing was read to find out whose they are
    assert inserts.insert_all(store.database, TABLE, notes(3)) == [Fate.REFUSED] * 3
    assert [call.action for call in store.dynamodb.calls] == ["batch_execute_statement"] * 2
