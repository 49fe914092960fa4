"""Whatever happens to any one call, or to all from one on: no earn too many, none twice, none lost that fits."""

from collections.abc import Mapping

import pytest

from loyalty.domain.errors import StorageBusy
from loyalty.domain.outcome import Origin, Status
from loyalty.store.engine import batch
from tests.fakes.capillary import CapillaryWorld
from tests.fakes.faults import Fault, refused, timed_out_after, unreachable
from tests.unit.capillary.trials import CALLS, LIMITS, created, earned, expected, new_world, request, stored_ids

FAULTS = {"throttled": refused("ThrottlingException"), "unreachable": unreachable, "lost-response": timed_out_after}
FIRST = Origin("first")


@pytest.fixture(autouse=True)
def _one_call_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the n-th call is the same one each time."""
    monkeypatch.setattr(batch, "side_by_side", map)


def test_these_tests_reach_every_call_of_a_request() -> None:
    # GIVEN a request without faults, for each limit
    counts = []
    for limit in LIMITS:
        world = new_world(limit)
        world.dynamodb.calls.clear()
        request(world, FIRST)
        counts.append(len(world.dynamodb.calls))
    # THEN the numbers in these tests go as far as the longest
    assert max(counts) == max(CALLS)


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("call", CALLS)
def test_a_fault_that_passes_changes_nothing(call: int, fault: str, limit: int | None) -> None:
    # GIVEN a request without faults
    undisturbed = request(new_world(limit), FIRST)
    # WHEN the same meets a fault at that call
    world = new_world(limit)
    outcomes = request(world, FIRST, {call: FAULTS[fault]})
    # THEN the outcomes are the same, and tell of what is stored
    assert [outcome.status for outcome in outcomes] == [outcome.status for outcome in undisturbed]
    assert earned(world) == expected(limit)
    assert created(outcomes) == stored_ids(world)


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("call", CALLS)
def test_an_outage_ends_in_busy_or_unknown_and_leaves_nothing_wrong_behind(
    call: int, fault: str, limit: int | None
) -> None:
    # GIVEN a store that fails at every call from one on
    world = new_world(limit)
    with_outage(world, dict.fromkeys(range(call, 10_000), FAULTS[fault]))
    assert earned(world) <= expected(limit)
    # WHEN it is back and the request is delivered again
    outcomes = request(world, FIRST)
    # THEN everything that fits is earned once
    assert earned(world) == expected(limit)
    assert created(outcomes) == stored_ids(world)


def with_outage(world: CapillaryWorld, faults: Mapping[int, Fault]) -> None:
    """A request into an outage: what it says was earned is, and what it says may be repeated is not."""
    try:
        outcomes = request(world, FIRST, faults)
    except StorageBusy:
        return
    assert set(created(outcomes)) <= set(stored_ids(world))
    assert {outcome.status for outcome in outcomes} <= {
        Status.CREATED,
        Status.BUSY,
        Status.UNKNOWN,
        Status.EXHAUSTED,
    }
    written = {sk for _, sk in world.dynamodb.tables["earns"]}
    busy = {FIRST.mark(index) for index, outcome in enumerate(outcomes) if outcome.status is Status.BUSY}
    assert written.isdisjoint(busy)
