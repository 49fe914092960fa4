"""A chunk is held by one delivery at a time: others come again when it is done, or its holder must be dead."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from loyalty.domain.lifetime import LONGEST_SECONDS
from loyalty.jobs import cut
from tests.fakes.faults import Answer, Fault, refused, reset_after, timed_out_after
from tests.fakes.nth_call import ProcessDied, die_after, die_before
from tests.fakes.steps import BEGIN, FINISH, RELEASE, Call, Step, at, at_each
from tests.unit.jobs import orders
from tests.unit.jobs.ends import Ended, differences, ended, in_peace
from tests.unit.jobs.held import chunk, deliver, deliver_again, die_holding, waits
from tests.unit.jobs.job_world import JobWorld, Order

ORDERS = {kind: orders.ALL[kind] for kind in ("enrol", "import, update", "earn twice each")}
EACH = pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
LOST = {"timed out": timed_out_after, "reset": reset_after}
WRITES = {
    "enrol": "batch_execute_statement",
    "import, update": "transact_write_items",
    "earn twice each": "update_item",
}
"""The action by which each order's chunk writes first, once it is begun."""

FIRST_PAUSE = 10


@pytest.fixture(autouse=True)
def _one_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cut, "MOST_WEIGHT", 250)


def queued(order: Order) -> tuple[JobWorld, str, Ended]:
    """A world with a job of one chunk in its queue, the job's id, and what it comes to."""
    world = JobWorld()
    job_id = world.submit(order)
    return world, job_id, in_peace(world, job_id).wanted


def _throttled_but_jobs(call: Call) -> Answer:
    return call() if call.keywords.get("TableName") == "jobs" else refused("ThrottlingException")(call)


@EACH
def test_a_second_delivery_comes_again_when_the_holder_cannot_be_alive_any_more(order: Order) -> None:
    # GIVEN a worker that died ten seconds ago, in the middle of a chunk
    world, job_id, wanted = queued(order)
    die_holding(world)
    world.clock.now += 10
    # WHEN its message is delivered again
    before = world.end_state()
    assert not deliver_again(world)
    # THEN nothing is done, since the holder may be alive
    assert (world.end_state(), chunk(world)["begun"]) == (before, {"N": "1"})
    # AND the message comes again at the first moment at which the holder can't be
    assert list(waits(world)) == [LONGEST_SECONDS - 10]
    world.clock.now += LONGEST_SECONDS - 11
    assert not world.queue.deliver()
    world.clock.now += 1
    assert world.queue.deliver()
    assert not differences(wanted, ended(world, job_id))


@EACH
def test_a_second_delivery_while_a_worker_is_at_the_chunk_writes_nothing(order: Order) -> None:
    # GIVEN a worker that is about to store a chunk's outcomes
    world, job_id, wanted = queued(order)
    done_with: list[bool] = []

    def meanwhile(do: Callable[[], Answer]) -> Answer:
        before = world.end_state()
        # WHEN another worker gets the same message
        done_with.append(deliver_again(world))
        # THEN it writes nothing
        assert world.end_state() == before
        return do()

    deliver(world, at(FINISH, meanwhile))
    # AND its message stays
    assert done_with == [False]
    # AND the first worker ends the job
    assert not differences(wanted, ended(world, job_id))


def test_a_holder_that_was_only_slow_does_not_replace_what_its_successor_stored() -> None:
    # GIVEN a worker that is so slow before it stores the outcomes that it counts as dead
    world, job_id, wanted = queued(orders.enrol())

    def slow(do: Callable[[], Answer]) -> Answer:
        world.clock.now += LONGEST_SECONDS
        # WHEN another does the chunk, and stores them first
        assert deliver_again(world)
        stored.append(chunk(world))
        return do()

    stored: list[dict[str, object]] = []
    deliver(world, at(FINISH, slow))
    # THEN what the other stored stays
    assert [chunk(world)] == stored
    assert not differences(wanted, ended(world, job_id))


