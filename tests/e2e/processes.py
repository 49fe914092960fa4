"""What /proc tells about processes: which belong together, which still run, where they listen."""

import re
import socket
import struct
import time
from pathlib import Path

LISTENING = "0A"


def tree(root: int) -> set[int]:
    """The ids of a process and all below it."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        if state := _state(int(entry.name)):
            parents[int(entry.name)] = state[1]
    found = {root}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def running(pids: set[int]) -> set[int]:
    """Those of some processes that have not ended."""
    return {pid for pid in pids if (state := _state(pid)) and state[0] not in "ZX"}


def wait_until_ended(pids: set[int], seconds: float = 60) -> set[int]:
    """Those of some processes that have not ended after so many seconds."""
    deadline = time.monotonic() + seconds
    while running(pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    return running(pids)


def listeners(pids: set[int]) -> set[str]:
    """The addresses on which some processes accept TCP connections."""
    inodes = {inode for pid in pids for inode in _sockets(pid)}
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTENING and fields[9] in inodes:
                found.add(_address(fields[1].split(":")[0]))
    return found


def _state(pid: int) -> tuple[str, int] | None:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return fields[0], int(fields[1])


def _sockets(pid: int) -> list[str]:
    links = []
    for descriptor in Path(f"/proc/{pid}/fd").glob("*"):
        try:
            links.append(str(descriptor.readlink()))
        except OSError:  # closed meanwhile
            continue
    return [match[1] for link in links if (match := re.fullmatch(r"socket:\[(\d+)]", link))]


def _address(text: str) -> str:
    words = [int(text[at : at + 8], 16) for at in range(0, len(text), 8)]
    packed = struct.pack(f"={len(words)}I", *words)
    return socket.inet_ntop(socket.AF_INET if len(words) == 1 else socket.AF_INET6, packed)
