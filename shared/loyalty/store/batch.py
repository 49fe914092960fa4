"""Many items in few calls: batch reads, and conditional inserts that know their own writes.

botocore repeats calls, not the parts of a batch: keys that a read leaves unprocessed and statements that
fail inside an HTTP 200 are repeated here, until the database's deadline.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import chain
from threading import current_thread
from typing import Any, NamedTuple, TypeVar

from loyalty.errors import InternalError
from loyalty.store.dynamodb import CALLS_AT_ONCE, Database, Item, Write, met
from loyalty.store.faults import PASSING_CODES, CallError, raise_unless_passing

Key = str | tuple[str, str]
"""A partition key, with the sort key where the table has one."""
Element = TypeVar("Element")
Result = TypeVar("Result")

READ_BATCH = 100
"""Keys of one BatchGetItem, DynamoDB's limit."""
WRITE_BATCH = 25
"""Statements of one BatchExecuteStatement, DynamoDB's limit."""

_POOL = "dynamodb"


class Read(NamedTuple):
    """A batch read: items by key; `unread` keys had no answer in time."""

    found: dict[Key, Item]
    unread: set[Key]


def get_all(
    database: Database, table: str, keys: Sequence[Key], attributes: str | None, *, consistent: bool = False
) -> Read:
    """The items at distinct `keys`, with the key and the named attributes (comma-separated) only; None for all."""
    options: Item = {"ConsistentRead": consistent}
    if attributes:
        key_names = "pk" if not keys or isinstance(keys[0], str) else "pk,sk"
        options["ProjectionExpression"] = f"{key_names},{attributes}"
    reads = side_by_side(lambda batch: _get_batch(database, table, batch, options), _batches(keys, READ_BATCH))
    read = Read({}, set())
    for found, unread in reads:
        read.found.update(found)
        read.unread.update(unread)
    return read


def insert_all(database: Database, table: str, items: Sequence[Item], *, redelivered: bool = False) -> list[Write]:
    """Insert each item whose key is not taken, in order; all have the same attributes and distinct keys.

    An item that is there already is our own write, and INSERTED, when it has the same `origin`. That
    is looked up where it can be so: after a repeated call, or for a redelivered chunk. (Items without
    that attribute have it in their key, so that EXISTS means our own.)
    """
    if len(items) == 1:
        return [database.insert(table, items[0])]
    statement = _insert_statement(table, tuple(items[0])) if items else ""
    return list(
        chain.from_iterable(
            side_by_side(
                lambda batch: _insert_batch(database, table, statement, batch, redelivered=redelivered),
                _batches(items, WRITE_BATCH),
            )
        )
    )


def _get_batch(database: Database, table: str, keys: Sequence[Key], options: Item) -> Read:
    found: dict[Key, Item] = {}
    wanted = _as_items(keys)
    for _ in database.tries():
        try:
            answer = database.client.batch_get_item(RequestItems={table: {"Keys": wanted, **options}})
        except CallError as error:
            raise_unless_passing(error)
            continue
        if "Responses" not in answer:  # it was cut short
            continue
        found.update(_by_key(answer["Responses"].get(table, ())))
        wanted = answer.get("UnprocessedKeys", {}).get(table, {}).get("Keys", [])
        if not wanted:
            return Read(found, set())
    return Read(found, set(_by_key(wanted)))


def _insert_batch(
    database: Database, table: str, statement: str, items: Sequence[Item], *, redelivered: bool
) -> list[Write]:
    writes = [Write.BUSY] * len(items)
    pending = list(range(len(items)))
    doubtful: list[int] = []
    repeated = redelivered
    for _ in database.tries():
        codes, retried = _execute(database, statement, [items[index] for index in pending])
        repeated = repeated or retried
        left = []
        for index, code in zip(pending, codes, strict=True):
            if code is None:
                writes[index] = Write.INSERTED
            elif code == "DuplicateItem":
                writes[index] = Write.EXISTS
                if repeated and "origin" in items[index]:
                    doubtful.append(index)
            elif code in PASSING_CODES:
                left.append(index)
            else:
                raise InternalError(f"INSERT was refused: {code}")
        pending, repeated = left, True
        if not pending:
            break
    if doubtful:
        _recognise(database, table, items, doubtful, writes)
    return writes


def _execute(database: Database, statement: str, items: Sequence[Item]) -> tuple[list[str | None], bool]:
    """One BatchExecuteStatement: each statement's error code, and whether the call was sent more than once."""
    statements = [{"Statement": statement, "Parameters": list(item.values())} for item in items]
    answer: Item = {}
    try:
        answer = database.client.batch_execute_statement(Statements=statements)
    except CallError as error:
        raise_unless_passing(error)
    if "Responses" not in answer:  # none came, or it was cut short
        return ["ServiceUnavailable"] * len(items), True
    codes = [response.get("Error", {}).get("Code") for response in answer["Responses"]]
    return codes, answer["ResponseMetadata"].get("RetryAttempts", 0) > 0


def _recognise(database: Database, table: str, items: Sequence[Item], doubtful: list[int], writes: list[Write]) -> None:
    """Settle which of the `doubtful` items, found to exist, are our own write that we were not told of."""
    keys = [items[index]["pk"]["S"] for index in doubtful]
    found, unread = get_all(database, table, keys, "origin", consistent=True)
    for index, key in zip(doubtful, keys, strict=True):
        writes[index] = Write.BUSY if key in unread or key not in found else met(found[key], items[index])


def side_by_side(call: Callable[[Any], Result], batches: Sequence[Any]) -> list[Result]:
    """The results of `call` in the order of `batches`; several run at once in threads, but not from within one."""
    if len(batches) <= 1 or current_thread().name.startswith(_POOL):
        return [call(batch) for batch in batches]
    return list(_threads().map(call, batches))


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(CALLS_AT_ONCE, thread_name_prefix=_POOL)


@cache
def _insert_statement(table: str, attributes: tuple[str, ...]) -> str:
    values = ",".join(f"'{name}':?" for name in attributes)
    return f'INSERT INTO "{table}" VALUE {{{values}}}'


def _as_items(keys: Sequence[Key]) -> list[Item]:
    return [{"pk": {"S": key}} if isinstance(key, str) else {"pk": {"S": key[0]}, "sk": {"S": key[1]}} for key in keys]


def _by_key(items: Sequence[Item]) -> dict[Key, Item]:
    if items and "sk" in items[0]:
        return {(item["pk"]["S"], item["sk"]["S"]): item for item in items}
    return {item["pk"]["S"]: item for item in items}


def _batches(elements: Sequence[Element], size: int) -> list[Sequence[Element]]:
    return [elements[start : start + size] for start in range(0, len(elements), size)]
