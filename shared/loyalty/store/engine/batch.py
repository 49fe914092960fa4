"""Many items in few calls, several at once: batch reads; the conditional inserts are in `inserts`.

Calls that fail, and keys that a read leaves unprocessed, are repeated until the database's deadline.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import current_thread
from typing import Any, Generic, NamedTuple, TypeVar

from loyalty.store.aws.connections import CALLS_AT_ONCE
from loyalty.store.aws.errors import CallError
from loyalty.store.engine.dynamodb import Database, Item
from loyalty.store.engine.faults import raise_unless_passing

Key = str | tuple[str, str]
"""A partition key, with the sort key where the table has one."""
Element = TypeVar("Element")
Result = TypeVar("Result")
Value = TypeVar("Value")

READ_BATCH = 100
"""Keys of one BatchGetItem, DynamoDB's limit."""
_POOL = "dynamodb"


class Read(NamedTuple, Generic[Value]):
    """A batch read: what was found by key; `unread` keys had no answer in time."""

    found: dict[Key, Value]
    unread: set[Key]


class Wanted(NamedTuple, Generic[Value]):
    """What to read of each item, beside its key: the named attributes (None: all), and what to make of them."""

    attributes: str | None
    value: Callable[[Item], Value]


def get_all(
    database: Database, table: str, keys: Sequence[Key], attributes: str | None, *, consistent: bool = False
) -> Read[Item]:
    """The items at distinct `keys`, with the key and the named attributes (comma-separated) only; None for all."""
    return read_all(database, table, keys, Wanted(attributes, lambda item: item), consistent=consistent)


def read_all(
    database: Database, table: str, keys: Sequence[Key], wanted: Wanted[Value], *, consistent: bool
) -> Read[Value]:
    """What is `wanted` of the items at distinct `keys`: so whole items need not be in memory together."""
    options: Item = {"ConsistentRead": consistent}
    if wanted.attributes:
        key_names = "pk" if not keys or isinstance(keys[0], str) else "pk,sk"
        options["ProjectionExpression"] = f"{key_names},{wanted.attributes}"

    def read(some: Sequence[Key]) -> Read[Value]:
        found, unread = _get_batch(database, table, some, options)
        return Read({key: wanted.value(item) for key, item in found.items()}, unread)

    whole: Read[Value] = Read({}, set())
    for found, unread in side_by_side(read, batches(keys, READ_BATCH)):
        whole.found.update(found)
        whole.unread.update(unread)
    return whole


def _get_batch(database: Database, table: str, keys: Sequence[Key], options: Item) -> Read[Item]:
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


def side_by_side(call: Callable[[Any], Result], batches: Sequence[Any]) -> list[Result]:
    """The results of `call` in the order of `batches`; several run at once in threads, but not from within one."""
    if len(batches) <= 1 or current_thread().name.startswith(_POOL):
        return [call(batch) for batch in batches]
    return list(_threads().map(call, batches))


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(CALLS_AT_ONCE, thread_name_prefix=_POOL)


def _as_items(keys: Sequence[Key]) -> list[Item]:
    return [{"pk": {"S": key}} if isinstance(key, str) else {"pk": {"S": key[0]}, "sk": {"S": key[1]}} for key in keys]


def _by_key(items: Sequence[Item]) -> dict[Key, Item]:
    if items and "sk" in items[0]:
        return {(item["pk"]["S"], item["sk"]["S"]): item for item in items}
    return {item["pk"]["S"]: item for item in items}


def batches(elements: Sequence[Element], size: int) -> list[Sequence[Element]]:
    """The elements, at most `size` together."""
    return [elements[start : start + size] for start in range(0, len(elements), size)]
