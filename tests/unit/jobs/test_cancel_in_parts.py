"""Cancelling a job that comes part by part: a task of a client, or what another system feeds."""

from tests.unit.jobs.fed import JOB_ID, cut, members, put
from tests.unit.jobs.job_world import JobWorld
from tests.unit.jobs.parts import SOME, begun, further, post


def test_a_task_that_is_cancelled_takes_no_further_part_and_ends_at_once_where_all_was_done() -> None:
    # GIVEN a task of which all that came is done
    world = JobWorld()
    task_id = begun(world, *SOME)
    world.idle = True
    world.queue.deliver_all()
    assert world.told(task_id)["status"] == "running"
    # WHEN it is cancelled
    reply = world.cancel(task_id)
    # THEN it is so at once, with what was done, and takes nothing more
    assert (reply.json()["status"], reply.json()["counts"]) == ("cancelled", {"0": 7})
    assert post(world, further(task_id, 2, "user1")).status == 404
    world.work()
    assert world.told(task_id)["status"] == "cancelled"


def test_a_task_that_is_cancelled_before_its_chunks_are_begun_is_cancelled_by_the_workers() -> None:
    world = JobWorld()
    before = world.end_state()
    task_id = begun(world, *SOME)
    reply = world.cancel(task_id)
    assert (reply.json()["status"], reply.json()["counts"]) == ("cancelling", {})
    world.work()
    assert (world.told(task_id)["status"], world.told(task_id)["counts"]) == ("cancelled", {"cancelled": 7})
    assert world.end_state() == before


def test_a_fed_job_is_cancelled_once_all_its_chunks_came() -> None:
    # GIVEN a job that another system feeds, of whose three chunks one came, and which is cancelled
    world = JobWorld()
    sent = cut("enrol", members(*SOME), 3)
    put(world, sent[0])
    world.queue.deliver_all()
    assert world.cancel(JOB_ID).status == 202
    # WHEN a second one comes
    put(world, sent[1])
    world.work()
    # THEN the cancel waits for the last, which the job would wait for too
    assert (world.told(JOB_ID)["status"], world.told(JOB_ID)["counts"]) == ("cancelling", {"0": 3, "cancelled": 3})
    put(world, sent[2])
    world.work()
    assert (world.told(JOB_ID)["status"], world.told(JOB_ID)["counts"]) == ("cancelled", {"0": 3, "cancelled": 4})
    # AND a chunk that is fed once more stays cancelled
    put(world, sent[1])
    world.work()
    assert world.told(JOB_ID)["counts"] == {"0": 3, "cancelled": 4}


def test_a_second_content_of_a_cancelled_chunk_is_parked() -> None:
    world = JobWorld()
    sent = cut("enrol", members(*SOME), 4)
    put(world, sent[0])
    world.queue.deliver_all()
    world.cancel(JOB_ID)
    put(world, sent[1])
    world.work()
    # WHEN other items come under the number of a cancelled chunk
    put(world, {**sent[1], "items": members("user1", "user2", "user3")})
    world.work()
    # THEN they are parked
    assert [one.attributes["reason"] for one in world.parked()] == ["the chunk came before with other items"]
    assert world.told(JOB_ID)["counts"] == {"0": 4, "cancelled": 3}