def test_a_holder_that_was_only_slow_leaves_the_chunk_to_a_successor_that_is_at_it() -> None:
    # GIVEN a worker that is so slow before it stores the outcomes that it counts as dead
    world, job_id, wanted = queued(orders.enrol())

    def slow(do: Callable[[], Answer]) -> Answer:
        world.clock.now += LONGEST_SECONDS
        # WHEN another has begun meanwhile, and is at work
        with suppress(ProcessDied):  # for all that anybody knows it is alive
            deliver_again(world, at(BEGIN, die_after))
        return do()

    deliver(world, at(FINISH, slow))
    # THEN the first one stores nothing, and does not free the chunk
    assert "outcomes" not in chunk(world)
    assert (chunk(world)["begun"], "holder" in chunk(world)) == ({"N": "2"}, True)
    # AND once the other is dead the job ends as it should
    world.work()
    assert not differences(wanted, ended(world, job_id))


@pytest.mark.parametrize("kind", ORDERS)
def test_who_is_refused_for_good_gives_the_chunk_back_so_that_the_next_need_not_wait(kind: str) -> None:
    # GIVEN a worker that fails in the middle of a chunk
    world, job_id, wanted = queued(ORDERS[kind])
    deliver(world, at("batch_get_item", refused("AccessDeniedException")))
    # THEN nobody holds it, and the try counts
    assert "holder" not in chunk(world)
    assert "held_at" not in chunk(world)
    assert (chunk(world)["begun"], chunk(world)["tries"]) == ({"N": "1"}, {"N": "1"})
    # AND a delivery in the same second ends the job
    assert deliver_again(world)
    assert not differences(wanted, ended(world, job_id))


@pytest.mark.parametrize("kind", ORDERS)
def test_who_finds_the_store_busy_gives_the_chunk_back_and_has_it_come_soon(kind: str) -> None:
    # GIVEN a worker for which the store is too busy to write anything
    world, job_id, wanted = queued(ORDERS[kind])
    deliver(world, at(WRITES[kind], _throttled_but_jobs, times=500))
    # THEN nobody holds the chunk, and it comes again soon
    assert ("holder" in chunk(world), chunk(world)["tries"]) == (False, {"N": "1"})
    assert list(waits(world)) == [FIRST_PAUSE]
    # AND the next delivery ends the job
    world.clock.now += FIRST_PAUSE
    assert world.queue.deliver()
    assert not differences(wanted, ended(world, job_id))


def test_a_chunk_that_could_not_be_given_back_is_free_once_its_holder_cannot_be_alive(
    caplog: pytest.LogCaptureFixture,
) -> None:
    # GIVEN a worker that fails, and then can't say so
    world, job_id, wanted = queued(orders.enrol())
    failing = Step("batch_execute_statement", refused("AccessDeniedException"))
    deliver(world, at_each(failing, Step(RELEASE, refused("ThrottlingException"), times=500)))
    # THEN the log tells what it failed of
    assert caplog.records[-1].levelname == "ERROR"
    # AND a delivery before that does nothing
    assert "holder" in chunk(world)
    assert not deliver_again(world)
    # AND all ends as it should
    world.work()
    assert not differences(wanted, ended(world, job_id))


@EACH
@pytest.mark.parametrize("fault", LOST.values(), ids=LOST)
def test_who_began_and_was_not_told_so_has_begun_once(order: Order, fault: Fault) -> None:
    # WHEN the answer is lost that a chunk is begun
    world, job_id, wanted = queued(order)
    client = deliver(world, at(BEGIN, fault))
    # THEN the same worker does it, as its first and only try
    assert chunk(world)["begun"] == {"N": "1"}
    assert not differences(wanted, ended(world, job_id))
    # AND it reads nothing that only a second try would need
    clean, _, _ = queued(order)
    assert len(client.actions) == len(deliver(clean).actions) + 1


@EACH
@pytest.mark.parametrize("fault", LOST.values(), ids=LOST)
def test_who_stored_outcomes_and_was_not_told_so_has_stored_them(order: Order, fault: Fault) -> None:
    # WHEN the answer is lost that a chunk's outcomes are stored
    world, job_id, wanted = queued(order)
    deliver(world, at(FINISH, fault))
    # THEN the job has ended, with this delivery
    assert list(waits(world)) == []
    assert not differences(wanted, ended(world, job_id))


