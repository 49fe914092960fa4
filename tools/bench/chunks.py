"""The jobs' half of row 14: what a chunk costs a worker, in jobs of 10,000 to 1,000,000 items that come by the queue.

As another system would feed them: the first chunk that comes makes the job. The tables are the tests' in memory,
emptied of customers and memberships after each chunk; of the largest job a tenth is done, the rest extrapolated.
"""

import hashlib
import json
import statistics
from dataclasses import replace

from loyalty.endpoint import Handler
from loyalty.queue_trigger import process_chunks
from tests.fakes.delivery import event_of
from tests.fakes.gateway import FakeContext
from tests.fakes.queues import Message
from tests.fakes.world import World
from tools.bench.meter import Case, Meter
from tools.bench.price import READ, WRITE

JOBS = (10_000, 100_000, 1_000_000)
"""Items."""

_ITEMS = 250  # of a chunk
_MOST_DONE = 400  # chunks of one job


def costs(meter: Meter) -> dict[int, tuple[float, float]]:
    """By the items of the job: what a chunk costs the processor (its median), and dollars per million items."""
    _job(meter, JOBS[0])  # warms up
    return {total: _job(meter, total) for total in JOBS}


def _chunk(meter: Meter, world: World, handler: Handler, total: int, number: int) -> float:
    """What the worker spends on one chunk."""
    first = (number - 1) * _ITEMS
    emails = [f"person{place}@example.com" for place in range(first, first + _ITEMS)]
    world.dynamodb.tables["customers"].update({(item["pk"]["S"],): item for item in map(_customer, emails)})
    event = event_of(Message(f"message-{number}", _body(total, number, emails), "greatwidgets", {}, receives=1))

    def work() -> None:
        if handler(event, FakeContext(f"request-{number}"))["batchItemFailures"]:
            raise AssertionError(f"chunk {number} failed")

    spent = meter.cost(Case(work))
    if len(world.dynamodb.tables["memberships"]) != _ITEMS:
        raise AssertionError(f"chunk {number} did not register its customers")
    for table in ("customers", "memberships"):
        world.dynamodb.tables[table].clear()
    world.dynamodb.calls.clear()
    return spent


def _customer(email: str) -> dict[str, dict[str, str]]:
    digest = hashlib.sha256(email.encode()).hexdigest()
    return {
        "pk": {"S": f"greatwidgets#email#{email}"},
        "profile_id": {"S": digest[:24]},
        "customer_id": {"N": str(int(digest[:12], 16))},
    }


def _body(total: int, number: int, emails: list[str]) -> str:
    message = {
        "version": 1,
        "job_id": f"{total:032x}",
        "account": "greatwidgets",
        "operation": "enrol",
        "params": {"program_id": "123"},
        "chunk": number,
        "chunks": total // _ITEMS,
        "total": total,
        "first_index": (number - 1) * _ITEMS,
        "items": [{"kind": "email", "value": email} for email in emails],
    }
    return json.dumps(message)


def _job(meter: Meter, total: int) -> tuple[float, float]:
    world = World()
    for table in ("customers", "memberships"):
        world.dynamodb.tables[table].clear()
    database = replace(world.database, deadline=float("inf"))
    handler = process_chunks(lambda: database)
    done = min(total // _ITEMS, _MOST_DONE)
    spent = [_chunk(meter, world, handler, total, number) for number in range(1, done + 1)]
    units = world.dynamodb.units
    return statistics.median(spent), (WRITE * units["write"] + READ * units["read"]) / (done * _ITEMS)
