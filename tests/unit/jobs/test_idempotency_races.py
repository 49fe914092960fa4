"""Two requests with one Idempotency-Key, at once or after the first one died: what they ask for is done once."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from loyalty.domain.lifetime import LONGEST_SECONDS
from tests.fakes.faults import Answer, Fault, refused
from tests.fakes.gateway import Reply
from tests.fakes.nth_call import ProcessDied, die_after, die_before
from tests.unit.jobs.ends import PASSING
from tests.unit.jobs.job_world import JobWorld
from tests.unit.jobs.keyed import DOORS, Client, client, once

pytestmark = pytest.mark.usefixtures("quiet")

DEATHS = {"died before": die_before, "died after": die_after}
"""Both at every call: between two calls of a request that waits workers are at work."""

RUNNING = "A request with this Idempotency-Key is still being done, repeat it in a moment"


def copy(original: Client) -> Client:
    return original._replace(world=original.world.copy())


def is_running(door: str, reply: Reply) -> bool:
    """Whether the answer is that the first request is still being done, to be asked again in a second."""
    if RUNNING not in reply.body:
        return False
    assert (reply.status, reply.headers["Retry-After"]) == (200 if "import" in door else 503, "1")
    return True


@pytest.mark.parametrize("door", DOORS)
def test_of_two_requests_at_once_one_is_done(door: str) -> None:
    # GIVEN what the order comes to
    original = client(door)
    wanted, end_state = once(door)
    for number in range(1, original.calls() + 1):
        # WHEN a second one comes while a first one is at any of its calls
        racing = copy(original)
        replies: list[Reply] = []
        racing.send({number: _meanwhile(racing, replies)})
        # THEN it has the answer, or is told to wait
        (second,) = replies
        assert is_running(door, second) or racing.told(second) == wanted, (number, second)
        # AND it was done once
        assert racing.world.end_state() == end_state, number
        assert len(racing.world.job_ids()) == 1
        # AND whoever asks later has the answer
        assert racing.told(racing.send()) == wanted


def _meanwhile(racing: Client, replies: list[Reply]) -> Fault:
    def fault(do: Callable[[], Answer]) -> Answer:
        try:
            return do()
        finally:
            replies.append(racing.send())

    return fault


@pytest.mark.parametrize("door", DOORS)
def test_a_request_that_died_is_completed_by_its_repetition(door: str) -> None:
    # GIVEN what the order comes to
    original = client(door)
    wanted, end_state = once(door)
    for name, death in DEATHS.items():
        for number in range(1, original.calls() + 1):
            # WHEN its process died at any of its calls
            dying = copy(original)
            with suppress(ProcessDied):
                dying.send({number: death})
            # THEN a repetition at once has the answer, or is told to wait
            early = dying.send()
            assert is_running(door, early) or dying.told(early) == wanted, (name, number, early)
            # WHEN no gateway would still let it live
            dying.world.clock.now += LONGEST_SECONDS
            # THEN a repetition has the answer
            late = dying.told(dying.send())
            assert late == wanted, (name, number)
            # AND nothing was done twice
            assert dying.world.end_state() == end_state, (name, number)


@pytest.mark.parametrize("door", ["registrations at once", "import queued", "earn at once under a limit"])
def test_a_fault_that_passes_costs_no_request_its_answer(door: str) -> None:
    # GIVEN what the order comes to
    original = client(door)
    wanted, end_state = once(door)
    for name, fault in PASSING.items():
        for number in range(1, original.calls() + 1):
            # WHEN one of its calls meets a fault
            faulty = copy(original)
            reply = faulty.send({number: fault})
            # THEN that changes nothing
            assert (faulty.told(reply), faulty.world.end_state()) == (wanted, end_state), (name, number)


@pytest.mark.parametrize(
    ("door", "action"),
    [
        ("one registration", "put_item"),
        ("registrations at once", "batch_execute_statement"),
        ("import at once", "transact_write_items"),
        ("earn at once", "batch_execute_statement"),
    ],
)
def test_items_for_which_the_store_was_busy_are_done_when_the_request_comes_again(door: str, action: str) -> None:
    # GIVEN what the order comes to, and a request that found the store too busy for some of its items
    wanted, end_state = once(door)
    repeating = client(door)
    _refuse(repeating.world, action)
    first = repeating.told(repeating.send())
    assert first != wanted
    assert "busy" in first[1] or "Error occurred" in first[1]
    # WHEN it comes again, at once, as soon as the store is well
    repeating.world.dynamodb.plan_always(action, lambda do: do())
    again = repeating.told(repeating.send())
    # THEN these are done, and nothing twice
    assert (again, repeating.world.end_state()) == (wanted, end_state)
    # AND that answer stays
    assert repeating.told(repeating.send()) == wanted


def _refuse(world: JobWorld, action: str) -> None:
    """Have these calls refused for now, those to the table of jobs aside."""
    throttled = refused("ThrottlingException")
    table = world.settings.jobs_table

    def fault(do: Callable[[], Answer]) -> Answer:
        return do() if world.dynamodb.calls[-1].arguments.get("TableName") == table else throttled(do)

    world.dynamodb.plan_always(action, fault)
