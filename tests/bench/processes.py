"""What other processes are and have spent, as Linux tells it."""

import ctypes
import time
from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")


def children(parent: int) -> Iterator[int]:
    """The ids of a process's children."""
    for path in _PROC.glob("[0-9]*/stat"):
        process = int(path.parent.name)
        if _parent(path) == parent:
            yield process


def environment(process: int) -> list[str]:
    """The environment that a process was started with, name=value."""
    return (_PROC / str(process) / "environ").read_text(errors="replace").split("\0")


def seconds(process: int) -> float:
    """The CPU seconds of all threads of a process so far, to the nanosecond; /proc rounds them to hundredths."""
    clock = ctypes.c_int()
    error: int = ctypes.CDLL(None).clock_getcpuclockid(process, ctypes.byref(clock))
    if error:
        raise ProcessLookupError(error, f"process {process} has no clock")
    return time.clock_gettime(clock.value)


def _parent(stat: Path) -> int | None:
    try:
        _, _, fields = stat.read_text().rpartition(")")
    except OSError:  # it ended meanwhile
        return None
    return int(fields.split()[1])
