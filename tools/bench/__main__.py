"""`make bench`."""

import sys
import time

from tools.bench import figures, speed
from tools.bench.meter import Meter
from tools.bench.stub import Stub
from tools.local.template import ROOT


def main() -> int:
    """Measure all rows; 1 when a target is missed."""
    began = time.monotonic()
    with Stub() as stub:
        meter = Meter()
        found = speed.measure(meter, stub)
    (ROOT / "build").mkdir(exist_ok=True)
    figures.write(found, ROOT / "build" / "bench.json")
    sys.stdout.write(f"{figures.table(found)}\n\nMeasured in {meter.unit}, {time.monotonic() - began:.0f} s.\n")
    return 0 if all(one.holds for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
