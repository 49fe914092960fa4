"""A DynamoDB whose partitions take no more writes than AWS's do: what is above 1,000 units a second is throttled.

The tests' own tables, over real HTTP in a process of its own. A partition key belongs to one of `PARTITIONS` of its
table for good, as many as a new table on demand begins with. A partition begins with nothing, and saves what it does
not use for a second. Reads are not limited. `python -m tests.bench.partitions <milliseconds>` is the process; see
`stub.Stub`, whose `calls` are the items of each table here.
"""

import sys
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

import orjson

from loyalty.store.aws.errors import CallRefused
from loyalty.store.tables.keys import identifier
from tests.bench.feeding import email
from tests.bench.requests import ACCOUNT
from tests.bench.stub import serve
from tests.fakes.capacity import write_units
from tests.fakes.dynamodb import FakeDynamoDB
from tests.fakes.faults import client_error
from tests.fakes.items import Item, Key
from tests.fakes.partiql import read

PARTITIONS, UNITS = 4, 1_000
"""Of a table; and what one of them takes, write units a second."""
CUSTOMERS = 100_000
"""Who are there, by e-mail."""

_ACTIONS = {
    "GetItem": "get_item",
    "PutItem": "put_item",
    "UpdateItem": "update_item",
    "DeleteItem": "delete_item",
    "Query": "query",
    "BatchGetItem": "batch_get_item",
    "BatchExecuteStatement": "batch_execute_statement",
    "TransactWriteItems": "transact_write_items",
}

_REMEMBERED = 1_000  # calls, seconds before which no transaction is repeated

Place = tuple[str, int]
"""A table, and one of its partitions."""


class Room:
    """What partitions take at a moment, by a `clock` in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        began = clock()
        self._left: dict[Place, tuple[float, float]] = defaultdict(lambda: (0.0, began))

    def take(self, units: Counter[Place]) -> set[Place]:
        """Take these units, all or none; the partitions that don't have them."""
        now = self._clock()
        left = {place: min(UNITS, left + UNITS * (now - at)) for place in units for left, at in [self._left[place]]}
        full = {place for place, wanted in units.items() if wanted > left[place]}
        self._left.update({place: (left[place] - (0 if full else units[place]), now) for place in units})
        return full


class Partitioned:
    """Tables behind `room`."""

    def __init__(self, room: Room) -> None:
        self.dynamodb = FakeDynamoDB()
        self._room = room

    def answer(self, action: str, body: bytes) -> tuple[int, bytes]:
        """As `stub.Answer`."""
        if not action:
            return 200, orjson.dumps({table: len(items) for table, items in self.dynamodb.tables.items()})
        if len(self.dynamodb.calls) > _REMEMBERED:
            self.dynamodb.forget()
        try:
            return 200, orjson.dumps(self._call(action, orjson.loads(body)))
        except CallRefused as error:
            told = {"__type": f"com.amazonaws.dynamodb#{error.code}", "message": error.message, **error.fields}
            return error.status, orjson.dumps(told)

    def _call(self, action: str, request: dict[str, Any]) -> dict[str, Any]:
        call = getattr(self.dynamodb, _ACTIONS[action])
        if action == "BatchExecuteStatement":
            return self._each(call, request["Statements"])
        if action == "TransactWriteItems":
            self._take_all([next(iter(one.values())) for one in request["TransactItems"]])
        elif action in ("PutItem", "UpdateItem", "DeleteItem") and self._room.take(self._units(request)):
            raise client_error("ThrottlingException")
        done: dict[str, Any] = call(**request)
        return done

    def _each(self, call: Callable[..., dict[str, Any]], statements: list[dict[str, Any]]) -> dict[str, Any]:
        """Statements that have room, each for itself."""
        said = [read({"ReturnValuesOnConditionCheckFailure": "ALL_OLD", **one}) for one in statements]
        refused = [
            bool(self._room.take(_units(one.table, one.inserts or self._stored(one.table, one.key)))) for one in said
        ]
        left = [one for one, full in zip(statements, refused, strict=True) if not full]
        done = iter(call(Statements=left)["Responses"] if left else ())
        throttled = {"Error": {"Code": "ThrottlingError", "Message": "refused"}}
        return {"Responses": [throttled if full else next(done) for full in refused]}

    def _take_all(self, actions: list[dict[str, Any]]) -> None:
        units: Counter[Place] = Counter()
        for action in actions:
            units += self._units(action, times=2)
        if full := self._room.take(units):
            codes = ["ThrottlingError" if full & self._units(one).keys() else "None" for one in actions]
            raise client_error("TransactionCanceledException", CancellationReasons=[{"Code": code} for code in codes])

    def _units(self, action: dict[str, Any], times: int = 1) -> Counter[Place]:
        table = action["TableName"]
        return _units(table, action.get("Item") or self._stored(table, action["Key"]), times)

    def _stored(self, table: str, key: Item) -> Item:
        found = self.dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True)
        item: Item = found.get("Item") or key
        return item


def _units(table: str, item: Item, times: int = 1) -> Counter[Place]:
    partition = zlib.crc32(item["pk"]["S"].encode()) % PARTITIONS
    return Counter({(table, partition): int(times * write_units(item))})


def _customers() -> dict[Key, Item]:
    """By e-mail, those that `feeding` enrols."""
    return {
        (pk,): {"pk": {"S": pk}, "profile_id": {"S": f"{number:024x}"}, "customer_id": {"N": str(number)}}
        for number in range(CUSTOMERS)
        for pk in [identifier(ACCOUNT, "email", email(number))]
    }


if __name__ == "__main__":
    tables = Partitioned(Room())
    tables.dynamodb.tables["customers"].update(_customers())
    serve(tables.answer, float(sys.argv[1]))
