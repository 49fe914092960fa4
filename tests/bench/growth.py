"""Row 14: what an item costs in requests of different sizes, and a chunk in jobs of different sizes.

Requests have 10 to 10,000 items, all of them sent. Chunks are done in memory, in jobs of up to 1,000,000 items of which
the largest is extrapolated; and in jobs of 10,000 and 100,000 items that are fed through the local stack's queue whole.
"""

from collections.abc import Mapping, Sequence

from tests.bench.fed import LARGE, Fed
from tests.bench.figures import Figure

_FROM = 100
"""Items: below that what every request costs is not small beside its items."""


def measure(requests: Mapping[int, float], chunks: Mapping[int, tuple[float, float]], fed: Fed) -> Figure:
    """The figure: the dearest to the cheapest, in requests from 100 items on, and in jobs."""
    sizes = _spread([cost for size, cost in requests.items() if size >= _FROM])
    work = _spread([cost for cost, _ in chunks.values()])
    dollars = _spread([price for _, price in chunks.values()])
    queued = _spread([fed.ratio, 1])
    detail = (
        f"requests {sizes:.3f}; chunks through the queue, jobs to {LARGE:,}: {queued:.3f} ({fed.milliseconds:.0f} ms); "
        f"in memory, {max(chunks):,} extrapolated: work {work:.3f}, price {dollars:.3f}"
    )
    measured = max(sizes, work, dollars, queued)
    return Figure(14, "growth: dearest to cheapest item of requests, chunk of jobs", measured, 1.10, detail)


def _spread(costs: Sequence[float]) -> float:
    return max(costs) / min(costs)
