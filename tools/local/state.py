"""The directory that keeps a local stack's data: usable, and used by one stack at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class StateError(Exception):
    """The directory can't keep the data; the message is one line for the user."""


@contextmanager
def claimed(directory: Path) -> Iterator[None]:
    """Make the directory if need be and hold it until the block ends; raises StateError."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock = (directory / ".lock").open("w")
    except OSError as error:
        raise StateError(f"STATE must be a directory that can be written: {error}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StateError(f"STATE {directory} is in use by another local stack") from error
        yield
