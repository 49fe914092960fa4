"""Undo and retry of large jobs whose request or splitter dies, meets a fault or is doubled: each chunk is done once."""

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any

import pytest

from loyalty.domain.deadline import STEP_SECONDS
from loyalty.domain.lifetime import LONGEST_SECONDS
from loyalty.store.engine.dynamodb import Database
from tests.fakes.faults import Fault, refused, timed_out_after, timed_out_before
from tests.fakes.nth_call import ProcessDied, die_after, die_before
from tests.fakes.queues import SPLITS
from tests.fakes.steps import at
from tests.unit.files.fanned import EACH, by_number, cancelled, done, end, fanned, retried, sent, undone
from tests.unit.files.file_world import FileWorld

__all__ = ["fanned"]
pytestmark = [pytest.mark.long, pytest.mark.usefixtures("fanned", "quiet")]
FAULTS: dict[str, Fault] = {
    "dies before": die_before,
    "dies after": die_after,
    "lost before": timed_out_before,
    "lost after": timed_out_after,
    "throttled": refused("ThrottlingException", 503),
}
EACH_FAULT = pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)


@cache
def start(name: str) -> tuple[FileWorld, str]:
    """A world in which an undo, or a retry of a job that was cancelled after its first chunk, was asked for."""
    return undone() if name == "undo" else retried(1)


@cache
def expected(name: str) -> tuple[Any, dict[int, str]]:
    """What that comes to in peace, and the messages of the chunks."""
    world, job_id = fresh(name)
    world.split()
    messages = by_number(world)
    world.work()
    return end(world, job_id), messages


def fresh(name: str) -> tuple[FileWorld, str]:
    """Another world that goes on from there."""
    world, job_id = start(name)
    copy = world.copy()
    copy.events.entries += world.events.entries
    return copy, job_id


@cache
def calls(name: str) -> int:
    """How many calls the splitter makes."""
    world, _ = fresh(name)
    database, client = world.splitter()
    world.split(lambda: database)
    return client.count


@EACH
@EACH_FAULT
def test_whatever_happens_at_any_call_of_a_splitter_each_chunk_is_done_once(name: str, fault: Fault) -> None:
    wanted, messages = expected(name)
    assert calls(name) > 10
    for number in range(1, calls(name) + 1):
        # GIVEN a splitter to which something happens at one of its calls
        world, job_id = fresh(name)
        database, _ = world.splitter({number: fault})
        world.deliver_split(lambda one=database: one)  # type: ignore[misc]
        # WHEN others go on
        world.split()
        # THEN what was sent, and what it comes to, is the same
        assert by_number(world) == messages, number
        world.work()
        assert end(world, job_id) == wanted, number
        assert world.parked() == [], number


@EACH
@EACH_FAULT
def test_so_it_is_where_workers_have_done_all_that_was_sent_by_then(name: str, fault: Fault) -> None:
    wanted, _ = expected(name)
    for number in range(1, calls(name) + 1):
        # GIVEN a splitter to which something happens at one of its calls, and workers that do what was sent
        world, job_id = fresh(name)
        database, _ = world.splitter({number: fault})
        world.deliver_split(lambda one=database: one)  # type: ignore[misc]
        world.queue.deliver_all()
        # WHEN others go on, step by step, and workers beside them
        while world.sqs.queues[SPLITS]:
            world.deliver_split(seconds=STEP_SECONDS)
            world.queue.deliver_all()
        world.work()
        # THEN it comes to the same
        assert end(world, job_id) == wanted, number
        assert world.parked() == [], number


@EACH
def test_a_splitter_that_was_thought_dead_changes_nothing_once_another_has_done_all(name: str) -> None:
    wanted, messages = expected(name)
    for number in range(1, calls(name) + 1):
        # GIVEN a splitter during each of whose calls its hold ends, and another takes over and does all
        world, job_id = fresh(name)

        def overtaken(do: Callable[[], Any], world: FileWorld = world) -> Any:
            world.clock.now += 200
            world.sqs.queues[SPLITS][0] = world.sqs.queues[SPLITS][0]._replace(visible_at=0.0)
            world.deliver_split()
            assert by_number(world) == messages
            world.work()
            return do()

        database, _ = world.splitter({number: overtaken})
        world.deliver_split(lambda one=database: one)  # type: ignore[misc]
        # THEN it comes to the same
        world.split()
        world.work()
        assert end(world, job_id) == wanted, number


@EACH
def test_a_splitter_goes_on_where_the_one_before_was_and_sends_no_chunk_twice(name: str) -> None:
    # GIVEN splitters that have time for one step each
    world, _ = fresh(name)
    world.split(seconds=STEP_SECONDS)
    # THEN no chunk was sent twice
    assert len(sent(world)) == len(set(sent(world)))
    assert by_number(world) == expected(name)[1]


@EACH
def test_a_splitter_that_dies_at_its_first_step_is_followed_soon(name: str) -> None:
    # GIVEN a splitter that dies when it sends the first chunks
    world, _ = fresh(name)
    database, _ = world.splitter(at("send_message_batch", die_before))
    world.deliver_split(lambda: database)
    # THEN its message comes again once it may be thought dead
    (message,) = world.sqs.queues[SPLITS]
    assert message.visible_at - world.clock.now <= world.settings.splitter_silence_seconds
    assert sent(world) == []


@EACH
@EACH_FAULT
def test_whatever_happens_at_any_call_of_a_request_it_is_done_once_when_it_is_asked_for_again(
    name: str, fault: Fault
) -> None:
    world, job_id = done() if name == "undo" else cancelled(1)
    copy_with(world)
    number, count = 0, 1
    wanted = None
    while number <= count:
        # GIVEN a request to which something happens at one of its calls, or at none
        another = copy_with(world)
        database, client = another.faulty({number: fault})
        with suppress(ProcessDied):
            ask(another, name, job_id, database)
        # WHEN its client asks again, at once and once it is told as failed, if it is
        for _ in range(2):
            assert ask(another, name, job_id, None).status in (202, 409), number
            another.clock.now += LONGEST_SECONDS + 1
        another.split()
        another.work()
        # THEN it is done once
        told = end(another, another.job_ids()[-1])[:3]
        wanted, count = wanted or told, max(count, client.count)
        assert told == wanted, number
        assert len(another.job_ids()) == (2 if name == "undo" else 1), number
        number += 1
    assert number > 5


def ask(world: FileWorld, name: str, job_id: str, database: Database | None) -> Any:
    return (world.undo if name == "undo" else world.retry)(job_id, database)


def copy_with(world: FileWorld) -> FileWorld:
    """Another world that goes on from here, with what was announced."""
    copy = world.copy()
    copy.events.entries += world.events.entries
    return copy
