"""Places under a limit: who gets one, and at what price."""

import pytest

from loyalty.store.engine import batch
from loyalty.store.tables import tallies
from tests.fakes.capillary import CapillaryWorld
from tests.fakes.faults import refused
from tests.unit.capillary.places import BUSY, FULL, YES, count, holders


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_places_go_to_the_first_that_come(world: CapillaryWorld, limit: int) -> None:
    # GIVEN more origins than places
    origins = [f"r#{index}" for index in range(limit + 2)]
    # THEN the first ones have them
    assert count(world, *origins, limit=limit) == [YES] * limit + [FULL] * 2
    assert holders(world) == origins[:limit]


def test_limit_zero_costs_no_call(world: CapillaryWorld) -> None:
    assert count(world, "r#0", "r#1", limit=0) == [FULL, FULL]
    assert world.actions() == []


def test_a_full_tally_is_asked_once_for_all_others(world: CapillaryWorld) -> None:
    # GIVEN three origins for one place
    count(world, "r#0", "r#1", "r#2")
    # THEN there was one call for the place and one that met the full tally
    assert world.actions() == ["update_item"] * 2


def test_an_origin_that_holds_a_place_keeps_it_when_it_comes_again(world: CapillaryWorld) -> None:
    # GIVEN a full tally
    count(world, "r#0", "r#1", limit=2)
    # WHEN its holders come again behind another one
    # THEN they still have their places
    assert count(world, "r#2", "r#0", "r#1", limit=2) == [FULL, YES, YES]


def test_one_busy_tally_leaves_the_others_alone(world: CapillaryWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a store that refuses every update but the first, and calls one after the other
    monkeypatch.setattr(batch, "side_by_side", map)
    world.dynamodb.plan("update_item", None, *[refused("ThrottlingException")] * 1_000)
    # WHEN two customers' origins come, and time runs out over the second
    fates = tallies.count(world.database.within(29), "a", "9", 2, {"q": ["r#0", "r#1"], "p": ["r#2", "r#3"]})
    # THEN one has its places, the other is busy
    assert fates == {"r#0": YES, "r#1": YES, "r#2": BUSY, "r#3": BUSY}


def test_customers_have_tallies_of_their_own(world: CapillaryWorld) -> None:
    # GIVEN 40 customers with two origins each
    wanted = {f"p{number}": [f"r#{number}", f"s#{number}"] for number in range(40)}
    # WHEN they are counted side by side
    fates = tallies.count(world.database, "a", "9", 1, wanted)
    # THEN each customer has one place
    assert [fates[origins[0]] for origins in wanted.values()] == [YES] * 40
    assert [fates[origins[1]] for origins in wanted.values()] == [FULL] * 40
