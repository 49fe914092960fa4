"""The conditions of tallies, earns and promotions on the emulator: it agrees with the fake of the unit tests."""

from dataclasses import replace

import pytest

from loyalty.domain.account import Promotion
from loyalty.domain.lifetime import LONGEST_SECONDS
from loyalty.domain.outcome import Origin, Status
from loyalty.store.engine.cache import TimedCache
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import promotion_changes, promotions
from loyalty.store.tables.promotion_changes import PromotionRefused
from loyalty.store.tables.tallies import count
from tests.fakes.emulated import Store
from tests.integration.capillary.shops import issue, open_shop, stored_earns

CREATED, EXHAUSTED, BUSY = Status.CREATED, Status.EXHAUSTED, Status.BUSY


@pytest.fixture
def database(database_endpoint: str, tables: dict[str, str]) -> Database:
    return Store(database_endpoint, tables).database


@pytest.mark.parametrize("limit", [None, 1, 2])
@pytest.mark.parametrize("customers", [1, 30])
def test_a_delivery_earns_once_however_often_it_comes(database: Database, limit: int | None, customers: int) -> None:
    # GIVEN customers that are named twice each
    shop = open_shop(database, limit, customers)
    items = shop.items() * 2
    # WHEN the same request is delivered three times
    outcomes = [issue(database, shop, items, Origin("same")) for _ in range(3)]
    # THEN it earned once, up to the limit, with the same answer each time
    assert outcomes[0] == outcomes[1] == outcomes[2]
    second = EXHAUSTED if limit == 1 else CREATED
    assert [outcome.status for outcome in outcomes[0]] == [CREATED] * customers + [second] * customers
    assert len(stored_earns(database, shop)) == (1 if limit == 1 else 2) * customers


def test_many_customers_earn_as_often_as_the_limit_allows(database: Database) -> None:
    # GIVEN 60 customers who may earn twice
    shop = open_shop(database, 2, 60)
    # WHEN all try three times
    outcomes = [issue(database, shop, shop.items(), Origin(name)) for name in ("first", "second", "third")]
    # THEN two attempts of each earned
    told = [{outcome.status for outcome in some} for some in outcomes]
    assert told == [{CREATED}, {CREATED}, {EXHAUSTED}]
    assert len(stored_earns(database, shop)) == 2 * 60


def test_the_place_of_a_dead_writer_is_taken_over_once_it_can_not_be_alive(database: Database) -> None:
    # GIVEN a full tally whose second place has no earn, since its writer died
    shop = open_shop(database, 2, 1)
    issue(database, shop, shop.items(), Origin("first"))
    count(database, shop.account.id, "1", 2, {f"{0:024x}": ["dead#0"]})
    # WHEN requests come at once, and then later
    at_once = issue(database, shop, shop.items(), Origin("second"))
    began = database.now()
    later = replace(database, now=lambda: began + LONGEST_SECONDS)
    afterwards = [issue(later, shop, shop.items(), Origin(name)) for name in ("third", "fourth")]
    # THEN the place was held as long as its writer could be alive, and then taken once
    assert [outcome.status for (outcome,) in [at_once, *afterwards]] == [BUSY, CREATED, EXHAUSTED]
    assert len(stored_earns(database, shop)) == 2


def test_a_limit_and_an_identifier_are_refused_where_they_do_not_fit(database: Database) -> None:
    # GIVEN two promotions, one with an identifier and earns
    shop = open_shop(database, None, 1)
    first = Promotion("1", program_id="1", name="First", identifier="one")
    promotion_changes.put(database, shop.account.id, first)
    issue(database, shop, shop.items(), Origin("first"))
    # WHEN it is to have a limit, or its identifier is to name the other one
    for wrong in (first._replace(limit=1), Promotion("2", program_id="1", identifier="one")):
        with pytest.raises(PromotionRefused):
            promotion_changes.put(database, shop.account.id, wrong)
    # THEN all is as it was
    fresh = replace(database, cache=TimedCache())
    assert promotions.find(fresh, shop.account.id, "1") == first._replace(has_earns=True)
    assert promotions.find_by_identifier(fresh, shop.account.id, "one") == first._replace(has_earns=True)
    assert promotions.find(fresh, shop.account.id, "2") is None
