"""The lines of a file that comes block by block: each with its number and, once it is read, where the next one begins.

So reading can go on from the end of any row, in another process too.
"""

from collections.abc import Iterator
from typing import NamedTuple

from loyalty.domain.delimited import LONGEST_ROW
from loyalty.domain.rowfile import NOT_UTF_8
from loyalty.files.kind import FileFault

_LONGEST_LINE = 4 * LONGEST_ROW
"""Bytes of a line: a character has four at most."""

_FORMATS = {
    b"PK\x03\x04": "is a ZIP archive or an Excel workbook: save it as CSV UTF-8",
    b"\x1f\x8b": "is compressed with gzip: send it as it is",
    b"\xff\xfe": NOT_UTF_8,
    b"\xfe\xff": NOT_UTF_8,
}
"""How files begin that hold no rows of text, and what is said of them."""


class Place(NamedTuple):
    """Where reading goes on: the byte of a file, and how many lines came before."""

    offset: int = 0
    line: int = 0


BEGIN = Place()


class Lines(Iterator[tuple[int, str]]):
    """The lines from a place on, each with its end and its number from 1; raises FileFault."""

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
                raise FileFault(
                    f"The file, line {self.place.line + 1 + len(parts)}: the line is longer than a row may be"
                )
            for part in parts:
                yield self._next(part)
        if rest and (last := self._next(rest))[1]:  # a byte order mark alone is no line
            yield last

    def _next(self, line: bytes) -> tuple[int, str]:
        offset, before = self.place
        try:
            text = line.decode("utf-8-sig" if offset == 0 else "utf-8")
        except UnicodeDecodeError:
            raise FileFault(f"The file {NOT_UTF_8} (line {before + 1})") from None
        self.place = Place(offset + len(line), before + 1)
        return before + 1, text


def check_format(first: bytes) -> None:
    """Refuse a file that begins as one of another kind does; raises FileFault."""
    for begins, fault in _FORMATS.items():
        if first.startswith(begins):
            raise FileFault(f"The file {fault}")
