"""A function's process that is sent events from files, and what each costs it: `python -m … PATH FILE…`.

Writes a JSON line for each: HTTP status, megabytes of memory above what the process needs while it is idle, seconds
of CPU on a usual machine. Each event meets a process of its own, forked from one that has answered a request.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.fakes.capillary import basic
from tests.fakes.gateway import ACCESS_TOKEN, BATCH, EARN, IMPORT, ISSUE, REVOKE, SINGLE, FakeContext
from tests.fakes.world import World
from tests.fakes.yardstick import slowness

MOST_SECONDS = 1.0
"""What is promised. How slow the machine is matters only to what takes longer, and takes a while to find out."""

_UNITS_PER_MEGABYTE = 1_000_000 if sys.platform == "darwin" else 1_000_000 / 1024


def main(files: list[str]) -> None:
    """Measure each file's event."""
    world = World()
    for path in (SINGLE, BATCH, EARN, REVOKE, ISSUE, ACCESS_TOKEN, IMPORT):
        world.send(path, {"token": "nobody's"}, basic())
    for file in files:
        _in_a_fork(lambda: _measure(world, Path(file)))  # noqa: B023 - it is called at once


def _in_a_fork(do: Callable[[], None]) -> None:
    child = os.fork()
    if not child:
        do()
        sys.stdout.flush()
        os._exit(0)
    os.waitpid(child, 0)


def _measure(world: World, file: Path) -> None:
    idle, began = _most_memory(), time.process_time()
    event: dict[str, Any] = json.loads(file.read_bytes())
    answer = world.handler(event["path"])(event, FakeContext())
    seconds, megabytes = time.process_time() - began, _most_memory() - idle
    cost = {"seconds": seconds / slowness() if seconds > MOST_SECONDS else seconds, "megabytes": megabytes}
    sys.stdout.write(json.dumps({"status": answer["statusCode"], **cost}) + "\n")


def _most_memory() -> float:
    """Megabytes, the most since the process was forked."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _UNITS_PER_MEGABYTE


if __name__ == "__main__":
    main(sys.argv[1:])
