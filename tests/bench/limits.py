"""Rows 11 to 13: memory and time of a large request, and what bad items cost to find."""

import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from loyalty.domain.account import Account
from loyalty.domain.outcome import Outcome
from loyalty.http.request import read_event
from loyalty.vendors.altcraft.register import REGISTER_MEMBER_BATCH
from tests.bench import requests
from tests.bench.figures import Figure
from tests.bench.meter import Case, Meter, ratio, rounds
from tests.bench.project import Project, settings
from tests.bench.stub import Stub

LATENCY = 8.0
"""Milliseconds in which the stub answers."""

_ROUNDS, _TIMED_ROUNDS = 9, 25
_MEGABYTE = 1_000_000
_STATUS, _PEAK = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def measure(meter: Meter, stub: Stub, slow_stub: Stub) -> list[Figure]:
    """The figures."""
    one_bad, all_bad = _bad_items(meter)
    return [
        Figure(11, "MB that 10,000 items add to the process, at their peak", _memory(stub.endpoint_url), 16),
        Figure(12, f"seconds for 10,000 items, stub with {LATENCY:.0f} ms latency", _seconds(slow_stub), 0.6),
        Figure(13, "one bad item among 10,000: parse and validate, to none", one_bad, 1.1),
        Figure(13, "10,000 bad items: parse and validate, to none", all_bad, 2.2),
    ]


def grow(endpoint_url: str) -> float:
    """The megabytes by which one large request makes this process grow, after a small one."""
    project = Project(endpoint_url)
    requests.check(project.batch(requests.batch(requests.elements(25))), 25)
    event = requests.batch(requests.elements())
    _PEAK.write_text("5")  # from here on the peak counts anew
    before = _kilobytes("VmRSS")
    requests.check(project.batch(event), requests.ITEMS)
    return (_kilobytes("VmHWM") - before) * 1_024 / _MEGABYTE


def _memory(endpoint_url: str) -> float:
    """The median of `grow` in fresh processes."""
    program = "import sys; from tests.bench import limits; sys.stderr.write(str(limits.grow(sys.argv[1])))"
    command = [sys.executable, "-c", program, endpoint_url]
    runs = [subprocess.run(command, check=True, capture_output=True, text=True) for _ in range(5)]
    return statistics.median(float(run.stderr) for run in runs)


def _kilobytes(name: str) -> int:
    (line,) = [line for line in _STATUS.read_text().splitlines() if line.startswith(f"{name}:")]
    return int(line.split()[1])


def _seconds(stub: Stub) -> float:
    project = Project(stub.endpoint_url)
    event = requests.batch(requests.elements())
    times = []
    for _ in range(_TIMED_ROUNDS):
        began = time.perf_counter()
        requests.check(project.batch(event), requests.ITEMS)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def _bad_items(meter: Meter) -> tuple[float, float]:
    clean = requests.elements()
    bad = [{**element, "email": "nobody at all"} for element in clean]
    cases = {
        "none": _parse(clean, 0),
        "one": _parse([*clean[:5_000], bad[0], *clean[5_001:]], 1),
        "all": _parse(bad, len(bad)),
    }
    costs = rounds(meter, cases, _ROUNDS)
    return ratio(costs["one"], costs["none"]), ratio(costs["all"], costs["none"])


def _parse(data: list[Any], wrong: int) -> Case:
    request, account, limits = read_event(requests.batch(data), requests.Context()), Account("bench"), settings()

    def parse() -> None:
        exchange = REGISTER_MEMBER_BATCH.open(request)
        exchange.credential(limits)
        items = exchange.submission(account, limits).items
        if sum(isinstance(item, Outcome) for item in items) != wrong:
            raise AssertionError(f"not {wrong} items were wrong")

    return Case(parse, len(data), 3)
