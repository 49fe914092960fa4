"""Sorted runs: what is too much for memory is sorted part by part, each part an object in S3, and read merged.

An entry is bytes that sort as they should: a key (its digest, and the row that has it), or a row that waits for others
(its chunk, its position, its item). Runs are numbered from 1, so that whoever goes on finds them.
"""

import hashlib
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from heapq import merge
from struct import Struct
from typing import NamedTuple

from loyalty.store import objects
from loyalty.store.engine.dynamodb import Database
from loyalty.store.objects import ObjectChanged

_DIGEST_BYTES = 8
_ROW = Struct(">I")
_KEY_BYTES = _DIGEST_BYTES + _ROW.size
_HEAD = Struct(">III")
_BLOCK = 20_000 * _KEY_BYTES
"""Bytes of a run that are in memory at once."""


_ENTRIES_PER_BEAT = 1_000_000


class WaitingRow(NamedTuple):
    """A row that goes into a chunk with others: the code of its chunk, its position, and its item as JSON."""

    code: int
    row: int
    item: bytes


def key_entry(key: Hashable, row: int) -> bytes:
    """A row's key: those of equal keys stand together. Others do by chance once in 2^64."""
    return hashlib.blake2b(repr(key).encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).digest() + _ROW.pack(
        row
    )


def row_entry(number: int, waiting: WaitingRow) -> bytes:
    """A row that waits: those of one chunk, which has this number, stand together in their order."""
    return _ROW.pack(number) + _HEAD.pack(waiting.row, waiting.code, len(waiting.item)) + waiting.item


def write(database: Database, key: str, entries: list[bytes]) -> None:
    """Store a run, whose entries are sorted here."""
    entries.sort()
    objects.put(database, key, b"".join(entries))


def shared_rows(database: Database, keys: Sequence[str], beat: Callable[[], object]) -> Iterator[tuple[int, int]]:
    """Pairs of rows that share a key, of these runs: each row that has a key with the one that had it before.

    Every second or so there is a `beat`. Raises ObjectChanged where a run is gone.
    """
    before, last = b"", 0
    for count, entry in enumerate(merge(*(_keys(database, key) for key in keys)), start=1):
        if count % _ENTRIES_PER_BEAT == 0:
            beat()
        (row,) = _ROW.unpack_from(entry, _DIGEST_BYTES)
        digest = entry[:_DIGEST_BYTES]
        if digest == before and row != last:
            yield last, row
        before, last = digest, row


def waiting_rows(database: Database, keys: Sequence[str]) -> Iterator[WaitingRow]:
    """The rows of these runs, chunk by chunk, in their order; raises ObjectChanged where a run is gone."""
    for entry in merge(*(_rows(database, key) for key in keys)):
        row, code, _ = _HEAD.unpack_from(entry, _ROW.size)
        yield WaitingRow(code, row, entry[_ROW.size + _HEAD.size :])


def _keys(database: Database, key: str) -> Iterator[bytes]:
    for block in _blocks(database, key):
        for start in range(0, len(block), _KEY_BYTES):
            yield block[start : start + _KEY_BYTES]


def _rows(database: Database, key: str) -> Iterator[bytes]:
    rest, begins = b"", _ROW.size + _HEAD.size
    for block in _blocks(database, key):
        rest, at = rest + block, 0
        while len(rest) - at >= begins:
            end = at + begins + _HEAD.unpack_from(rest, at + _ROW.size)[2]
            if end > len(rest):
                break
            yield rest[at:end]
            at = end
        rest = rest[at:]


def _blocks(database: Database, key: str) -> Iterable[bytes]:
    found = objects.find(database, key)
    if found is None:
        raise ObjectChanged
    return objects.blocks(database, found, block=_BLOCK)
