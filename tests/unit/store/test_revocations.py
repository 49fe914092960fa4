"""Revoked earns: marked once, their places free at once and exactly once, given back as long as there is room."""

import pytest

from loyalty.store.engine.fate import Fate
from loyalty.store.tables import earns, places, revocations, tallies
from loyalty.store.tables.earns import Earn
from loyalty.store.tables.revocations import Held, Revival, Revocation
from tests.fakes.faults import refused, timed_out_after, unreachable
from tests.fakes.store import Store

AT = "2026-06-01T00:00:00Z"
LIMIT = 3


def earn(store: Store, *numbers: int, who: str = "p", limit: int | None = LIMIT) -> None:
    """Earns with these ids, each with a place where there is a limit."""
    origins = {number: f"earner#{number}" for number in numbers}
    if limit is not None:
        fates = tallies.count(store.database, "a", "9", limit, {who: list(origins.values())})
        assert set(fates.values()) == {Fate.DONE}
    new = [Earn(who, number, "JD", AT, origin) for number, origin in origins.items()]
    earns.insert_all(store.database, "a", "9", new)


def held(store: Store, who: str = "p") -> Held:
    return revocations.read(store.database, "a", "9", who)


def live(store: Store, who: str = "p") -> list[int]:
    return [one.earned_id for one in earns.live(store.database, "a", "9", who)]


def held_by(store: Store, who: str = "p") -> list[str]:
    """Who has a place; their number is that of the tally."""
    tally = store.dynamodb.tables["earns"][f"a#9#{who}", "tally"]
    assert places.taken(tally) == len(places.holders(tally))
    return sorted(places.holders(tally))


def revoked_by(known: Held, mark: str) -> list[Earn]:
    return [one for one in known.earns if one.revoked_by == mark]


def revocation(known: Held, *ids: int, by: str = "r#0", more: bool = False, who: str = "p") -> Revocation:
    chosen = [one for one in known.earns if one.earned_id in ids and one.revoked_by is None]
    marked = [one._replace(revoked_by=by, revoked_at=AT) for one in chosen]
    return Revocation(who, marked, [one.origin for one in chosen if one.origin in known.tally], by if more else None)


def revoke(store: Store, *ids: int, by: str = "r#0") -> Fate:
    (fate,) = revocations.revoke_all(store.database, "a", "9", [revocation(held(store), *ids, by=by)])
    return fate


def revive(store: Store, *ids: int, by: str = "r#0", limit: int | None = LIMIT) -> Fate:
    revival = Revival("p", [one for one in revoked_by(held(store), by) if one.earned_id in ids], limit)
    (fate,) = revocations.revive_all(store.database, "a", "9", [revival])
    return fate


@pytest.fixture
def store() -> Store:
    return Store()


def test_a_revoked_earn_stays_marked_and_its_place_is_free(store: Store) -> None:
    # GIVEN three earns with places
    earn(store, 1, 2, 3)
    # WHEN two are revoked
    assert revoke(store, 1, 3) is Fate.DONE
    # THEN one is left, with its place, and the others say by whom and when they were revoked
    assert live(store) == [2]
    assert held_by(store) == ["earner#2"]
    assert [(one.earned_id, one.revoked_at) for one in revoked_by(held(store), "r#0")] == [(1, AT), (3, AT)]
    assert held(store).ended == {"r#0"}


def test_an_earn_without_a_limit_is_revoked_without_a_tally(store: Store) -> None:
    earn(store, 1, limit=None)
    assert revoke(store, 1) is Fate.DONE
    assert live(store) == []
    assert ("a#9#p", "tally") not in store.dynamodb.tables["earns"]


def test_of_two_writers_who_revoke_the_same_earn_one_does_and_all_or_none_of_the_others_is_done(store: Store) -> None:
    # GIVEN two writers who saw the same three earns
    earn(store, 1, 2, 3)
    known = held(store)
    first, second = revocation(known, 1, 2, by="r#0"), revocation(known, 2, 3, by="s#0")
    # WHEN both revoke
    fates = [revocations.revoke_all(store.database, "a", "9", [one]) for one in (first, second)]
    # THEN the second one did nothing
    assert fates == [[Fate.DONE], [Fate.REFUSED]]
    assert live(store) == [3]
    assert held_by(store) == ["earner#3"]


