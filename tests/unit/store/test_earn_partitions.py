"""Which customers may have earns at all is known from tallies and promotions; only for these somebody looks further."""

from dataclasses import replace

import pytest

from loyalty.domain.account import Promotion
from loyalty.domain.errors import StorageBusy
from loyalty.store.engine.dynamodb import Database
from loyalty.store.engine.fate import Fate
from loyalty.store.tables import earns, erasure, promotion_changes, promotions, tallies
from loyalty.store.tables.earns import Earn
from tests.fakes.nth_call import FaultyClient, ProcessDied, die_after, die_before
from tests.fakes.store import Store

LIMITED, FREE, UNUSED = (
    Promotion("1", program_id="469", limit=2),
    Promotion("2", program_id="469"),
    Promotion("3", program_id="469"),
)
FEW = [f"{number:024x}" for number in range(1, 4)]


@pytest.fixture
def store() -> Store:
    """An account with a promotion under a limit, one without, and one that nobody earns."""
    made = Store()
    for one in (LIMITED, FREE, UNUSED):
        promotion_changes.put(made.database, "acme", one)
    return made


def earn(database: Database, promotion: Promotion, profile_id: str, origin: str = "request#0") -> None:
    """Earn as the operation does: a place or the promotion's note first, then the earn."""
    if promotion.limit is None:
        promotions.earn_without_limit(database, "acme", promotion)
    else:
        counted = tallies.count(database, "acme", promotion.id, promotion.limit, {profile_id: [origin]})
        assert counted == {origin: Fate.DONE}
    made = Earn(profile_id, 1, "INSTORE", "2026-11-30T00:00:00Z", origin)
    assert [one.write for one in earns.insert_all(database, "acme", promotion.id, [made])] == [Fate.DONE]


def test_where_nobody_earned_there_is_nowhere_to_look(store: Store) -> None:
    # GIVEN promotions that nobody has earned
    store.dynamodb.calls.clear()
    # WHEN somebody asks about many customers
    some = [f"{number:024x}" for number in range(100)]
    # THEN there is nowhere to look, which is known from the promotions and a batch of reads for each 100 tallies
    assert earns.partitions(store.database, "acme", some) == {}
    assert [call.action for call in store.dynamodb.calls] == ["query", *["batch_get_item"] * 3]
    # AND nobody has nothing, without a call
    store.dynamodb.calls.clear()
    assert earns.partitions(store.database, "acme", []) == {}
    assert store.dynamodb.calls == []


def test_under_a_limit_only_those_who_have_a_tally_are_looked_at(store: Store) -> None:
    # GIVEN one of three customers who earned under a limit
    earn(store.database, LIMITED, FEW[1])
    # THEN only that one may have earns
    assert earns.partitions(store.database, "acme", FEW) == {f"acme#1#{FEW[1]}": FEW[1]}


def test_without_a_limit_everybody_is_looked_at_once_somebody_earned(store: Store) -> None:
    # GIVEN one of three customers who earned without a limit
    earn(store.database, FREE, FEW[1])
    # THEN each may have earns of this promotion, and of no other
    assert earns.partitions(store.database, "acme", FEW) == {f"acme#2#{who}": who for who in FEW}


def test_earns_under_a_limit_that_was_taken_away_are_still_found(store: Store) -> None:
    # GIVEN somebody who earned under a limit that is gone since
    earn(store.database, LIMITED, FEW[0])
    promotion_changes.put(store.database, "acme", LIMITED._replace(limit=None))
    # THEN the tally still tells of it
    assert earns.partitions(store.database, "acme", FEW) == {f"acme#1#{FEW[0]}": FEW[0]}


def test_a_tally_that_is_not_read_in_time_is_not_taken_for_none(store: Store) -> None:
    store.dynamodb.leave_unprocessed(f"acme#1#{FEW[0]}", times=1_000)
    with pytest.raises(StorageBusy):
        earns.partitions(store.database, "acme", FEW)


@pytest.mark.parametrize("death", [die_before, die_after])
def test_a_sweep_that_died_at_any_call_leaves_nothing_that_the_next_one_does_not_find(
    store: Store, death: object
) -> None:
    # GIVEN what two customers earned who are gone
    for who in FEW[:2]:
        earn(store.database, LIMITED, who)
        earn(store.database, LIMITED, who, "request#1")
        earn(store.database, FREE, who)
    begun, number = store.dynamodb.snapshot(), 0
    while True:
        # WHEN a sweep dies at one of its calls
        store.dynamodb.tables["earns"] = dict(begun["earns"])
        number += 1
        client = FaultyClient(store.dynamodb, {number: death})  # type: ignore[dict-item]
        try:
            erasure.sweep(replace(store.database, client=client), "acme", FEW)
        except ProcessDied:
            pass
        else:
            break
        # THEN the next one finds all that is left
        erasure.sweep(store.database, "acme", FEW)
        assert store.dynamodb.tables["earns"] == {}, number
    assert number > len(begun["earns"])
