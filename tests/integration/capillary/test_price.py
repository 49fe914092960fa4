"""What earning costs, in the units that DynamoDB itself counts and in calls."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from loyalty.domain.outcome import Origin, Status
from loyalty.store.engine.dynamodb import Database
from tests.fakes.emulated import Store
from tests.integration.capillary.shops import issue, open_shop

CUSTOMERS = 100


class MeteredClient:
    """A client that asks every call what it consumed: `calls` by action and table, `units` written by table."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.calls: Counter[tuple[str, ...]] = Counter()
        self.units: Counter[str] = Counter()

    def __getattr__(self, action: str) -> Callable[..., Any]:
        def call(**request: Any) -> Any:
            answer = getattr(self._client, action)(ReturnConsumedCapacity="TOTAL", **request)
            tables = [request["TableName"]] if "TableName" in request else list(request.get("RequestItems", {}))
            consumed = answer.get("ConsumedCapacity", [])
            for one in consumed if isinstance(consumed, list) else [consumed]:
                self.units[one["TableName"]] += one["CapacityUnits"] if action in WRITES else 0
                tables = tables or [one["TableName"]]
            self.calls[action, *tables] += 1
            return answer

        return call


Measure = Callable[[int | None], tuple[dict[tuple[str, ...], int], dict[str, int]]]

WRITES = {"put_item", "update_item", "batch_execute_statement", "transact_write_items"}


@pytest.fixture
def metered(database_endpoint: str, tables: dict[str, str]) -> Database:
    """A database whose client counts."""
    database = Store(database_endpoint, tables).database
    return replace(database, client=MeteredClient(database.client))


@pytest.fixture
def price(metered: Database) -> Measure:
    """What a request for a hundred customers consumes once the process knows the promotion: calls and units."""

    def measure(limit: int | None) -> tuple[dict[tuple[str, ...], int], dict[str, int]]:
        shop = open_shop(metered, limit, CUSTOMERS + 1)
        issue(metered, shop, shop.items()[:1], Origin("warm"))
        metered.client.calls.clear()
        metered.client.units.clear()
        outcomes = issue(metered, shop, shop.items()[1:], Origin("measured"))
        assert {outcome.status for outcome in outcomes} == {Status.CREATED}
        return dict(metered.client.calls), dict(+metered.client.units)

    return measure


def test_an_earn_without_a_limit_costs_one_write_unit_and_no_read_beyond_the_look_up(
    price: Measure, tables: dict[str, str]
) -> None:
    # WHEN a hundred customers earn
    calls, units = price(None)
    # THEN there is one write for each, and one for their ids
    accounts, customers, earns = tables["ACCOUNTS_TABLE"], tables["CUSTOMERS_TABLE"], tables["EARNS_TABLE"]
    assert units == {earns: CUSTOMERS, accounts: 1}
    assert calls == {
        ("update_item", accounts): 1,
        ("batch_get_item", customers): 1,
        ("batch_execute_statement", earns): CUSTOMERS / 25,
    }


def test_an_earn_under_a_limit_costs_two_write_units_and_no_further_read(
    price: Measure, tables: dict[str, str]
) -> None:
    # WHEN a hundred customers earn under a limit that none has reached
    calls, units = price(2)
    # THEN there are two writes for each, and one for their ids
    accounts, customers, earns = tables["ACCOUNTS_TABLE"], tables["CUSTOMERS_TABLE"], tables["EARNS_TABLE"]
    assert units == {earns: 2 * CUSTOMERS, accounts: 1}
    assert calls == {
        ("update_item", accounts): 1,
        ("batch_get_item", customers): 1,
        ("batch_execute_statement", earns): 2 * CUSTOMERS / 25,
    }
