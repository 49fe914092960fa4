"""Rows cut into requests: as many as one may hold, in the file's order, always at the same places."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .rowfiles import FileRow

MOST_ROWS = 20_000
"""Rows of one request, as the API allows (MaxItems)."""

MOST_BYTES = 4_000_000
"""Bytes of one request's cells: with what stands around them they stay below the 4.7 MB that a body may have."""

_PER_CELL = 40
"""Bytes that may stand around a cell, such as its name in JSON."""


class Batch(NamedTuple):
    """Some rows of a file; `first` is how many stand before them."""

    first: int
    rows: list[FileRow]


def cut(rows: Iterable[FileRow], most_rows: int) -> Iterator[Batch]:
    """The rows in batches; a row that is too large for any request is a batch of its own."""
    first, batch, size = 0, list[FileRow](), 0
    for row in rows:
        row_size = sum(len(cell.encode()) + _PER_CELL for cell in row.cells)
        if batch and (len(batch) == most_rows or size + row_size > MOST_BYTES):
            yield Batch(first, batch)
            first, batch, size = first + len(batch), [], 0
        batch.append(row)
        size += row_size
    if batch:
        yield Batch(first, batch)
