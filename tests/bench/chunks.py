"""The jobs' part of row 14 in memory: what a chunk costs a worker, in jobs of 10,000 to 1,000,000 items.

Messages as another system feeds them go to the worker's handler without a queue (`fed` sends them through one), so that
prices are exact and work is as exact as the meter. The first message of a job makes it. The tables are the tests' own,
emptied of customers and memberships after each chunk. Jobs of each size have 400 chunks done, in turns: ten jobs of the
smallest size, one of the next, and a tenth of one of the largest, from which the rest is extrapolated.
"""

import hashlib
import statistics
from dataclasses import replace

from loyalty.doors.queue_trigger import process_chunks
from tests.bench.feeding import ITEMS, Job
from tests.bench.meter import Case, Meter
from tests.bench.price import READ, WRITE
from tests.fakes.delivery import event_of
from tests.fakes.gateway import FakeContext
from tests.fakes.queues import Message
from tests.fakes.world import World

JOBS = (10_000, 100_000, 1_000_000)
"""Items."""

_DONE = 400  # chunks of jobs of one size


def costs(meter: Meter) -> dict[int, tuple[float, float]]:
    """By the items of the job: what a chunk costs the processor (its median), and dollars per million items."""
    workers = {total: _Worker(meter, total) for total in JOBS}
    spent: dict[int, list[float]] = {total: [] for total in JOBS}
    for place in range(_DONE):
        for total, worker in workers.items():
            spent[total].append(worker.chunk(place))
    return {total: (statistics.median(spent[total]), worker.dollars / _DONE) for total, worker in workers.items()}


class _Worker:
    """Does chunks of jobs of one size."""

    def __init__(self, meter: Meter, total: int) -> None:
        self._meter, self._total = meter, total
        self._world = World()
        database = replace(self._world.database, deadline=float("inf"))
        self._handler = process_chunks(lambda: database)

    @property
    def dollars(self) -> float:
        """What all chunks so far consumed, for a million of the items of one."""
        units = self._world.dynamodb.units
        consumed: float = WRITE * units["write"] + READ * units["read"]
        return consumed / ITEMS

    def chunk(self, place: int) -> float:
        """What the worker spends on the chunk at this place of one job after the other."""
        before, chunk = divmod(place, self._total // ITEMS)
        job, number = Job(f"{self._total + before:032x}", "greatwidgets", "123", self._total), chunk + 1
        tables = self._world.dynamodb.tables
        tables["customers"] = {(item["pk"]["S"],): item for item in map(_customer, job.emails(number))}
        tables["memberships"] = {}
        event = event_of(Message(f"message-{place}", job.message(number), job.account, {}, receives=1))

        def work() -> None:
            if self._handler(event, FakeContext(f"request-{place}"))["batchItemFailures"]:
                raise AssertionError(f"chunk {place} failed")

        spent = self._meter.cost(Case(work))
        if len(tables["memberships"]) != ITEMS:
            raise AssertionError(f"chunk {place} did not register its customers")
        self._world.dynamodb.calls.clear()
        return spent


def _customer(email: str) -> dict[str, dict[str, str]]:
    digest = hashlib.sha256(email.encode()).hexdigest()
    return {
        "pk": {"S": f"greatwidgets#email#{email}"},
        "profile_id": {"S": digest[:24]},
        "customer_id": {"N": str(int(digest[:12], 16))},
    }
