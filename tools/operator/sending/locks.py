"""Keeps two commands from sending the same file at the same time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from ..faults import InUse

_SUFFIX = ".lock"


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Lock a file until the end of the block; raises InUse when another command has."""
    with path.open("rb") as file:
        _lock(file, path)
        yield


@contextmanager
def alone_beside(path: Path) -> Iterator[None]:
    """The same for a file that is not there, by a file beside it, which is gone afterwards."""
    beside = path.with_name(f"{path.name}{_SUFFIX}")
    with beside.open("ab") as file:
        _lock(file, path)
        if not beside.exists() or os.fstat(file.fileno()).st_ino != beside.stat().st_ino:
            raise InUse(_used(path))  # who had it took it away just now
        try:
            yield
        finally:
            beside.unlink(missing_ok=True)


def _lock(file: IO[Any], path: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise InUse(_used(path)) from None


def _used(path: Path) -> str:
    return f"{path} is being sent by another command"
