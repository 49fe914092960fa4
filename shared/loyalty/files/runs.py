"""Runs: what is too much for memory is stored part by part, each part an object in S3, and read again as it is needed.

A run of keys has the digests of what rows share, in shares by their digests: so a share of all runs is read at a time,
in which equal digests meet. A run of rows has rows that wait for others, sorted by their chunks. Runs are numbered from
1, so that whoever goes on finds them.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import merge
from itertools import compress
from struct import Struct
from typing import NamedTuple

from xxhash import xxh3_64_intdigest

from loyalty.files.plain import Shared
from loyalty.store import objects
from loyalty.store.cuts import CODE_BYTES, Numbers, numbers
from loyalty.store.engine.dynamodb import Database
from loyalty.store.objects import ObjectChanged

_DIGEST_BYTES = 8
_NUMBER = Struct(">I")
_HEAD = Struct(">III")
_MERGED_BYTES, _LEAST_BLOCK = 32 * 1024 * 1024, 64 * 1024
"""Bytes of runs of rows that are in memory at once, and of one of them at least."""


class Keys:
    """What rows share: the digest of each identifier, with its row. Others have the same by chance once in 2^64."""

    def __init__(self) -> None:
        self._digests, self._rows = array("Q"), numbers()

    def add(self, shared: Shared, first: int) -> None:
        """Add the identifiers of rows of which the first has this number."""
        if not shared.texts:
            return
        begins = f"{shared.kind}\t"
        texts = (begins + f"\n{begins}".join(shared.texts)).encode().split(b"\n")  # no identifier holds a line end
        self._digests.extend(map(xxh3_64_intdigest, texts))
        self._rows.extend([first + line for line in shared.lines])

    def write(self, shares: int) -> bytes:
        """A run of so many shares: how many digests are in each, and then share by share the digests and their rows."""
        digests = [array("Q") for _ in range(shares)]
        rows = [numbers() for _ in range(shares)]
        if shares == 1:
            digests, rows = [self._digests], [self._rows]
        else:
            takers = [(one.append, other.append) for one, other in zip(digests, rows, strict=True)]
            for digest, row in zip(self._digests, self._rows, strict=True):
                take_digest, take_row = takers[digest % shares]
                take_digest(digest)
                take_row(row)
        counts = numbers()
        counts.extend(map(len, digests))
        parts = (one.tobytes() for share in zip(digests, rows, strict=True) for one in share)
        return counts.tobytes() + b"".join(parts)


class WaitingRow(NamedTuple):
    """A row that goes into a chunk with others: the code of its chunk, its position, and its item as JSON."""

    code: int
    row: int
    item: bytes


def row_entry(number: int, waiting: WaitingRow) -> bytes:
    """A row that waits: those of one chunk, which has this number, stand together in their order."""
    return _NUMBER.pack(number) + _HEAD.pack(waiting.row, waiting.code, len(waiting.item)) + waiting.item


def write(database: Database, key: str, entries: list[bytes]) -> None:
    """Store a run of rows, which are sorted here."""
    entries.sort()
    objects.put(database, key, b"".join(entries))


def shared_rows(
    database: Database, keys: Sequence[str], shares: int, beat: Callable[[], object]
) -> Iterator[tuple[int, int]]:
    """Pairs of rows that share a key, of these runs: the first row that has a key with each other one.

    There is a `beat` before each further share. Raises ObjectChanged where a run is gone.
    """
    counts = [_counts(database, key, shares) for key in keys]
    for share in range(shares):
        if share:
            beat()
        digests, rows = array("Q"), numbers()
        for key, count in zip(keys, counts, strict=True):
            start = shares * CODE_BYTES + sum(count[:share]) * (_DIGEST_BYTES + CODE_BYTES)
            middle = start + count[share] * _DIGEST_BYTES
            stop = middle + count[share] * CODE_BYTES
            if start < stop:
                found = objects.read(database, key, start, stop)
                digests.frombytes(found[: middle - start])
                rows.frombytes(found[middle - start :])
        yield from _pairs(digests, rows)


def _pairs(digests: "array[int]", rows: Numbers) -> Iterator[tuple[int, int]]:
    several = {digest for digest, count in Counter(digests).items() if count > 1}
    first: dict[int, int] = {}
    for digest, row in compress(zip(digests, rows, strict=True), map(several.__contains__, digests)):
        if (other := first.setdefault(digest, row)) != row:
            yield other, row


def _counts(database: Database, key: str, shares: int) -> Numbers:
    found = numbers()
    found.frombytes(objects.read(database, key, 0, shares * CODE_BYTES))
    return found


def waiting_rows(database: Database, keys: Sequence[str]) -> Iterator[WaitingRow]:
    """The rows of these runs, chunk by chunk, in their order; raises ObjectChanged where a run is gone."""
    block = max(_LEAST_BLOCK, _MERGED_BYTES // max(1, len(keys)))
    for entry in merge(*(_rows(database, key, block) for key in keys)):
        row, code, _ = _HEAD.unpack_from(entry, _NUMBER.size)
        yield WaitingRow(code, row, entry[_NUMBER.size + _HEAD.size :])


def _rows(database: Database, key: str, size: int) -> Iterator[bytes]:
    rest, begins = b"", _NUMBER.size + _HEAD.size
    for block in _blocks(database, key, size):
        rest, at = rest + block, 0
        while len(rest) - at >= begins:
            end = at + begins + _HEAD.unpack_from(rest, at + _NUMBER.size)[2]
            if end > len(rest):
                break
            yield rest[at:end]
            at = end
        rest = rest[at:]


def _blocks(database: Database, key: str, size: int) -> Iterable[bytes]:
    found = objects.find(database, key)
    if found is None:
        raise ObjectChanged
    return objects.blocks(database, found, block=size)
