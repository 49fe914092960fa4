"""Rows 1 to 5, and the requests of row 14: what whole requests cost, event to response, on the instant stub."""

from collections.abc import Callable
from typing import Any

from tests.bench import requests
from tests.bench.figures import Figure
from tests.bench.meter import Case, Meter, ratio, rounds
from tests.bench.naive import Naive
from tests.bench.project import Project
from tests.bench.stub import Stub
from tools.local.ministack import REGION

SIZES = (10, 100, 1_000, requests.ITEMS)
_NAIVE_ITEMS = 200
_ROUNDS = 21
_FORMATS, _FORMAT_ROUNDS = (requests.batch_xml, requests.batch), 75  # they differ by less than rounds do

Send = Callable[[requests.Event], dict[str, Any]]


def measure(meter: Meter, stub: Stub) -> tuple[list[Figure], dict[int, float]]:
    """The figures of rows 1 to 5, and each size's cost of an item to the naive loop's."""
    project, naive = Project(stub.endpoint_url), Naive(stub.endpoint_url, REGION)
    data = requests.elements()
    calls = _calls(project, stub, data)
    single = requests.single(data[0])
    costs = rounds(
        meter,
        {
            "naive": _batches(naive.batch, requests.batch, data[:_NAIVE_ITEMS]),
            "naive single": Case(lambda: naive.single(single), 1, 100),
            "single": Case(lambda: project.single(single), 1, 100),
            **{str(size): _batches(project.batch, requests.batch, data[:size], 2_000 // size or 1) for size in SIZES},
        },
        _ROUNDS,
    )
    formats = rounds(
        meter, {write.__name__: _batches(project.batch, write, data) for write in _FORMATS}, _FORMAT_ROUNDS
    )
    to_naive = {size: ratio(costs[str(size)], costs["naive"]) for size in SIZES}
    xml, one = ratio(*formats.values()), ratio(costs["single"], costs["naive single"])
    return [
        Figure(1, "whole request, 10,000 JSON items, per item, to the naive loop", to_naive[len(data)], 0.03),
        Figure(2, "the same at 100 items", to_naive[100], 0.04),
        Figure(3, "XML to JSON, whole request", xml, 1.10),
        Figure(4, "one item, to the naive single call", one, 0.90),
        Figure(5, "HTTP calls per 10,000 found, unique items", calls, 500),
    ], to_naive


def _calls(project: Project, stub: Stub, data: list[requests.Element]) -> int:
    """The HTTP calls of one request, less those for the account's configuration, which is kept for a minute."""
    project.batch(requests.batch(data[:1]))
    stub.calls()
    requests.check(project.batch(requests.batch(data)), len(data))
    return sum(stub.calls().values())


def _batches(
    send: Send, write: Callable[[list[requests.Element]], requests.Event], data: list[requests.Element], times: int = 1
) -> Case:
    event = write(data)
    return Case(lambda: requests.check(send(event), len(data)), len(data), times)
