"""Undo and retry of large jobs: the request answers at once, the splitter sends the chunks, and all is done once."""

import json
from typing import Any

import pytest

from loyalty.domain.lifetime import LONGEST_SECONDS
from loyalty.jobs import fan_out
from tests.fakes.faults import refused
from tests.fakes.queues import CHUNKS, SPLITS
from tests.fakes.steps import at
from tests.unit.files.fanned import (
    ASKED,
    EACH,
    ROWS,
    done,
    end,
    fanned,
    retried,
    sent,
    steps,
    undone,
)
from tests.unit.files.file_world import FileWorld
from tests.unit.jobs import orders
from tests.unit.jobs.fed import JOB_ID, cut, members, put

__all__ = ["fanned"]
pytestmark = pytest.mark.usefixtures("fanned")
BUSY = refused("ThrottlingException", 503)
NOT_FINISHED = (409, "The job is not finished yet")


def refusal(reply: Any) -> tuple[int, str]:
    return reply.status, reply.json()["detail"]


def test_a_large_job_is_undone_as_a_small_one_is(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a job whose undo a request sends itself
    with monkeypatch.context() as small:
        small.setattr(fan_out, "MOST_SENT_AT_ONCE", 100)
        world, undo_id = undone()
        assert world.sqs.queues[SPLITS] == []
        messages = [json.loads(message.body) for message in world.sqs.queues[CHUNKS]]
        world.work()
        wanted = end(world, undo_id)
    # WHEN the undo of the same job has too many chunks for that
    world, undo_id = undone()
    assert (sent(world), len(world.sqs.queues[SPLITS])) == ([], 1)
    world.split()
    # THEN the same chunks are sent, of which some wait for others, and it comes to the same
    ids = {"job_id": undo_id, "params": {"job_id": world.job_ids()[0]}}
    ids["job_forgotten_at"] = world.chunks()[0]["job_forgotten_at"]
    assert world.chunks() == [message | ids for message in reversed(messages)]
    assert [message.get("after") for message in messages].count(None) < len(messages)
    world.work()
    assert end(world, undo_id) == wanted
    # AND all is as it was before the job
    assert world.end_state() == FileWorld().end_state()
    assert world.parked() == []


@pytest.mark.parametrize("chunks_done", [0, 2])
def test_a_large_job_is_retried_as_a_small_one_is(chunks_done: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a cancelled job whose chunks a request sends itself
    with monkeypatch.context() as small:
        small.setattr(fan_out, "MOST_SENT_AT_ONCE", 100)
        world, job_id = retried(chunks_done)
        numbers = sent(world)
        world.work()
        wanted = end(world, job_id)
    # WHEN the same job has too many for that
    world, job_id = retried(chunks_done)
    assert (sent(world), len(world.sqs.queues[SPLITS])) == ([], 1)
    world.split()
    # THEN the same chunks are sent, and count as unfinished until they are done
    assert sent(world) == numbers
    shown, left = world.shown(job_id), sum(len(message["items"]) for message in world.chunks())
    assert (shown["status"], shown["done"]) == ("running" if chunks_done else "queued", len(ROWS) - left)
    world.work()
    # AND it comes to the same
    assert end(world, job_id) == wanted
    assert world.shown(job_id)["status"] == "done"


@EACH
def test_a_job_on_its_way_is_never_told_as_failed_and_ends_once_all_was_sent(name: str) -> None:
    # GIVEN splitters that do one step each, with an hour between them, and workers that do at once what is sent
    world, job_id = ASKED[name]()
    told = len(world.events.entries)
    statuses = []
    for _ in steps(world):
        world.work()
        statuses.append(world.shown(job_id)["status"])
        if world.sqs.queues[SPLITS]:
            world.clock.now += 3_600
            assert world.shown(job_id)["retry"] == "none"
            assert statuses[-1] == "done" or len(world.events.entries) == told
    # THEN it runs until the last step, and its end is announced then; of an undo also that the other job is undone
    assert len(statuses) > 2
    assert {*statuses[:-2]} == {"running"}
    assert (statuses[-1], len(world.events.entries) - told) == ("done", 1 if name == "retry" else 2)
    shown = world.shown(job_id)
    assert shown["done"] == shown["total"]


def test_an_undo_that_is_asked_for_again_while_its_chunks_are_sent_is_the_same() -> None:
    # GIVEN an undo of which some chunks were sent
    world, undo_id = undone()
    (job_id, _) = world.job_ids()
    next(steps(world))
    # WHEN it is asked for again
    reply = world.undo(job_id)
    # THEN it is the same, nobody is told anything more, and each chunk is sent once
    assert (reply.status, reply.json()["job_id"]) == (202, undo_id)
    assert len(world.sqs.queues[SPLITS]) == 1
    world.split()
    assert len(sent(world)) == len(set(sent(world)))
    # AND so once all of it was sent, and done
    for _ in range(2):
        assert world.undo(job_id).json()["job_id"] == undo_id
        assert world.sqs.queues[SPLITS] == []
        world.work()


def test_two_requests_at_once_undo_a_job_once() -> None:
    # GIVEN a request for an undo that is overtaken by another before it can tell the splitter
    world, job_id = done()

    def overtaken(do: Any) -> Any:
        assert world.undo(job_id).status == 202
        return do()

    database, _ = world.faulty(at("send_message_batch", overtaken))
    assert world.undo(job_id, database).status == 202
    # WHEN the splitter is told twice
    assert len(world.sqs.queues[SPLITS]) == 2
    world.split()
    # THEN each chunk is sent once
    assert len(sent(world)) == len(set(sent(world)))
    assert len(world.job_ids()) == 2


def test_a_job_whose_retry_is_on_its_way_can_be_neither_retried_nor_undone() -> None:
    # GIVEN a retry of which some chunks were sent and done
    world, job_id = retried()
    for _ in steps(world):
        world.work()
        if not world.sqs.queues[SPLITS]:
            break
        assert refusal(world.retry(job_id)) == NOT_FINISHED
        assert refusal(world.undo(job_id)) == NOT_FINISHED
    # THEN both are refused until it has ended, and its undo takes all back then
    assert refusal(world.retry(job_id)) == (409, "Nothing of the job can be tried again")
    assert world.undo(job_id).status == 202
    world.split()
    world.work()
    assert world.end_state() == FileWorld().end_state()


@pytest.mark.parametrize("number_of_steps", [0, 1, 2])
def test_a_retry_that_is_cancelled_on_its_way_ends_so_and_can_be_retried_again(number_of_steps: int) -> None:
    # GIVEN a retry of which some chunks were sent and done
    world, job_id = retried()
    for _, _ in zip(range(number_of_steps), steps(world), strict=False):
        world.work()
    # WHEN it is cancelled
    assert world.cancel(job_id).status == 202
    world.split()
    world.work()
    # THEN it ends so, and all its items are told
    shown = world.shown(job_id)
    assert (shown["status"], sum(shown["counts"].values())) == ("cancelled", len(ROWS))
    # AND it comes to what it would have once it is retried again
    assert world.retry(job_id).status == 202
    world.split()
    world.work()
    whole, wanted = done()
    assert end(world, job_id)[:3] == end(whole, wanted)[:3]


def test_an_undo_on_its_way_cannot_be_cancelled() -> None:
    world, undo_id = undone()
    assert refusal(world.cancel(undo_id)) == (409, "An undo can't be cancelled")


def test_a_large_undo_of_which_some_was_busy_is_retried_by_the_splitter() -> None:
    # GIVEN an undo whose chunks were given up
    world, undo_id = undone()
    world.split()
    world.bury()
    assert world.told(undo_id)["counts"] == {"busy": 22}
    # WHEN it is retried
    assert world.retry(undo_id).status == 202
    assert sent(world) == []
    assert world.undo(world.job_ids()[0]).json()["job_id"] == undo_id
    assert len(world.sqs.queues[SPLITS]) == 1
    world.split()
    world.work()
    # THEN all is taken back
    assert world.end_state() == FileWorld().end_state()
    assert world.shown(world.job_ids()[0])["status"] == "undone"


def test_the_key_of_a_large_job_follows_its_retry_and_sends_nothing() -> None:
    # GIVEN a job of a key that was cancelled, and whose retry is on its way
    world = FileWorld()
    key = {"Idempotency-Key": "one", "Prefer": "respond-async"}
    world.order(orders.enrol(), **key)
    (job_id,) = world.job_ids()
    world.cancel(job_id)
    world.work()
    assert world.retry(job_id).status == 202
    world.clock.now += LONGEST_SECONDS + 1
    # WHEN its request comes again
    reply = world.order(orders.enrol(), **key)
    # THEN it is told to wait for the job, of which nothing is sent but by the splitter
    assert (reply.status, reply.json()["job_id"]) == (202, job_id)
    assert sent(world) == []
    world.split()
    assert sent(world) == [1, 2, 3, 4]
    world.work()
    assert world.told(job_id)["counts"] == {"0": 6, "404": 2, "409": 3, "400": 1}


def test_the_calls_of_a_request_do_not_grow_with_the_chunks_of_its_job() -> None:
    def calls(count: int) -> dict[str, list[str]]:
        """The calls of a cancel, a retry and an undo of a job with so many chunks, which comes to its end each time."""
        world, made = FileWorld(), {}
        put(world, *cut("enrol", members(*(f"nobody{number}" for number in range(count))), 1))
        assert world.queue.deliver()
        for name, ask in (("cancel", world.cancel), ("retry", world.retry), ("undo", world.undo)):
            database, client = world.faulty()
            assert ask(JOB_ID, database).status == 202
            made[name] = client.actions
            world.split()
            world.work()
        assert world.shown(JOB_ID)["counts"] == {"404": count}
        assert world.shown(JOB_ID)["status"] == "undone"
        return made

    assert calls(10) == calls(1_000)
