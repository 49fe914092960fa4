"""Places whose earn was never written: given back once their writer is dead, and never while it may be alive."""

from collections.abc import Callable

from loyalty.domain.lifetime import LONGEST_SECONDS
from tests.fakes.capillary import CapillaryWorld
from tests.fakes.faults import Answer, timed_out_after
from tests.fakes.nth_call import FaultyClient
from tests.unit.capillary.places import BUSY, FULL, YES, count, holders, write


def test_a_place_whose_earn_was_written_is_never_given_back(world: CapillaryWorld) -> None:
    # GIVEN a place with its earn
    count(world, "r#0")
    write(world, "r#0")
    # WHEN an hour has passed
    world.pass_by(3_600)
    # THEN the tally is still full
    assert count(world, "s#0") == [FULL]
    assert holders(world) == ["r#0"]


def test_a_place_whose_earn_was_written_in_the_same_second_is_not_given_back(world: CapillaryWorld) -> None:
    # GIVEN a place whose writer is at the earn until the last moment
    count(world, "r#0")
    world.pass_by(LONGEST_SECONDS)
    write(world, "r#0")
    # WHEN another comes in that second, when a read that is not consistent would find no earn yet
    # THEN the tally is full
    assert count(world, "s#0") == [FULL]
    assert holders(world) == ["r#0"]


def test_a_place_without_an_earn_is_given_back_once_its_writer_is_dead_and_not_before(world: CapillaryWorld) -> None:
    # GIVEN a place whose writer died
    count(world, "r#0")
    # WHEN another comes while the writer may be alive
    world.pass_by(LONGEST_SECONDS - 10)
    # THEN the place is held, and nobody knows whether there will be an earn
    assert count(world, "s#0") == [BUSY]
    # WHEN it comes later
    world.pass_by(10)
    # THEN it gets the place
    assert count(world, "s#0") == [YES]
    assert holders(world) == ["s#0"]


def test_only_the_dead_lose_their_places(world: CapillaryWorld) -> None:
    # GIVEN two places, one of them with its earn
    count(world, "r#0", "r#1", limit=2)
    write(world, "r#1")
    # WHEN two others come once their writer is dead
    world.pass_by(LONGEST_SECONDS)
    # THEN there is room for one
    assert count(world, "s#0", "s#1", limit=2) == [YES, FULL]
    assert holders(world) == ["r#1", "s#0"]


def test_a_writer_that_comes_again_has_as_much_time_again(world: CapillaryWorld) -> None:
    # GIVEN a dead writer's place, taken up by the redelivery of its request
    count(world, "r#0")
    world.pass_by(LONGEST_SECONDS)
    assert count(world, "r#0") == [YES]
    # WHEN another comes before the redelivery has written its earn
    # THEN the place is held
    assert count(world, "s#0") == [BUSY]
    assert holders(world) == ["r#0"]


def test_a_place_taken_meanwhile_is_not_given_back_on_an_old_sight_of_the_tally(world: CapillaryWorld) -> None:
    # GIVEN a dead writer's place
    count(world, "r#0")
    world.pass_by(LONGEST_SECONDS)

    def redelivered_first(call: Callable[[], Answer]) -> Answer:
        assert count(world, "r#0") == [YES]
        return call()

    # WHEN the redelivery takes it up just before another one (at its third call) gives it back
    late = world.process(FaultyClient(world.dynamodb, {3: redelivered_first}))
    # THEN the other one gets nothing
    assert count(world, "s#0", database=late) == [BUSY]
    assert holders(world) == ["r#0"]


def test_a_take_over_whose_answer_was_lost_is_known_for_ones_own(world: CapillaryWorld) -> None:
    # GIVEN a dead writer's place
    count(world, "r#0")
    world.pass_by(LONGEST_SECONDS)
    # WHEN the answer of the take-over (the third call) is lost
    late = world.process(FaultyClient(world.dynamodb, {3: timed_out_after}))
    # THEN the place is taken
    assert count(world, "s#0", database=late) == [YES]
    assert holders(world) == ["s#0"]
