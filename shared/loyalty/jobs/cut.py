"""Cutting a request: items that share a key stay in one chunk, in their order; the others are packed as they come."""

from collections.abc import Collection, Hashable, Sequence
from typing import NamedTuple

from loyalty.domain.job import Part

MOST_WEIGHT = 250
"""Ordinary items of one chunk."""

MOST_BYTES = 200_000
"""Bytes of one chunk's items in its message."""


class Load(NamedTuple):
    """What an item brings into a chunk: the keys that it shares with others, its work, and its bytes."""

    keys: Collection[Hashable]
    weight: int
    size: int


def fits(weight: int, size: int) -> bool:
    """Whether items of this weight and size together fit one chunk."""
    return weight <= MOST_WEIGHT and size <= MOST_BYTES


def cut(loads: Sequence[Load]) -> list[Part]:
    """The chunks of a request, numbered from 1.

    Items that share a key, directly or through others, and are too many for one chunk make a chain of chunks, each
    to be done after the one before.
    """
    chunks = _Chunks()
    for group in _groups(loads):
        chunks.add(group, loads)
    return chunks.parts()


def _groups(loads: Sequence[Load]) -> list[list[int]]:
    """The positions of items that hang together, groups and positions in order."""
    leader = list(range(len(loads)))

    def find(position: int) -> int:
        while leader[position] != position:
            leader[position] = position = leader[leader[position]]
        return position

    first: dict[Hashable, int] = {}
    for position, load in enumerate(loads):
        for key in load.keys:
            before = first.setdefault(key, position)
            if before != position:
                one, other = sorted((find(before), find(position)))
                leader[other] = one
    groups: dict[int, list[int]] = {}
    for position in range(len(loads)):
        groups.setdefault(find(position), []).append(position)
    return list(groups.values())


class _Chunks:
    """Chunks, the last of which may still take items."""

    def __init__(self) -> None:
        self._chunks: list[list[int]] = []
        self._after: dict[int, int] = {}
        self._weight, self._size = MOST_WEIGHT, MOST_BYTES

    def add(self, group: Sequence[int], loads: Sequence[Load]) -> None:
        """Put a group into the chunk at hand if it fits, else into a new one, else into a chain of new ones."""
        weight = sum(loads[position].weight for position in group)
        size = sum(loads[position].size for position in group)
        if self._fits(weight, size):
            self._put(group, weight, size)
            return
        self._open()
        for position in group:
            load = loads[position]
            if not self._fits(load.weight, load.size) and self._chunks[-1]:
                self._open()
                self._after[len(self._chunks)] = len(self._chunks) - 1
            self._put([position], load.weight, load.size)

    def parts(self) -> list[Part]:
        """The chunks as they are."""
        return [
            Part(number, _positions(sorted(positions)), self._after.get(number))
            for number, positions in enumerate(self._chunks, start=1)
        ]

    def _fits(self, weight: int, size: int) -> bool:
        return fits(self._weight + weight, self._size + size)

    def _open(self) -> None:
        self._chunks.append([])
        self._weight = self._size = 0

    def _put(self, positions: Sequence[int], weight: int, size: int) -> None:
        self._chunks[-1].extend(positions)
        self._weight, self._size = self._weight + weight, self._size + size


def _positions(positions: Sequence[int]) -> Sequence[int]:
    """The positions, as a range if they are consecutive."""
    consecutive = range(positions[0], positions[-1] + 1)
    return consecutive if len(consecutive) == len(positions) else positions
