"""Many items in few calls, several at once: batch reads; the conditional inserts are in `inserts`.

botocore repeats calls, not the parts of a batch: keys that a read leaves unprocessed are repeated here, until the
database's deadline.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import current_thread
from typing import Any, NamedTuple, TypeVar

from loyalty.store.dynamodb import CALLS_AT_ONCE, Database, Item
from loyalty.store.faults import CallError, raise_unless_passing

Key = str | tuple[str, str]
"""A partition key, with the sort key where the table has one."""
Element = TypeVar("Element")
Result = TypeVar("Result")

READ_BATCH = 100
"""Keys of one BatchGetItem, DynamoDB's limit."""
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
    reads = side_by_side(lambda batch: _get_batch(database, table, batch, options), batches(keys, READ_BATCH))
    read = Read({}, set())
    for found, unread in reads:
        read.found.update(found)
        read.unread.update(unread)
    return read


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
