"""Which chunk has which row of a file, in S3: a code of four bytes for each row, so that any rows are one short read.

A code has the number of the chunk, and flags: GROUPED, for a chunk whose rows may stand anywhere in the file; CHAINED,
where its group is too large for one chunk; AFTER, where that chunk has to wait for the one before it.
"""

from array import array
from typing import TypeAlias

from loyalty.store import objects
from loyalty.store.engine.dynamodb import Database

GROUPED, CHAINED, AFTER = 1 << 31, 1 << 30, 1 << 29
NUMBER = AFTER - 1
"""The bits of a code that are the chunk's number."""

CODE_BYTES = 4
"""Bytes of a row's code, and of each number in such an array."""

Numbers: TypeAlias = "array[int]"
"""Whole numbers of four bytes each."""

_TYPE = "I"


def numbers(count: int = 0) -> Numbers:
    """An array of so many zeros."""
    return array(_TYPE, bytes(CODE_BYTES * count))


def store(database: Database, job_id: str, codes: Numbers) -> Numbers:
    """Store the codes of all rows, once; the stored ones, which count. Raises StorageBusy."""
    if objects.put_once(database, objects.cut_of(job_id), codes.tobytes()):
        return codes
    return read(database, job_id, range(len(codes)))


def chunks(codes: Numbers) -> int:
    """How many chunks there are."""
    return max(code & NUMBER for code in codes)


def read(database: Database, job_id: str, rows: range) -> Numbers:
    """The codes of these rows, which are there; raises ObjectChanged or StorageBusy."""
    found = numbers()
    if rows:
        place = rows.start * CODE_BYTES, rows.stop * CODE_BYTES
        found.frombytes(objects.read(database, objects.cut_of(job_id), *place))
    return found
