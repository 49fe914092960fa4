"""A membership is written once for each customer of a program, with its date and who wrote it."""

import pytest

from loyalty.store.engine.fate import Fate
from loyalty.store.tables import memberships
from loyalty.store.tables.memberships import Membership
from tests.fakes.store import Store

DATE = "2024-09-01T12:34:56Z"


def several(count: int, origin: str = "request-1") -> list[Membership]:
    return [Membership(f"p{number}", DATE, f"{origin}#{number}") for number in range(count)]


def insert(
    store: Store, wanted: list[Membership], account: str = "acme", program: str = "123", *, redelivered: bool = False
) -> list[Fate]:
    return memberships.insert_all(store.database, account, program, wanted, redelivered=redelivered)


@pytest.mark.parametrize("count", [1, 2, 30])
def test_memberships_are_stored_under_account_program_and_customer(count: int) -> None:
    # GIVEN an empty table
    store = Store()
    # WHEN so many members are registered
    writes = insert(store, several(count))
    # THEN each is there with its date and origin, and nothing else
    assert writes == [Fate.DONE] * count
    assert {one["pk"]["S"]: one for one in store.stored()} == {
        f"acme#123#p{number}": {
            "pk": {"S": f"acme#123#p{number}"},
            "registered_at": {"S": DATE},
            "origin": {"S": f"request-1#{number}"},
        }
        for number in range(count)
    }


def test_programs_and_accounts_do_not_share_memberships() -> None:
    # GIVEN an empty table
    store = Store()
    # WHEN the same customers are registered in two programs of two accounts
    places = [(account, program) for account in ("acme", "other") for program in ("123", "469")]
    writes = [insert(store, several(2), *place) for place in places]
    # THEN each place has its own members
    assert writes == [[Fate.DONE] * 2] * 4
    assert len(store.stored()) == 8


def test_a_member_stays_as_first_registered() -> None:
    # GIVEN two members
    store = Store()
    insert(store, several(2))
    before = store.stored()
    # WHEN they and a third are registered by another request
    later = [one._replace(registered_at="2030-01-01T00:00:00Z") for one in several(3, "request-2")]
    writes = insert(store, later)
    # THEN the two are as they were
    assert writes == [Fate.REFUSED, Fate.REFUSED, Fate.DONE]
    assert [one for one in store.stored() if one in before] == before


def test_a_redelivered_chunk_meets_its_own_memberships() -> None:
    # GIVEN two members
    store = Store()
    insert(store, several(2))
    # WHEN the chunk that made them is delivered again, whole
    # THEN they are its own
    assert insert(store, several(3), redelivered=True) == [Fate.DONE] * 3
