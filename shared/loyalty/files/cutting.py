"""Which chunk each row of a file goes into: rows that share a key together, in their order, the others as they come.

The same rules as for a request (see `jobs.cut`), in arrays of a few bytes for each row, since a file has millions. Rows
that share nothing fill chunks of their own: such a chunk is ready once its last row is read.
"""

from array import array
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from loyalty.jobs import cut
from loyalty.store.cuts import AFTER, CHAINED, GROUPED, Numbers, numbers


class Cut(NamedTuple):
    """The code of each row, and how many chunks there are."""

    codes: Numbers
    chunks: int


def cut_rows(sizes: Sequence[int], shared: Iterable[tuple[int, int]]) -> Cut:
    """Cut rows of these sizes (bytes of their items), of which those in pairs share a key."""
    leaders = _leaders(len(sizes), shared)
    following, is_grouped = _groups(leaders)
    codes, packer = numbers(len(sizes)), _Packer()
    for row, size in enumerate(sizes):
        if not is_grouped[row]:
            codes[row] = packer.alone(size)
        elif leaders[row] == row:
            _pack_group(row, sizes, following, packer, codes)
    return Cut(codes, packer.chunks)


def _leaders(rows: int, shared: Iterable[tuple[int, int]]) -> Numbers:
    """For each row the first of those that it hangs together with."""
    leaders = array("I", range(rows))

    def find(row: int) -> int:
        while leaders[row] != row:
            leaders[row] = row = leaders[leaders[row]]
        return row

    for one, other in shared:
        first, second = find(one), find(other)
        leaders[max(first, second)] = min(first, second)
    for row in range(rows):
        leaders[row] = leaders[leaders[row]]  # which is settled by now: it stands before this one
    return leaders


def _groups(leaders: Numbers) -> tuple[Numbers, bytearray]:
    """For each row the next one of its group, 0 where it is the last, and whether it is in a group at all."""
    is_grouped, following, lasts = bytearray(len(leaders)), numbers(len(leaders)), numbers(len(leaders))
    for row, leader in enumerate(leaders):
        if leader != row:
            is_grouped[leader] = is_grouped[row] = 1
            following[lasts[leader] or leader] = row
            lasts[leader] = row
    return following, is_grouped


def _pack_group(leader: int, sizes: Sequence[int], following: Numbers, packer: "_Packer", codes: Numbers) -> None:
    rows = [leader]
    while after := following[rows[-1]]:
        rows.append(after)
    for row, code in zip(rows, packer.together([sizes[row] for row in rows]), strict=True):
        codes[row] = code


class _Packer:
    """Gives rows their chunks: one chunk at a time takes rows that stand alone, and one takes groups."""

    def __init__(self) -> None:
        self.chunks = 0
        self._alone = self._grouped = (0, cut.MOST_WEIGHT, 0)  # number, rows, bytes

    def alone(self, size: int) -> int:
        """The code of a row that shares nothing."""
        number, rows, taken = self._alone
        if not cut.fits(rows + 1, taken + size):
            number, rows, taken = self._open()
        self._alone = number, rows + 1, taken + size
        return number

    def together(self, sizes: Sequence[int]) -> list[int]:
        """The codes of the rows of one group, in their order."""
        number, rows, taken = self._grouped
        if cut.fits(rows + len(sizes), taken + sum(sizes)):
            self._grouped = number, rows + len(sizes), taken + sum(sizes)
            return [GROUPED | number] * len(sizes)
        number, rows, taken = self._open()
        flags, codes = GROUPED, []
        for size in sizes:
            if not cut.fits(rows + 1, taken + size) and rows:
                number, rows, taken = self._open()
                flags = GROUPED | CHAINED | AFTER
            codes.append(flags | number)
            rows, taken = rows + 1, taken + size
        self._grouped = number, rows, taken
        first = codes[0]
        return [code | CHAINED if code == first != codes[-1] else code for code in codes]

    def _open(self) -> tuple[int, int, int]:
        self.chunks += 1
        return self.chunks, 0, 0
