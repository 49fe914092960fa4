"""Messages to a queue: as few calls as SQS's limits allow, and each message at least once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty.domain.errors import StorageBusy
from loyalty.store import queue
from loyalty.store.queue import MOST_BYTES, MOST_ENTRIES, Message
from tests.fakes.faults import refused, timed_out_after
from tests.fakes.queues import CHUNKS
from tests.unit.jobs.job_world import JobWorld

SIZES = st.lists(st.sampled_from([10, 100_000, 200_000, 500_000, 1_000_000]), min_size=1, max_size=30)


def idle_world() -> JobWorld:
    """A world whose workers leave in the queue what is there."""
    world = JobWorld()
    world.idle = True
    return world


def messages(*sizes: int) -> list[Message]:
    return [Message(f"{number:x<{size}}", "greatwidgets") for number, size in enumerate(sizes)]


def bodies(world: JobWorld) -> list[str]:
    return [message.body for message in world.sqs.queues[CHUNKS]]


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(SIZES)
def test_messages_are_sent_in_order_and_in_few_calls(sizes: list[int]) -> None:
    # GIVEN messages of any sizes that SQS takes
    world, wanted = idle_world(), messages(*sizes)
    # WHEN they are sent (the fake refuses calls beyond SQS's limits)
    queue.send(world.database, CHUNKS, wanted)
    # THEN all are there, in their order
    assert bodies(world) == [message.body for message in wanted]
    # AND no two calls that follow one another would have fitted one
    for one, other in zip(world.sqs.calls, world.sqs.calls[1:], strict=False):
        together = sum(len(entry["MessageBody"]) for entry in [*one, *other[:1]])
        assert len(one) == MOST_ENTRIES or together > MOST_BYTES - 11 * 1_024


def test_forty_chunks_of_a_large_request_are_four_calls() -> None:
    world = idle_world()
    queue.send(world.database, CHUNKS, messages(*[25_000] * 40))
    assert [len(call) for call in world.sqs.calls] == [10] * 4


def test_entries_that_fail_are_sent_again_alone() -> None:
    # GIVEN a queue that refuses two entries of a call, and one of them again
    world, wanted = idle_world(), messages(*[10] * 5)
    world.sqs.refuse({1, 3}, {1})
    # WHEN messages are sent
    queue.send(world.database, CHUNKS, wanted)
    # THEN each is there once
    assert bodies(world) == [wanted[number].body for number in (0, 2, 4, 1, 3)]
    assert [len(call) for call in world.sqs.calls] == [5, 2, 1]


@pytest.mark.parametrize("code", ["ThrottlingException", "RequestThrottled", "ServiceUnavailable"])
def test_a_call_that_is_refused_for_now_is_repeated(code: str) -> None:
    world, wanted = idle_world(), messages(10, 10)
    world.sqs.plan(refused(code, status=503))
    queue.send(world.database, CHUNKS, wanted)
    assert bodies(world) == [message.body for message in wanted]


def test_a_call_whose_answer_is_lost_is_repeated_since_a_chunk_may_come_twice() -> None:
    world, wanted = idle_world(), messages(10, 10)
    world.sqs.plan(timed_out_after)
    queue.send(world.database, CHUNKS, wanted)
    assert bodies(world) == [message.body for message in wanted] * 2


def test_a_queue_that_takes_nothing_until_the_deadline_is_storage_busy() -> None:
    # GIVEN a queue that refuses an entry again and again
    world = idle_world()
    world.sqs.refuse(*[{0}] * 1_000)
    # THEN that is told in time
    with pytest.raises(StorageBusy):
        queue.send(world.database.within(20), CHUNKS, messages(10, 10))
    assert bodies(world) == [messages(10, 10)[1].body]
