"""Earns that were revoked, as those meet them who come to them again: neither earned anew nor brought back."""

import pytest

from loyalty.domain.lifetime import LONGEST_SECONDS
from loyalty.domain.outcome import Origin, Outcome, Status
from loyalty.operations.earn import operation as earn
from loyalty.operations.earn.items import Item, Params
from loyalty.operations.earn.undo import take_back
from loyalty.store.engine.fate import Fate
from loyalty.store.tables import erasure, revocations
from loyalty.store.tables.revocations import Revocation
from tests.fakes.capillary import CapillaryWorld
from tests.fakes.items import Item as Stored
from tests.unit.capillary.requests import REQUEST, earned_ids, issue, job, limited, statuses, user
from tools import demo

AGAIN = Origin(REQUEST.id, redelivered=True)
WHO = demo.profile_id(1)
LIMITS = pytest.mark.parametrize("limit", [None, 2])


def revoke(world: CapillaryWorld) -> None:
    """Revoke all that customer 1 has of promotion 9."""
    held = revocations.read(world.database, demo.ACCOUNT.id, "9", WHO)
    live = [one for one in held.earns if one.revoked_by is None]
    marked = [one._replace(revoked_by="r#0", revoked_at="2026-06-01T00:00:00Z") for one in live]
    revocation = Revocation(WHO, marked, [one.origin for one in live if one.origin in held.tally])
    assert revocations.revoke_all(world.database, demo.ACCOUNT.id, "9", [revocation]) == [Fate.DONE]


def tally(world: CapillaryWorld) -> Stored:
    return world.dynamodb.tables["earns"].get((f"{demo.ACCOUNT.id}#9#{WHO}", "tally"), {})


@LIMITS
def test_an_earn_that_is_delivered_again_meets_itself_and_takes_no_place(
    world: CapillaryWorld, limit: int | None
) -> None:
    # GIVEN two earns that were revoked before their outcomes were stored
    limited(world, limit)
    first = issue(world, [user(1), user(1)])
    revoke(world)
    before = world.dynamodb.snapshot()["earns"]
    # WHEN they are delivered again
    second = issue(world, [user(1), user(1)], AGAIN)
    # THEN what was earned then is told, and nothing is earned
    assert second == first
    assert world.dynamodb.tables["earns"] == before


def test_places_that_others_took_meanwhile_do_not_change_what_is_told(world: CapillaryWorld) -> None:
    # GIVEN an earn that was revoked, and whose place somebody else took
    limited(world, 1)
    first = issue(world, [user(1)])
    revoke(world)
    assert statuses(issue(world, [user(1)], Origin("request-2"))) == [Status.CREATED]
    # WHEN it is delivered again
    # THEN it was earned, as it was told before
    assert issue(world, [user(1)], AGAIN) == first
    assert tally(world)["taken"] == {"N": "1"}


@LIMITS
def test_an_earn_that_was_revoked_is_settled_as_earned(world: CapillaryWorld, limit: int | None) -> None:
    # GIVEN one of two items that earned, and was revoked
    limited(world, limit)
    first = issue(world, [user(1)])
    revoke(world)
    # WHEN their chunk is settled
    params = Params("469", "9", None, "2026-06-01T00:00:00Z")
    items: list[Item | Outcome] = [user(1), user(1)]
    settled = earn.settle(world.database, demo.ACCOUNT, params, items, AGAIN)
    # THEN that one was earned, the other not
    assert earned_ids(settled) == [*earned_ids(first), None]
    assert tally(world).get("taken", {"N": "0"}) == {"N": "0"}


@LIMITS
def test_an_undo_takes_a_revoked_earn_away_and_frees_no_place_twice(world: CapillaryWorld, limit: int | None) -> None:
    # GIVEN one earn that was revoked, and another since
    limited(world, limit)
    outcomes = issue(world, [user(1)])
    revoke(world)
    issue(world, [user(1)], Origin("request-2"))
    # WHEN the job of the first is undone, twice
    undone = [take_back(world.database, job(REQUEST.id), outcomes, AGAIN) for _ in range(2)]
    # THEN nothing is left of it, not even what could be given back
    assert statuses(undone[0]) == statuses(undone[1]) == [Status.UNDONE]
    held = revocations.read(world.database, demo.ACCOUNT.id, "9", WHO)
    assert [one.origin for one in held.earns] == ["request-2#0"]
    assert limit is None or tally(world)["taken"] == {"N": "1"}


def test_an_erasure_takes_revoked_earns_with_the_others(world: CapillaryWorld) -> None:
    # GIVEN a customer with an earn that was revoked and one that was not
    limited(world, None)
    issue(world, [user(1)])
    revoke(world)
    issue(world, [user(1)], Origin("request-2"))
    # WHEN it is erased
    erased = erasure.erase(world.database.within(10 * LONGEST_SECONDS), demo.ACCOUNT.id, WHO)
    # THEN neither is left
    assert erased.earns == 2
    assert world.earns() == []
