"""Chunks that wait for another: left in the queue, woken when that is done, and never sent again."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from loyalty.domain.deadline import VISIBILITY_SECONDS
from loyalty.store.tables import chunks
from tests.fakes.faults import Answer, refused, unreachable
from tests.fakes.nth_call import die_before
from tests.fakes.queues import CHUNKS
from tests.fakes.steps import at
from tests.unit.jobs import orders
from tests.unit.jobs.conftest import SMALL
from tests.unit.jobs.fed import JOB_ID, cut, put
from tests.unit.jobs.held import chunk, deliver, waits
from tests.unit.jobs.job_world import JobWorld, Order

FIRST_WAIT, LONGEST_WAIT = 30, 3_600
WAIT_FOR = "SET #ttl = :ttl ADD waiters"
MOST_IN_A_CHAIN = 79
"""Chunks of the longest file in the issue."""

ONE, TWO = cut("import", [{"fields": {"code": "A", "last_name": name}} for name in ("One", "Two")], 1)
WAITING = {**TWO, "after": 1}


def family(chunks: int) -> Order:
    """An import of so many chunks whose rows share one address."""
    lines = [f"C{number}|home@example.com|Cc{number}" for number in range(chunks * SMALL)]
    return orders.customers(*lines, columns="code email last_name", campaigns_to_include="898989889")


def second_last(world: JobWorld) -> bool:
    """Whether the second row came last, as it should."""
    return any('"last_name":{"S":"Two"}' in line for line in world.end_state())


def test_a_chunk_that_waits_is_woken_when_the_other_is_done() -> None:
    # GIVEN a chunk that came before the one that it has to wait for
    world = JobWorld()
    put(world, WAITING, ONE)
    deliver(world)
    assert next(waits(world)) == FIRST_WAIT
    # WHEN the other is done
    deliver(world)
    # THEN it can be delivered at once
    assert list(waits(world)) == [0]
    deliver(world)
    assert world.told(JOB_ID)["counts"] == {"new": 1, "updated": 1}
    assert second_last(world)
    # AND no time has passed
    assert world.clock.now < 1_001


def test_a_chunk_that_nobody_wakes_comes_by_itself_later_each_time() -> None:
    # GIVEN a chunk whose other does not come
    world = JobWorld()
    put(world, WAITING)
    pauses = []
    for _ in range(9):
        deliver(world)
        (seconds,) = waits(world)
        pauses.append(seconds)
        world.clock.now += seconds
    # THEN it waits twice as long each time, up to an hour
    assert pauses == [min(FIRST_WAIT * 2**number, LONGEST_WAIT) for number in range(9)]
    # AND nothing is begun
    assert world.told(JOB_ID)["done"] == 0


@pytest.mark.parametrize("fault", [refused("ReceiptHandleIsInvalid"), unreachable], ids=["refused", "unreachable"])
def test_a_chunk_that_could_not_be_woken_comes_by_itself(fault: Any) -> None:
    # GIVEN a chunk that waits
    world = JobWorld()
    put(world, WAITING, ONE)
    deliver(world)
    # WHEN the worker of the other can't wake it
    deliver(world, at("change_message_visibility", fault))
    # THEN the other is done all the same, and the waiting one comes at its own time
    assert list(waits(world)) == [FIRST_WAIT]
    world.clock.now += FIRST_WAIT
    deliver(world)
    assert world.told(JOB_ID)["counts"] == {"new": 1, "updated": 1}


def test_a_chunk_whose_other_is_done_just_before_it_says_that_it_waits_does_not_wait() -> None:
    # GIVEN a chunk that finds its other not done
    world = JobWorld()
    put(world, WAITING)

    def done_meanwhile(do: Callable[[], Answer]) -> Answer:
        # WHEN that is done before it could say that it waits
        put(world, ONE)
        assert world.queue.deliver()
        return do()

    deliver(world, at(WAIT_FOR, done_meanwhile))
    # THEN it comes again at once
    assert list(waits(world)) == [0]
    deliver(world)
    assert world.told(JOB_ID)["counts"] == {"new": 1, "updated": 1}
    assert second_last(world)


def test_a_chunk_that_is_woken_right_after_it_said_that_it_waits_stays_woken() -> None:
    # GIVEN a chunk that finds its other not done, and says that it waits
    world = JobWorld()
    put(world, WAITING)

    def done_right_after(do: Callable[[], Answer]) -> Answer:
        # WHEN that is done, and wakes it, before its delivery is over
        answer = do()
        put(world, ONE)
        assert world.queue.deliver()
        return answer

    deliver(world, at(WAIT_FOR, done_right_after))
    # THEN nothing puts it off again
    assert list(waits(world)) == [0]
    deliver(world)
    assert second_last(world)


def test_a_chunk_whose_other_is_given_up_goes_on() -> None:
    # GIVEN a chunk that waits
    world = JobWorld()
    put(world, WAITING)
    deliver(world)
    # WHEN the other is given up, and closed
    put(world, ONE)
    (waiting, other) = world.sqs.queues[CHUNKS]
    world.sqs.queues[CHUNKS][:] = [other]
    world.bury()
    world.sqs.queues[CHUNKS].append(waiting._replace(visible_at=world.clock()))
    # THEN it waits no longer, and a redrive mends the job
    deliver(world)
    assert world.told(JOB_ID)["counts"] == {"new": 1, "busy": 1}
    world.redrive()
    world.work()
    assert world.told(JOB_ID)["counts"] == {"new": 1, "updated": 1}


def test_who_closes_a_chunk_wakes_those_that_wait_for_it() -> None:
    # GIVEN a chunk that waits, of a job whose program is not there
    world = JobWorld()
    params = {**ONE["params"], "campaigns": ["no-such"]}
    put(world, {**WAITING, "params": params}, {**ONE, "params": params})
    deliver(world)
    assert next(waits(world)) == FIRST_WAIT
    # WHEN its other is closed for that
    deliver(world)
    # THEN it can be delivered at once
    assert list(waits(world)) == [0]


@pytest.mark.parametrize("backwards", [False, True], ids=["in order", "backwards"])
def test_a_file_whose_rows_share_an_address_ends_however_long_it_is(backwards: bool) -> None:
    # GIVEN a file of rows that have to wait for each other, chunk by chunk
    world = JobWorld()
    job_id = world.submit(family(MOST_IN_A_CHAIN))
    sent = [entry["MessageBody"] for call in world.sqs.calls for entry in call]
    assert len(sent) == len(world.sqs.queues[CHUNKS]) == MOST_IN_A_CHAIN
    if backwards:
        world.sqs.queues[CHUNKS].reverse()
    # WHEN workers do it
    receives: Counter[str] = Counter()
    while world.sqs.queues[CHUNKS]:
        deliver_visible(world, receives)
    # THEN it ends: each row has made a customer, and the first has the address
    told = world.told(job_id)
    assert (told["status"], told["counts"], world.parked()) == ("done", {"new": MOST_IN_A_CHAIN * SMALL}, [])
    (owner,) = [line for line in world.end_state() if '"pk":{"S":"greatwidgets#email#home@example.com"}' in line]
    assert "profile_id of Cc0" in owner
    # AND no message was ever sent again: Lambda would end what goes round
    assert [entry["MessageBody"] for call in world.sqs.calls for entry in call] == sent
    # AND each was received twice at most
    assert max(receives.values()) <= 2


def deliver_visible(world: JobWorld, receives: Counter[str]) -> None:
    """Deliver the first visible message, or wait for the next one to be that."""
    (soonest, *_) = sorted(message.visible_at for message in world.sqs.queues[CHUNKS])
    world.clock.now = max(world.clock.now, soonest)
    (message, *_) = [one for one in world.sqs.queues[CHUNKS] if one.visible_at <= world.clock()]
    receives[message.id] += 1
    assert world.queue.deliver()


def test_the_undo_of_a_chain_goes_back_from_its_end_and_ends() -> None:
    # GIVEN a chain that is done
    world = JobWorld()
    job_id = world.submit(family(7))
    before = world.end_state()
    world.work()
    # WHEN it is undone, the messages coming in the order in which they were sent
    world.undo(job_id)
    sent = len(world.sqs.calls)
    world.work()
    # THEN nothing is left of it, and no message was sent again
    assert world.end_state() == before
    assert world.told(job_id)["status"] == "undone"
    assert len(world.sqs.calls) == sent


def test_a_worker_that_dies_before_it_wakes_others_leaves_that_to_the_next_delivery() -> None:
    # GIVEN a chunk that waits, for the fourth time
    world = JobWorld()
    put(world, WAITING)
    for _ in range(4):
        deliver(world)
        world.clock.now += next(waits(world))
    put(world, ONE)
    deliver(world)
    (waiting,) = [seconds for seconds in waits(world) if seconds > 0]
    assert waiting > VISIBILITY_SECONDS
    # WHEN the worker of the other dies when that is done
    deliver(world, at("change_message_visibility", die_before))
    # THEN the delivery after it wakes the one that waits
    world.clock.now += VISIBILITY_SECONDS
    deliver(world)
    assert list(waits(world)) == [0]


def test_however_many_wait_for_a_chunk_it_can_be_done() -> None:
    # GIVEN more chunks that wait for one than it can hold receipts of
    world = JobWorld()
    rows = [{"fields": {"code": f"C{number}", "last_name": "One"}} for number in range(chunks.MOST_WAITERS + 3)]
    first, *others = cut("import", rows, 1)
    put(world, *({**other, "after": 1} for other in others))
    for _ in others:
        deliver(world)
    # THEN it notes no more than those
    assert len(chunk(world)["waiters"]["SS"]) == chunks.MOST_WAITERS
    # AND all are done, some at their own time
    put(world, first)
    world.work()
    assert world.told(JOB_ID)["counts"] == {"new": len(rows)}


def test_what_is_delivered_twice_wakes_those_that_waited_once() -> None:
    # GIVEN a chunk that waits for one that was sent three times, as its sender never heard that it was
    world = JobWorld()
    put(world, WAITING, ONE, ONE, ONE)
    deliver(world)
    # WHEN all that there is is delivered
    wakings = [deliver(world).actions.count("change_message_visibility") for _ in range(4)]
    # THEN the first of the three woke the one that waits, and nobody waits any longer
    assert wakings == [1, 0, 0, 0]
    assert "waiters" not in chunk(world)
