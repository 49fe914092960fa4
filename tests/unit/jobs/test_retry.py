"""Retrying a job: what ended busy, failed for what its items share, or was cancelled is done; the rest stays."""

from collections.abc import Callable

import pytest

from tests.fakes.faults import Answer, refused
from tests.fakes.gateway import BATCH
from tests.fakes.queues import CHUNKS
from tests.fakes.requests import JSON, as_json, batch, emails
from tests.fakes.steps import at
from tests.unit.jobs import orders
from tests.unit.jobs.ends import differences, ended
from tests.unit.jobs.fed import JOB_ID, message, put
from tests.unit.jobs.job_world import JobWorld, Order
from tests.unit.jobs.parts import SOME, begun
from tests.unit.jobs.refused import DONE, REFUSED, SENT, open_program, queued, wanted_of
from tests.unit.jobs.stopped import NOTHING, cancelled, may_be_retried, refusal, retried

EACH = pytest.mark.parametrize("order", orders.ALL.values(), ids=orders.ALL)
SOME_ORDERS = [orders.enrol(), orders.imported(), orders.earned(2607, 56801)]


REOPEN = "SET reopened_at"
"""How the write that begins a job again begins."""


@EACH
@pytest.mark.parametrize("done", [0, 1])
def test_a_cancelled_job_that_is_retried_comes_to_what_it_would_have_come_to(order: Order, done: int) -> None:
    # GIVEN a job that was cancelled, at once or after its first chunk, and one that was not
    world, job_id, before = cancelled(order, done)
    world.work()
    whole = JobWorld()
    wanted = whole.submit(order)
    whole.work()
    assert may_be_retried(world, job_id) == "available"
    # WHEN the first is retried
    reply = world.retry(job_id)
    # THEN it runs, and then has all that the other has
    assert (reply.status, reply.json()["status"]) == (202, "running" if done else "queued")
    world.work()
    assert not differences(ended(whole, wanted), ended(world, job_id))
    assert may_be_retried(world, job_id) == "none"
    # AND can be undone as that
    if world.told(job_id)["undo"] == "available":
        world.undo(job_id)
        world.work()
        assert world.end_state() == before


@EACH
def test_items_that_ended_busy_are_done_by_a_retry(order: Order) -> None:
    # GIVEN a job whose messages were all given up
    world = JobWorld()
    job_id = world.submit(order)
    world.bury()
    whole = JobWorld()
    wanted = whole.submit(order)
    whole.work()
    # WHEN it is retried
    retried(world, job_id)
    # THEN it is as if nothing had happened, but that the messages are still parked
    parked = world.parked()[:]
    assert not differences(ended(whole, wanted)._replace(parked=len(parked)), ended(world, job_id))
    # AND redriving them changes nothing more
    world.redrive()
    world.work()
    assert not differences(ended(whole, wanted), ended(world, job_id))


@pytest.mark.parametrize("operation", SENT)
def test_items_that_failed_for_their_program_are_done_by_a_retry_once_it_is_there(operation: str) -> None:
    # GIVEN a job that was refused for its program
    world = queued(operation)
    world.work()
    assert world.told(JOB_ID)["counts"] == REFUSED[operation]
    # WHEN it is retried too early
    retried(world, JOB_ID)
    # THEN it is refused again
    assert (world.told(JOB_ID)["status"], world.told(JOB_ID)["counts"]) == ("done", REFUSED[operation])
    # WHEN the program is there
    open_program(world)
    retried(world, JOB_ID)
    # THEN it is done, and the items that were themselves wrong stay so
    assert world.told(JOB_ID)["counts"] == DONE[operation]
    assert not differences(wanted_of(operation)._replace(parked=2), ended(world, JOB_ID))


def test_an_item_that_was_itself_wrong_is_not_tried_again() -> None:
    # GIVEN a chunk of which one item was wrong and one found the store busy
    world = JobWorld()
    rows = [{"fields": {"code": "A", "email": "broken"}}, {"fields": {"code": "B", "last_name": "Bb"}}]
    put(world, message("import", *rows))
    world.bury()
    told = world.job("GET /jobs/{job_id}/results", JOB_ID).json()["batch"]["rows"]
    retried(world, JOB_ID)
    # THEN the one stays as it was told, and the other is done
    batch_ = world.job("GET /jobs/{job_id}/results", JOB_ID).json()["batch"]
    assert batch_["customers"] == {"new": 1, "updated": 0, "failed": 1}
    assert batch_["rows"] == told[:1]


def test_a_job_that_has_nothing_to_be_tried_again_is_refused() -> None:
    world = JobWorld()
    job_id = world.submit(orders.enrol())
    world.work()
    assert may_be_retried(world, job_id) == "none"
    assert refusal(world, job_id) == NOTHING


def test_a_job_that_runs_is_refused_also_one_that_is_being_cancelled_or_retried() -> None:
    world = JobWorld()
    job_id = world.submit(orders.enrol())
    wanted = (409, "The job is not finished yet")
    assert refusal(world, job_id) == wanted
    world.cancel(job_id)
    assert refusal(world, job_id) == wanted
    world.work()
    assert world.retry(job_id).status == 202
    assert refusal(world, job_id) == wanted
    assert world.undo(job_id).status == 409


def test_a_job_that_was_undone_is_refused() -> None:
    world, job_id, before = cancelled(orders.enrol(), done=1)
    world.work()
    world.undo(job_id)
    assert refusal(world, job_id) == (409, "The job was undone")
    world.work()
    assert may_be_retried(world, job_id) == "none"
    assert world.end_state() == before


