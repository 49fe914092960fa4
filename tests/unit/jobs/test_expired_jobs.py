"""A job is told for a week: after that nothing tells it, makes it anew, or does what is left of it."""

import json
from typing import Any

import pytest

from loyalty.domain.job import KEPT_SECONDS, SPARE_SECONDS
from tests.fakes.queues import CHUNKS
from tests.unit.jobs import orders
from tests.unit.jobs.fed import JOB_ID, feed, members, message
from tests.unit.jobs.job_world import JobWorld, Order

EXPIRED = "its job is no longer kept"
ORDERS = {kind: orders.ALL[kind] for kind in ("enrol", "import, update", "earn twice each")}
EACH = pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
DELETED = pytest.mark.parametrize("deleted", [False, True], ids=["still stored", "deleted"])


def expire(world: JobWorld, *, deleted: bool) -> None:
    """Let all jobs expire; the table may be late with deleting them."""
    world.clock.now += KEPT_SECONDS + (SPARE_SECONDS if deleted else 0)
    if deleted:
        world.dynamodb.tables["jobs"].clear()


def documents(world: JobWorld) -> list[Any]:
    return sorted((json.loads(one.body) for one in world.parked()), key=lambda document: document["chunk"])


def reasons(world: JobWorld) -> list[str]:
    return [one.attributes["reason"] for one in world.parked()]


def test_a_job_is_told_to_the_last_second_and_then_by_no_route() -> None:
    # GIVEN a job that is done, and undone
    world = JobWorld()
    began = world.clock.now
    job_id = world.submit(orders.enrol())
    world.work()
    # WHEN its week is nearly over
    world.clock.now = began + KEPT_SECONDS - 1
    # THEN it is told
    assert world.told(job_id)["status"] == "done"
    # AND a second later nothing is, though all of it is stored
    world.clock.now += 1
    not_found = {"title": "Not Found", "status": 404}
    changes = [f"POST /jobs/{{job_id}}/{what}" for what in ("cancel", "retry", "undo")]
    for route in ("GET /jobs/{job_id}", "GET /jobs/{job_id}/results", *changes):
        reply = world.job(route, job_id)
        assert (reply.status, {name: reply.json()[name] for name in not_found}) == (404, not_found)
    assert world.job("GET /jobs").json()["jobs"] == []


@DELETED
@EACH
def test_what_is_redriven_after_its_job_expired_is_parked_and_makes_nothing(order: Order, deleted: bool) -> None:
    # GIVEN a job that was given up, a week ago
    world = JobWorld()
    job_id = world.submit(order)
    world.bury()
    before = world.end_state()
    expire(world, deleted=deleted)
    # WHEN what is parked is redriven
    parked = documents(world)
    world.redrive()
    world.work()
    # THEN it is parked again with the reason, as it was, and nothing is made
    assert set(reasons(world)) == {EXPIRED}
    assert documents(world) == parked
    assert world.end_state() == before
    assert world.job_ids() == ([] if deleted else [job_id])
    # AND nobody is told anything
    assert world.job("GET /jobs/{job_id}", job_id).status == 404


@DELETED
def test_what_is_redriven_after_its_job_was_undone_and_expired_does_nothing(deleted: bool) -> None:
    # GIVEN a job of which one chunk was given up after it was written, and that was undone
    world = JobWorld()
    job_id = world.submit(orders.enrol())
    before = world.end_state()
    late = world.sqs.queues[CHUNKS][0]
    world.work()
    world.undo(job_id)
    world.work()
    assert world.end_state() == before
    # WHEN its message comes again long after that
    expire(world, deleted=deleted)
    world.sqs.queues[CHUNKS].append(late._replace(visible_at=world.clock()))
    world.work()
    # THEN nothing is done
    assert world.end_state() == before
    assert reasons(world) == [EXPIRED]


@DELETED
def test_a_fed_job_that_was_parked_is_not_made_anew(deleted: bool) -> None:
    # GIVEN a fed job that was given up
    world = JobWorld()
    body = message("enrol", *members("user1"))
    entry = {"Id": "1", "MessageBody": json.dumps(body), "MessageGroupId": "feeder"}
    world.sqs.send_message_batch(QueueUrl=CHUNKS, Entries=[entry])
    world.bury()
    before = world.end_state()
    # WHEN it expired, and is redriven
    expire(world, deleted=deleted)
    world.redrive()
    world.work()
    # THEN it is parked again, and nothing is made
    assert (reasons(world), world.end_state()) == ([EXPIRED], before)
    # AND a new job of that system is done as ever
    feed(world, {**body, "job_id": "0" * 32})
    assert world.told("0" * 32)["counts"] == {"0": 1}


def test_a_job_id_of_which_an_expired_job_is_still_stored_is_not_taken_again() -> None:
    # GIVEN a fed job that expired, and that the table has not deleted yet
    world = JobWorld()
    feed(world, message("enrol", *members("user1")))
    before = world.end_state()
    expire(world, deleted=False)
    # WHEN the other system sends its message once more
    feed(world, message("enrol", *members("user1")))
    # THEN it is parked, and nothing is changed
    assert (reasons(world), world.end_state()) == ([EXPIRED], before)
    assert world.job("GET /jobs/{job_id}", JOB_ID).status == 404


def test_an_undo_that_was_asked_for_in_the_last_second_is_done() -> None:
    # GIVEN a job whose week is over in a second
    world = JobWorld()
    began = world.clock.now
    job_id = world.submit(orders.imported())
    before = world.end_state()
    world.work()
    world.clock.now = began + KEPT_SECONDS - 1
    # WHEN it is undone, and the workers come to that later
    assert world.undo(job_id).status == 202
    undo_id = world.job_ids()[-1]
    world.clock.now += 60
    world.work()
    # THEN nothing is left of it
    assert world.end_state() == before
    assert world.told(undo_id)["status"] == "done"
    assert world.parked() == []