def test_an_earn_that_was_removed_meanwhile_is_not_made_anew(store: Store) -> None:
    earn(store, 1)
    known = held(store)
    earns.remove(store.database, "a", "9", "p", "earner#1")
    assert revocations.revoke_all(store.database, "a", "9", [revocation(known, 1)]) == [Fate.REFUSED]
    assert ("a#9#p", "earner#1") not in store.dynamodb.tables["earns"]


def test_a_revocation_whose_answers_are_lost_is_read_back(store: Store) -> None:
    # GIVEN a store that does what it is asked to and never says so
    earn(store, 1)
    known = held(store)
    store.dynamodb.plan_always("transact_write_items", timed_out_after)
    # WHEN the earn is revoked
    fates = revocations.revoke_all(store.database.within(20), "a", "9", [revocation(known, 1)])
    # THEN that is known
    assert fates == [Fate.DONE]


def test_a_revocation_that_was_not_done_is_busy(store: Store) -> None:
    earn(store, 1)
    known = held(store)
    store.dynamodb.plan_always("transact_write_items", refused("ThrottlingException"))
    assert revocations.revoke_all(store.database.within(20), "a", "9", [revocation(known, 1)]) == [Fate.BUSY]
    assert live(store) == [1]


def test_a_revocation_of_which_nothing_is_known_is_unknown(store: Store) -> None:
    earn(store, 1)
    known = held(store)
    store.dynamodb.plan_always("transact_write_items", timed_out_after)
    store.dynamodb.plan_always("batch_get_item", unreachable)
    assert revocations.revoke_all(store.database.within(20), "a", "9", [revocation(known, 1)]) == [Fate.UNKNOWN]


def test_a_revocation_in_several_steps_has_ended_with_the_last(store: Store) -> None:
    # GIVEN two earns of which one is revoked with more to follow
    earn(store, 1, 2)
    assert revocations.revoke_all(store.database, "a", "9", [revocation(held(store), 1, more=True)]) == [Fate.DONE]
    assert held(store).ended == set()
    # WHEN the other follows
    assert revoke(store, 2) is Fate.DONE
    # THEN it has ended
    assert held(store).ended == {"r#0"}


def test_customers_who_share_a_call_are_refused_alone(store: Store) -> None:
    # GIVEN two customers, of whom one is revoked by somebody else meanwhile
    earn(store, 1, who="p")
    earn(store, 2, who="q")
    known = {who: held(store, who) for who in ("p", "q")}
    revoke(store, 1, by="s#0")
    # WHEN both are revoked in one call
    fates = revocations.revoke_all(
        store.database, "a", "9", [revocation(one, 1, 2, who=who) for who, one in known.items()]
    )
    # THEN one is done
    assert fates == [Fate.REFUSED, Fate.DONE]


def test_a_revival_takes_the_place_again(store: Store) -> None:
    earn(store, 1, 2, 3)
    revoke(store, 1, 3)
    assert revive(store, 1, 3) is Fate.DONE
    assert live(store) == [1, 2, 3]
    assert held_by(store) == ["earner#1", "earner#2", "earner#3"]
    assert revoked_by(held(store), "r#0") == []


def test_a_revival_without_a_limit_takes_no_place(store: Store) -> None:
    earn(store, 1, limit=None)
    revoke(store, 1)
    assert revive(store, 1, limit=None) is Fate.DONE
    assert live(store) == [1]
    assert ("a#9#p", "tally") not in store.dynamodb.tables["earns"]


def test_nothing_is_given_back_whose_place_is_taken(store: Store) -> None:
    # GIVEN a revoked earn whose place somebody else has by now
    earn(store, 1, 2, 3)
    revoke(store, 1)
    earn(store, 4)
    # WHEN it is to be given back
    assert revive(store, 1) is Fate.REFUSED
    # THEN it stays revoked
    assert live(store) == [2, 3, 4]
    assert held_by(store) == ["earner#2", "earner#3", "earner#4"]


def test_what_somebody_else_revoked_is_not_given_back(store: Store) -> None:
    # GIVEN two who saw that the earn was revoked, of whom one gave it back, and somebody who revoked it again
    earn(store, 1)
    revoke(store, 1)
    known = held(store)
    revive(store, 1)
    revoke(store, 1, by="s#0")
    # WHEN the other would give it back
    revival = Revival("p", revoked_by(known, "r#0"), LIMIT)
    assert revocations.revive_all(store.database, "a", "9", [revival]) == [Fate.REFUSED]
    # THEN it stays revoked
    assert live(store) == []
    assert held_by(store) == []