def test_a_retry_that_comes_just_after_an_undo_is_refused() -> None:
    # GIVEN a cancelled job that is undone just before a retry begins it again
    world, job_id, before = cancelled(orders.enrol(), done=1)
    world.work()

    def undone_meanwhile(do: Callable[[], Answer]) -> Answer:
        assert world.undo(job_id).status == 202
        return do()

    database, _ = world.faulty(at(REOPEN, undone_meanwhile))
    assert world.retry(job_id, database).status == 409
    world.work()
    # THEN it stays undone
    assert world.told(job_id)["status"] == "undone"
    assert world.end_state() == before


def test_of_two_retries_at_once_one_is_refused() -> None:
    world, job_id, _ = cancelled(orders.enrol())
    world.work()

    def retried_meanwhile(do: Callable[[], Answer]) -> Answer:
        world.clock.now += 1
        assert world.retry(job_id).status == 202
        return do()

    database, _ = world.faulty(at(REOPEN, retried_meanwhile))
    assert world.retry(job_id, database).status == 409
    world.work()
    assert world.told(job_id)["counts"] == {"0": 6, "404": 2, "409": 3, "400": 1}


def test_a_job_that_is_retried_can_be_cancelled_and_retried_once_more() -> None:
    # GIVEN a job of which one chunk is done, the others twice cancelled
    world, job_id, _ = cancelled(orders.earned(2607, 56801), done=1)
    world.work()
    first = ended(world, job_id)
    assert world.retry(job_id).status == 202
    assert world.cancel(job_id).status == 202
    world.work()
    # THEN it stands as before
    assert not differences(first, ended(world, job_id))
    # AND then comes to what it would have come to
    retried(world, job_id)
    whole = JobWorld()
    wanted = whole.submit(orders.earned(2607, 56801))
    whole.work()
    assert not differences(ended(whole, wanted), ended(world, job_id))


def test_a_busy_item_whose_retry_is_cancelled_stays_busy_and_can_be_retried() -> None:
    world = JobWorld()
    job_id = world.submit(orders.enrol())
    world.bury()
    busy = world.told(job_id)["counts"]
    world.retry(job_id)
    world.cancel(job_id)
    world.work()
    assert (world.told(job_id)["status"], world.told(job_id)["counts"]) == ("cancelled", busy)
    retried(world, job_id)
    assert world.told(job_id)["counts"] == {"0": 6, "404": 2, "409": 3, "400": 1}


def test_the_key_of_a_job_that_was_retried_gets_its_answer() -> None:
    # GIVEN a job of a key that was cancelled and retried
    world = JobWorld()
    key = {"Idempotency-Key": "one", "Prefer": "respond-async"}
    world.order(orders.enrol(), **key)
    (job_id,) = world.job_ids()
    world.cancel(job_id)
    world.work()
    retried(world, job_id)
    # WHEN its request comes again
    reply = world.order(orders.enrol(), **key)
    # THEN it has the answer, and nothing is done twice
    assert reply.status == 200
    assert [one["error"] for one in reply.json()["result"]].count(0) == 6
    assert world.job_ids() == [job_id]


def test_a_small_job_that_its_request_did_is_retried_by_workers() -> None:
    # GIVEN a small request with a key that found the store busy
    world = JobWorld(inline_limit=50)
    world.dynamodb.plan_always("batch_execute_statement", refused("ThrottlingException"))
    body = as_json(batch(emails("user3", "user4")))
    reply = world.order(Order(BATCH, body, {**JSON, "Idempotency-Key": "small"}))
    assert [one["error"] for one in reply.json()["result"]] == [503, 503]
    (job_id,) = world.job_ids()
    world.dynamodb.plan_always("batch_execute_statement", lambda do: do())
    # WHEN its job is retried
    retried(world, job_id)
    # THEN it is done, and its key has that answer
    assert (world.told(job_id)["status"], world.told(job_id)["counts"]) == ("done", {"0": 2})
    reply = world.order(Order(BATCH, body, {**JSON, "Idempotency-Key": "small"}))
    assert [one["error"] for one in reply.json()["result"]] == [0, 0]


def test_a_task_is_retried() -> None:
    world = JobWorld()
    task_id = begun(world, *SOME)
    world.cancel(task_id)
    world.work()
    retried(world, task_id)
    assert (world.told(task_id)["status"], world.told(task_id)["counts"]) == ("done", {"0": 7})


def test_an_undo_of_which_some_was_busy_is_retried() -> None:
    # GIVEN an undo whose message was given up
    world = JobWorld()
    job_id = world.submit(orders.enrol())
    before = world.end_state()
    world.work()
    undo_id = world.undo(job_id).json()["job_id"]
    world.bury()
    assert world.told(undo_id)["counts"] == {"busy": 12}
    assert world.end_state() != before
    # WHEN the undo is retried
    retried(world, undo_id)
    # THEN all is taken back
    assert world.told(undo_id)["counts"] == {"undone": 6, "unchanged": 6}
    assert world.end_state() == before


def test_a_message_that_was_delivered_twice_before_the_retry_is_done_once() -> None:
    # GIVEN a cancelled job, one of whose messages comes once more after it was retried
    world, job_id, _ = cancelled(orders.earned(2607, 56801))
    twice = world.sqs.queues[CHUNKS][0]
    world.work()
    world.retry(job_id)
    world.sqs.queues[CHUNKS].append(twice._replace(receives=0, visible_at=0.0))
    world.work()
    whole = JobWorld()
    wanted = whole.submit(orders.earned(2607, 56801))
    whole.work()
    assert not differences(ended(whole, wanted), ended(world, job_id))
