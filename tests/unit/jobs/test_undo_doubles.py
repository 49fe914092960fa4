"""An undo meets a chunk's message twice: what one delivery leaves undone, the message must not be gone for."""

from collections.abc import Callable

import pytest

from loyalty.jobs import cut
from tests.fakes.faults import Answer
from tests.fakes.nth_call import die_before
from tests.fakes.queues import CHUNKS
from tests.fakes.steps import FINISH, at
from tests.unit.jobs import orders
from tests.unit.jobs.held import deliver, deliver_again
from tests.unit.jobs.job_world import JobWorld


def test_a_second_delivery_of_a_chunk_that_is_held_and_undone_leaves_the_message_in_the_queue(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # GIVEN a redriven chunk at which a worker is when its job is undone
    monkeypatch.setattr(cut, "MOST_WEIGHT", 250)
    world = JobWorld()
    job_id = world.submit(orders.enrol())
    before = world.end_state()
    world.bury()
    world.redrive()
    done = []

    def again_meanwhile(do: Callable[[], Answer]) -> Answer:
        world.undo(job_id)
        # WHEN its message is delivered a second time, and the worker then dies with all written
        done.append(deliver_again(world))
        return die_before(do)

    deliver(world, at(FINISH, again_meanwhile))
    if done == [True]:  # the queue deletes what a delivery is done with
        world.sqs.queues[CHUNKS][:] = [one for one in world.sqs.queues[CHUNKS] if '"operation":"undo"' in one.body]
    # THEN the undo still learns what was written, and ends
    for _ in range(5):
        world.clock.now += 200
        world.queue.deliver()
    assert world.end_state() == before
    assert world.told(job_id)["status"] == "undone"