@EACH
def test_outcomes_that_were_stored_by_a_worker_that_died_are_not_made_again(order: Order) -> None:
    # GIVEN a worker that died once it had stored the outcomes
    world, job_id, wanted = queued(order)
    deliver(world, at(FINISH, die_after))
    assert world.told(job_id)["status"] != "done"
    before, stored = world.end_state(), chunk(world)
    # WHEN the message comes again, at once
    assert deliver_again(world)
    # THEN the job has ended, nothing was begun, and nothing written
    assert (world.end_state(), chunk(world)) == (before, stored)
    assert not differences(wanted, ended(world, job_id))


@EACH
def test_a_chunk_that_kills_three_workers_is_closed_by_the_fourth_with_what_was_written(order: Order) -> None:
    # GIVEN a chunk that three workers have died of, each when all was written
    world, job_id, wanted = queued(order)
    for _ in range(3):
        deliver(world, at(FINISH, die_before))
        world.clock.now += 1_000
    assert chunk(world)["tries"] == {"N": "3"}
    written = world.end_state()
    assert written == wanted.end_state
    # WHEN it comes for the fourth time
    assert world.queue.deliver()
    # THEN it is not tried again, what was written is told as that, and the message is kept with the reason
    assert (world.end_state(), world.told(job_id)["status"]) == (written, "done")
    assert [one.attributes["reason"] for one in world.parked()] == ["it failed three times"]
    done = {"0", "new", "updated"}
    counts, all_ = world.told(job_id)["counts"], wanted.told["counts"]
    assert {name: counts.get(name) for name in done} == {name: all_.get(name) for name in done}
    # AND a redrive mends the rest
    world.redrive()
    world.work()
    assert not differences(wanted, ended(world, job_id))


def test_fifty_deliveries_that_never_begin_do_not_close_a_chunk() -> None:
    # GIVEN a store that refuses whatever workers ask
    world, job_id, wanted = queued(orders.enrol())
    throttled = dict.fromkeys(range(1, 1_000), refused("ThrottlingException"))
    # WHEN the chunk is delivered as often as the queue delivers a message
    for _ in range(50):
        deliver(world, throttled)
        world.clock.now += 200
    # THEN it was not begun, and is not closed
    assert chunk(world) == {}
    assert world.parked() == []
    # AND it is done as soon as the store answers
    assert deliver_again(world)
    assert not differences(wanted, ended(world, job_id))


def test_a_delivery_that_meets_a_holder_is_no_try() -> None:
    # GIVEN a worker that died in the middle of a chunk
    world, job_id, wanted = queued(orders.enrol())
    die_holding(world)
    # WHEN its message comes again ten times before its holder can't be alive
    for _ in range(10):
        assert not deliver_again(world)
    # THEN none of them counts
    assert (chunk(world)["begun"], chunk(world)["tries"]) == ({"N": "1"}, {"N": "1"})
    world.work()
    assert not differences(wanted, ended(world, job_id))


@pytest.mark.parametrize("kind", ["import, update", "earn twice each"])
def test_a_chunk_of_which_not_even_ids_can_be_drawn_is_closed_by_the_third_try(kind: str) -> None:
    # GIVEN a store that gives no ids
    world, job_id, wanted = queued(ORDERS[kind])
    for _ in range(3):
        deliver(world, at("update_item", refused("ThrottlingException"), times=1_000, table="accounts"))
        world.clock.now += 1_000
    # THEN the chunk is closed with the third try, all its items being such as may be repeated
    assert list(waits(world)) == []
    assert [one.attributes["reason"] for one in world.parked()] == ["the store was busy three times"]
    told = world.told(job_id)
    assert (told["status"], told["done"]) == ("done", told["total"])
    assert {"busy", "8896"} & told["counts"].keys()
    # AND a redrive mends it
    world.redrive()
    world.work()
    assert not differences(wanted, ended(world, job_id))
