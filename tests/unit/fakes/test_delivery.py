"""The fake mapping counts how often a message comes round, as Lambda does."""

from tests.fakes.delivery import MOST_ROUNDS
from tests.fakes.queues import CHUNKS
from tests.fakes.world import World
from tests.unit.jobs.job_world import JobWorld

ENTRY = {"Id": "1", "MessageBody": "not a chunk", "MessageGroupId": "feeder"}


def send(world: World, rounds: int = 0) -> None:
    world.sqs.rounds = rounds
    world.sqs.send_message_batch(QueueUrl=CHUNKS, Entries=[ENTRY])
    world.sqs.rounds = 0


def test_a_message_that_came_round_too_often_is_dropped() -> None:
    # GIVEN a message that descends from sixteen invocations of the worker, and one that descends from fifteen
    world = JobWorld()
    send(world, MOST_ROUNDS)
    send(world, MOST_ROUNDS - 1)
    # WHEN they are delivered
    world.queue.deliver_all()
    # THEN the worker sees only the second
    assert [message.rounds for message in world.queue.dropped] == [MOST_ROUNDS]
    assert not world.sqs.queues[CHUNKS]
    assert len(world.parked()) == 1


def test_what_a_worker_sends_is_a_round_further() -> None:
    # GIVEN a message that a request sent, which a worker parks
    world = JobWorld()
    send(world)
    world.queue.deliver_all()
    # THEN what the worker sent descends from one invocation, and what comes after it from none
    assert [message.rounds for message in world.parked()] == [1]
    assert world.sqs.rounds == 0
