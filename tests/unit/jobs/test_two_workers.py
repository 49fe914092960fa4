"""Two workers on one chunk, since queues deliver at least once: the job ends as one that each chunk of met one."""

import json
from collections.abc import Callable
from contextlib import suppress

import pytest

from loyalty.jobs import cut
from loyalty.jobs.message import read
from tests.fakes.faults import Answer, Fault
from tests.fakes.nth_call import ProcessDied, die_after
from tests.fakes.queues import CHUNKS, Message
from tests.fakes.steps import NOTE, at
from tests.unit.jobs import orders
from tests.unit.jobs.ends import differences, ended, in_peace
from tests.unit.jobs.held import deliver
from tests.unit.jobs.job_world import JobWorld, Order

pytestmark = pytest.mark.usefixtures("quiet")

Meanwhile = Callable[[JobWorld], None]


def before_the_call(world: JobWorld) -> Fault:
    """Another worker does the chunk, then the call is made."""

    def fault(do: Callable[[], Answer]) -> Answer:
        world.deliver_again()
        return do()

    return fault


def after_the_call(world: JobWorld) -> Fault:
    """The call is made, then another worker does the chunk, before the first one goes on."""

    def fault(do: Callable[[], Answer]) -> Answer:
        try:
            return do()
        finally:
            world.deliver_again()

    return fault


def dying_in_the_call(world: JobWorld, number: int) -> Fault:
    """The same, but the other worker dies after so many calls of its own."""

    def fault(do: Callable[[], Answer]) -> Answer:
        try:
            return do()
        finally:
            database, _ = world.faulty({number: die_after})
            with suppress(ProcessDied):
                world.deliver_again(database)

    return fault


@pytest.mark.parametrize("order", orders.ALL.values(), ids=orders.ALL)
def test_a_second_worker_at_any_moment_of_the_first_changes_nothing_in_the_end(order: Order) -> None:
    # GIVEN a job that is queued, and what workers make of it alone
    queued = JobWorld()
    job_id = queued.submit(order)
    alone = queued.copy()
    database, calls = alone.faulty()
    alone.work(database)
    wanted = ended(alone, job_id)
    moments = [(before_the_call, number) for number in range(1, calls.count + 1)]
    for meanwhile, number in moments + [(after_the_call, last) for last in calls.lasts]:
        # WHEN another worker gets the same message at one of its calls: after any but the last is before the next
        world = queued.copy()
        database, _ = world.faulty({number: meanwhile(world)})
        world.work(database)
        # THEN the end is the same
        assert not differences(wanted, ended(world, job_id)), (meanwhile.__name__, number)


@pytest.mark.parametrize("kind", ["enrol", "import, update", "earn twice each", "revoke under a limit"])
def test_a_second_worker_that_dies_at_any_call_changes_nothing_in_the_end(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a job of one chunk, and what a worker makes of it alone
    monkeypatch.setattr(cut, "MOST_WEIGHT", 250)
    queued = JobWorld()
    job_id = queued.submit(orders.ALL[kind])
    alone = queued.copy()
    database, calls = alone.faulty()
    alone.work(database)
    wanted = ended(alone, job_id)
    for number in range(1, calls.count + 1):
        for death in range(1 + number % 4, calls.count + 1, 4):
            # WHEN another worker gets the same message at one of its calls, and dies at one of its own
            world = queued.copy()
            database, _ = world.faulty({number: dying_in_the_call(world, death)})
            world.work(database)
            # THEN the end is the same
            assert not differences(wanted, ended(world, job_id)), (number, death)


@pytest.mark.parametrize("order", orders.ALL.values(), ids=orders.ALL)
def test_a_worker_that_is_late_with_its_note_changes_nothing_of_what_was_noted_since(order: Order) -> None:
    # GIVEN a job that is queued, and what workers make of it
    world = JobWorld()
    job_id = world.submit(order)
    wanted, _ = in_peace(world, job_id)
    # WHEN each chunk was given up, and is done by a redriven message before that is noted
    messages = list(world.sqs.queues[CHUNKS])
    given_up = len(messages)

    def done_meanwhile(do: Callable[[], Answer]) -> Answer:
        world.sqs.queues[CHUNKS].append(redriven(messages.pop(0)))
        deliver(world)
        return do()

    world.bury(world.faulty(at(NOTE, done_meanwhile, times=given_up))[0])
    assert not messages
    # THEN the job is told as that other delivery left it
    assert not differences(wanted._replace(parked=given_up), ended(world, job_id))


def redriven(message: Message) -> Message:
    """A message as it comes again when it was parked."""
    document = json.loads(message.body) | {"content": read(message.body).content}
    return message._replace(id="another", body=json.dumps(document), visible_at=0.0)
