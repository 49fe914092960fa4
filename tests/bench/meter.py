"""What work costs: user-mode instructions where the kernel counts them, else CPU time.

Instructions repeat to a tenth of a per cent; CPU time moves by several per cent with whatever else the machine does.
"""

import ctypes
import os
import resource
import statistics
import struct
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple


class Case(NamedTuple):
    """Work on so many items, done several times in a row where it is short."""

    work: Callable[[], object]
    items: int = 1
    times: int = 1


_PERF_EVENT_OPEN = {"x86_64": 298, "aarch64": 241}
_ATTRIBUTES = struct.Struct("IIQQQQQ72x")  # struct perf_event_attr, its first 48 bytes and the rest unset
_HARDWARE, _INSTRUCTIONS = 0, 1
_INHERIT, _EXCLUDE_KERNEL, _EXCLUDE_HYPERVISOR = 1 << 1, 1 << 5, 1 << 6


class Meter:
    """Reads what this process, its threads and its ended children have spent so far.

    Make it before any thread or process that is to be counted.
    """

    def __init__(self) -> None:
        self._counter = _open_counter()
        self.unit = "CPU seconds" if self._counter is None else "user-mode instructions"

    def read(self) -> float:
        """The sum so far, in `unit`s."""
        if self._counter is not None:
            return float(struct.unpack("Q", os.read(self._counter, 8))[0])
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.process_time() + ended.ru_utime + ended.ru_stime

    def cost(self, case: Case) -> float:
        """What the work costs for each item."""
        before = self.read()
        for _ in range(case.times):
            case.work()
        return (self.read() - before) / case.items / case.times


def rounds(meter: Meter, cases: Mapping[str, Case], count: int) -> dict[str, list[float]]:
    """The cost of each case for an item, round by round: in every round each has its turn, after one that warms up."""
    for case in cases.values():
        meter.cost(case)
    costs: dict[str, list[float]] = {name: [] for name in cases}
    for number in range(count):
        turns = list(cases) if number % 2 else list(reversed(list(cases)))
        for name in turns:
            costs[name].append(meter.cost(cases[name]))
    return costs


def ratio(costs: Sequence[float], reference: Sequence[float]) -> float:
    """The median over the rounds of one cost to another."""
    return statistics.median(one / other for one, other in zip(costs, reference, strict=True))


def _open_counter() -> int | None:
    number = _PERF_EVENT_OPEN.get(os.uname().machine)
    if number is None:
        return None
    flags = _INHERIT | _EXCLUDE_KERNEL | _EXCLUDE_HYPERVISOR
    attributes = _ATTRIBUTES.pack(_HARDWARE, _ATTRIBUTES.size, _INSTRUCTIONS, 0, 0, 0, flags)
    counter: int = ctypes.CDLL(None).syscall(number, attributes, 0, -1, -1, 0)
    return None if counter < 0 else counter
