"""An undo is fenced against deliveries that began before it: it waits for them, and nothing is written after it."""

from collections.abc import Callable

import pytest

from loyalty.domain.errors import StorageBusy
from loyalty.domain.lifetime import LONGEST_SECONDS
from loyalty.doors.queue_trigger import process_chunks
from loyalty.jobs import cut
from tests.fakes.delivery import event_of
from tests.fakes.faults import Answer, Fault, refused, timed_out_after
from tests.fakes.gateway import FakeContext
from tests.fakes.nth_call import ProcessDied, die_after, die_before
from tests.fakes.queues import CHUNKS
from tests.fakes.steps import BEGIN, FENCE, FINISH, Call, Step, at, at_each
from tests.unit.jobs import orders
from tests.unit.jobs.held import chunk, deliver, deliver_again, deliver_soonest, die_holding, waits
from tests.unit.jobs.job_world import JobWorld, Order
from tests.unit.jobs.keyed import client

ORDERS = {
    kind: orders.ALL[kind]
    for kind in ("enrol", "import, update", "import, ignore", "earn twice each", "revoke under a limit")
}
DAY = 24 * 3600
EACH = pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)


@pytest.fixture(autouse=True)
def _one_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cut, "MOST_WEIGHT", 250)


def given_up(order: Order) -> tuple[JobWorld, str, list[str]]:
    """A world whose job is done with its items busy, since its chunk was given up; its message can be redriven."""
    world = JobWorld()
    job_id = world.submit(order)
    before = world.end_state()
    world.bury()
    return world, job_id, before


def no_time_left(_do: Callable[[], Answer]) -> Answer:
    """The time for a call is over before it was answered."""
    raise StorageBusy


@EACH
def test_an_undo_waits_for_a_delivery_that_began_before_it(order: Order) -> None:
    # GIVEN a redriven chunk at which a worker is when its job is undone
    world, job_id, before = given_up(order)
    world.redrive()

    def undone_meanwhile(do: Callable[[], Answer]) -> Answer:
        world.undo(job_id)
        # WHEN the undo comes to the chunk
        deliver(world)
        # THEN it takes nothing back yet, and comes again when that worker can't be alive
        (undoing,) = [one for one in world.sqs.queues[CHUNKS] if '"operation":"undo"' in one.body]
        assert undoing.visible_at - world.clock() == LONGEST_SECONDS
        return do()

    deliver(world, at(FINISH, undone_meanwhile))
    assert world.end_state() != before
    # AND once the worker is done, all that it wrote is taken back
    world.work()
    assert world.end_state() == before
    assert world.told(job_id)["status"] == "undone"


@EACH
def test_a_message_that_is_delivered_twice_stays_until_it_can_tell_what_the_first_delivery_wrote(order: Order) -> None:
    # GIVEN a redriven chunk at which a worker is, having written all, when its job is undone
    world, job_id, before = given_up(order)
    world.redrive()

    def delivered_again(_do: Callable[[], Answer]) -> Answer:
        world.undo(job_id)
        deliver(world)
        assert "fence" in chunk(world)
        # WHEN its message is delivered to another worker as well
        (again,) = [one for one in world.sqs.queues[CHUNKS] if '"operation":"undo"' not in one.body]
        answer = process_chunks(lambda: world.process(world.dynamodb))(event_of(again), FakeContext(again.id, 30_000))
        # THEN that one does not take it for done
        assert answer == {"batchItemFailures": [{"itemIdentifier": again.id}]}
        raise ProcessDied

    # AND should the first one die the message tells what was written, so that it is taken back
    deliver(world, at(FINISH, delivered_again))
    assert world.end_state() != before
    while world.sqs.queues[CHUNKS]:
        deliver_soonest(world)
    assert world.end_state() == before
    assert world.told(job_id)["status"] == "undone"


@pytest.mark.parametrize("end", [die_before, no_time_left], ids=["died", "gave it back"])
@EACH
def test_an_undo_of_a_chunk_whose_worker_could_not_tell_waits_until_its_message_does(order: Order, end: Fault) -> None:
    # GIVEN a redriven chunk whose worker died when all was written, or could not store that, and an undo of its job
    world, job_id, before = given_up(order)
    world.redrive()
    deliver(world, at(FINISH, end))
    assert world.end_state() != before
    assert ("holder" in chunk(world)) == (end is die_before)
    world.undo(job_id)
    # WHEN each message comes when it is its time
    while world.sqs.queues[CHUNKS]:
        deliver_soonest(world)
    # THEN what was written is taken back, none of it told as kept, and none left to be repeated
    assert world.parked() == []
    assert world.end_state() == before
    assert world.told(job_id)["status"] == "undone"
    assert set(world.told(world.job_ids()[-1])["counts"]) <= {"undone", "unchanged"}


@EACH
@pytest.mark.parametrize("moment", ["before it is undone", "while it is undone", "after it was undone"])
def test_a_message_that_is_redriven_does_nothing_for_a_job_that_is_undone(order: Order, moment: str) -> None:
    # GIVEN a job that was given up and is undone, and its messages
    world, job_id, before = given_up(order)
    if moment == "before it is undone":
        world.redrive()
        world.undo(job_id)
    elif moment == "while it is undone":
        world.undo(job_id)
        world.redrive()
    else:
        world.undo(job_id)
        world.work()
        world.redrive()
    # WHEN all is done that is in the queue, in whichever order
    for reverse in (False, True):
        other = world.copy()
        if reverse:
            other.sqs.queues[CHUNKS].reverse()
        other.work()
        # THEN there is nothing left of the job, nor anything to do
        assert other.end_state() == before
        assert other.told(job_id)["status"] == "undone"
        assert other.parked() == []


