"""Row 14: what an item costs in requests of different sizes, and a chunk in jobs of different sizes."""

from collections.abc import Mapping, Sequence

from tools.bench.figures import Figure

_FROM = 100
"""Items: below that what every request costs is not small beside its items."""


def measure(requests: Mapping[int, float], chunks: Mapping[int, tuple[float, float]]) -> Figure:
    """The figure: the dearest to the cheapest, in requests from 100 items on, and in jobs."""
    sizes = {size: cost for size, cost in requests.items() if size >= _FROM}
    work = {total: cost for total, (cost, _) in chunks.items()}
    dollars = {total: price for total, (_, price) in chunks.items()}
    spreads = [_spread(list(costs.values())) for costs in (sizes, work, dollars)]
    detail = "requests {:.3f}; a chunk's work {:.3f}, its price {:.3f}".format(*spreads)
    return Figure(14, "growth: dearest to cheapest item of requests, chunk of jobs", max(spreads), 1.10, detail)


def _spread(costs: Sequence[float]) -> float:
    return max(costs) / min(costs)
