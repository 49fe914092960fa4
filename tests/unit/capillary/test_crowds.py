"""Places under a limit for many customers at once, one each: few calls, and each place as if it were taken alone."""

import itertools
from typing import Any

import pytest

from loyalty.domain.lifetime import LONGEST_SECONDS
from loyalty.store.engine.dynamodb import Database
from loyalty.store.engine.fate import Fate
from loyalty.store.tables import earns, tallies
from loyalty.store.tables.earns import Earn
from tests.fakes.capillary import CapillaryWorld
from tests.fakes.faults import Answer, Fault, refused, timed_out_after, timed_out_before
from tests.fakes.nth_call import FaultyClient
from tests.fakes.versions import LONGEST_LAG_SECONDS
from tests.unit.capillary.places import BUSY, FULL, YES
from tests.unit.faults.partial_faults import all_statements_refused, some_statements_refused

WHO = [f"p{number}" for number in range(60)]


def count(world: CapillaryWorld, request: str, limit: int = 1, database: Database | None = None) -> list[Fate]:
    """What becomes of a request in which each customer has one attempt."""
    wanted = {one: [f"{request}#{index}"] for index, one in enumerate(WHO)}
    fates = tallies.count(database or world.database, "a", "9", limit, wanted)
    return [fates[origins[0]] for origins in wanted.values()]


def issue(world: CapillaryWorld, request: str, limit: int = 1) -> None:
    """Have each customer earn."""
    count(world, request, limit)
    made = [Earn(one, index, "JD", "2026-06-01T00:00:00Z", f"{request}#{index}") for index, one in enumerate(WHO)]
    earns.insert_all(world.database, "a", "9", made)
    world.clock.now += LONGEST_LAG_SECONDS
    world.dynamodb.calls.clear()


def at_statements(number: int, fault: Fault) -> dict[int, Fault]:
    """A fault for the call with statements of this number, from 1."""
    left = itertools.count(1)

    def meet(call: Any) -> Answer:
        met = call.action == "batch_execute_statement" and next(left) == number
        return fault(call) if met else call()

    return dict.fromkeys(range(1, 100), meet)


def taken(world: CapillaryWorld) -> list[int]:
    """How many places each customer's tally has, as it says and as it has."""
    stored = [world.dynamodb.tables["earns"][f"a#9#{one}", "tally"] for one in WHO]
    told = [int(tally["taken"]["N"]) for tally in stored]
    assert told == [sum("#" in name for name in tally) for tally in stored]
    return told


def test_first_places_are_taken_25_a_call(world: CapillaryWorld) -> None:
    # WHEN 60 customers try for the first time
    assert count(world, "r") == [YES] * 60
    # THEN each has a place, by three calls
    assert taken(world) == [1] * 60
    assert world.actions() == ["batch_execute_statement"] * 3


def test_further_places_are_read_and_taken_25_a_call(world: CapillaryWorld) -> None:
    # GIVEN 60 customers with one earn each
    issue(world, "r", 2)
    # WHEN they try once more
    assert count(world, "s", 2) == [YES] * 60
    # THEN the first 25 show that tallies are there, the others are read, and all are changed
    assert world.actions() == ["batch_execute_statement", "batch_get_item", *["batch_execute_statement"] * 3]
    assert taken(world) == [2] * 60
    # AND those that come within a minute are all read first
    world.dynamodb.calls.clear()
    assert count(world, "t", 3) == [YES] * 60
    assert world.actions() == ["batch_get_item", *["batch_execute_statement"] * 3]


def test_where_few_have_a_tally_further_ones_are_not_read(world: CapillaryWorld) -> None:
    # GIVEN 60 customers, of whom two have earned before
    tallies.count(world.database, "a", "9", 2, {"p3": ["r#0"], "p40": ["r#1"]})
    world.dynamodb.calls.clear()
    # WHEN all try
    assert count(world, "s", 2) == [YES] * 60
    # THEN there are inserts, and one call that changes the two
    assert world.actions() == ["batch_execute_statement"] * 4
    assert taken(world) == [2 if one in ("p3", "p40") else 1 for one in WHO]


