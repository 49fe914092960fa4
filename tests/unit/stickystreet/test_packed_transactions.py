"""Groups of actions in few transactions: full calls, and a refused group that costs the others nothing."""

from typing import Any

import pytest

from loyalty.domain.account import Account, CustomField
from loyalty.domain.customer import Customer
from loyalty.domain.errors import InternalError
from loyalty.store.engine.fate import Fate
from loyalty.store.engine.transactions import commit
from loyalty.store.tables import accounts, customers
from tests.fakes.faults import refused
from tests.fakes.importing import ACCOUNT_ID, ImportWorld
from tests.fakes.world import World

Action = dict[str, Any]


def put(name: str, size: int = 1) -> Action:
    item = {"pk": {"S": name}, "text": {"S": "x" * size}}
    return {"Put": {"TableName": "customers", "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}}


def groups(count: int, actions: int, size: int = 1) -> list[list[Action]]:
    return [[put(f"{group}-{number}", size) for number in range(actions)] for group in range(count)]


def calls(world: World) -> list[int]:
    transactions = [call for call in world.dynamodb.calls if call.action == "transact_write_items"]
    return sorted(len(call.arguments["TransactItems"]) for call in transactions)


@pytest.fixture
def world() -> World:
    return World()


def test_groups_share_calls_of_at_most_a_hundred_actions_and_none_is_split(world: World) -> None:
    # GIVEN, WHEN 35 groups of six
    fates = commit(world.database, groups(35, 6))
    # THEN sixteen fit into a call
    assert fates == [Fate.DONE] * 35
    assert calls(world) == [18, 96, 96]


def test_a_call_stays_well_below_four_megabytes(world: World) -> None:
    # GIVEN, WHEN twelve groups of 200 KB
    commit(world.database, groups(12, 1, size=200_000), sizes=[200_000] * 12)
    # THEN ten fit into a call
    assert calls(world) == [2, 10]


def test_customers_whose_fields_are_large_are_changed_in_calls_of_less_than_four_megabytes() -> None:
    # GIVEN thirty customers with fields of 200 KB, of characters that take three bytes each
    world = ImportWorld()
    for number in range(30):
        fields = {"code": f"P{number}", "address_1": "€" * 66_000}
        assert customers.create(world.database, ACCOUNT_ID, Customer(f"{number:022}ff", 7_000 + number, fields))
    before = len(calls(world))
    # WHEN rows change them all
    batch = world.rows("code first_name", *(f"P{number}|Ann" for number in range(30)), overwrite_duplicates="update")
    # THEN it is done, ten in a call
    assert batch["customers"] == {"new": 0, "updated": 30}
    assert len(calls(world)) - before == 3


def test_nothing_to_do_is_no_call(world: World) -> None:
    assert (commit(world.database, []), calls(world)) == ([], [])


def test_refused_groups_are_left_out_and_the_others_sent_again_together(world: World) -> None:
    # GIVEN five groups, of which two want keys that are taken
    commit(world.database, [[put("1-0")], [put("3-1")]])
    before = len(calls(world))
    # WHEN they are committed
    fates = commit(world.database, groups(5, 2))
    # THEN those are refused as a whole, and two calls suffice
    assert fates == [Fate.DONE, Fate.REFUSED, Fate.DONE, Fate.REFUSED, Fate.DONE]
    assert len(calls(world)) == before + 2
    assert ("1-1",) not in world.dynamodb.tables["customers"]


def test_a_conflict_with_another_transaction_is_tried_again(world: World) -> None:
    # GIVEN a call that meets another transaction on one of its items
    conflict = [{"Code": "None"}, {"Code": "TransactionConflict"}]
    world.dynamodb.plan("transact_write_items", refused("TransactionCanceledException", CancellationReasons=conflict))
    # WHEN two groups are committed, THEN both are done
    assert commit(world.database, groups(2, 1)) == [Fate.DONE] * 2


def test_groups_without_an_answer_in_time_are_busy(world: World) -> None:
    # GIVEN a table that only ever throttles
    world.dynamodb.plan_always("transact_write_items", refused("ThrottlingException"))
    # WHEN groups are committed within five seconds
    fates = commit(world.database.within(15), groups(2, 1))
    # THEN they are busy
    assert fates == [Fate.BUSY] * 2


def test_a_reason_that_no_repetition_mends_is_a_fault_of_ours(world: World) -> None:
    # GIVEN an action that the table can't take
    reasons = [{"Code": "ItemCollectionSizeLimitExceeded"}]
    world.dynamodb.plan("transact_write_items", refused("TransactionCanceledException", CancellationReasons=reasons))
    # WHEN it is committed, THEN it is named
    with pytest.raises(InternalError, match="ItemCollectionSizeLimitExceeded"):
        commit(world.database, groups(1, 1))


def test_an_account_may_not_have_more_match_fields_than_a_transaction_holds(world: World) -> None:
    # GIVEN an account with 41 match fields
    fields = tuple(CustomField(number, f"name{number}", "", match=True) for number in range(1, 42))
    # WHEN it is stored, THEN it is refused
    with pytest.raises(ValueError, match="more than 40 match fields"):
        accounts.put_account(world.database, Account("many", custom_fields=fields))
