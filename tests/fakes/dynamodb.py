"""An in-memory DynamoDB client: the calls that the store makes, with their limits, and faults on demand."""

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Collection
from typing import Any, NamedTuple

from tests.fakes import partiql
from tests.fakes.capacity import MOST_ITEM_BYTES, item_bytes, read_units, write_units
from tests.fakes.expressions import changed, meets, selects
from tests.fakes.faults import Answer, Fault, client_error
from tests.fakes.items import TOO_LARGE, Item, Key, copied, key_of, refuse_unused, require
from tests.fakes.partiql import Statement
from tests.fakes.versions import Versions

MOST_KEYS, MOST_STATEMENTS, MOST_ACTIONS = 100, 25, 100
MOST_BYTES_READ, MOST_BYTES_OF_PARTITION = 16 * 1_048_576, 1_048_576
"""What one BatchGetItem returns at most, in all and from one partition; the other keys are left unprocessed."""
MOST_BYTES_TOGETHER = 4 * 1_048_576
"""Of the items, keys and values of one TransactWriteItems."""


_UNITS = {"read": read_units, "write": write_units}


class Call(NamedTuple):
    """One call: its action and arguments."""

    action: str
    arguments: dict[str, Any]


class FakeDynamoDB:
    """Tables by name, their items by key; `calls` and `units` tell what was asked and what it would cost.

    `plan` puts faults on coming calls, `throttle` on statements by partition key, `leave_unprocessed` on
    batch reads by partition key. With a clock, reads that are not consistent are behind by `lag` seconds, or as
    `versions` says. `written` is called with table, key, and the item before and after, whenever one is put in
    another's place. May be used by several threads.
    """

    def __init__(self, clock: Callable[[], float] | None = None, lag: float = 0.0) -> None:
        self.tables: defaultdict[str, dict[Key, Item]] = defaultdict(dict)
        self.calls: list[Call] = []
        self._charges: list[tuple[str, Item | None, float]] = []
        self._units: defaultdict[str, float] = defaultdict(float)
        self._plans: defaultdict[str, dict[int, Fault]] = defaultdict(dict)
        self._always: dict[str, Fault] = {}
        self._statement_codes: dict[str, list[str]] = {}
        self._unprocessed: Counter[str] = Counter()
        self._tokens: dict[str, str] = {}
        self._lock = threading.RLock()
        self.versions = Versions(clock, lag) if clock else None
        self.written: Callable[[str, Key, Item | None, Item | None], None] = lambda *_: None
        self.page = 1_000
        """Items of one page of a query."""

    @property
    def units(self) -> defaultdict[str, float]:
        """Read and write units so far; they are counted when they are asked for, which most tests never do."""
        for kind, item, times in self._charges:
            self._units[kind] += times * _UNITS[kind](item or {})
        self._charges.clear()
        return self._units

    def plan(self, action: str, *faults: Fault | None, call: int = 1) -> None:
        """The next calls of an action meet these faults in turn (None: none), from the `call`-th on."""
        begin = self.count(action) + call
        self._plans[action].update({begin + n: fault for n, fault in enumerate(faults) if fault})

    def plan_always(self, action: str, fault: Fault) -> None:
        """Every call of an action meets this fault."""
        self._always[action] = fault

    def throttle(self, pk: str, *codes: str) -> None:
        """The statements for this partition key fail with these codes, one after the other, before one is done."""
        self._statement_codes[pk] = list(codes)

    def leave_unprocessed(self, pk: str, times: int = 1) -> None:
        """Batch reads leave this partition key unprocessed that many times."""
        self._unprocessed[pk] = times

    def count(self, action: str) -> int:
        """How many calls of an action there were."""
        return sum(call.action == action for call in self.calls)

    def forget(self) -> None:
        """Forget what was called, what it costs and which transactions were sent: for runs of very many calls."""
        self.calls.clear()
        self._charges.clear()
        self._tokens.clear()

    def snapshot(self) -> dict[str, dict[Key, Item]]:
        """All items of all tables, to compare with later; no call changes an item, it puts another in its place."""
        return {name: dict(items) for name, items in self.tables.items()}

    def delete_expired(self, table: str, now: float, chosen: Callable[[Key], bool] = lambda _key: True) -> int:
        """Delete the items whose `ttl` has passed, of those that are chosen: DynamoDB takes days for it, in no order.

        How many there were. Until then they are there for every call, as in DynamoDB.
        """
        items = self.tables[table].items()
        expired = [key for key, item in items if "ttl" in item and int(item["ttl"]["N"]) < now and chosen(key)]
        for key in expired:
            self._store(table, key, None)
        return len(expired)

    def get_item(self, **arguments: Any) -> Answer:
        """GetItem."""
        return self._call("get_item", arguments, self._get_item)

    def put_item(self, **arguments: Any) -> Answer:
        """PutItem."""
        return self._call("put_item", arguments, self._put_item)

    def update_item(self, **arguments: Any) -> Answer:
        """UpdateItem."""
        return self._call("update_item", arguments, self._update_item)

    def delete_item(self, **arguments: Any) -> Answer:
        """DeleteItem."""
        return self._call("delete_item", arguments, self._delete_item)

    def query(self, **arguments: Any) -> Answer:
        """Query by partition key, and by the beginning of the sort key."""
        return self._call("query", arguments, self._query)

    def scan(self, **arguments: Any) -> Answer:
        """Scan with a filter, of one of so many segments."""
        return self._call("scan", arguments, self._scan)

    def batch_get_item(self, **arguments: Any) -> Answer:
        """BatchGetItem of one table."""
        return self._call("batch_get_item", arguments, self._batch_get_item)

    def batch_execute_statement(self, **arguments: Any) -> Answer:
        """BatchExecuteStatement of INSERTs and UPDATEs with parameters."""
        return self._call("batch_execute_statement", arguments, self._batch_execute_statement)

    def transact_write_items(self, **arguments: Any) -> Answer:
        """TransactWriteItems of Puts, Updates and Deletes."""
        return self._call("transact_write_items", arguments, self._transact_write_items)

    def _call(self, action: str, arguments: dict[str, Any], do: Callable[[dict[str, Any]], Answer]) -> Answer:
        kept = copied(arguments)  # nothing changes it any more: the caller has its own, and items are never changed

        def answer() -> Answer:
            return do(kept) | {"ResponseMetadata": {"HTTPStatusCode": 200}}

        with self._lock:
            self.calls.append(Call(action, kept))
            fault = self._fault(action)
            return fault(answer) if fault else answer()

    def _fault(self, action: str) -> Fault | None:
        planned = self._plans[action]
        once = planned.pop(self.count(action), None) if planned else None  # to count all calls each time takes long
        return once or self._always.get(action)

    def _charge_read(self, item: Item | None, request: dict[str, Any]) -> None:
        self._charges.append(("read", item, 1 if request.get("ConsistentRead", False) else 0.5))

    def _charge_write(self, item: Item, times: int = 1) -> None:
        self._charges.append(("write", item, times))

    def _get_item(self, arguments: dict[str, Any]) -> Answer:
        item = self._seen(arguments["TableName"], key_of(arguments["Key"]), arguments)
        self._charge_read(item, arguments)
        return {"Item": dict(item)} if item else {}

    def _put_item(self, arguments: dict[str, Any]) -> Answer:
        item = arguments["Item"]
        self._charge_write(item)
        self._refuse_unless_met(arguments, item)
        self._store(arguments["TableName"], key_of(item), item)
        return {}

    def _update_item(self, arguments: dict[str, Any]) -> Answer:
        before = self._stored(arguments, arguments["Key"])
        item = changed(before or arguments["Key"], arguments)
        self._charge_write(item)
        self._refuse_unless_met(arguments, arguments["Key"])
        self._store(arguments["TableName"], key_of(item), item)
        updated = {name: value for name, value in item.items() if (before or {}).get(name) != value}
        told = {"ALL_NEW": item, "ALL_OLD": before, "UPDATED_NEW": updated}.get(arguments.get("ReturnValues", "NONE"))
        return {"Attributes": dict(told)} if told else {}

    def _delete_item(self, arguments: dict[str, Any]) -> Answer:
        self._charge_write(self._stored(arguments, arguments["Key"]) or arguments["Key"])
        self._refuse_unless_met(arguments, arguments["Key"])
        self._store(arguments["TableName"], key_of(arguments["Key"]), None)
        return {}

    def _query(self, arguments: dict[str, Any]) -> Answer:
        refuse_unused(arguments)
        values = arguments["ExpressionAttributeValues"]
        pk, prefix = values[":pk"]["S"], values.get(":prefix", {"S": ""})["S"]
        keys = sorted([key for key in self._keys(arguments) if key[0] == pk and key[1].startswith(prefix)])
        if not arguments.get("ScanIndexForward", True):
            keys.reverse()
        if start := arguments.get("ExclusiveStartKey"):
            backwards = not arguments.get("ScanIndexForward", True)
            keys = [key for key in keys if (key < key_of(start) if backwards else key > key_of(start))]
        most = min(arguments.get("Limit", self.page), self.page)
        read = [self._seen(arguments["TableName"], key, arguments) for key in keys[:most]]
        items = [item for item in read if item]
        for item in items:
            self._charge_read(item, arguments)
        names = {part.strip() for part in arguments.get("ProjectionExpression", "").split(",")} - {""}
        shown = [{name: value for name, value in item.items() if not names or name in names} for item in items]
        last = keys[most - 1] if len(keys) > most else None
        return {"Items": shown, **({"LastEvaluatedKey": {"pk": {"S": last[0]}, "sk": {"S": last[1]}}} if last else {})}

    def _scan(self, arguments: dict[str, Any]) -> Answer:
        refuse_unused(arguments)
        segment, segments = arguments.get("Segment", 0), arguments.get("TotalSegments", 1)
        table, start = arguments["TableName"], arguments.get("ExclusiveStartKey")
        keys = [key for key in sorted(self._keys(arguments)) if sum(key[0].encode()) % segments == segment]
        keys = [key for key in keys if not start or key > key_of(start)]
        seen = [self._seen(table, key, arguments) for key in keys[: self.page]]
        items = [item for item in seen if item]
        for item in items:
            self._charge_read(item, {})
        last = {}
        if len(keys) > self.page:
            last = {
                "LastEvaluatedKey": dict(zip(("pk", "sk"), ({"S": part} for part in keys[self.page - 1]), strict=False))
            }
        return {"Items": [dict(item) for item in items if selects(item, arguments)], **last}

    def _stored(self, arguments: dict[str, Any], key: Item) -> Item | None:
        return self.tables[arguments["TableName"]].get(key_of(key))

    def _keys(self, request: dict[str, Any]) -> Collection[Key]:
        """The keys of a table that a read may see something at: also of what was deleted a moment ago."""
        table = request["TableName"]
        if self.versions is None or request.get("ConsistentRead", False):
            return self.tables[table]
        return self.tables[table].keys() | self.versions.recent(table)

    def _seen(self, table: str, key: Key, request: dict[str, Any]) -> Item | None:
        """What a read gets: the item as it is, or one that is a little older where the read need not be consistent."""
        item = self.tables[table].get(key)
        if self.versions is None or request.get("ConsistentRead", False):
            return item
        return self.versions.seen((table, key), item)

    def _store(self, table: str, key: Key, item: Item | None) -> None:
        """Have an item in the place of what was there, or nothing."""
        items = self.tables[table]
        before = items.get(key)
        if self.versions:
            self.versions.note((table, key), before)
        if item is None:
            items.pop(key, None)
        else:
            items[key] = item
        self.written(table, key, before, item)

    def _refuse_unless_met(self, arguments: dict[str, Any], key: Item) -> None:
        refuse_unused(arguments)
        require(item_bytes(key) <= MOST_ITEM_BYTES, TOO_LARGE)
        stored = self._stored(arguments, key)
        if not meets(stored or {}, arguments):
            told = stored and arguments.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
            fields: dict[str, Any] = {"Item": dict(stored)} if stored and told else {}
            raise client_error("ConditionalCheckFailedException", **fields)

    def _batch_get_item(self, arguments: dict[str, Any]) -> Answer:
        ((name, request),) = arguments["RequestItems"].items()
        keys = request["Keys"]
        require(0 < len(keys) <= MOST_KEYS, "Too many items requested for the BatchGetItem call")
        require(len({key_of(key) for key in keys}) == len(keys), "Provided list of item keys contains duplicates")
        left = [key for key in keys if self._unprocessed[key["pk"]["S"]] > 0]
        self._unprocessed.subtract(key["pk"]["S"] for key in left)
        named = request.get("ProjectionExpression", "")
        wanted = {part.strip() for part in named.split(",")} if named else None
        found, size, sizes = [], 0, Counter[str]()
        for key in keys:
            if key in left:
                continue
            item, partition = self._seen(name, key_of(key), request), key["pk"]["S"]
            taken = item_bytes(item or {})
            size, sizes[partition] = size + taken, sizes[partition] + taken
            if size > MOST_BYTES_READ or sizes[partition] > MOST_BYTES_OF_PARTITION:
                left.append(key)
                continue
            self._charge_read(item, request)
            if item:
                found.append({name: value for name, value in item.items() if wanted is None or name in wanted})
        unprocessed = {name: {**request, "Keys": left}} if left else {}
        return {"Responses": {name: found}, "UnprocessedKeys": unprocessed}

    def _batch_execute_statement(self, arguments: dict[str, Any]) -> Answer:
        statements = [partiql.read(statement) for statement in arguments["Statements"]]
        require(0 < len(statements) <= MOST_STATEMENTS, "Member must have length less than or equal to 25")
        keys = {(one.table, key_of(one.key)) for one in statements}
        require(len(keys) == len(statements), "Statements must not reference the same item more than once")
        require(len({one.refusal for one in statements}) == 1, "INSERTs and UPDATEs in one batch: the fake has no need")
        return {"Responses": [self._statement(one) for one in statements]}

    def _statement(self, statement: Statement) -> Answer:
        table, key = statement.table, key_of(statement.key)
        codes, before = self._statement_codes.get(statement.key["pk"]["S"]), self.tables[table].get(key)
        code, item = codes.pop(0) if codes else None, statement.after(before)
        self._charge_write(item or statement.inserts or before or statement.key)
        if not code and item_bytes(item or {}) > MOST_ITEM_BYTES:
            code = "ValidationError"
        if not code and item is None:
            code = statement.refusal
        if code or item is None:
            told = statement.told and code == "ConditionalCheckFailed" and before
            met = {"Item": dict(before)} if told and before else {}
            return {"Error": {"Code": code, "Message": "refused", **met}, "TableName": table}
        self._store(table, key, item)
        return {"TableName": table}

    def _transact_write_items(self, arguments: dict[str, Any]) -> Answer:
        actions = [next(iter(action.items())) for action in arguments["TransactItems"]]
        require(0 < len(actions) <= MOST_ACTIONS, "Member must have length less than or equal to 100")
        for _, action in actions:
            refuse_unused(action)
        data = (action.get(part, {}) for _, action in actions for part in ("Item", "Key", "ExpressionAttributeValues"))
        require(sum(map(item_bytes, data)) <= MOST_BYTES_TOGETHER, "request cannot include more than 4 MB of data")
        token, content = arguments["ClientRequestToken"], repr(actions)
        if token in self._tokens:
            if self._tokens[token] != content:
                raise client_error("IdempotentParameterMismatchException")
            return {}
        met = [meets(self._stored(one, one.get("Item") or one["Key"]) or {}, one) for _, one in actions]
        if not all(met):
            codes = ["None" if one else "ConditionalCheckFailed" for one in met]
            raise client_error("TransactionCanceledException", CancellationReasons=[{"Code": code} for code in codes])
        self._tokens[token] = content
        for kind, action in actions:
            self._act(kind, action)
        return {}

    def _act(self, kind: str, action: dict[str, Any]) -> None:
        table, key = action["TableName"], key_of(action.get("Item") or action["Key"])
        if kind == "ConditionCheck":
            return
        item = None
        if kind != "Delete":
            item = action["Item"] if kind == "Put" else changed(self.tables[table].get(key) or action["Key"], action)
            self._charge_write(item, times=2)
        self._store(table, key, item)
