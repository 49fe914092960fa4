"""Conditional inserts of many items in few calls, which know their own writes.

Calls that fail, and statements that fail inside an HTTP 200, are repeated as long as there is time to read what may
have been written after all: an item without an answer is BUSY only when it was seen not to be there.
"""

from collections.abc import Hashable, Sequence
from functools import cache
from itertools import chain
from typing import NamedTuple

from loyalty.domain.errors import InternalError
from loyalty.store.engine.batch import Key, batches, get_all, side_by_side
from loyalty.store.engine.dynamodb import Database, Item, has_ended, met
from loyalty.store.engine.fate import Fate
from loyalty.store.engine.faults import UNDECIDED_CODES
from loyalty.store.engine.statements import MOST_TOGETHER, execute


def insert_all(database: Database, table: str, items: Sequence[Item], *, redelivered: bool = False) -> list[Fate]:
    """Insert each item whose key is not taken, in order; all have the same attributes and distinct keys.

    An item that is there already is our own write, and DONE, when it has the same `origin`. That
    is looked up where it can be so: after a lost answer, or for a redelivered chunk. (Items without
    that attribute have it in their key, so that REFUSED means our own.)
    """
    if len(items) == 1:
        return [database.insert(table, items[0])]
    return _insert(database, table, items, redelivered=redelivered)


class Place(NamedTuple):
    """Where items are inserted: a table, and of which group of its items `within` it they are.

    What has the attribute `ended` gives way to others: see `Database.insert`.
    """

    table: str
    within: Hashable
    ended: str


def insert_again(database: Database, place: Place, items: Sequence[Item], *, redelivered: bool) -> list[Fate]:
    """Insert items, whose key has one part, of which many may exist, as when a file is sent again; as `insert_all`.

    A read costs a tenth of an insert that fails. So once more than a tenth of some items `within` the same were there,
    further ones are read before they are inserted, for a minute, or until fewer are. What is read may be a second
    old: an item that was deleted in that second can still count as there.
    """
    if len(items) == 1:
        return [database.insert(place.table, items[0], place.ended)]
    many = ("many exist", place.table, place.within)
    expected = database.cache.get(many, lambda: None) is not None
    trial = 0 if expected else MOST_TOGETHER
    writes = _insert_over(database, place, items[:trial], redelivered=redelivered)
    insert = _insert_missing if expected or _many(writes) else _insert_over
    writes += insert(database, place, items[trial:], redelivered=redelivered)
    database.cache.forget(many)
    if _many(writes):
        database.cache.get(many, lambda: True)
    return writes


def _many(writes: Sequence[Fate]) -> bool:
    return 10 * writes.count(Fate.REFUSED) > len(writes)


def _insert(database: Database, table: str, items: Sequence[Item], *, redelivered: bool) -> list[Fate]:
    def insert(some: Sequence[Item]) -> list[Fate]:
        return _insert_batch(database, table, list(some), redelivered=redelivered)

    return list(chain.from_iterable(side_by_side(insert, batches(items, MOST_TOGETHER))))


def _insert_missing(database: Database, place: Place, items: Sequence[Item], *, redelivered: bool) -> list[Fate]:
    keys = [item["pk"]["S"] for item in items]
    found = get_all(database, place.table, keys, f"origin,{place.ended}").found
    there = {
        key: found[key]
        for item, key in zip(items, keys, strict=True)
        if key in found and not has_ended(found[key], item, place.ended)
    }
    missing = [item for item, key in zip(items, keys, strict=True) if key not in there]
    writes = iter(_insert_over(database, place, missing, redelivered=redelivered))
    return [met(there[key], item) if key in there else next(writes) for item, key in zip(items, keys, strict=True)]


def _insert_over(database: Database, place: Place, items: Sequence[Item], *, redelivered: bool) -> list[Fate]:
    """Insert, and once more one by one where what was in the way turns out to have ended."""
    writes = _insert(database, place.table, items, redelivered=redelivered)
    refused: dict[Key, int] = {_key(items[index]): index for index, fate in enumerate(writes) if fate is Fate.REFUSED}
    found, unread = get_all(database, place.table, list(refused), f"origin,{place.ended}", consistent=True)
    for key in unread:
        writes[refused[key]] = Fate.BUSY
    over = [refused[key] for key, stored in found.items() if has_ended(stored, items[refused[key]], place.ended)]
    fates = side_by_side(lambda index: database.insert(place.table, items[index], place.ended), over)
    for index, fate in zip(over, fates, strict=True):
        writes[index] = fate
    return writes


def _insert_batch(database: Database, table: str, items: Sequence[Item], *, redelivered: bool) -> list[Fate]:
    """The result of each item; what is `doubtful` in the end is settled by reading it.

    That is an item without an answer, and one that is there and may be our own: after a lost answer, or for a
    redelivered chunk.
    """
    statement = _insert_statement(table, tuple(items[0]))
    writes = [Fate.BUSY] * len(items)
    pending = list(range(len(items)))
    lost, doubtful = set(pending if redelivered else ()), set[int]()
    for _ in database.writing().tries():
        statements = [{"Statement": statement, "Parameters": list(items[index].values())} for index in pending]
        left = []
        for index, answer in zip(pending, execute(database, statements), strict=True):
            if answer.code is None:
                writes[index] = Fate.DONE
            elif answer.refused:
                writes[index] = Fate.REFUSED
                if index in lost and "origin" in items[index]:
                    doubtful.add(index)
            elif answer.passing:
                left.append(index)
                lost.update([index] if answer.code in UNDECIDED_CODES else ())
            else:
                raise InternalError(f"INSERT was refused: {answer.code}")
        pending = left
        if not pending:
            break
    doubtful |= lost.intersection(pending)
    if doubtful:
        _recognise(database, table, items, sorted(doubtful), writes)
    return writes


def _recognise(database: Database, table: str, items: Sequence[Item], doubtful: list[int], writes: list[Fate]) -> None:
    """Settle which of the `doubtful` items are there, as our own writes that we were not told of or as others'.

    One that could not be read is UNKNOWN.
    """
    keys = {index: _key(items[index]) for index in doubtful}
    found, unread = get_all(database, table, list(keys.values()), "origin", consistent=True)
    for index, key in keys.items():
        if key in unread:
            writes[index] = Fate.UNKNOWN
        else:
            writes[index] = met(found[key], items[index]) if key in found else Fate.BUSY


def _key(item: Item) -> Key:
    return (item["pk"]["S"], item["sk"]["S"]) if "sk" in item else item["pk"]["S"]


@cache
def _insert_statement(table: str, attributes: tuple[str, ...]) -> str:
    values = ",".join(f"'{name}':?" for name in attributes)
    return f'INSERT INTO "{table}" VALUE {{{values}}}'
