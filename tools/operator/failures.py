"""The rows that failed, in a file like the one they came from: with the reason, and fit to be sent again."""

import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.operator.faults import OperatorError
from tools.operator.rowfiles import ERROR_COLUMN, RowFile, write_rows


class Failures:
    """The file of failed rows beside a file of rows; there is none as long as none failed."""

    def __init__(self, file: RowFile, size: int) -> None:
        self._file = file
        self._size = size
        self.path = beside(file.path)
        if size:
            if self.path.stat().st_size < size:
                raise OperatorError(f"{self.path} was changed meanwhile; what was sent before is not in it any more")
            os.truncate(self.path, size)
        else:
            self.path.unlink(missing_ok=True)

    def add(self, rows: Sequence[Sequence[str]], errors: Mapping[int, str]) -> int:
        """Write the rows that have an error, by index; the size of the file then."""
        if not errors:
            return self._size
        width = len(self._file.headers)
        lines = [[*self._file.headers, ERROR_COLUMN]] if not self._size else []
        lines += [[*_padded(rows[index], width), text] for index, text in sorted(errors.items())]
        written = io.StringIO()
        write_rows(written, self._file.delimiter, lines)
        with self.path.open("ab") as failed:
            self._size += failed.write(written.getvalue().encode())
            os.fsync(failed.fileno())
        return self._size


def beside(path: Path) -> Path:
    """Where the failed rows of a file are kept: customers.csv's in customers.failed.csv."""
    return path.with_name(f"{path.stem}.failed{path.suffix}")


def _padded(row: Sequence[str], width: int) -> list[str]:
    return [*row, *[""] * (width - len(row))]
