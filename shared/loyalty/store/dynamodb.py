"""DynamoDB: the one client, batch reads, and conditional inserts that know their own writes.

What botocore leaves to its caller is done here: keys that a batch read leaves unprocessed and statements
that fail inside an HTTP 200 are repeated, with back-off and jitter, until a deadline. What still has
no answer then is reported as such (`unread`, `Write.BUSY`), never as a wrong one. Items are in
DynamoDB's own attribute-value form, for example `{"pk": {"S": "…"}}`.
"""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cache
from itertools import chain
from typing import Any, NamedTuple, TypeVar

import botocore.session
from botocore.config import Config
from botocore.exceptions import NoRegionError

from loyalty import __version__
from loyalty.errors import ConfigurationError, InternalError, StorageBusy
from loyalty.settings import Settings
from loyalty.store.cache import TimedCache
from loyalty.store.faults import PASSING_CODES, CallError, cancellation_codes, error_code, raise_unless_passing

Item = dict[str, Any]
Element = TypeVar("Element")
Result = TypeVar("Result")

READ_BATCH = 100
"""Keys of one BatchGetItem, DynamoDB's limit."""
WRITE_BATCH = 25
"""Statements of one BatchExecuteStatement, DynamoDB's limit."""

CONNECT_SECONDS, READ_SECONDS, TRIES_PER_CALL = 1, 4, 2
LONGEST_CALL_SECONDS = (CONNECT_SECONDS + READ_SECONDS) * TRIES_PER_CALL
"""What one call may take in the worst case; a deadline must leave that much time."""

_CALLS_AT_ONCE = 16
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0


class Write(Enum):
    """What became of a conditional insert."""

    INSERTED = "inserted"
    EXISTS = "exists"
    BUSY = "busy"


class Read(NamedTuple):
    """A batch read: items by partition key; `unread` keys had no answer in time."""

    found: dict[str, Item]
    unread: set[str]


def connect(settings: Settings, **client_options: str) -> "Database":
    """A database with a client of its own, one for each process; raises ConfigurationError.

    `client_options` (botocore's own, such as endpoint_url) serve tools and tests; functions have the environment.
    """
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": TRIES_PER_CALL},
        max_pool_connections=_CALLS_AT_ONCE,
        tcp_keepalive=True,
        # Both are measured: validation is a quarter of a batch call, building the default agent an eighth of a PutItem.
        parameter_validation=False,
        user_agent=f"loyalty/{__version__}",
    )
    try:
        client = botocore.session.get_session().create_client("dynamodb", config=config, **client_options)
    except NoRegionError:
        raise ConfigurationError("environment variable not set: AWS_REGION") from None
    return Database(client, settings)


