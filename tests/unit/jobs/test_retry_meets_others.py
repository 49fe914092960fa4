"""A retry that died, or that left something, and what comes next: the request again, a task's part, a cancel."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from loyalty.domain.lifetime import LONGEST_SECONDS
from tests.fakes.faults import Answer, refused
from tests.fakes.nth_call import ProcessDied, die_after, die_before
from tests.fakes.queues import CHUNKS
from tests.fakes.steps import FINISH, at
from tests.unit.jobs import orders
from tests.unit.jobs.job_world import JobWorld
from tests.unit.jobs.parts import begun, deliver, errors, further, post, told
from tests.unit.jobs.refused import open_program

REOPEN, CANCEL = "SET reopened_at", "SET cancelled_at"
"""How the writes begin that begin a job again, and cancel it."""
INSERT = "batch_execute_statement"
SMALL = {
    "earns": orders.earned(),
    "registrations": orders.enrol(),
    "rows": orders.imported(),
}


def dead_retry(world: JobWorld, job_id: str) -> None:
    """A retry whose process dies once the job is begun again, so long ago that this is known."""
    database, _ = world.faulty(at(REOPEN, die_after))
    with suppress(ProcessDied):
        world.retry(job_id, database)
    world.clock.now += LONGEST_SECONDS


def refused_earns(key: dict[str, str]) -> tuple[JobWorld, str, Callable[[], None]]:
    """A large job that was refused as its program was closed, which is open again; and what sends its request again."""
    world = JobWorld()
    open_program(world)
    order = orders.earned(777, 7777)

    def send() -> None:
        world.order(order, Prefer="respond-async", **key)

    send()
    (job_id,) = world.job_ids()
    open_program(world, active=False)
    later(world)
    world.work()
    open_program(world)
    later(world)
    return world, job_id, send


def later(world: JobWorld) -> None:
    """A minute passes, after which a process knows of changes to programs."""
    world.clock.now += 61
    world.database.cache._entries.clear()


@pytest.mark.parametrize("name", SMALL)
def test_a_small_job_that_is_still_busy_after_a_retry_is_done_under_its_key(name: str) -> None:
    # GIVEN a small request under a key in a busy store, whose job was retried in vain
    world = JobWorld(inline_limit=50)
    for action in (INSERT, "put_item", "transact_write_items"):
        world.dynamodb.plan_always(action, only(world, refused("ThrottlingException")))
    world.order(SMALL[name], Idempotency_Key="small")
    (job_id,) = world.job_ids()
    assert world.retry(job_id).status == 202
    world.bury()
    assert world.retry(job_id).status != 409
    world.bury()
    # WHEN the store has time, and the request comes again
    for action in (INSERT, "put_item", "transact_write_items"):
        world.dynamodb.plan_always(action, lambda do: do())
    world.order(SMALL[name], Idempotency_Key="small")
    world.work()
    # THEN all of it is done
    assert (world.told(job_id)["status"], world.retry(job_id).status) == ("done", 409)


def test_a_small_job_whose_retry_died_once_its_chunks_counted_as_unfinished_is_done_under_its_key() -> None:
    # GIVEN a small request under a key in a busy store, and a retry that died before it sent anything
    world = JobWorld(inline_limit=50)
    world.dynamodb.plan_always(INSERT, refused("ThrottlingException"))
    world.order(SMALL["earns"], Idempotency_Key="small")
    (job_id,) = world.job_ids()
    database, _ = world.faulty(at("send_message_batch", die_before))
    with suppress(ProcessDied):
        world.retry(job_id, database)
    world.clock.now += LONGEST_SECONDS
    # WHEN the store has time, and the request comes again
    world.dynamodb.plan_always(INSERT, lambda do: do())
    world.order(SMALL["earns"], Idempotency_Key="small")
    world.work()
    # THEN all of it is done
    assert (world.told(job_id)["status"], world.parked()) == ("done", [])


def test_a_retry_whose_first_write_comes_late_begins_nothing_again() -> None:
    # GIVEN a job that was cancelled, and a retry that is slow to begin
    world = JobWorld()
    world.order(orders.enrol(), Prefer="respond-async")
    (job_id,) = world.job_ids()
    world.cancel(job_id)
    world.work()

    def late(do: Callable[[], Answer]) -> Answer:
        # WHEN another retry does all of it meanwhile
        world.clock.now += 1
        assert world.retry(job_id).status == 202
        world.work()
        assert world.told(job_id)["status"] == "done"
        return do()

    database, _ = world.faulty(at(REOPEN, late))
    # THEN the first is refused, and the job is done
    assert world.retry(job_id, database).status == 409
    assert world.told(job_id)["status"] == "done"


def test_a_retry_that_dies_as_it_forgets_too_late_what_was_cancelled_leaves_what_was_done_since() -> None:
    # GIVEN a job that was cancelled, and a retry that is slow once it has begun the job again
    world = JobWorld()
    world.order(orders.enrol(), Prefer="respond-async")
    (job_id,) = world.job_ids()
    sent = list(world.sqs.queues[CHUNKS])
    world.cancel(job_id)
    world.work()

    def late(do: Callable[[], Answer]) -> Answer:
        # WHEN copies of its messages come, by which all of it is done
        world.sqs.queues[CHUNKS] += sent
        world.work()
        return die_after(do)

    database, _ = world.faulty(at("SET #b1", late))
    with suppress(ProcessDied):
        world.retry(job_id, database)
    world.work()
    # THEN that stays, as it is counted
    told = world.told(job_id)
    assert (told["status"], told["done"], sum(told["counts"].values())) == ("done", told["total"], told["total"])
    assert told["counts"]["0"] > 0


def test_a_job_that_was_begun_again_with_nothing_left_to_do_ends_when_its_request_comes_again() -> None:
    # GIVEN a job under a key, all of which is done, and that counts as begun again and lost
    world = JobWorld()
    world.order(orders.enrol(), Prefer="respond-async", Idempotency_Key="once")
    (job_id,) = world.job_ids()
    world.work()
    item = world.dynamodb.tables["jobs"][job_id, "job"]
    for name in ("finished_at", "sent", "announced"):
        item.pop(name)
    item |= {"reopened_at": {"N": str(world.clock.now)}, "abandoned": {"BOOL": True}}
    # WHEN its request comes again
    world.order(orders.enrol(), Prefer="respond-async", Idempotency_Key="once")
    # THEN it has ended
    assert world.told(job_id)["status"] == "done"


def test_an_erasure_is_not_cancelled_since_it_may_have_begun() -> None:
    # GIVEN an erasure that nobody has begun
    world = JobWorld()
    world.order(orders.erased(Prefer="respond-async"))
    (job_id,) = world.job_ids()
    # THEN it is done all the same
    reply = world.cancel(job_id)
    assert (reply.status, reply.json()["detail"]) == (409, "An erasure can't be cancelled: it may have begun")
    world.work()
    assert world.told(job_id)["status"] == "done"


def only(world: JobWorld, fault: Callable[[Callable[[], Answer]], Answer]) -> Callable[[Callable[[], Answer]], Answer]:
    """The fault, for what is not written of jobs."""

    def meet(do: Callable[[], Answer]) -> Answer:
        arguments = world.dynamodb.calls[-1].arguments
        return do() if arguments.get("TableName") == "jobs" else fault(do)

    return meet


def test_a_retry_that_died_is_completed_by_the_request_under_its_key() -> None:
    # GIVEN a job under a key that was refused as a whole, and a retry that died
    world, job_id, send = refused_earns({"Idempotency_Key": "once"})
    dead_retry(world, job_id)
    assert world.told(job_id)["status"] == "failed"
    # WHEN the request comes again
    send()
    world.work()
    # THEN the job is done, and can be undone
    assert world.job_ids() == [job_id]
    assert (world.told(job_id)["status"], world.told(job_id)["undo"]) == ("done", "available")
    assert world.told(job_id)["counts"]["0"] > 0


def test_a_request_without_a_key_is_a_new_one_though_a_retry_of_one_like_it_died() -> None:
    # GIVEN a job without a key that was refused as a whole, and a retry that died
    world, job_id, send = refused_earns({})
    dead_retry(world, job_id)
    # WHEN a request that is like its own comes
    send()
    world.work()
    # THEN another job does it
    (other,) = set(world.job_ids()) - {job_id}
    assert (world.told(other)["status"], world.told(job_id)["status"]) == ("done", "failed")
    # AND the retry is completed by asking again
    assert world.retry(job_id).status == 202
    world.work()
    assert world.told(job_id)["status"] == "done"


def test_a_tasks_last_part_that_comes_again_leaves_a_dead_retry_to_be_completed() -> None:
    # GIVEN a task of two parts that was cancelled, and a retry that died
    world = JobWorld()
    task_id = begun(world, "user3", "user4", "user5")
    last = further(task_id, 2, "user6", "user7")
    post(world, last)
    world.cancel(task_id)
    world.work()
    dead_retry(world, task_id)
    # WHEN the last part comes again, and then the retry
    assert told(post(world, last)) == (200, "3")
    world.work()
    assert world.told(task_id)["status"] == "failed"
    assert world.retry(task_id).status == 202
    world.work()
    # THEN all of the task is done
    assert (world.told(task_id)["status"], errors(world, task_id)) == ("done", [0] * 5)


def test_a_task_all_of_which_is_done_ends_when_its_cancel_is_asked_for_again() -> None:
    # GIVEN a task that is done, and a cancel that died once it was written
    world = JobWorld()
    task_id = begun(world, "user3")
    deliver(world)
    database, _ = world.faulty(at(CANCEL, die_after))
    with suppress(ProcessDied):
        world.cancel(task_id, database)
    # WHEN it is asked for again
    assert world.cancel(task_id).status == 202
    # THEN the task has ended
    assert world.told(task_id)["status"] == "cancelled"


def test_a_cancel_whose_write_comes_after_another_cancel_and_a_retry_cancels_the_job_as_it_is_then() -> None:
    # GIVEN a cancel during whose write another one has the job end, and it is retried
    world = JobWorld()
    world.order(orders.enrol(), Prefer="respond-async")
    (job_id,) = world.job_ids()

    def overtaken(do: Callable[[], Answer]) -> Answer:
        assert world.cancel(job_id).status == 202
        world.work()
        world.clock.now += 1
        assert world.retry(job_id).status == 202
        return do()

    database, _ = world.faulty(at(CANCEL, overtaken))
    # WHEN it is written
    assert world.cancel(job_id, database).status == 202
    world.work()
    # THEN the job ends, and can be retried
    assert world.told(job_id)["status"] == "cancelled"
    assert world.retry(job_id).status == 202
    world.work()
    assert world.told(job_id)["status"] == "done"


def test_what_a_repetition_that_died_had_done_counts_once_the_request_comes_again_to_a_closed_program() -> None:
    # GIVEN a small request under a key in a busy store, whose repetition did it, and died before that was counted
    world = JobWorld(inline_limit=50)
    open_program(world)
    order = orders.earned(777, 7777)
    for action in (INSERT, "put_item", "transact_write_items"):
        world.dynamodb.plan_always(action, only(world, refused("ThrottlingException")))
    world.order(order, Idempotency_Key="once")
    (job_id,) = world.job_ids()
    busy = world.told(job_id)["counts"]
    for action in (INSERT, "put_item", "transact_write_items"):
        world.dynamodb.plan_always(action, lambda do: do())
    database, _ = world.faulty(at(FINISH, die_after))
    with suppress(ProcessDied):
        world.order(order, database, Idempotency_Key="once")
    assert world.told(job_id)["counts"] == busy
    # WHEN it comes again after the program was closed
    open_program(world, active=False)
    later(world)
    world.order(order, Idempotency_Key="once")
    # THEN the job counts what was done
    assert world.told(job_id)["counts"] == {"0": 1, "400": 1, "8015": 1, "8890": 2, "8896": 6} != busy
