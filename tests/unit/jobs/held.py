"""Chunks in the hands of workers: faults at a step of the work, second deliveries, and when each comes again."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

from loyalty.queue_trigger import process_chunks
from tests.fakes.delivery import WORKER_SECONDS, Mappings, event_of
from tests.fakes.faults import Answer, Fault
from tests.fakes.gateway import FakeContext
from tests.fakes.nth_call import FaultyClient, die_after
from tests.fakes.queues import CHUNKS
from tests.unit.jobs.job_world import JobWorld

BEGIN, FINISH, RELEASE, FENCE = "SET holder", "SET outcomes", "REMOVE holder", "SET fence"
"""The steps of a chunk, as how their updates begin."""

_MOST_CALLS = 1_000


Call = partial[Answer]
StepFault = Callable[[Call], Answer]
"""What happens to a call at a step; any `Fault` is one, too."""


class Step(NamedTuple):
    """A fault for the first so many calls of a step: of an update that begins so, or of an action."""

    name: str
    fault: StepFault
    times: int = 1

    def is_of(self, call: Call) -> bool:
        """Whether a call is this step's."""
        return self.name == call.func.__name__ or call.keywords.get("UpdateExpression", "").startswith(self.name)


def at(name: str, fault: StepFault, *, times: int = 1) -> dict[int, Any]:
    """Faults by number, for a process whose calls meet one at a step."""
    return at_each(Step(name, fault, times))


def at_each(*steps: Step) -> dict[int, Any]:
    """The same for several steps, no call being of two."""
    left = {step.name: iter(range(step.times)) for step in steps}

    def meet(call: Call) -> Answer:
        for step in steps:
            if step.is_of(call) and next(left[step.name], None) is not None:
                return step.fault(call)
        return call()

    return dict.fromkeys(range(1, _MOST_CALLS), meet)


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
    """In how many seconds each message of the chunk queue is visible."""
    return (message.visible_at - world.clock() for message in world.sqs.queues[CHUNKS])
