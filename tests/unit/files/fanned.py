"""Jobs with more chunks than a request sends: undone and retried by the splitter, in steps of two chunks."""

import json
from collections.abc import Iterator

import pytest

from loyalty.domain.deadline import STEP_SECONDS
from loyalty.files import sending_on
from loyalty.jobs import fan_out
from tests.fakes.queues import CHUNKS, SPLITS
from tests.unit.files.file_world import FileWorld
from tests.unit.files.test_split import file_of, rows_of

ROWS = rows_of(3, 12) + [["chain@files.example", "", "", f"Link {number}", ""] for number in range(10)]
"""Chunks side by side, and three one after the other."""


@pytest.fixture
def fanned(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a few chunks are too many for a request, and take several steps."""
    monkeypatch.setattr(fan_out, "MOST_SENT_AT_ONCE", 2)
    monkeypatch.setattr(sending_on, "STEP_CHUNKS", 2)


def done() -> tuple[FileWorld, str]:
    """A world in which the job of a file is done."""
    world = FileWorld()
    return world, world.bring(file_of(ROWS))


def cancelled(chunks_done: int = 0) -> tuple[FileWorld, str]:
    """A world in which the job of a file was cancelled when so many chunks were done."""
    world = FileWorld()
    job_id = world.ask()
    world.upload(job_id, file_of(ROWS))
    world.split()
    for _ in range(chunks_done):
        assert world.queue.deliver()
    assert world.cancel(job_id).status == 202
    world.work()
    assert world.shown(job_id)["status"] == "cancelled"
    return world, job_id


def undone() -> tuple[FileWorld, str]:
    """A world in which the undo of a job was asked for, and the undo."""
    world, job_id = done()
    reply = world.undo(job_id)
    assert (reply.status, reply.json()["status"]) == (202, "queued")
    return world, str(reply.json()["job_id"])


def retried(chunks_done: int = 0) -> tuple[FileWorld, str]:
    """A world in which the retry of a cancelled job was asked for."""
    world, job_id = cancelled(chunks_done)
    assert world.retry(job_id).status == 202
    return world, job_id


ASKED = {"undo": undone, "retry": retried}
"""What the splitter does for a request, by its name."""
ON_ITS_WAY = {"undo": "queued", "retry": "running"}
"""What is told of a job before the first chunk is done; chunks of a retry count as done until they are sent."""
EACH = pytest.mark.parametrize("name", ASKED)


def sent(world: FileWorld) -> list[int]:
    """The numbers of the chunks whose messages are in the queue."""
    return [json.loads(message.body)["chunk"] for message in world.sqs.queues[CHUNKS]]


def by_number(world: FileWorld) -> dict[int, str]:
    """The messages in the queue; of each chunk all are the same."""
    messages: dict[int, str] = {}
    for message in world.sqs.queues[CHUNKS]:
        assert messages.setdefault(json.loads(message.body)["chunk"], message.body) == message.body
    return messages


def steps(world: FileWorld) -> Iterator[int]:
    """Have splitters do one step each; how many chunks are in the queue after each."""
    while world.sqs.queues[SPLITS]:
        if world.deliver_split(seconds=STEP_SECONDS):
            yield len(world.sqs.queues[CHUNKS])


def end(world: FileWorld, job_id: str) -> tuple[list[str], dict[str, object], str, int]:
    """What is stored in the end, what is told of a job, its results, and how often an end was announced."""
    page = world.job("GET /jobs/{job_id}/results", job_id, from_="0")
    assert page.status == 200, page
    told = {entry["Detail"] for entry in world.events.entries}
    return world.end_state(), world.told(job_id), world.without_ids(page.body), len(told)
