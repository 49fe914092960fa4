"""What work costs, without a clock: calls and units of the store, and lines that the project's code executes."""

import gc
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NamedTuple

from tests.fakes.world import World
from tools.local.template import ROOT

_OURS = str(ROOT / "shared" / "loyalty")


class Cost(NamedTuple):
    """Calls of all services, read and write units, and lines executed in the layer (each turn of a loop is some)."""

    calls: int
    read: float
    write: float
    cpu: int

    def __add__(self, other: object) -> "Cost":
        assert isinstance(other, Cost)
        return Cost(self.calls + other.calls, self.read + other.read, self.write + other.write, self.cpu + other.cpu)


def cost_of(world: World, work: Callable[[], Any]) -> Cost:
    """What some work in a world costs."""
    before = world.dynamodb.units.copy()
    world.dynamodb.calls.clear()
    with _counted() as steps, _one_thread():
        work()
    units = world.dynamodb.units
    return Cost(len(world.dynamodb.calls), units["read"] - before["read"], units["write"] - before["write"], sum(steps))


@contextmanager
def _counted() -> Iterator[list[int]]:
    """Counts each line of functions of the layer, and each call; a debugger or coverage goes on after it."""
    steps = [0]

    def within(_frame: FrameType, event: str, _argument: object) -> Any:
        steps[0] += event == "line"
        return within

    def calls(frame: FrameType, _event: str, _argument: object) -> Any:
        if not frame.f_code.co_filename.startswith(_OURS):
            return None
        steps[0] += 1
        return within

    before = sys.gettrace()
    gc.disable()
    sys.settrace(calls)
    try:
        yield steps
    finally:
        sys.settrace(before)
        gc.enable()


@contextmanager
def _one_thread() -> Iterator[None]:
    """Has calls that run side by side run one after the other, as within one of the store's threads."""
    thread = threading.current_thread()
    name, thread.name = thread.name, "dynamodb in a test"
    try:
        yield
    finally:
        thread.name = name
