"""`make bench`: measure, print the table, write it to build/bench.json, and draw the pictures beside it."""

import os
import platform
import sys
import time
from datetime import UTC, datetime

from tests.bench import (
    chunks,
    cold_start,
    fed,
    figures,
    growth,
    jobs,
    limits,
    lookups,
    operations,
    picture,
    price,
    replies,
    speed,
)
from tests.bench.figures import Figure
from tests.bench.meter import Meter
from tests.bench.stub import Stub
from tools.local.template import ROOT

BUILD = ROOT / "build"


def main() -> int:
    """Measure all rows; 1 when a target is missed."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]  # nobody's real account is meant
    report = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # where functions log
    began = time.monotonic()
    BUILD.mkdir(exist_ok=True)
    with Stub() as stub, Stub(limits.LATENCY) as slow_stub:
        meter = Meter()
        found = _measure(meter, stub, slow_stub)
    figures.write(found, BUILD / "bench.json")
    minutes = (time.monotonic() - began) / 60
    report.write(f"{figures.table(found)}\n\n{_where(meter)}; {minutes:.0f} minutes.\n")
    return 0 if all(one.holds for one in found) else 1


def _measure(meter: Meter, stub: Stub, slow_stub: Stub) -> list[Figure]:
    speeds, sizes = speed.measure(meter, stub)
    prices, breakdown = price.measure()
    of_jobs = chunks.costs(meter)
    _draw("bench-growth.svg", "Work for an item, to the naive loop's", _by_size(sizes), "")
    _draw("bench-price.svg", "Dollars for a million registrations", breakdown, "")
    return [
        *speeds,
        *prices,
        *cold_start.measure(meter),
        *limits.measure(meter, stub, slow_stub),
        growth.measure(sizes, of_jobs, fed.measure()),
        *operations.measure(meter, stub),
        *replies.measure(meter),
        *lookups.measure(meter, stub),
        *jobs.measure(),
    ]


def _by_size(sizes: dict[int, float]) -> dict[str, float]:
    return {f"request of {size:,} items": cost for size, cost in sizes.items()}


def _draw(name: str, title: str, values: dict[str, float], unit: str) -> None:
    (BUILD / name).write_text(picture.bars(title, values, unit))


def _where(meter: Meter) -> str:
    machine = f"{os.cpu_count()} processors {platform.machine()}, Python {platform.python_version()}"
    return f"Measured in {meter.unit} on {datetime.now(UTC):%Y-%m-%d}, {machine}"


if __name__ == "__main__":
    sys.exit(main())
