"""Each end of a job is told on the event bus, at least once, always under the same id, and each under its own."""

import json
from typing import Any

import pytest

from loyalty.jobs import endings
from tests.fakes.faults import timed_out_after
from tests.unit.jobs import orders
from tests.unit.jobs.fed import JOB_ID, cut, members, put
from tests.unit.jobs.job_world import JobWorld
from tests.unit.jobs.parts import SOME, begun, further, pass_time, post

ENROL = orders.ALL["enrol"]


def told(world: JobWorld) -> list[dict[str, Any]]:
    """What the bus was told, in its order."""
    return [json.loads(entry["Detail"]) for entry in world.events.entries]


def ends(world: JobWorld) -> list[tuple[str, str, str]]:
    """Which job was told to have ended how, and under which id beside the job's own."""
    return [(one["job_id"], one["status"], one["event_id"].removeprefix(one["job_id"])) for one in told(world)]


def test_a_job_that_is_done_is_told_once_its_last_chunk_is() -> None:
    # GIVEN a job of several chunks
    world = JobWorld()
    job_id = world.submit(ENROL)
    assert told(world) == []
    # WHEN they are done
    world.work()
    # THEN that is told
    total = world.told(job_id)["total"]
    expected = {"event_id": f"{job_id}-0", "job_id": job_id, "account": "greatwidgets", "operation": "enrol"}
    assert told(world) == [{**expected, "total": total, "status": "done"}]


def test_a_fed_job_that_does_not_hold_each_item_once_is_told_as_failed() -> None:
    # GIVEN a job whose chunks leave out an item
    world = JobWorld()
    first, second = cut("enrol", members("user1", "user3", "user4", "user5"), 2)
    put(world, first | {"total": 5}, second | {"first_index": 3, "total": 5})
    # WHEN all of them are done
    world.work()
    # THEN it has failed
    assert world.told(JOB_ID)["status"] == "failed"
    assert ends(world) == [(JOB_ID, "failed", "-0")]


def test_a_job_that_is_cancelled_is_told_once_its_workers_have_seen_all_of_it() -> None:
    # GIVEN a job that is cancelled
    world = JobWorld()
    job_id = world.submit(ENROL)
    world.cancel(job_id)
    assert told(world) == []
    # WHEN its workers have seen that
    world.work()
    # THEN it is told
    assert ends(world) == [(job_id, "cancelled", "-0")]


def test_a_task_that_is_cancelled_when_all_that_came_is_done_is_told_at_once() -> None:
    # GIVEN a task whose first part is done
    world = JobWorld()
    task_id = begun(world, *SOME)
    pass_time(world, 0)
    assert told(world) == []
    # WHEN it is cancelled
    world.cancel(task_id)
    # THEN that is told
    assert ends(world) == [(task_id, "cancelled", "-0")]


def test_a_task_is_told_when_it_is_closed() -> None:
    world = JobWorld()
    task_id = begun(world, *SOME)
    pass_time(world, 0)
    post(world, further(task_id, 2, data=[]))
    assert ends(world) == [(task_id, "done", "-0")]


def test_when_an_undo_is_done_the_job_that_it_took_back_is_told_as_undone() -> None:
    # GIVEN a job that is done
    world = JobWorld()
    job_id = world.submit(ENROL)
    world.work()
    world.events.entries.clear()
    # WHEN it is undone
    undo_id = world.undo(job_id).json()["job_id"]
    assert told(world) == []
    world.work()
    # THEN both are told: the undo is done, and the job is undone
    assert ends(world) == [(undo_id, "done", "-0"), (job_id, "undone", "-undone-0")]
    assert told(world)[1]["operation"] == "enrol"


def test_a_job_that_is_retried_ends_once_more_under_another_id() -> None:
    # GIVEN a job that was cancelled
    world = JobWorld()
    job_id = world.submit(ENROL)
    world.cancel(job_id)
    world.work()
    # WHEN it is retried
    world.clock.now += 60
    world.retry(job_id)
    world.work()
    # THEN it is told as done, under an id of its own
    (_, _, first), (_, status, second) = ends(world)
    assert (first, status) == ("-0", "done")
    assert second not in ("-0", "")


def test_whichever_answer_is_lost_every_end_is_told_and_each_time_under_one_id() -> None:
    number, count = 0, 1
    while number < count:
        number += 1
        # GIVEN a job, and workers that never get their n-th answer
        world = JobWorld()
        job_id = world.submit(ENROL)
        database, client = world.faulty({number: timed_out_after}, at_work=True)
        # WHEN it is done, and undone
        world.work(database)
        count = client.count
        undo_id = world.undo(job_id).json()["job_id"]
        world.work()
        # THEN each end is told, some more than once
        expected = {(job_id, "done", "-0"), (undo_id, "done", "-0"), (job_id, "undone", "-undone-0")}
        assert set(ends(world)) == expected, number
    assert number > 5


def test_a_worker_that_died_before_it_could_tell_is_replaced_by_one_that_does() -> None:
    # GIVEN a bus that is not there when a job ends
    world = JobWorld()
    job_id = world.submit(ENROL)

    def gone(**_: Any) -> Any:
        raise KeyboardInterrupt

    put_events, world.events.put_events = world.events.put_events, gone  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        world.work()
    assert (world.told(job_id)["status"], told(world)) == ("done", [])
    # WHEN its message comes again
    world.events.put_events = put_events  # type: ignore[method-assign]
    world.work()
    # THEN it is told
    assert ends(world) == [(job_id, "done", "-0")]


def test_an_ending_is_read_as_it_was_written_and_nothing_else_is() -> None:
    # GIVEN what the bus is told
    world = JobWorld()
    world.submit(ENROL)
    world.work()
    detail = world.events.entries[0]["Detail"]
    # THEN it is read as that, also where a later version adds to it
    ending = endings.read(detail)
    assert ending._asdict() == json.loads(detail)
    assert endings.read(endings.write(ending)) == ending
    assert endings.read(json.dumps({**json.loads(detail), "new": 1})) == ending


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "null", '"done"', json.dumps({"event_id": 1})])
def test_what_is_no_ending_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        endings.read(text)
