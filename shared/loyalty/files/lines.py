"""The lines of a file that comes block by block: each with its number and, once it is read, where the next one begins.

So reading can go on from the end of any row, in another process too.
"""

from collections.abc import Iterator
from typing import NamedTuple

from loyalty.domain.delimited import LONGEST_ROW
from loyalty.domain.rowfile import FormatFault, check_format, not_utf_8

_LONGEST_LINE = 4 * LONGEST_ROW
"""Bytes of a line: a character has four at most."""


class Place(NamedTuple):
    """Where reading goes on: the byte of a file, and how many lines came before."""

    offset: int = 0
    line: int = 0


BEGIN = Place()


class Lines(Iterator[tuple[int, str]]):
    """The lines from a place on, each with its end and its number from 1; raises FormatFault."""

    def __init__(self, blocks: Iterator[bytes], place: Place = BEGIN) -> None:
        self.place = place
        self._lines = self._read(blocks)

    def __next__(self) -> tuple[int, str]:
        return next(self._lines)

    def _read(self, blocks: Iterator[bytes]) -> Iterator[tuple[int, str]]:
        rest = b""
        for block in blocks:
            parts = (rest + block).splitlines(keepends=True)
            rest = b"" if parts[-1].endswith(b"\n") else parts.pop()  # a line end may be of two bytes
            if len(rest) > _LONGEST_LINE:
                raise FormatFault(f", line {self.place.line + 1 + len(parts)}: the line is longer than a row may be")
            for part in parts:
                yield self._next(part)
        if rest and (last := self._next(rest))[1]:  # a byte order mark alone is no line
            yield last

    def _next(self, line: bytes) -> tuple[int, str]:
        offset, before = self.place
        try:
            text = line.decode("utf-8-sig" if offset == 0 else "utf-8")
        except UnicodeDecodeError:
            raise not_utf_8(before + 1) from None
        self.place = Place(offset + len(line), before + 1)
        return before + 1, text


def checked(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The blocks of a whole file, as they come; raises FormatFault for one that holds no rows of text."""
    first = next(blocks, b"")
    check_format(first)
    yield first
    yield from blocks
