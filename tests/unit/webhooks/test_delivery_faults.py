"""Faults of the store on the way to a webhook: the end of a job is told all the same, or comes again."""

from contextlib import suppress

import pytest

from loyalty.domain.deadline import BUDGETS
from loyalty.webhooks.pauses import DAY_SECONDS
from tests.fakes.faults import Fault, refused, timed_out_after, unreachable
from tests.fakes.nth_call import ProcessDied, die_before
from tests.unit.webhooks.hooks import Hooked


def test_while_the_store_is_busy_nobody_is_called_and_the_message_comes_again() -> None:
    # GIVEN a store that refuses
    hooked = Hooked()
    hooked.done()
    busy, _ = hooked.world.faulty(dict.fromkeys(range(1, 1_000), refused("ThrottlingException")))
    # THEN the message stays in its queue
    assert len(hooked.deliver(busy)) == 1
    assert hooked.calls == []
    # AND is delivered once the store is well
    assert hooked.deliver() == []
    assert len(hooked.calls) == 1


def test_a_store_that_is_busy_leaves_the_time_that_a_call_takes() -> None:
    # GIVEN a store that refuses
    hooked = Hooked()
    hooked.done()
    began = hooked.world.clock()
    busy, _ = hooked.world.faulty(dict.fromkeys(range(1, 1_000), refused("ThrottlingException")))
    # WHEN a message is delivered
    hooked.deliver(busy)
    # THEN looking up ends when the table of budgets says
    left = BUDGETS["a call to a webhook"].left
    assert left - 1 <= hooked.world.clock() - began <= left + 0.1


def test_what_was_taken_is_not_told_again_because_that_could_not_be_noted() -> None:
    # GIVEN a store that takes no note
    hooked = Hooked()
    hooked.done()
    hooked.world.dynamodb.plan_always("update_item", refused("ThrottlingException"))
    # THEN the message is finished all the same
    assert hooked.deliver() == []
    assert len(hooked.calls) == 1


@pytest.mark.parametrize("fault", [refused("ThrottlingException"), unreachable, timed_out_after, die_before])
@pytest.mark.parametrize("days", [0, 1], ids=["first attempt", "last attempt"])
def test_whatever_happens_to_any_call_the_end_of_a_job_is_told_or_kept(fault: Fault, days: int) -> None:
    # GIVEN the end of a job, whose receiver takes the first attempt, and fails at the last
    def begin() -> tuple[Hooked, str]:
        hooked = Hooked()
        job_id = hooked.done()
        hooked.world.clock.now += days * DAY_SECONDS
        hooked.failures = ["HTTP status 500"] * 5 * days
        return hooked, job_id

    hooked, _ = begin()
    database, client = hooked.world.faulty()
    hooked.deliver(database)
    assert client.count > 3
    for number in range(1, client.count + 1):
        # WHEN the n-th call of that delivery meets a fault, and all after it
        hooked, job_id = begin()
        database, _ = hooked.world.faulty(dict.fromkeys(range(number, 1_000), fault))
        with suppress(ProcessDied):
            hooked.deliver(database)
        # AND it is delivered again as long as it is in its queue
        while hooked.queue:
            hooked.world.clock.now += 180
            hooked.deliver()
        # THEN it was told, and what nobody took is kept
        assert {call.job()["job_id"] for call in hooked.calls} == {job_id}, number
        assert set(hooked.dead()) == ({(job_id, "HTTP status 500")} if days else set()), number
