"""The operation: each item an attempt of its own, up to the limit, and the same delivery once only."""

from collections.abc import Sequence
from typing import Any

import pytest

from loyalty.domain.account import Promotion
from loyalty.domain.outcome import NOT_FOUND, Origin, Status
from loyalty.operations.earn import operation as earn
from loyalty.operations.earn.items import Item, Params
from loyalty.store.tables.promotion_changes import put
from tests.fakes.capillary import CapillaryWorld
from tests.unit.capillary.requests import REQUEST, earned_ids, issue, limited, statuses, user
from tools import demo

CREATED, EXHAUSTED = Status.CREATED, Status.EXHAUSTED
UNKNOWN = Item(("email", "nobody@example.com"), "JD")


@pytest.mark.parametrize("limit", [None, 0, 1, 2, 5])
def test_a_customer_earns_as_often_as_it_is_named_up_to_the_limit(world: CapillaryWorld, limit: int | None) -> None:
    # GIVEN a promotion with that limit
    limited(world, limit)
    # WHEN two customers are named three times each, mixed with an unknown one, in each of two requests
    items = [user(1), user(2), UNKNOWN, user(1), user(2), user(1), user(2)]
    outcomes = [issue(world, items, Origin(name)) for name in ("first", "second")]
    # THEN each has earned up to the limit, in its turn, and the others know why not
    wins = 6 if limit is None else limit
    turns = [CREATED] * min(wins, 6) + [EXHAUSTED] * max(6 - wins, 0)
    for index in (1, 2):
        mine = [outcome for one in outcomes for outcome in one if outcome.profile_id == demo.profile_id(index)]
        assert statuses(mine) == turns
    assert [one[2] for one in outcomes] == [NOT_FOUND] * 2
    assert len(world.earns()) == 2 * min(wins, 6)


@pytest.mark.parametrize("limit", [None, 5, 1])
@pytest.mark.parametrize("count", [1, 30])
def test_the_same_delivery_again_earns_nothing_and_answers_the_same_ids(
    world: CapillaryWorld, limit: int | None, count: int
) -> None:
    # GIVEN a request that was applied
    limited(world, limit)
    items = [user(index % 3 + 1) for index in range(count)]
    first = issue(world, items)
    earns = world.earns()
    # WHEN it is delivered again, with newly drawn ids
    second = issue(world, items)
    # THEN the outcomes and the store are the same
    assert second == first
    assert world.earns() == earns


def test_ids_are_drawn_with_one_update_and_never_twice(world: CapillaryWorld) -> None:
    # GIVEN three requests
    limited(world, None)
    issue(world, [user(1)], Origin("warm"))
    world.dynamodb.calls.clear()
    # WHEN each earns for 30 customers
    outcomes = [issue(world, [user(i + 1) for i in range(30)], Origin(f"r{number}")) for number in range(3)]
    # THEN 90 ids were drawn with three updates
    assert world.actions() == ["batch_get_item", "update_item", *["batch_execute_statement"] * 2] * 3
    ids = [one for each in outcomes for one in earned_ids(each)]
    assert ids == list(range(2, 92))


@pytest.mark.parametrize("items", [[], [NOT_FOUND, NOT_FOUND]])
def test_without_a_customer_nothing_is_drawn_read_or_written(world: CapillaryWorld, items: Sequence[Any]) -> None:
    # WHEN all items are outcomes already
    limited(world, None)
    outcomes = issue(world, items)
    # THEN they stay so, and the store was asked for the configuration alone
    assert outcomes == items
    assert set(world.actions()) == {"get_item"}


def test_the_issue_is_the_same_number_for_each_earn_of_a_customer_and_another_for_others(world: CapillaryWorld) -> None:
    # WHEN two customers earn two promotions twice each
    limited(world, None)
    outcomes = [
        outcome
        for promotion in ("9", "56799")
        for outcome in issue(world, [user(1), user(1), user(2), user(2)], Origin(promotion), promotion)
    ]
    # THEN there are four issues, that all clients can hold
    issues = [(outcome.values or {})["issue_id"] for outcome in outcomes]
    assert issues[::2] == issues[1::2]
    assert len(set(issues)) == 4
    assert all(0 < one < 2**53 for one in issues)


def test_accounts_count_their_own_ids(world: CapillaryWorld) -> None:
    # GIVEN a promotion of each account under the same id, and a customer of the same address
    for account in (demo.ACCOUNT, demo.OTHER_ACCOUNT):
        put(world.database, account.id, Promotion("9", program_id="123", limit=1))
        prepared = earn.EARN.prepare(world.database, account, Params("123", "9", None, "2026-06-01T00:00:00Z"))
        # WHEN both earn in requests of the same name
        (outcome,) = earn.apply(world.database, prepared, [user(1)], REQUEST)
        # THEN neither is in the other's way
        assert (outcome.status, earned_ids([outcome])) == (CREATED, [1])


def test_a_limit_that_is_added_while_a_process_has_the_promotion_cached_holds(world: CapillaryWorld) -> None:
    # GIVEN a process that has read the promotion before it got its limit
    put(world.database, demo.ACCOUNT.id, Promotion("9", program_id="469"))
    issue(world, [])
    put(world.process(world.dynamodb), demo.ACCOUNT.id, Promotion("9", program_id="469", limit=1))
    # WHEN it earns within the minute
    outcomes = issue(world, [user(1), user(1)])
    # THEN the limit counts, and can be changed as any that came before the first earn
    assert statuses(outcomes) == [CREATED, EXHAUSTED]
    assert len(world.earns()) == 1
    put(world.database, demo.ACCOUNT.id, Promotion("9", program_id="469", limit=2))


def test_an_unlimited_promotion_is_marked_as_earned_once_in_its_life(world: CapillaryWorld) -> None:
    # GIVEN a promotion that nobody has earned
    limited(world, None)
    # WHEN it is earned in three requests
    for number in range(3):
        issue(world, [user(1)], Origin(f"r{number}"))
    # THEN one of them wrote the mark and read it back; beside that there are the counter and the earn
    assert world.actions().count("update_item") == 3 + 1
    assert world.actions().count("put_item") == 3
