"""While a place under a limit has no earn yet nobody is told that the limit is reached: that is busy, and repeated."""

import pytest

from loyalty.domain.lifetime import LONGEST_SECONDS
from loyalty.domain.outcome import Origin, Status
from loyalty.store.tables import tallies
from tests.fakes.capillary import CapillaryWorld
from tests.fakes.faults import Answer, refused, timed_out_before
from tests.fakes.nth_call import FaultyClient, ProcessDied, die_before
from tests.fakes.steps import Call, at
from tests.unit.capillary.places import BUSY, FULL, YES, count, holders, write
from tests.unit.capillary.trials import earned, new_world, request

FIRST, SECOND = Origin("first"), Origin("second")


def test_an_origin_that_meets_a_place_without_an_earn_waits_a_moment_and_is_busy(world: CapillaryWorld) -> None:
    # GIVEN a place that somebody took a moment ago
    count(world, "r#0")
    began = world.clock.now
    # WHEN another comes
    assert count(world, "s#0") == [BUSY]
    # THEN it waited for the earn, no longer than five seconds
    assert 0 < world.clock.now - began <= 5.1
    assert holders(world) == ["r#0"]


def test_an_origin_for_which_the_earn_is_written_while_it_waits_is_told_that_the_limit_is_reached(
    world: CapillaryWorld,
) -> None:
    # GIVEN a place that somebody took a moment ago
    count(world, "r#0")

    def written_meanwhile(call: Call) -> Answer:
        # WHEN the earn is written while another looks for it
        answer: Answer = call()
        write(world, "r#0")
        return answer

    late = world.process(FaultyClient(world.dynamodb, at("batch_get_item", written_meanwhile)))
    # THEN that is told that it came too late
    assert count(world, "s#0", database=late) == [FULL]


def test_an_origin_for_which_the_place_is_given_back_while_it_waits_gets_it(world: CapillaryWorld) -> None:
    # GIVEN a place that somebody took a moment ago
    count(world, "r#0")

    def given_back_meanwhile(call: Call) -> Answer:
        # WHEN it is given back while another looks for its earn
        answer: Answer = call()
        tallies.give_back(world.database, "a", "9", "p", "r#0")
        return answer

    late = world.process(FaultyClient(world.dynamodb, at("batch_get_item", given_back_meanwhile)))
    # THEN the other one gets it
    assert count(world, "s#0", database=late) == [YES]
    assert holders(world) == ["s#0"]


def test_the_looks_for_earns_are_consistent(world: CapillaryWorld) -> None:
    # WHEN a full tally is met
    count(world, "r#0")
    write(world, "r#0")
    count(world, "s#0")
    # THEN the earns of its places are read as last written: a stale look would take an earn's place
    looks = [
        call.arguments["RequestItems"]["earns"] for call in world.dynamodb.calls if call.action == "batch_get_item"
    ]
    assert looks
    assert all(look["ConsistentRead"] is True for look in looks)


@pytest.mark.parametrize("limit", [1, 2])
def test_an_attempt_is_busy_while_another_may_write_and_earns_once_that_is_dead(limit: int) -> None:
    # GIVEN a request that died between its places and its earns
    world = new_world(limit)
    with pytest.raises(ProcessDied):
        request(world, FIRST, at("batch_execute_statement", die_before))
    # WHEN another comes at once
    first = {outcome.status for outcome in request(world, SECOND)}
    # THEN who meets its places is not told that the limit is reached
    assert Status.BUSY in first
    assert Status.EXHAUSTED not in first
    # AND once the first can't be at work any more all that fits is earned
    world.pass_by(LONGEST_SECONDS)
    second = [outcome.status for outcome in request(world, SECOND)]
    assert set(second) <= {Status.CREATED, Status.EXHAUSTED}
    assert max(earned(world).values()) == limit


def test_nobody_is_told_that_the_limit_is_reached_by_an_earn_that_may_not_be_written() -> None:
    # GIVEN a limit of one, and a store that takes no earns
    world = new_world(1)
    throttled = at("batch_execute_statement", refused("ThrottlingException"), times=1_000)
    # WHEN a request comes in which customers earn more than once
    statuses = [outcome.status for outcome in request(world, FIRST, throttled)]
    # THEN all of it is to be repeated
    assert set(statuses) == {Status.BUSY}
    # AND where the answers are lost, only what may be written is unknown
    world = new_world(1)
    lost = at("batch_execute_statement", timed_out_before, times=1_000)
    assert Status.EXHAUSTED not in {outcome.status for outcome in request(world, FIRST, lost)}
