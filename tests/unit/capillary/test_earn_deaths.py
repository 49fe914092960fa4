"""A process that dies at any of its calls: the redelivery completes its request, or its places become free again."""

import pytest

from loyalty.domain.lifetime import LONGEST_SECONDS
from loyalty.domain.outcome import Origin
from loyalty.store.engine import batch
from tests.fakes.capillary import CapillaryWorld
from tests.fakes.faults import Fault
from tests.fakes.nth_call import ProcessDied, die_after, die_before
from tests.unit.capillary.trials import CALLS, LIMITS, created, earned, expected, new_world, request, stored_ids

DEATHS = [die_before, die_after]
FIRST, SECOND, THIRD = Origin("first"), Origin("second"), Origin("third")


@pytest.fixture(autouse=True)
def _one_call_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the n-th call is the same one each time."""
    monkeypatch.setattr(batch, "side_by_side", map)


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("death", DEATHS, ids=lambda death: death.__name__)
@pytest.mark.parametrize("call", CALLS)
def test_a_request_whose_process_died_is_completed_by_its_redelivery(
    call: int, death: Fault, limit: int | None
) -> None:
    # GIVEN a process that died at that call
    world = new_world(limit)
    died_of_it(world, call, death)
    assert earned(world) <= expected(limit)
    # WHEN the request is delivered again, two minutes later
    world.pass_by(120)
    outcomes = request(world, FIRST)
    # THEN it ends as if nothing had happened
    assert earned(world) == expected(limit)
    assert created(outcomes) == stored_ids(world)


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("death", DEATHS, ids=lambda death: death.__name__)
@pytest.mark.parametrize("call", CALLS)
def test_the_places_of_a_dead_process_are_given_back_after_a_minute(call: int, death: Fault, limit: int | None) -> None:
    # GIVEN a process that died at that call, and nobody who repeats its request
    world = new_world(limit)
    died_of_it(world, call, death)
    # WHEN another request comes at once
    request(world, SECOND)
    # THEN the limit holds
    before = earned(world)
    assert limit is None or max(before.values(), default=0) <= limit
    # WHEN a third one comes a minute later
    world.pass_by(LONGEST_SECONDS)
    outcomes = request(world, THIRD)
    # THEN all of it that fits is earned
    most = 9 if limit is None else limit
    assert earned(world) == {who: min(before[who] + times, most) for who, times in expected(None).items()}
    assert len(created(outcomes)) == earned(world).total() - before.total()


def died_of_it(world: CapillaryWorld, call: int, death: Fault) -> None:
    try:
        request(world, FIRST, {call: death})
    except ProcessDied:
        return
