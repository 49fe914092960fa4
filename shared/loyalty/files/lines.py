"""The lines of a file that comes block by block: each with its number and, once it is read, where the next one begins.

So reading can go on from the end of any row, in another process too.
"""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from loyalty.domain.delimited import LONGEST_ROW
from loyalty.domain.rowfile import FormatFault, check_format, not_utf_8

_LONGEST_LINE = 4 * LONGEST_ROW
"""Bytes of a line: a character has four at most."""

_PIECE = 1024 * 1024
"""Bytes whose lines are told apart at once, so that few lines are taken together where these are long."""


class Place(NamedTuple):
    """Where reading goes on: the byte of a file, and how many lines came before."""

    offset: int = 0
    line: int = 0


BEGIN = Place()


class Lines(Iterator[tuple[int, str]]):
    """The lines from a place on, each with its end and its number from 1; raises FormatFault."""

    def __init__(self, blocks: Iterator[bytes], place: Place = BEGIN) -> None:
        self.place = place
        self._pieces = _parted(blocks, place.line)
        self._piece: Iterator[bytes] = iter(())

    def __next__(self) -> tuple[int, str]:
        place, taken = self.place, self.take(1)
        if not taken:
            raise StopIteration
        text = decoded(taken[0], place)
        return (place.line + 1, text) if text else next(self)  # a byte order mark alone is no line

    def take(self, most: int) -> list[bytes]:
        """The next lines as they are, so many at most, and a megabyte of them: `decoded` tells what they say."""
        while not (taken := list(islice(self._piece, most))):
            piece = next(self._pieces, None)
            if piece is None:
                return []
            self._piece = iter(piece)
        self.place = Place(self.place.offset + sum(map(len, taken)), self.place.line + len(taken))
        return taken


def decoded(line: bytes, place: Place) -> str:
    """The text of a line that begins at a place; raises FormatFault."""
    try:
        return line.decode("utf-8-sig" if place.offset == 0 else "utf-8")
    except UnicodeDecodeError:
        raise not_utf_8(place.line + 1) from None


def checked(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The blocks of a whole file, as they come; raises FormatFault for one that holds no rows of text."""
    first = next(blocks, b"")
    check_format(first)
    yield first
    yield from blocks


def _parted(blocks: Iterator[bytes], before: int) -> Iterator[list[bytes]]:
    """The lines of blocks, after so many, a piece at a time; raises FormatFault."""
    rest, count = b"", before
    for piece in (block[start : start + _PIECE] for block in blocks for start in range(0, len(block), _PIECE)):
        parts = (rest + piece).splitlines(keepends=True)
        rest = b"" if parts[-1].endswith(b"\n") else parts.pop()  # a line end may be of two bytes
        count += len(parts)
        if len(rest) > _LONGEST_LINE:
            raise FormatFault(f", line {count + 1}: the line is longer than a row may be")
        yield parts
    if rest:
        yield [rest]
