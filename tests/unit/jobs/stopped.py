"""Jobs that were cancelled or are retried: what tests of both begin with, and what the jobs API says of them."""

from tests.unit.jobs.held import deliver
from tests.unit.jobs.job_world import JobWorld, Order

NOTHING = (409, "Nothing of the job can be tried again")
"""The refusal of a retry."""


def cancelled(order: Order, done: int = 0) -> tuple[JobWorld, str, list[str]]:
    """A world whose job was cancelled once so many chunks were done, the job, and what was there before it."""
    world = JobWorld()
    job_id = world.submit(order)
    before = world.end_state()
    for _ in range(done):
        deliver(world)
    assert world.cancel(job_id).status == 202
    return world, job_id, before


def retried(world: JobWorld, job_id: str) -> None:
    """Retry a job, and have it done."""
    assert world.retry(job_id).status == 202
    world.work()


def may_be_retried(world: JobWorld, job_id: str) -> str:
    """What the jobs API says of that."""
    told: str = world.job("GET /jobs/{job_id}", job_id).json()["retry"]
    return told


def refusal(world: JobWorld, job_id: str) -> tuple[int, str]:
    """What the refusal of a retry says."""
    reply = world.retry(job_id)
    return reply.status, reply.json()["detail"]
