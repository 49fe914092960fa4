"""While nothing works, requests and workers end before their function does, having tried less and less often."""

import pytest

from loyalty.domain.deadline import LONGEST_CALL_SECONDS, REQUEST_SECONDS, WORKER_SECONDS
from loyalty.store.engine.dynamodb import Database
from tests.fakes.delivery import DEAD_LETTERS, Mappings
from tests.fakes.faults import Fault, refused, unreachable
from tests.fakes.queues import CHUNKS
from tests.unit.faults.scenarios import SCENARIOS, is_retryable
from tests.unit.jobs.job_world import JobWorld

OUTAGES = pytest.mark.parametrize(
    "fault", [refused("ThrottlingException"), unreachable], ids=["throttled", "unreachable"]
)

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0


@OUTAGES
@pytest.mark.parametrize("name", [name for name in SCENARIOS if not name.startswith(("a worker", "a burial"))])
def test_a_request_is_told_of_an_outage_while_there_is_time(name: str, fault: Fault) -> None:
    # GIVEN a store that refuses every call
    world = SCENARIOS[name].begin()
    database, began = outage(world, fault)
    # WHEN a client asks for something
    answer = SCENARIOS[name].act(world, database)
    # THEN it is told to repeat it
    assert is_retryable(answer)
    # AND that leaves time for one more call as long as calls can be
    assert 0 < world.clock.now - began <= REQUEST_SECONDS - LONGEST_CALL_SECONDS
    assert_backed_off(world)


@OUTAGES
@pytest.mark.parametrize("name", [name for name in SCENARIOS if name.startswith(("a worker", "a burial"))])
def test_a_worker_gives_up_while_there_is_time(name: str, fault: Fault) -> None:
    # GIVEN a store that refuses every call
    world = SCENARIOS[name].begin()
    database, began = outage(world, fault)
    # WHEN a worker is given a chunk
    deliver_one(world, database)
    # THEN it ends before its function would be ended, and the chunk is in its queue
    assert 0 < world.clock.now - began <= WORKER_SECONDS - LONGEST_CALL_SECONDS
    assert world.sqs.queues[CHUNKS] or world.sqs.queues[DEAD_LETTERS]
    assert_backed_off(world)


def outage(world: JobWorld, fault: Fault) -> tuple[Database, float]:
    """A process for which nothing works, and when it began."""
    database, _ = world.faulty(dict.fromkeys(range(1, 10_000), fault))
    world.clock.pauses.clear()
    return database, world.clock.now


def deliver_one(world: JobWorld, database: Database) -> None:
    """Deliver the first message that is in the chunk queue, else the first of the dead letters."""
    mappings = Mappings(world.sqs, lambda: database, world.clock)
    if not mappings.deliver():
        del world.sqs.queues[DEAD_LETTERS][1:]
        mappings.bury_all()


def assert_backed_off(world: JobWorld) -> None:
    """Pauses may be twice as long each time, up to a second, and are of different lengths."""
    pauses = world.clock.pauses
    assert all(pause <= min(FIRST_PAUSE * 2**number, LONGEST_PAUSE) for number, pause in enumerate(pauses))
    assert len(set(pauses)) > len(pauses) // 2
