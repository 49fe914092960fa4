"""Where rows are read from: a file on this machine, standard input, or an object in S3."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from ..commands import Session
from ..rowfiles import RowFile, open_rows
from ..stdin import given
from . import s3_file
from .s3_file import S3Object


class Source(NamedTuple):
    """Rows, and the object that holds them, where they are not on this machine.

    Beside the path of `file` stands what is kept of the work, also where no file is there.
    """

    file: RowFile
    remote: S3Object | None = None

    @property
    def headers(self) -> tuple[str, ...]:
        """The names of its columns."""
        return self.file.headers


@contextmanager
def opened(session: Session, named: str) -> Iterator[Source]:
    """The rows that are named, `-` for standard input, until all of them are done; raises OperatorError."""
    if named.startswith(s3_file.SCHEME):
        remote = s3_file.look(session.system.s3, named)
        yield Source(RowFile(remote.path, remote.heading), remote)
        return
    with given(session, Path(named)) as path:
        yield Source(open_rows(path))
