"""A part, the end of a task, its lapse and its last chunk at the same moment: in any order it is done, and whole."""

from dataclasses import replace

import pytest

from loyalty.domain.deadline import WORKER_SECONDS
from loyalty.domain.job import TASK_SECONDS
from loyalty.doors.queue_trigger import process_chunks
from loyalty.store.engine.dynamodb import Database
from tests.fakes.delivery import event_of
from tests.fakes.gateway import FakeContext
from tests.fakes.queues import CHUNKS
from tests.unit.jobs.job_world import JobWorld
from tests.unit.jobs.parts import begun, deliver, errors, further, post, told
from tests.unit.jobs.schedules import History, Process, ends

pytestmark = pytest.mark.usefixtures("quiet")

MANY, FEW = 4, 2
"""How often one of two processes is left while it could go on, and one of three."""


def a_part(world: JobWorld, database: Database) -> tuple[int, str | None]:
    """A second part is sent."""
    return told(post(world, further(world.job_ids()[0], 2, "user3", "user4"), database))


def another_part(world: JobWorld, database: Database) -> tuple[int, str | None]:
    """Another second part is sent."""
    return told(post(world, further(world.job_ids()[0], 2, "user5"), database))


def the_end(world: JobWorld, database: Database) -> tuple[int, str | None]:
    """The task is closed after its first part."""
    return told(post(world, further(world.job_ids()[0], 2), database))


def a_chunk(world: JobWorld, database: Database) -> None:
    """A worker gets the only chunk that is sent by now."""
    _deliver(world, database, 0)


def the_lapse(world: JobWorld, database: Database) -> None:
    """A worker gets the message that looks whether a part came, when the time for it is over."""
    late = replace(database, now=lambda: world.clock() + 20)
    _deliver(world, late, 1)


def _deliver(world: JobWorld, database: Database, place: int) -> None:
    message = world.sqs.queues[CHUNKS][place]
    received = message._replace(receives=1)
    answer = process_chunks(lambda: database)(event_of(received), FakeContext(message.id, 1_000 * WORKER_SECONDS))
    assert not answer["batchItemFailures"]


ALL: dict[str, Process] = {one.__name__: one for one in (a_part, another_part, the_end, a_chunk, the_lapse)}
PAIRS = [
    ("a_chunk", "the_end"),
    ("a_chunk", "the_lapse"),
    ("a_chunk", "a_part"),
    ("a_part", "the_end"),
    ("a_part", "the_lapse"),
    ("a_part", "another_part"),
    ("the_end", "the_lapse"),
]
TRIPLES = [
    ("a_chunk", "the_end", "a_part"),
    ("a_chunk", "the_end", "the_lapse"),
    ("a_chunk", "a_part", "the_lapse"),
    ("a_part", "another_part", "the_end"),
]


def is_whole(history: History) -> None:
    """Assert that what clients were told holds, and that the job is done once, with an outcome for each item."""
    world, answers = history.world, history.answers
    world.work()
    (job_id,) = world.job_ids()
    parts = [len(names) for name, names in _MEMBERS.items() if answers.get(name, (0,))[0] == 200]
    assert len(parts) <= 1, history.turns
    total = 2 + sum(parts)
    assert (world.told(job_id)["status"], world.told(job_id)["total"]) == ("done", total), history.turns
    assert errors(world, job_id) == [0, 409] + [0] * sum(parts), history.turns
    assert any(job_id in entry["Detail"] for entry in world.events.entries), history.turns
    assert not world.parked(), history.turns
    for name, answer in answers.items():
        assert answer in _ANSWERS[name], (name, answer, history.turns)
    if answers.get("the_end") == _CLOSED:
        assert not parts, history.turns


_CLOSED = (200, None)
_GONE, _REUSED = (404, "Task not found"), (409, "This next_key came before with another part")
_MEMBERS = {"a_part": ("user3", "user4"), "another_part": ("user5",)}
_ANSWERS: dict[str, set[tuple[int, str | None] | None]] = {
    "a_part": {(200, "3"), _GONE, _REUSED},
    "another_part": {(200, "3"), _GONE, _REUSED},
    "the_end": {_CLOSED, _REUSED, _GONE},
    "a_chunk": {None},
    "the_lapse": {None},
}


def started(*names: str) -> JobWorld:
    """A task just before its lapse, with a part of which the chunk is done, unless a worker gets it meanwhile."""
    world = JobWorld()
    begun(world, "user1", "user2")
    if "a_chunk" not in names:
        message = world.sqs.queues[CHUNKS][0]
        deliver(world)
        world.sqs.queues[CHUNKS].insert(0, message)  # as a queue may deliver any message again
    world.clock.now += TASK_SECONDS - 1
    return world


@pytest.mark.parametrize("names", PAIRS, ids=" and ".join)
def test_two_processes_that_interrupt_one_another_anywhere_leave_a_whole_job(names: tuple[str, ...]) -> None:
    # GIVEN a task with one part
    world = started(*names)
    # WHEN two things happen to it at once, and interrupt one another four times, at any calls that both see
    for history in ends(world, {name: ALL[name] for name in names}, MANY):
        # THEN it is done, with all that clients were told is in it
        is_whole(history)


@pytest.mark.parametrize("names", TRIPLES, ids=", ".join)
def test_three_processes_that_interrupt_one_another_leave_a_whole_job(names: tuple[str, ...]) -> None:
    # GIVEN a task with one part
    world = started(*names)
    # WHEN three things happen to it at once, and interrupt one another twice, at any calls that they see
    for history in ends(world, {name: ALL[name] for name in names}, FEW):
        # THEN it is done, with all that clients were told is in it
        is_whole(history)
