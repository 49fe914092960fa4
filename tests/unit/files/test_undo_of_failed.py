"""A job that failed while its chunks were sent can be taken back: what was done of it, and nothing is done later."""

import pytest

from loyalty.store.tables import jobs
from tests.fakes.faults import Fault
from tests.fakes.nth_call import die_after, die_before
from tests.fakes.queues import CHUNKS, SPLITS, Message
from tests.unit.files.file_world import FileWorld
from tests.unit.files.test_split import file_of, rows_of
from tests.unit.jobs.held import deliver

CONTENT = file_of(rows_of(3, 18))
BEFORE = FileWorld().end_state()


def failed(world: FileWorld) -> str:
    """A job that has failed when some of its chunks were sent, which nobody has begun."""
    job_id = world.ask()
    world.upload(job_id, CONTENT)
    while not world.sqs.queues[CHUNKS]:
        world.deliver_split(seconds=100)
    (message,) = world.sqs.queues[SPLITS]
    world.sqs.queues[SPLITS].clear()
    chunks = list(world.sqs.queues[CHUNKS])
    world.sqs.queues[CHUNKS].clear()
    world.sqs.queues["https://sqs.test/dead-letters"].append(message)
    world.work()
    world.sqs.queues[CHUNKS] += chunks
    shown = world.shown(job_id)
    assert (shown["status"], shown["error"]) == ("failed", "The file could not be split: it failed too often")
    job = jobs.find(world.database, job_id)
    assert job
    assert 0 < len(chunks) < job.chunks
    return job_id


def late(world: FileWorld) -> list[Message]:
    """The messages of chunks, which come only later."""
    messages = list(world.sqs.queues[CHUNKS])
    world.sqs.queues[CHUNKS].clear()
    return messages


def test_what_was_done_of_a_job_that_failed_is_taken_back() -> None:
    # GIVEN a job that failed, and what was sent of it done
    world = FileWorld()
    job_id = failed(world)
    world.work()
    assert world.end_state() != BEFORE
    assert world.shown(job_id)["undo"] == "available"
    # WHEN it is undone
    reply = world.undo(job_id)
    assert reply.status == 202
    world.work()
    # THEN all is as it was before, and that is told
    assert world.end_state() == BEFORE
    assert (world.shown(job_id)["status"], world.shown(job_id)["undo"]) == ("undone", "none")
    undoing = world.shown(reply.json()["job_id"])
    done = world.shown(job_id)["done"]
    assert (undoing["status"], undoing["done"]) == ("done", done)
    assert world.parked() == []
    # AND it can't be retried
    assert world.retry(job_id).status == 409


@pytest.mark.parametrize("undone_first", [True, False])
def test_a_chunk_that_comes_after_the_undo_is_not_done(undone_first: bool) -> None:
    # GIVEN a job that failed, none of whose chunks came yet
    world = FileWorld()
    job_id = failed(world)
    messages = late(world)
    # WHEN they come once it is undone, or while that goes on
    world.undo(job_id)
    if undone_first:
        world.work()
    world.sqs.queues[CHUNKS] += messages
    world.work()
    # THEN nothing is done
    assert world.end_state() == BEFORE
    assert world.shown(job_id)["status"] == "undone"
    assert world.parked() == []


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("fault", [die_before, die_after], ids=["dies before", "dies after"])
def test_what_a_worker_wrote_that_died_is_taken_back(fault: Fault) -> None:
    number = 0
    while True:
        number += 1
        # GIVEN a job that failed, a worker at one of whose chunks has died
        world = FileWorld()
        job_id = failed(world)
        del world.sqs.queues[CHUNKS][1:]
        client = deliver(world, {number: fault})
        if client.count < number:
            break
        # WHEN it is undone
        assert world.undo(job_id).status == 202, number
        world.work()
        # THEN all is as it was before
        assert world.end_state() == BEFORE, number
        assert world.shown(job_id)["status"] == "undone", number
        assert world.parked() == [], number


def test_a_job_that_failed_before_anything_was_sent_has_nothing_to_be_taken_back() -> None:
    world = FileWorld()
    job_id = world.bring("")
    assert world.shown(job_id)["undo"] == "none"
    assert world.undo(job_id).status == 409
