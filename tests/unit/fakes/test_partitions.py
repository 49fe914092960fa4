"""The benchmark's DynamoDB, whose partitions throttle: what it lets through is what AWS's limits let through."""

from collections import Counter
from typing import Any

import orjson

from tests.bench.partitions import PARTITIONS, UNITS, Partitioned, Room
from tests.fakes.clock import FakeClock


class _Store:
    """The tables, called as over HTTP, at a moment that stands still until it is set."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self._tables = Partitioned(Room(self.clock))

    def call(self, action: str, **request: Any) -> tuple[int, Any]:
        """The status and the answer of a call."""
        status, body = self._tables.answer(action, orjson.dumps(request))
        return status, orjson.loads(body)

    def insert(self, *names: str) -> list[str]:
        """Insert items by one batch of statements; the code of each, empty where it is done."""
        insert = "INSERT INTO \"members\" VALUE {'pk':?,'origin':?}"
        statements = [{"Statement": insert, "Parameters": [{"S": name}, {"S": "a"}]} for name in names]
        _, answer = self.call("BatchExecuteStatement", Statements=statements)
        return [one.get("Error", {}).get("Code", "") for one in answer["Responses"]]


def test_a_partition_takes_a_thousand_units_a_second_and_saves_no_more_than_that() -> None:
    # GIVEN a partition that was not used for an hour
    clock = FakeClock()
    room = Room(clock)
    clock.sleep(3_600)
    # WHEN so much is taken at one moment
    all_, one, later = Counter({("members", 0): UNITS}), Counter({("members", 0): 1}), Counter({("members", 0): 500})
    taken = [room.take(all_), room.take(one)]
    clock.sleep(0.5)
    # THEN there is one second's worth, and half of that half a second later
    assert [*taken, room.take(later), room.take(one)] == [set(), {("members", 0)}, set(), {("members", 0)}]


def test_units_are_taken_of_all_partitions_or_of_none() -> None:
    # GIVEN one partition that is full
    clock = FakeClock()
    room = Room(clock)
    clock.sleep(1)
    room.take(Counter({("members", 0): UNITS}))
    # WHEN something needs it and another one
    refused = room.take(Counter({("members", 0): 1, ("members", 1): UNITS}))
    # THEN the full one is named, and the other has all it had
    assert refused == {("members", 0)}
    assert room.take(Counter({("members", 1): UNITS})) == set()


def test_of_a_batch_of_statements_each_has_room_for_itself() -> None:
    # GIVEN partitions that have saved one unit each
    store = _Store()
    store.clock.sleep(0.0015)
    # WHEN a batch comes whose items belong to all of them
    codes = store.insert(*(f"person{number}" for number in range(25)))
    # THEN one item of each is written, and the others are throttled
    assert Counter(codes) == {"": PARTITIONS, "ThrottlingError": 25 - PARTITIONS}
    assert store.call("") == (200, {"members": PARTITIONS})


def test_a_transaction_has_room_for_all_of_it_or_is_cancelled_for_those_that_have_none() -> None:
    # GIVEN partitions that have saved three units each, and two items of one of them, at two units each
    store = _Store()
    store.clock.sleep(0.0035)
    insert = [
        {"Put": {"TableName": "members", "Item": {"pk": {"S": "person"}, "sk": {"S": name}}}} for name in ("one", "two")
    ]
    # WHEN both are written by one transaction, and then one alone
    both = store.call("TransactWriteItems", TransactItems=insert, ClientRequestToken="both")
    one = store.call("TransactWriteItems", TransactItems=insert[:1], ClientRequestToken="one")
    # THEN the first is cancelled, and took nothing of what the second needs
    reasons = [{"Code": "ThrottlingError"}] * 2
    cancelled = {"__type": "com.amazonaws.dynamodb#TransactionCanceledException", "message": "refused"}
    assert both == (400, {**cancelled, "CancellationReasons": reasons})
    assert one == (200, {"ResponseMetadata": {"HTTPStatusCode": 200}})


def test_a_single_write_that_has_no_room_is_throttled() -> None:
    # GIVEN partitions that have saved nothing
    store = _Store()
    # WHEN an item is written
    status, answer = store.call("PutItem", TableName="members", Item={"pk": {"S": "person"}})
    # THEN it is refused as DynamoDB refuses it
    assert (status, answer["__type"]) == (400, "com.amazonaws.dynamodb#ThrottlingException")
