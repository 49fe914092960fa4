"""Which chunk each row of a file goes into: rows that share a key together, in their order, the others as they come.

The same rules as for a request (see `jobs.cut`), in arrays of a few bytes for each row, since a file has millions. Rows
that share nothing fill chunks of their own, each of one run of rows: such a chunk is ready once that run is read.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, compress, takewhile
from operator import not_
from typing import NamedTuple

from loyalty.jobs import cut
from loyalty.store.cuts import AFTER, CHAINED, GROUPED, Numbers, numbers


class Cut(NamedTuple):
    """The code of each row, and how many chunks there are."""

    codes: Numbers
    chunks: int


def cut_rows(sizes: Numbers, shared: Iterable[tuple[int, int]], runs: Sequence[int]) -> Cut:
    """Cut rows of these sizes (bytes of their items), of which those in pairs share a key, in runs of so many rows."""
    groups = _Groups(len(sizes), shared)
    codes, chunks, start = numbers(len(sizes)), 0, 0
    for count in runs:
        for rows in _packed(groups.others(start, start + count), sizes):
            chunks += 1
            for row in rows:
                codes[row] = chunks
        start += count
    packer = _Packer(chunks)
    for group in groups:
        packer.together(group, sizes, codes)
    return Cut(codes, packer.chunks)


class _Groups:
    """The rows that hang together, through others too."""

    def __init__(self, rows: int, shared: Iterable[tuple[int, int]]) -> None:
        self._leaders, self._is_grouped = array("I", range(rows)), bytearray(rows)
        for one, other in shared:
            first, second = self._leader(one), self._leader(other)
            self._leaders[max(first, second)] = min(first, second)
            self._is_grouped[one] = self._is_grouped[other] = 1

    def __iter__(self) -> Iterator[Numbers]:
        """The groups in the order of their first rows, each in its order."""
        rows = len(self._leaders)
        following, lasts = numbers(rows), numbers(rows)
        for row in compress(range(rows), self._is_grouped):
            leader = self._leader(row)
            if leader != row:
                following[lasts[leader] or leader] = row
                lasts[leader] = row
        for row in compress(range(rows), self._is_grouped):
            if self._leaders[row] == row:
                group = array("I", [row])
                while after := following[group[-1]]:  # 0 leads its group, and follows nobody
                    group.append(after)
                yield group

    def others(self, start: int, stop: int) -> list[int]:
        """The rows of this range that share nothing."""
        return list(compress(range(start, stop), map(not_, self._is_grouped[start:stop])))

    def _leader(self, row: int) -> int:
        leaders = self._leaders
        while leaders[row] != row:
            leaders[row] = row = leaders[leaders[row]]
        return row


def _packed(rows: Sequence[int], sizes: Numbers) -> Iterator[Sequence[int]]:
    """Rows in their order, so many of them at a time as fit one chunk."""
    sums = list(accumulate(map(sizes.__getitem__, rows), initial=0))
    first = 0
    while first < len(rows):
        fitting = bisect_right(sums, sums[first] + cut.MOST_BYTES) - 1
        last = max(first + 1, min(first + cut.MOST_WEIGHT, fitting))
        yield rows[first:last]
        first = last


class _Packer:
    """Gives the rows of groups their chunks, after so many that there are: one at a time takes small groups."""

    def __init__(self, chunks: int) -> None:
        self.chunks = chunks
        self._rows, self._bytes = cut.MOST_WEIGHT, 0

    def together(self, rows: Numbers, sizes: Numbers, codes: Numbers) -> None:
        """Give the rows of one group their codes, in their order: there may be millions of them."""
        size = sum(map(sizes.__getitem__, rows))
        if cut.fits(self._rows + len(rows), self._bytes + size):
            self._take(len(rows), size)
            for row in rows:
                codes[row] = GROUPED | self.chunks
            return
        self._open()
        first, flags = self.chunks, GROUPED
        for row in rows:
            if not cut.fits(self._rows + 1, self._bytes + sizes[row]) and self._rows:
                self._open()
                flags = GROUPED | CHAINED | AFTER
            codes[row] = flags | self.chunks
            self._take(1, sizes[row])
        if self.chunks != first:
            for row in takewhile(lambda row: codes[row] == GROUPED | first, rows):
                codes[row] |= CHAINED

    def _open(self) -> None:
        self.chunks += 1
        self._rows = self._bytes = 0

    def _take(self, rows: int, size: int) -> None:
        self._rows, self._bytes = self._rows + rows, self._bytes + size
