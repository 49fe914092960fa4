"""What a task tells while it is open and afterwards, its undo, and the messages that it consists of."""

import json
from typing import Any

import pytest

from loyalty.domain.job import TASK_SECONDS
from loyalty.jobs import growing
from loyalty.jobs.arrived import MOST_WAIT_SECONDS
from tests.fakes.queues import CHUNKS
from tests.unit.jobs.fed import only_parked, put
from tests.unit.jobs.job_world import JobWorld
from tests.unit.jobs.parts import (
    LAPSED_SECONDS,
    SOME,
    begun,
    deliver,
    errors,
    finished,
    further,
    pass_time,
    post,
    told,
)


def test_a_task_tells_how_far_it_is_and_has_results_while_it_is_open() -> None:
    # GIVEN a task of which the first part is done, and the second is not
    world = JobWorld()
    task_id = begun(world, "user1", "nobody")
    assert world.told(task_id)["status"] == "queued"
    deliver(world)
    post(world, further(task_id, 2, "user3"))
    # THEN it says so, also in the list
    expected = {"operation": "enrol", "status": "running", "total": 3, "done": 2, "counts": {"0": 1, "404": 1}}
    assert world.told(task_id) == expected | {"undo": "none"}
    (listed,) = world.job("GET /jobs").json()["jobs"]
    assert {name: listed[name] for name in expected} == expected
    # AND tells what is there only to whom asks for that
    assert world.job("GET /jobs/{job_id}/results", task_id).status == 409
    partial = world.job("GET /jobs/{job_id}/results", task_id, partial="true")
    assert [one["error"] for one in partial.json()["result"]] == [0, 404]
    # AND can't be undone yet
    assert world.undo(task_id).status == 409


def test_a_part_of_the_results_is_found_in_any_part_of_the_task() -> None:
    # GIVEN a task of three parts, of two chunks each
    world = JobWorld()
    names = [f"user{number}" for number in range(3, 24)]
    task_id = begun(world, *names[:7])
    post(world, further(task_id, 2, *names[7:14]))
    post(world, further(task_id, 3, *names[14:]))
    finished(world, task_id, 4)
    whole = world.job("GET /jobs/{job_id}/results", task_id).json()["result"]
    # THEN each page of them is what stands there in all of them
    assert len(whole) == len(names)
    for first in range(len(names)):
        page = world.job("GET /jobs/{job_id}/results", task_id, from_=str(first), limit="5").json()["result"]
        assert page == whole[first : first + 5]


def test_a_task_is_undone_as_a_whole_and_a_part_that_comes_late_writes_nothing() -> None:
    # GIVEN a task of two parts that is done
    world = JobWorld()
    before = world.end_state()
    task_id = begun(world, "user1", "user2")
    post(world, further(task_id, 2, *SOME))
    late = list(world.sqs.queues[CHUNKS])
    finished(world, task_id, 3)
    # WHEN it is undone
    undo_id = world.undo(task_id).json()["job_id"]
    world.work()
    # THEN what it registered is gone, what was there stays
    assert world.told(undo_id)["counts"] == {"undone": 8, "unchanged": 1}
    assert (world.told(task_id)["status"], world.end_state()) == ("undone", before)
    # AND neither its messages nor its parts, old or new, bring anything back
    world.sqs.queues[CHUNKS] += [one._replace(receives=0) for one in late]
    world.work()
    late_parts = [further(task_id, 2, *SOME), further(task_id, 3, "user20"), further(task_id, 3)]
    assert [told(post(world, one)) for one in late_parts] == [(404, "Task not found")] * 3
    world.work()
    assert (world.end_state(), world.parked()) == (before, [])


def test_messages_that_come_twice_in_any_order_do_nothing_twice() -> None:
    # GIVEN a task of two parts, whose messages come backwards, and all of them again
    world = JobWorld()
    task_id = begun(world, "user1", *SOME)
    post(world, further(task_id, 2, *SOME))
    queue = world.sqs.queues[CHUNKS]
    queue[:] = [one._replace(id=f"{one.id}-{turn}", visible_at=0) for turn in range(2) for one in reversed(queue)]
    # WHEN the workers do them, and the task ends
    deliver(world)
    finished(world, task_id, 3)
    # THEN each member is registered once
    assert sorted(errors(world, task_id)) == [0] * 8 + [409] * 7
    assert world.parked() == []


