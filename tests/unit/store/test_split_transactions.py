"""A store that has no room for some of a call's actions: the others don't wait for them."""

from collections.abc import Callable

from loyalty.domain.outcome import Origin, Outcome, Status
from loyalty.store.engine.dynamodb import Item
from loyalty.store.engine.fate import Fate
from loyalty.store.engine.transactions import commit
from loyalty.store.tables import journal
from tests.fakes.faults import Answer, Fault, refused, timed_out_after
from tests.fakes.store import SECONDS, TABLE, Store, item

GROUPS = 50
COLD, HOT = Fate.DONE, Fate.BUSY


def group(pk: str) -> list[Item]:
    return [{"Put": {"TableName": TABLE, "Item": item(pk), "ConditionExpression": "attribute_not_exists(pk)"}}]


def throttle(store: Store, hot: Callable[[str], bool]) -> None:
    """Have the store refuse each transaction that holds an item of which `hot` is true of the key."""
    plain = store.dynamodb.transact_write_items

    def transact(**request: object) -> Answer:
        actions = request["TransactItems"]
        assert isinstance(actions, list)
        codes = ["ThrottlingError" if hot(one["Put"]["Item"]["pk"]["S"]) else "None" for one in actions]
        if set(codes) == {"None"}:
            return plain(**request)
        reasons = [{"Code": code} for code in codes]
        return refused("TransactionCanceledException", CancellationReasons=reasons)(dict)

    store.dynamodb.transact_write_items = transact  # type: ignore[method-assign]  # of this test's own store


def test_where_every_tenth_item_is_throttled_the_others_are_written_and_told() -> None:
    # GIVEN a store that has no room for every tenth of fifty items, all along
    store = Store()
    throttle(store, lambda pk: pk.endswith("0"))
    # WHEN they are written together
    fates = commit(store.database, [group(f"key-{index}") for index in range(GROUPS)])
    # THEN the others are written, well before the time is over
    assert fates == [HOT if index % 10 == 0 else COLD for index in range(GROUPS)]
    assert len(store.stored()) == GROUPS * 9 // 10
    # AND those were tried until it was over
    assert SECONDS - 1 < store.waited < SECONDS + 1


def test_an_item_that_is_throttled_for_a_while_is_written_at_last() -> None:
    # GIVEN a store that has no room for one item during half the time for tries
    store = Store()
    throttle(store, lambda pk: pk == "key-7" and store.waited < SECONDS / 2)
    # WHEN it is written with others
    fates = commit(store.database, [group(f"key-{index}") for index in range(GROUPS)])
    # THEN all are written, the item a little later than it could be
    assert fates == [COLD] * GROUPS
    assert store.waited < SECONDS / 2 + 2


def test_a_call_is_not_split_once_it_may_have_been_done() -> None:
    # GIVEN a store that does all, whose answer is lost, and that then has no room for a while
    store = Store()
    throttled: Fault = refused("ThrottlingException")
    store.dynamodb.plan("transact_write_items", timed_out_after, *[throttled] * 8)
    # WHEN ten items are written together
    fates = commit(store.database, [group(f"key-{index}") for index in range(10)])
    # THEN that call is repeated as it was, which DynamoDB knows for the same
    assert fates == [COLD] * 10
    assert store.waited > 1
    assert len({call.arguments["ClientRequestToken"] for call in store.dynamodb.calls}) == 1


def test_each_part_of_a_call_has_its_own_record() -> None:
    # GIVEN a store that has no room for one of ten items, and a record of what each call does
    store = Store()
    throttle(store, lambda pk: pk == "key-3")
    origin, seen = Origin("job", 500), Outcome(Status.CREATED, "p")
    # WHEN they are written together
    commit(
        store.database,
        [group(f"key-{index}") for index in range(10)],
        lambda positions: journal.record(store.database, origin, dict.fromkeys(positions, seen)),
    )
    # THEN the records say of each of the others that it is written
    written = journal.read(store.database.patient(1), origin)
    assert written == {500 + index: seen for index in range(10) if index != 3}
