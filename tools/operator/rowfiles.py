"""Files of rows under a line of headers on this machine: CSV, or plain cells between tabs or pipes. UTF-8, of any size.

How such a file is read is the same as for files that come through S3: see `loyalty.domain.rowfile`.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple, TextIO

from loyalty.domain.delimited import Record, Unreadable, write
from loyalty.domain.rowfile import ERROR_COLUMN, FileRow, FormatFault, Heading, read_heading
from loyalty.files.lines import Lines, checked

from .faults import OperatorError

__all__ = ["ERROR_COLUMN", "FileRow", "RowFile", "Survey", "open_rows", "survey", "write_rows"]

_BLOCK = 1024 * 1024


class RowFile(NamedTuple):
    """A file of rows, and how it begins."""

    path: Path
    heading: Heading

    @property
    def delimiter(self) -> str:
        """What is between its cells."""
        return self.heading.delimiter

    @property
    def headers(self) -> tuple[str, ...]:
        """Its columns' names, those of columns without one empty."""
        return self.heading.headers

    @property
    def has_decimal_comma(self) -> bool:
        """Whether it comes from where a comma is decimal, so that a dot may part thousands."""
        return self.heading.has_decimal_comma

    def of_fields(self, fields: Sequence[str | None]) -> "RowFile":
        """The file, its columns being these fields of customers (None: a column that is not sent)."""
        return self._replace(heading=self.heading.of_fields(fields))

    def rows(self) -> Iterator[FileRow]:
        """The rows that are not blank; raises OperatorError."""
        with _reading(self.path) as lines:
            read_heading(lines)
            yield from self.heading.rows(lines)

    def records(self) -> Iterator[Record]:
        """All rows as they were read, each with what is wrong with it; raises OperatorError."""
        with _reading(self.path) as lines:
            read_heading(lines)
            yield from self.heading.records(lines)


class Survey(NamedTuple):
    """What a file holds: rows, and a digest of its bytes."""

    rows: int
    digest: str


def open_rows(path: Path) -> RowFile:
    """Read the line of headers; raises OperatorError when there is none."""
    with _reading(path) as lines:
        return RowFile(path, read_heading(lines))


def survey(file: RowFile) -> Survey:
    """Read the file once; raises OperatorError when it can't be read to its end, or its delimiter is in no row."""
    rows, parted = 0, len(file.headers) == 1
    for row in file.rows():
        rows += 1
        parted = parted or len(row.cells) > 1
    if rows and not parted:
        raise OperatorError(f"{file.path}{file.heading.unparted()}")
    with file.path.open("rb") as content:
        return Survey(rows, hashlib.file_digest(content, "sha256").hexdigest())


def write_rows(file: TextIO, delimiter: str, rows: Iterable[Sequence[str]]) -> None:
    """Write rows so that `rows` reads them back, and no spreadsheet runs or changes a cell."""
    file.writelines(write(row, delimiter) for row in rows)


def blocks_of(file: BinaryIO) -> Iterator[bytes]:
    """What a file holds, so much at a time."""
    return iter(lambda: file.read(_BLOCK), b"")


@contextmanager
def _reading(path: Path) -> Iterator[Lines]:
    """The lines of the open file; every reason why it can't be read is an OperatorError."""
    try:
        with path.open("rb") as file:
            yield Lines(checked(blocks_of(file)))
    except OSError as error:
        raise OperatorError(f"{path} can't be read: {error.strerror}") from None
    except FormatFault as error:
        raise OperatorError(f"{path}{error}") from None
    except Unreadable as error:
        raise OperatorError(f"{path} is no valid CSV: {error}") from None
