"""A cancel or a retry that meets a fault at any call, of its request or of the workers, comes to the same."""

import pytest

from loyalty.domain.lifetime import LONGEST_SECONDS
from tests.unit.jobs import orders
from tests.unit.jobs.ends import differences_under_faults
from tests.unit.jobs.held import deliver
from tests.unit.jobs.job_world import JobWorld, Order
from tests.unit.jobs.stopped import cancelled, may_be_retried

EACH = pytest.mark.parametrize("order", [orders.enrol(), orders.imported(), orders.earned(2607, 56801)], ids=str)


@EACH
def test_a_cancel_that_meets_a_fault_at_any_call_comes_to_the_same(order: Order) -> None:
    # GIVEN a job whose first chunk is done
    world = JobWorld()
    job_id = world.submit(order)
    deliver(world)

    # WHEN it is cancelled, a call meets a fault, and the client asks again
    def ask_again(world: JobWorld) -> None:
        assert world.cancel(job_id).status == 202

    # THEN it comes to the same as without
    assert not differences_under_faults(world, job_id, JobWorld.cancel, ask_again)


@EACH
def test_a_retry_that_meets_a_fault_at_any_call_comes_to_the_same(order: Order) -> None:
    # GIVEN a job that was cancelled after its first chunk
    world, job_id, _ = cancelled(order, done=1)
    world.work()

    # WHEN it is retried, a call meets a fault, and the client asks again once it is told as failed
    def ask_again(world: JobWorld) -> None:
        world.work()
        world.clock.now += LONGEST_SECONDS + 1
        if world.told(job_id)["status"] != "done":
            assert may_be_retried(world, job_id) == "available"
            assert world.retry(job_id).status == 202

    # THEN it comes to the same as without
    assert not differences_under_faults(world, job_id, JobWorld.retry, ask_again)