def test_a_chunk_that_waits_for_another_is_done_however_long_its_task_is_open() -> None:
    # GIVEN a task that is open for longer than a chunk waits for another
    world = JobWorld()
    task_id, number = begun(world, "user1"), 2
    for number in range(2, 3 + MOST_WAIT_SECONDS // (TASK_SECONDS - 60)):
        world.clock.now += TASK_SECONDS - 60
        assert post(world, further(task_id, number, "user2")).status == 200
        deliver(world)
    # WHEN a part comes whose chunks wait for one another, and the last is delivered first
    assert post(world, further(task_id, number + 1, *9 * ["user3"])).status == 200
    world.sqs.queues[CHUNKS].reverse()
    deliver(world)
    world.work()
    finished(world, task_id, number + 2)
    # THEN all of it is done, and nothing given up
    assert errors(world, task_id)[-9:] == [0] + 8 * [409]
    assert world.parked() == []


def test_chunks_that_were_given_up_are_parked_and_a_redrive_corrects_the_task() -> None:
    # GIVEN a task whose program is closed before the workers come, and that is closed itself
    world = JobWorld()
    task_id = begun(world, "user1")
    post(world, further(task_id, 2, "user3"))
    key = ("account#greatwidgets", "program#123")
    program = world.dynamodb.tables["accounts"][key]
    world.dynamodb.tables["accounts"][key] = {**program, "active": {"BOOL": False}}
    finished(world, task_id, 3)
    # THEN its members failed for that, and each chunk is parked once, though the task was looked after later
    assert (world.told(task_id)["status"], errors(world, task_id)) == ("done", [400, 400])
    assert [json.loads(one.body)["chunk"] for one in world.parked()] == [1, 2]
    # WHEN the cause is gone and the operator redrives them
    world.dynamodb.tables["accounts"][key] = program
    world.redrive()
    world.work()
    # THEN they are registered
    assert (world.told(task_id)["counts"], errors(world, task_id)) == ({"0": 2}, [0, 0])


def test_chunks_that_died_too_often_are_closed_and_the_task_ends() -> None:
    # GIVEN a task whose messages were received too often, all of them, by the time it lapses
    world = JobWorld()
    task_id = begun(world, "user1")
    world.clock.now += LAPSED_SECONDS
    world.bury()
    # THEN it is closed and done, its member may be repeated, and its one chunk is parked
    assert (world.told(task_id)["status"], errors(world, task_id)) == ("done", [503])
    assert [one.attributes["reason"] for one in world.parked()] == ["it failed too often"]


def test_a_task_has_no_more_chunks_than_a_job_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a limit of two chunks
    monkeypatch.setattr(growing, "MOST_CHUNKS", 2)
    world = JobWorld()
    task_id = begun(world, "user1")
    # THEN a part of one more is taken, and then none
    assert told(post(world, further(task_id, 2, "user3"))) == (200, "3")
    text = "The task may hold no more items; begin another one"
    assert told(post(world, further(task_id, 3, "user4"))) == (413, text)
    assert told(post(world, further(task_id, 3))) == (200, None)


def test_a_task_is_as_one_that_never_was_once_its_week_is_over() -> None:
    # GIVEN a task that was told for a week
    world = JobWorld()
    task_id = begun(world, "user1")
    finished(world, task_id, 2)
    world.clock.now += 7 * 24 * 3_600
    # THEN nobody knows it
    again = [further(task_id, 2, "user3"), further(task_id, 2)]
    assert [told(post(world, one)) for one in again] == [(404, "Task not found")] * 2


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"version": 1}, "version must be the job's", id="as of a job that is fed"),
        pytest.param({"total": 9}, "total must be the job's", id="a larger total"),
        pytest.param({"chunks": 9}, "chunks must be the job's", id="more chunks"),
        pytest.param({"job_id": "1" * 32, "job_forgotten_at": None}, "its job is no longer kept", id="of no job"),
        pytest.param({"params": {"program_id": "469"}}, "params must be the job's", id="other params"),
    ],
)
def test_a_message_that_a_task_did_not_send_is_parked(changes: dict[str, Any], reason: str) -> None:
    # GIVEN a message of a task, changed
    world = JobWorld()
    task_id = begun(world, "user1", "user3")
    sent = json.loads(world.sqs.queues[CHUNKS][0].body)
    changed = {name: value for name, value in {**sent, **changes}.items() if value is not None}
    finished(world, task_id, 2)
    before = world.end_state()
    # WHEN it comes
    put(world, changed)
    world.work()
    # THEN it is parked for that, and nothing is done
    assert only_parked(world)[1] == reason
    assert (world.end_state(), world.job_ids()) == (before, [task_id])


def test_messages_to_a_job_that_another_system_feeds_have_its_totals_as_before() -> None:
    # GIVEN a job that is fed, and a message that says less of it
    world = JobWorld()
    message = {
        "version": 1,
        "job_id": "5" * 32,
        "account": "greatwidgets",
        "operation": "enrol",
        "first_index": 0,
        "params": {"program_id": "123"},
        "items": [{"kind": "email", "value": "user1@example.com"}],
    }
    put(world, {**message, "chunk": 1, "chunks": 2, "total": 2}, {**message, "chunk": 2, "chunks": 2, "total": 1})
    world.work()
    # THEN that is parked
    assert only_parked(world)[1] == "total must be the job's"


def test_a_task_is_looked_after_once_for_each_part_and_no_later_than_sqs_takes() -> None:
    # GIVEN a task of two parts
    world = JobWorld()
    task_id = begun(world, "user1", *SOME)
    pass_time(world, 300)
    post(world, further(task_id, 2, *SOME))
    # THEN with each part goes one message that comes when the time for the next one is over
    entries = [entry for call in world.sqs.calls for entry in call]
    delays = [entry.get("DelaySeconds", 0) for entry in entries]
    assert delays == [0, 0, 670, 0, 0, 670]
    assert [json.loads(entry["MessageBody"]).get("wakes", False) for entry in entries] == [bool(one) for one in delays]
    assert {json.loads(entry["MessageBody"])["version"] for entry in entries} == {2}