@EACH
def test_a_delivery_that_begins_just_after_the_fence_writes_nothing(order: Order) -> None:
    # GIVEN a worker that has read that its job is not undone
    world, job_id, before = given_up(order)
    world.redrive()

    def fenced_meanwhile(do: Callable[[], Answer]) -> Answer:
        # WHEN the job is undone, and its undo done, before it begins
        world.undo(job_id)
        deliver(world)
        assert "fence" in chunk(world)
        return do()

    deliver(world, at(BEGIN, fenced_meanwhile))
    # THEN it does not begin
    assert chunk(world)["begun"] == {"N": "1"}
    world.work()
    assert world.end_state() == before
    assert world.parked() == []


@EACH
@pytest.mark.parametrize("fault", [timed_out_after, die_after, die_before], ids=lambda fault: fault.__name__)
def test_an_undo_that_loses_its_fences_answer_or_dies_there_is_done_all_the_same(
    order: Order, fault: Callable[..., Answer]
) -> None:
    world = JobWorld()
    job_id = world.submit(order)
    before = world.end_state()
    world.work()
    world.undo(job_id)
    deliver(world, at(FENCE, fault))
    world.work()
    assert world.end_state() == before
    assert world.told(job_id)["status"] == "undone"


def test_an_undo_of_a_chunk_that_is_not_there_is_parked_and_does_nothing() -> None:
    # GIVEN a job that is done, and of which a chunk is gone
    world = JobWorld()
    job_id = world.submit(orders.enrol())
    world.work()
    del world.dynamodb.tables["jobs"][job_id, "chunk#000001"]
    end_state = world.end_state()
    # WHEN it is undone
    world.undo(job_id)
    world.work()
    # THEN the message is kept with the reason, and nothing is told as taken back
    assert [one.attributes["reason"] for one in world.parked()] == ["the job to undo has no such chunk"]
    assert world.end_state() == end_state
    assert world.told(job_id)["status"] == "undoing"


@pytest.mark.parametrize("door", ["registrations at once", "import at once", "earn at once under a limit"])
def test_an_undo_waits_for_a_request_that_is_at_work_again_under_its_key(door: str) -> None:
    # GIVEN a request under a key whose items all found the store busy
    repeating = client(door)
    world = repeating.world
    before = world.end_state()
    busy = [Step(action, _throttled_of_outcomes, times=1_000) for action in ("put_item", "update_item")]
    busy += [Step(action, refused("ThrottlingException"), times=1_000) for action in WRITING]
    repeating.send(at_each(*busy))
    assert world.end_state() == before
    (job_id,) = world.job_ids()

    def undone_meanwhile(do: Callable[[], Answer]) -> Answer:
        # WHEN its job is undone while the request is at work again
        assert world.undo(job_id).status == 202
        deliver(world)
        # THEN the undo waits until that can't be alive any more
        assert list(waits(world)) == [LONGEST_SECONDS]
        return do()

    repeating.send(at(FINISH, undone_meanwhile))
    world.work()
    # AND nothing is left of what the request wrote
    assert world.end_state() == before
    assert world.told(job_id)["status"] == "undone"


WRITING = ("batch_execute_statement", "transact_write_items")


def _throttled_of_outcomes(call: Call) -> Answer:
    is_job = call.keywords["TableName"] == "jobs"
    return call() if is_job else refused("ThrottlingException")(call)


@EACH
def test_a_message_of_an_undone_job_comes_again_while_the_holder_of_its_chunk_may_be_alive(order: Order) -> None:
    # GIVEN a chunk that was given up, and that a worker took up once more, which died; then the job is undone
    world, job_id, before = given_up(order)
    world.redrive()
    die_holding(world)
    assert world.undo(job_id).status == 202
    # WHEN the chunk's message is delivered again in the same second
    assert not deliver_again(world)
    # THEN it comes again once nobody can be at work on the chunk any more
    assert next(waits(world)) == LONGEST_SECONDS
    # AND the job is taken back as if nobody had died
    world.work()
    assert (world.end_state(), world.told(job_id)["status"]) == (before, "undone")


@EACH
def test_an_undo_waits_no_longer_than_a_day_for_a_message_that_does_not_come(order: Order) -> None:
    # GIVEN a chunk that was given up, and whose message a worker met once more, which died; the message is gone, since
    # another delivery of it had ended
    world, job_id, before = given_up(order)
    world.redrive()
    deliver(world, at(FINISH, die_before))
    world.sqs.queues[CHUNKS].clear()
    assert world.end_state() != before
    # WHEN its job is undone, and nothing comes for a day
    world.undo(job_id)
    deliver(world)
    assert len(world.sqs.queues[CHUNKS]) == 1
    world.clock.now += DAY
    deliver(world)
    world.work()
    # THEN what can be found of it is taken back, and of the rest it is told that it may be there
    assert world.told(job_id)["status"] == "undone"
    counts = world.told(world.job_ids()[-1])["counts"]
    assert set(counts) <= {"undone", "unchanged", "busy"}
    assert "busy" in counts or world.end_state() == before
