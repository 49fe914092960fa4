"""A request that runs out of time under a limit: what it began is done, and the next delivery does the rest."""

from collections.abc import Callable
from typing import Any

import pytest

from loyalty.domain.account import Promotion
from loyalty.domain.outcome import Origin, Status
from loyalty.operations.earn import operation as earn
from loyalty.operations.earn.items import Item, Params
from loyalty.store.engine import batch
from loyalty.store.tables.promotion_changes import put
from tests.fakes.capillary import CapillaryWorld
from tools import demo

CREATED, BUSY = Status.CREATED, Status.BUSY
ITEMS = [Item(("email", f"user{number + 1}@example.com"), "JD") for number in range(demo.USERS)]


class SlowClient:
    """A client whose every call takes a while."""

    def __init__(self, world: CapillaryWorld, seconds: float) -> None:
        self._world, self._seconds = world, seconds

    def __getattr__(self, action: str) -> Callable[..., Any]:
        def call(**arguments: Any) -> Any:
            self._world.pass_by(self._seconds)
            return getattr(self._world.dynamodb, action)(**arguments)

        return call


@pytest.fixture(autouse=True)
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten at a time, one call after the other."""
    monkeypatch.setattr(earn, "COUNTED_AT_ONCE", 10)
    monkeypatch.setattr(batch, "side_by_side", map)


def deliver(world: CapillaryWorld, seconds_a_call: float = 2.5) -> list[Status]:
    """The outcomes' statuses of a delivery of the same request, at that speed of the store."""
    database = world.process(SlowClient(world, seconds_a_call)).within(29)
    prepared = earn.EARN.prepare(database, demo.ACCOUNT, Params("469", "9", None, "2026-06-01T00:00:00Z"))
    outcomes = earn.apply(database, prepared, ITEMS, Origin("slow"))
    return [outcome.status for outcome in outcomes]


def places(world: CapillaryWorld) -> int:
    """How many places are taken."""
    return sum(origin == "tally" for _, origin in world.dynamodb.tables["earns"])


def test_no_place_is_taken_for_an_earn_that_there_is_no_time_to_write(world: CapillaryWorld) -> None:
    # GIVEN 50 customers under a limit, for whom a delivery has no time
    put(world.database, demo.ACCOUNT.id, Promotion("9", program_id="469", limit=1))
    # WHEN the request is delivered
    statuses = deliver(world)
    # THEN those that had their turn earned, the others are busy, and no place is held for nothing
    done = statuses.count(CREATED)
    assert 0 < done < demo.USERS
    assert statuses == [CREATED] * done + [BUSY] * (demo.USERS - done)
    assert (places(world), len(world.earns())) == (done, done)


def test_the_next_delivery_completes_the_request(world: CapillaryWorld) -> None:
    # GIVEN a delivery that ran out of time
    put(world.database, demo.ACCOUNT.id, Promotion("9", program_id="469", limit=1))
    deliver(world)
    # WHEN it comes again while the store is fast
    statuses = deliver(world, seconds_a_call=0.01)
    # THEN all have earned, once
    assert statuses == [CREATED] * demo.USERS
    assert (places(world), len(world.earns())) == (demo.USERS, demo.USERS)
