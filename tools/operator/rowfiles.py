"""Files of rows under a line of headers: CSV, or plain cells between tabs or pipes. UTF-8, of any size.

CSV is as in RFC 4180, also with the semicolons that spreadsheets write in countries with a decimal comma.

A spreadsheet runs a cell that begins like a formula. In what we write such a cell has an apostrophe before it, and
from what we read one is taken away: so a report can be opened in a spreadsheet, and what a report or a spreadsheet
made so is sent as it was meant.
"""

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TextIO

from tools.operator.faults import OperatorError

ERROR_COLUMN = "loyalty_error"
"""The last column of a file of failed rows, which is not sent again."""

_QUOTED = (",", ";")
_DELIMITERS = ("\t", "|", *_QUOTED)
"""What may stand between cells: the first that is in the line of headers does."""
_RUN = re.compile(r"'*[=+\-@\t\r]")
_DEFUSED = re.compile(r"'+[=+\-@\t\r]")

csv.field_size_limit(10_000_000)  # a request holds no more


class RowFile(NamedTuple):
    """A file of rows: how its cells are parted, and its headers, an error column aside."""

    path: Path
    delimiter: str
    headers: tuple[str, ...]

    def rows(self) -> Iterator[list[str]]:
        """The rows that are not blank, with as many cells as they have; raises OperatorError."""
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            records = _records(file, self.delimiter, self.path)
            width = len(next(records))
            for record in records:
                without_error = record[: len(self.headers)] if len(record) == width else record
                yield [refuse(cell) for cell in without_error]


class Survey(NamedTuple):
    """What a file holds: rows, and a digest of its bytes."""

    rows: int
    digest: str


def open_rows(path: Path) -> RowFile:
    """Read the line of headers; raises OperatorError when there is none."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            line = file.readline()
            delimiter = next((one for one in _DELIMITERS if one in line), ",")
            file.seek(0)
            headers = next(_records(file, delimiter, path), [])
    except OSError as error:
        raise OperatorError(f"{path} can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise OperatorError(f"{path} is not in UTF-8: save it as CSV UTF-8") from None
    names = [header.strip() for header in headers]
    if names[-1:] == [ERROR_COLUMN]:
        names.pop()
    if not names or "" in names or len(set(names)) < len(names):
        raise OperatorError(f"{path} must begin with a line of headers, each with a name of its own")
    return RowFile(path, delimiter, tuple(names))


def survey(file: RowFile) -> Survey:
    """Read the file once; raises OperatorError when it can't be read to its end."""
    rows = sum(1 for _ in file.rows())
    with file.path.open("rb") as content:
        return Survey(rows, hashlib.file_digest(content, "sha256").hexdigest())


def write_rows(file: TextIO, delimiter: str, rows: Iterable[Sequence[str]]) -> None:
    """Write rows so that `rows` reads them back, with cells that a spreadsheet would run defused."""
    if delimiter in _QUOTED:
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\r\n")
        writer.writerows([defuse(cell) for cell in row] for row in rows)
        return
    file.writelines(delimiter.join(defuse(_one_line(cell, delimiter)) for cell in row) + "\n" for row in rows)


def to_csv(rows: Iterable[Sequence[str]]) -> str:
    """Rows as CSV, their cells as they are."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def defuse(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would run."""
    return f"'{cell}" if _RUN.match(cell) else cell


def refuse(cell: str) -> str:
    """The cell that was defused."""
    return cell[1:] if _DEFUSED.match(cell) else cell


def _records(file: TextIO, delimiter: str, path: Path) -> Iterator[list[str]]:
    try:
        for cells in _cells(file, delimiter):
            if len(cells) > 1 or any(cell.strip() for cell in cells):
                yield cells
    except csv.Error as error:
        raise OperatorError(f"{path} is no valid CSV: {error}") from None
    except UnicodeDecodeError:
        raise OperatorError(f"{path} is not in UTF-8: save it as CSV UTF-8") from None


def _cells(file: TextIO, delimiter: str) -> Iterator[list[str]]:
    if delimiter in _QUOTED:
        yield from csv.reader(file, delimiter=delimiter, strict=True)
    else:  # a quote is data there, as in the import itself
        for line in file:
            yield line.rstrip("\r\n").split(delimiter)


def _one_line(cell: str, delimiter: str) -> str:
    return " ".join(cell.replace(delimiter, " ").splitlines()) if {delimiter, "\n", "\r"} & set(cell) else cell
