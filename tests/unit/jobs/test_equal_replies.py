"""What a client gets through the queue is what it would have got at once, generated ids aside."""

import pytest

from tests.fakes.gateway import Reply
from tests.unit.jobs import orders
from tests.unit.jobs.job_world import JobWorld, Order


def answered(order: Order, inline_limit: int) -> tuple[JobWorld, Reply]:
    """The reply to an order, whose job if any is done while it waits."""
    world = JobWorld(inline_limit=inline_limit)
    world.prepare(order)
    return world, world.order(order)


@pytest.mark.parametrize("order", orders.ALL.values(), ids=orders.ALL)
def test_a_reply_through_the_queue_equals_the_one_at_once(order: Order) -> None:
    # GIVEN the same order to two worlds, in one of which it is large
    at_once, wanted = answered(order, 1_000)
    queued, reply = answered(order, 2)
    # THEN it went through the queue in one of them
    assert (len(at_once.sqs.calls), len(queued.sqs.calls)) == (0, 1)
    # AND the replies are equal
    assert (reply.status, queued.without_ids(reply.body)) == (200, at_once.without_ids(wanted.body))
    assert reply.headers["Content-Type"] == wanted.headers["Content-Type"]
    # AND so is what was written
    assert queued.end_state() == at_once.end_state()