def test_who_has_had_it_as_often_as_the_limit_allows_is_told_so_in_few_calls(world: CapillaryWorld) -> None:
    # GIVEN 60 customers who have reached the limit
    issue(world, "r")
    # WHEN they try once more
    assert count(world, "s") == [FULL] * 60
    # THEN nobody was asked alone, and that there are earns was read as last written
    assert set(world.actions()) == {"batch_execute_statement", "batch_get_item"}
    assert len(world.actions()) == 6  # 25 tried, 35 read, 60 changed, their earns read
    assert world.dynamodb.calls[-1].arguments["RequestItems"]["earns"]["ConsistentRead"] is True
    assert taken(world) == [1] * 60


def test_a_lowered_limit_counts_for_those_who_had_more(world: CapillaryWorld) -> None:
    issue(world, "r", 2)
    issue(world, "s", 2)
    assert count(world, "t", 1) == [FULL] * 60
    assert taken(world) == [2] * 60


def test_places_that_come_again_are_found(world: CapillaryWorld) -> None:
    # GIVEN places whose earns were not written
    count(world, "r")
    # WHEN the request comes again
    assert count(world, "r") == [YES] * 60
    # THEN nobody has two
    assert taken(world) == [1] * 60


def test_a_place_without_an_earn_is_nobody_elses_until_its_writer_is_dead(world: CapillaryWorld) -> None:
    # GIVEN 60 customers who have reached the limit, one of them by a place whose earn is not written
    issue(world, "r")
    earns.remove(world.database, "a", "9", "p7", "r#7")
    # THEN that one is busy, the others have had it
    assert count(world, "s") == [BUSY if one == "p7" else FULL for one in WHO]
    # AND once its writer can't be at work any more somebody else has the place
    world.clock.now += LONGEST_SECONDS
    assert count(world, "t") == [YES if one == "p7" else FULL for one in WHO]
    assert taken(world) == [1] * 60


@pytest.mark.parametrize("limit", [2, 3], ids=["to the limit", "below it"])
@pytest.mark.parametrize(
    "fault",
    [
        timed_out_after,
        timed_out_before,
        refused("ThrottlingException"),
        some_statements_refused("ThrottlingError"),
        some_statements_refused("InternalServerError"),
        all_statements_refused,
    ],
    ids=["lost after", "lost before", "throttled", "some throttled", "some lost", "all throttled"],
)
@pytest.mark.parametrize("number", range(1, 8))
def test_whatever_becomes_of_a_call_each_place_is_taken_once(
    world: CapillaryWorld, number: int, fault: Fault, limit: int
) -> None:
    # GIVEN 60 customers, of whom 30 have earned once, and a call that meets a fault
    half = WHO[::2]
    tallies.count(world.database, "a", "9", limit, {one: [f"r#{index}"] for index, one in enumerate(half)})
    database = world.process(FaultyClient(world.dynamodb, at_statements(number, fault)))
    # WHEN all try
    assert count(world, "s", limit, database=database) == [YES] * 60
    # THEN each has one place more
    assert taken(world) == [2 if one in half else 1 for one in WHO]


def test_while_the_store_is_busy_nobody_is_told_that_the_limit_is_reached(world: CapillaryWorld) -> None:
    # GIVEN a store that throttles all
    for action in ("batch_execute_statement", "update_item"):
        world.dynamodb.plan_always(action, refused("ThrottlingException"))
    # THEN all are busy
    wanted = {one: [f"r#{index}"] for index, one in enumerate(WHO[:3])}
    assert set(tallies.count(world.database.within(29), "a", "9", 1, wanted).values()) == {BUSY}


def test_an_origin_that_can_not_stand_in_a_statement_is_counted_by_itself(world: CapillaryWorld) -> None:
    # GIVEN a request whose id has a quotation mark
    wanted = {"p0": ["it's#0"], "p1": ['"#1']}
    # THEN its places are taken all the same
    assert set(tallies.count(world.database, "a", "9", 1, wanted).values()) == {YES}
    assert world.actions() == ["update_item"] * 2