@dataclass(frozen=True, slots=True)
class Database:
    """The tables, up to a deadline (seconds of `clock`) after which no further try is begun."""

    client: Any
    tables: Settings
    cache: TimedCache = field(default_factory=TimedCache)
    deadline: float = float("inf")
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def within(self, seconds: float) -> "Database":
        """The same database for one request, which has `seconds` left to answer."""
        return replace(self, deadline=self.clock() + seconds - LONGEST_CALL_SECONDS)

    def get(self, table: str, key: Item) -> Item | None:
        """The item at `key` as last written, or None; raises StorageBusy."""
        for _ in self._tries():
            try:
                answer = self.client.get_item(TableName=table, Key=key, ConsistentRead=True)
            except CallError as error:
                raise_unless_passing(error)
            else:
                item: Item | None = answer.get("Item")
                return item
        raise StorageBusy

    def put(self, table: str, item: Item) -> None:
        """Write configuration, replacing what was there; raises StorageBusy."""
        for _ in self._tries():
            try:
                self.client.put_item(TableName=table, Item=item)
            except CallError as error:
                raise_unless_passing(error)
            else:
                return
        raise StorageBusy

    def increase(self, table: str, key: Item, attribute: str, by: int) -> int:
        """Add to a number, which begins at 0, and return the sum; a lost answer may add twice. Raises StorageBusy."""
        for _ in self._tries():
            try:
                answer = self.client.update_item(
                    TableName=table,
                    Key=key,
                    UpdateExpression="ADD #attribute :by",
                    ExpressionAttributeNames={"#attribute": attribute},
                    ExpressionAttributeValues={":by": {"N": str(by)}},
                    ReturnValues="UPDATED_NEW",
                )
            except CallError as error:
                raise_unless_passing(error)
            else:
                return int(answer["Attributes"][attribute]["N"])
        raise StorageBusy

    def get_all(self, table: str, keys: Sequence[str], attributes: str, *, consistent: bool = False) -> Read:
        """The items at `keys` (distinct partition keys), with `pk` and the named attributes only."""
        options = {"ProjectionExpression": f"pk,{attributes}", "ConsistentRead": consistent}
        reads = _side_by_side(lambda batch: self._get_batch(table, batch, options), _batches(keys, READ_BATCH))
        read = Read({}, set())
        for found, unread in reads:
            read.found.update(found)
            read.unread.update(unread)
        return read

    def insert_all(self, table: str, items: Sequence[Item], *, redelivered: bool = False) -> list[Write]:
        """Insert each item whose key is not taken, in order; all have the same attributes and distinct keys.

        An item that is there already is our own write, and INSERTED, when it has the same `origin`. That
        is looked up where it can be so: after a repeated call, or for a redelivered chunk.
        """
        if len(items) == 1:
            return [self.insert(table, items[0])]
        statement = _insert_statement(table, tuple(items[0])) if items else ""
        return list(
            chain.from_iterable(
                _side_by_side(
                    lambda batch: self._insert_batch(table, statement, batch, redelivered=redelivered),
                    _batches(items, WRITE_BATCH),
                )
            )
        )

    def insert(self, table: str, item: Item) -> Write:
        """Insert one item unless its key is taken; the same `origin` there means that we wrote it."""
        for _ in self._tries():
            try:
                self.client.put_item(
                    TableName=table,
                    Item=item,
                    ConditionExpression="attribute_not_exists(pk)",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            except CallError as error:
                if error_code(error) == "ConditionalCheckFailedException":
                    return _met(error.response["Item"], item)
                raise_unless_passing(error)
            else:
                return Write.INSERTED
        return Write.BUSY

    def transact(self, actions: list[Item], token: str) -> list[str]:
        """Do all `actions` or none. Returns each one's cancellation code, all "None" once they are done.

        `token` makes repeats of the same call one call (DynamoDB's ClientRequestToken, ten minutes).
        """
        for _ in self._tries():
            try:
                self.client.transact_write_items(TransactItems=actions, ClientRequestToken=token)
            except CallError as error:
                reasons = cancellation_codes(error)
                if reasons and not PASSING_CODES.intersection(reasons):
                    return reasons
                if not reasons:
                    raise_unless_passing(error)
            else:
                return ["None"] * len(actions)
        raise StorageBusy

    def _get_batch(self, table: str, keys: Sequence[str], options: Item) -> Read:
        found: dict[str, Item] = {}
        wanted = [{"pk": {"S": key}} for key in keys]
        for _ in self._tries():
            try:
                answer = self.client.batch_get_item(RequestItems={table: {"Keys": wanted, **options}})
            except CallError as error:
                raise_unless_passing(error)
                continue
            for item in answer["Responses"].get(table, ()):
                found[item["pk"]["S"]] = item
            wanted = answer.get("UnprocessedKeys", {}).get(table, {}).get("Keys", [])
            if not wanted:
                return Read(found, set())
        return Read(found, {key["pk"]["S"] for key in wanted})

    def _insert_batch(self, table: str, statement: str, items: Sequence[Item], *, redelivered: bool) -> list[Write]:
        writes = [Write.BUSY] * len(items)
        pending = list(range(len(items)))
        doubtful: list[int] = []
        repeated = redelivered
        for _ in self._tries():
            codes, retried = self._execute(statement, [items[index] for index in pending])
            repeated = repeated or retried
            left = []
            for index, code in zip(pending, codes, strict=True):
                if code is None:
                    writes[index] = Write.INSERTED
                elif code == "DuplicateItem":
                    writes[index] = Write.EXISTS
                    if repeated:
                        doubtful.append(index)
                elif code in PASSING_CODES:
                    left.append(index)
                else:
                    raise InternalError(f"INSERT was refused: {code}")
            pending, repeated = left, True
            if not pending:
                break
        if doubtful:
            self._recognise(table, items, doubtful, writes)
        return writes

    def _execute(self, statement: str, items: Sequence[Item]) -> tuple[list[str | None], bool]:
        """One BatchExecuteStatement: each statement's error code, and whether the call was sent more than once."""
        statements = [{"Statement": statement, "Parameters": list(item.values())} for item in items]
        try:
            answer = self.client.batch_execute_statement(Statements=statements)
        except CallError as error:
            raise_unless_passing(error)
            return ["ServiceUnavailable"] * len(items), True
        codes = [response.get("Error", {}).get("Code") for response in answer["Responses"]]
        return codes, answer["ResponseMetadata"].get("RetryAttempts", 0) > 0

    def _recognise(self, table: str, items: Sequence[Item], doubtful: list[int], writes: list[Write]) -> None:
        """Settle which of the `doubtful` items, found to exist, are our own write that we were not told of."""
        keys = [items[index]["pk"]["S"] for index in doubtful]
        found, unread = self.get_all(table, keys, "origin", consistent=True)
        for index, key in zip(doubtful, keys, strict=True):
            writes[index] = Write.BUSY if key in unread or key not in found else _met(found[key], items[index])

    def _tries(self) -> Iterator[None]:
        """Once for each try before the deadline, with growing, jittered pauses between."""
        pause = _FIRST_PAUSE
        while self.clock() < self.deadline:
            yield
            self.sleep(min(random.uniform(0, pause), max(0.0, self.deadline - self.clock())))  # noqa: S311 (jitter)
            pause = min(2 * pause, _LONGEST_PAUSE)


def _side_by_side(call: Callable[[Any], Result], batches: Sequence[Any]) -> Iterable[Result]:
    """The results of `call` in the order of `batches`; several run at once in threads."""
    return map(call, batches) if len(batches) <= 1 else _threads().map(call, batches)


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_CALLS_AT_ONCE, thread_name_prefix="dynamodb")


@cache
def _insert_statement(table: str, attributes: tuple[str, ...]) -> str:
    values = ",".join(f"'{name}':?" for name in attributes)
    return f'INSERT INTO "{table}" VALUE {{{values}}}'


def _batches(elements: Sequence[Element], size: int) -> list[Sequence[Element]]:
    return [elements[start : start + size] for start in range(0, len(elements), size)]


def _met(stored: Item, item: Item) -> Write:
    """What it means to find `stored` at the key of `item`."""
    return Write.INSERTED if stored.get("origin") == item["origin"] else Write.EXISTS
