"""An in-memory DynamoDB client: the calls that the store makes, with their limits, and faults on demand."""

import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any, NamedTuple

from tests.fakes.capacity import MOST_KEY_BYTES, read_units, write_units
from tests.fakes.expressions import changed, meets, selects
from tests.fakes.faults import Answer, Fault, client_error
from tests.fakes.partiql import inserted_item

Item = dict[str, Any]
Key = tuple[str, ...]

MOST_KEYS, MOST_STATEMENTS, MOST_ACTIONS = 100, 25, 100


class Call(NamedTuple):
    """One call: its action and arguments."""

    action: str
    arguments: dict[str, Any]


class FakeDynamoDB:
    """Tables by name, their items by key; `calls` and `units` tell what was asked and what it would cost.

    `plan` puts faults on coming calls, `throttle` on statements by partition key, `leave_unprocessed` on
    batch reads by partition key. May be used by several threads.
    """

    def __init__(self) -> None:
        self.tables: defaultdict[str, dict[Key, Item]] = defaultdict(dict)
        self.calls: list[Call] = []
        self.units: defaultdict[str, float] = defaultdict(float)
        self._plans: defaultdict[str, dict[int, Fault]] = defaultdict(dict)
        self._always: dict[str, Fault] = {}
        self._statement_codes: dict[str, list[str]] = {}
        self._unprocessed: Counter[str] = Counter()
        self._tokens: dict[str, str] = {}
        self._lock = threading.RLock()
        self.page = 1_000
        """Items of one page of a query."""

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

    def snapshot(self) -> dict[str, dict[Key, Item]]:
        """All items of all tables, to compare with later; no call changes an item, it puts another in its place."""
        return {name: dict(items) for name, items in self.tables.items()}

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
        """BatchExecuteStatement of INSERTs with parameters."""
        return self._call("batch_execute_statement", arguments, self._batch_execute_statement)

    def transact_write_items(self, **arguments: Any) -> Answer:
        """TransactWriteItems of Puts, Updates and Deletes."""
        return self._call("transact_write_items", arguments, self._transact_write_items)

    def _call(self, action: str, arguments: dict[str, Any], do: Callable[[dict[str, Any]], Answer]) -> Answer:
        def answer() -> Answer:
            return do(_copy(arguments)) | {"ResponseMetadata": {"HTTPStatusCode": 200}}

        with self._lock:
            self.calls.append(Call(action, _copy(arguments)))
            fault = self._plans[action].pop(self.count(action), None) or self._always.get(action)
            return fault(answer) if fault else answer()

    def _get_item(self, arguments: dict[str, Any]) -> Answer:
        item = self.tables[arguments["TableName"]].get(_key(arguments["Key"]))
        self.units["read"] += read_units(item, consistent=arguments.get("ConsistentRead", False))
        return {"Item": _copy(item)} if item else {}

    def _put_item(self, arguments: dict[str, Any]) -> Answer:
        item = arguments["Item"]
        self.units["write"] += write_units(item)
        self._refuse_unless_met(arguments, item)
        self.tables[arguments["TableName"]][_key(item)] = item
        return {}

    def _update_item(self, arguments: dict[str, Any]) -> Answer:
        before = self._stored(arguments, arguments["Key"])
        item = changed(before or arguments["Key"], arguments)
        self.units["write"] += write_units(item)
        self._refuse_unless_met(arguments, arguments["Key"])
        self.tables[arguments["TableName"]][_key(item)] = item
        told = {"ALL_NEW": item, "ALL_OLD": before}.get(arguments.get("ReturnValues", "NONE"))
        return {"Attributes": dict(told)} if told else {}

    def _delete_item(self, arguments: dict[str, Any]) -> Answer:
        self.units["write"] += write_units(self._stored(arguments, arguments["Key"]) or arguments["Key"])
        self._refuse_unless_met(arguments, arguments["Key"])
        self.tables[arguments["TableName"]].pop(_key(arguments["Key"]), None)
        return {}

    def _query(self, arguments: dict[str, Any]) -> Answer:
        values = arguments["ExpressionAttributeValues"]
        prefix = values.get(":prefix", {"S": ""})["S"]
        keys = sorted(key for key in self.tables[arguments["TableName"]] if key[0] == values[":pk"]["S"])
        keys = [key for key in keys if key[1].startswith(prefix)]
        if not arguments.get("ScanIndexForward", True):
            keys.reverse()
        if start := arguments.get("ExclusiveStartKey"):
            backwards = not arguments.get("ScanIndexForward", True)
            keys = [key for key in keys if (key < _key(start) if backwards else key > _key(start))]
        most = min(arguments.get("Limit", self.page), self.page)
        items = [self.tables[arguments["TableName"]][key] for key in keys[:most]]
        self.units["read"] += sum(read_units(item, consistent=arguments.get("ConsistentRead", False)) for item in items)
        names = {part.strip() for part in arguments.get("ProjectionExpression", "").split(",")} - {""}
        shown = [{name: value for name, value in item.items() if not names or name in names} for item in items]
        last = {"LastEvaluatedKey": {name: items[-1][name] for name in ("pk", "sk")}} if len(keys) > most else {}
        return {"Items": shown, **last}

    def _scan(self, arguments: dict[str, Any]) -> Answer:
        segment, segments = arguments.get("Segment", 0), arguments.get("TotalSegments", 1)
        table, start = self.tables[arguments["TableName"]], arguments.get("ExclusiveStartKey")
        keys = [key for key in sorted(table) if sum(key[0].encode()) % segments == segment]
        keys = [key for key in keys if not start or key > _key(start)]
        items = [table[key] for key in keys[: self.page]]
        self.units["read"] += sum(read_units(item, consistent=False) for item in items)
        more = len(keys) > len(items)
        last = (
            {"LastEvaluatedKey": {name: items[-1][name] for name in ("pk", "sk") if name in items[-1]}} if more else {}
        )
        return {"Items": [_copy(item) for item in items if selects(item, arguments)], **last}

    def _stored(self, arguments: dict[str, Any], key: Item) -> Item | None:
        return self.tables[arguments["TableName"]].get(_key(key))

    def _refuse_unless_met(self, arguments: dict[str, Any], key: Item) -> None:
        stored = self._stored(arguments, key)
        if not meets(stored or {}, arguments):
            told = stored and arguments.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
            fields: dict[str, Any] = {"Item": dict(stored)} if stored and told else {}
            raise client_error("ConditionalCheckFailedException", **fields)

    def _batch_get_item(self, arguments: dict[str, Any]) -> Answer:
        ((name, request),) = arguments["RequestItems"].items()
        keys = request["Keys"]
        _require(0 < len(keys) <= MOST_KEYS, "Too many items requested for the BatchGetItem call")
        _require(len({_key(key) for key in keys}) == len(keys), "Provided list of item keys contains duplicates")
        left = [key for key in keys if self._unprocessed[key["pk"]["S"]] > 0]
        self._unprocessed.subtract(key["pk"]["S"] for key in left)
        named = request.get("ProjectionExpression", "")
        wanted = {part.strip() for part in named.split(",")} if named else None
        found = []
        for key in keys:
            item = None if key in left else self.tables[name].get(_key(key))
            if key not in left:
                self.units["read"] += read_units(item, consistent=request.get("ConsistentRead", False))
            if item:
                found.append({name: value for name, value in item.items() if wanted is None or name in wanted})
        unprocessed = {name: {**request, "Keys": left}} if left else {}
        return {"Responses": {name: found}, "UnprocessedKeys": unprocessed}

    def _batch_execute_statement(self, arguments: dict[str, Any]) -> Answer:
        statements = [inserted_item(**statement) for statement in arguments["Statements"]]
        _require(0 < len(statements) <= MOST_STATEMENTS, "Member must have length less than or equal to 25")
        keys = {(table, _key(item)) for table, item in statements}
        _require(len(keys) == len(statements), "Statements must not reference the same item more than once")
        return {"Responses": [self._insert(table, item) for table, item in statements]}

    def _insert(self, table: str, item: Item) -> Answer:
        codes = self._statement_codes.get(item["pk"]["S"])
        code = codes.pop(0) if codes else None
        self.units["write"] += write_units(item)
        if not code and _key(item) in self.tables[table]:
            code = "DuplicateItem"
        if code:
            return {"Error": {"Code": code, "Message": "refused"}, "TableName": table}
        self.tables[table][_key(item)] = item
        return {"TableName": table}

    def _transact_write_items(self, arguments: dict[str, Any]) -> Answer:
        actions = [next(iter(action.items())) for action in arguments["TransactItems"]]
        _require(0 < len(actions) <= MOST_ACTIONS, "Member must have length less than or equal to 100")
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
        table, key = self.tables[action["TableName"]], _key(action.get("Item") or action["Key"])
        before = table.pop(key, None)
        if kind != "Delete":
            item = action["Item"] if kind == "Put" else changed(before or action["Key"], action)
            table[key] = item
            self.units["write"] += 2 * write_units(item)


def _copy(value: Any) -> Any:
    """A copy of what JSON could hold; deepcopy takes six times as long, which all tests together notice."""
    if isinstance(value, dict):
        return {name: _copy(inner) for name, inner in value.items()}
    return [_copy(inner) for inner in value] if isinstance(value, list) else value


def _key(item: Item) -> Key:
    parts = tuple(item[name]["S"] for name in ("pk", "sk") if name in item)
    for part in parts:
        _require(part != "", "One or more parameter values are not valid: an empty string value")
        _require(_is_text(part), "One or more parameter values are not valid: not UTF-8")
        _require(len(part.encode()) <= MOST_KEY_BYTES, "One or more parameter values were invalid: size exceeds limit")
    return parts


def _is_text(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def _require(holds: bool, message: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not holds:
        raise client_error("ValidationException", message=message)
