"""The rows that failed, in a file like the one they came from: with the reason, and fit to be sent again.

Such a file is its reader's work: they mend it. So each run writes one under a name that nothing has, and what was
edited is never written over or taken away. A run without failures takes away those of earlier runs of the same
command that nobody edited.
"""

import hashlib
import json
import os
import re
import time
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from loyalty.domain.delimited import MAX_ROW_BYTES, write
from loyalty.domain.rowfile import write_headings

from .faults import OperatorError
from .rowfiles import ERROR_COLUMN, FileRow, RowFile

_SECOND = 10**9
_FAILED = re.compile(r"\.failed(-[0-9]+)?$")


class Failures:
    """The failed rows of one run; `command` tells the runs of one command on a file from those of others.

    `kept` is what `add` returned last, where a run that was interrupted goes on.
    """

    def __init__(self, file: RowFile, command: Mapping[str, Any], kept: "Kept | None" = None) -> None:
        self._file = file
        self._command = json.dumps({**command, "file": file.path.name}, sort_keys=True).encode()
        self._kept, self._digest = kept, hashlib.sha256()
        if kept:
            self._take_up(kept)

    @property
    def path(self) -> Path | None:
        """The file, None as long as no row failed."""
        return self._file.path.with_name(self._kept.name) if self._kept else None

    def add(self, rows: Sequence[FileRow], errors: Mapping[int, str]) -> "Kept | None":
        """Write the rows that have an error, by index; what is kept of this run then."""
        if not errors:
            return self._kept
        lines = [self._line(rows[index].cells, text) for index, text in sorted(errors.items())]
        if self._kept is None:
            self._begin(write_headings([*self._file.headers, ERROR_COLUMN], self._file.delimiter).encode())
        return self._append("".join(lines).encode())

    def take(self, content: bytes) -> None:
        """Keep the failed rows of all of the run, with their headers, as somebody else wrote them."""
        self._begin(content)

    def end(self) -> Path | None:
        """End the run; the file of its failures, None when there are none."""
        if self.path:
            moment = int(time.time()) * _SECOND + self._seal(self.path.read_bytes())
            os.utime(self.path, ns=(moment, moment))
            return self.path
        for path in _named_before(self._file.path):
            if path != self._file.path and path.stat().st_mtime_ns % _SECOND == self._seal(path.read_bytes()):
                path.unlink()
        return None

    def _take_up(self, kept: "Kept") -> None:
        """Go on with a file that is as it was; raises OperatorError for one that is not.

        What was added behind it, by its reader or by a run that died before it said so, stays there: the run goes on
        in a copy without that.
        """
        path = self._file.path.with_name(kept.name)
        content = path.read_bytes() if path.exists() else b""
        if of_content(kept.name, content[: kept.size]) != kept:
            raise OperatorError(f"{path} was changed meanwhile; what was sent before is not in it any more")
        self._digest.update(content[: kept.size])
        if len(content) > kept.size:
            self._begin(content[: kept.size])

    def _begin(self, content: bytes) -> None:
        """A new file under the first name that is free: for customers.csv customers.failed.csv, then …failed-2.csv."""
        self._digest = hashlib.sha256(content)
        for number in count(1):
            path = _name(self._file.path, number)
            try:
                with path.open("xb") as file:
                    file.write(content)
            except FileExistsError:
                continue
            self._kept = Kept(path.name, len(content), self._digest.hexdigest())
            return

    def _append(self, content: bytes) -> "Kept | None":
        if self._kept is not None:
            with self._file.path.with_name(self._kept.name).open("ab") as failed:
                failed.write(content)
                os.fsync(failed.fileno())
            self._digest.update(content)
            self._kept = Kept(self._kept.name, self._kept.size + len(content), self._digest.hexdigest())
        return self._kept

    def _line(self, sent: Sequence[str], reason: str) -> str:
        """A row with the reason behind its columns; without one that would make it too large to be sent again."""
        width, delimiter = len(self._file.headers), self._file.delimiter
        cells = [*sent, *[""] * (width - len(sent))]
        bare, line = (write([*cells[:width], told, *cells[width:]], delimiter) for told in ("", reason))
        return bare if len(bare) <= MAX_ROW_BYTES < len(line) else line

    def _seal(self, content: bytes) -> int:
        """What the time of a file's last change ends with while it is as this command left it.

        An edited file has another time, and another seal: so it is known without a further file that says so.
        """
        return int.from_bytes(hashlib.sha256(self._command + content).digest()[:8]) % _SECOND


class Kept(NamedTuple):
    """A file of failed rows as a run left it: its name, its bytes and their SHA-256."""

    name: str
    size: int
    digest: str


def of_content(name: str, content: bytes) -> Kept:
    """What is kept of a file with this content."""
    return Kept(name, len(content), hashlib.sha256(content).hexdigest())


def _name(path: Path, number: int) -> Path:
    return path.with_name(f"{_stem(path)}.failed{f'-{number}' if number > 1 else ''}{path.suffix}")


def _stem(path: Path) -> str:
    """A file's name without its suffix; that of a file of failed rows is the stem of the file they came from."""
    return _FAILED.sub("", path.stem)


def _named_before(path: Path) -> list[Path]:
    name = re.compile(re.escape(_stem(path)) + _FAILED.pattern.rstrip("$") + re.escape(path.suffix))
    return [one for one in path.parent.iterdir() if name.fullmatch(one.name) and one.is_file()]
