"""Chunks in the hands of workers: faults at a step of the work, second deliveries, and when each comes again."""

from collections.abc import Iterator
from typing import Any

from loyalty.domain.deadline import WORKER_SECONDS
from loyalty.doors.queue_trigger import process_chunks
from tests.fakes.delivery import Mappings, event_of
from tests.fakes.faults import Fault
from tests.fakes.gateway import FakeContext
from tests.fakes.nth_call import FaultyClient, die_after
from tests.fakes.queues import CHUNKS
from tests.fakes.steps import BEGIN, at
from tests.unit.jobs.job_world import JobWorld


def chunk(world: JobWorld, number: int = 1, job: int = 0) -> dict[str, Any]:
    """A chunk of the first job, or of another, as stored; empty before it was begun."""
    return dict(world.dynamodb.tables["jobs"].get((world.job_ids()[job], f"chunk#{number:06}"), {}))


def deliver(world: JobWorld, faults: dict[int, Fault] | None = None) -> FaultyClient:
    """Deliver the first visible message to a worker that meets these faults; its client."""
    database, client = world.faulty(faults)
    assert Mappings(world.sqs, lambda: database, world.clock).deliver()
    return client


def die_holding(world: JobWorld) -> None:
    """Have a worker die once it has begun with the first visible chunk."""
    deliver(world, at(BEGIN, die_after))


def deliver_again(world: JobWorld, faults: dict[int, Fault] | None = None) -> bool:
    """Deliver the first message that is in the queue once more, visible or not; whether it is done with."""
    message = world.sqs.queues[CHUNKS][0]
    received = message._replace(receives=message.receives + 1)
    handler = process_chunks(lambda: world.faulty(faults)[0])
    return not handler(event_of(received), FakeContext(message.id, 1_000 * WORKER_SECONDS))["batchItemFailures"]


def waits(world: JobWorld) -> Iterator[float]:
    """In how many seconds each message of the chunk queue is visible, to the microsecond."""
    return (round(message.visible_at - world.clock(), 6) for message in world.sqs.queues[CHUNKS])


def deliver_soonest(world: JobWorld) -> None:
    """Let the time pass until a message of the chunk queue is visible, and deliver it."""
    soonest = min(message.visible_at for message in world.sqs.queues[CHUNKS])
    world.clock.now = max(world.clock.now, soonest)
    assert world.queue.deliver()
