"""All or nothing: conflicts are repeated with the same token, what is refused by a condition is told."""

import pytest

from loyalty.domain.errors import StorageBusy
from tests.fakes.faults import Fault, refused, reset_after, timed_out_after, unreachable
from tests.fakes.items import Item
from tests.fakes.store import SECONDS, TABLE, Store, item


def puts(*keys: str) -> list[Item]:
    return [
        {"Put": {"TableName": TABLE, "Item": item(key), "ConditionExpression": "attribute_not_exists(pk)"}}
        for key in keys
    ]


def cancelled(*codes: str) -> list[Item]:
    return [{"Code": code} for code in codes]


def test_all_are_done_together() -> None:
    # GIVEN an empty table
    store = Store()
    # WHEN two items are put together
    # THEN both are there, with one call at twice the price
    assert store.database.transact(puts("a", "b"), token="t") == ["None", "None"]
    assert store.stored() == [item("a"), item("b")]
    assert len(store.dynamodb.calls) == 1
    assert store.dynamodb.units["write"] == 4


def test_one_failing_condition_leaves_all_undone_and_is_named() -> None:
    # GIVEN a table with one of the keys taken
    store = Store()
    store.put(item("b", "another"))
    # WHEN three items are put together
    # THEN nothing is done, and the reason is at its action's place
    assert store.database.transact(puts("a", "b", "c"), token="t") == ["None", "ConditionalCheckFailed", "None"]
    assert store.stored() == [item("b", "another")]


@pytest.mark.parametrize(
    "fault",
    [
        refused("TransactionCanceledException", CancellationReasons=cancelled("None", "TransactionConflict")),
        refused("TransactionCanceledException", CancellationReasons=cancelled("ThrottlingError", "None")),
        refused("TransactionCanceledException", CancellationReasons=cancelled("ProvisionedThroughputExceeded", "None")),
        refused("TransactionInProgressException"),
        refused("ThrottlingException"),
        refused("InternalServerError", status=500),
        unreachable,
        timed_out_after,
        reset_after,
    ],
    ids=["conflict", "throttled action", "capacity", "in progress", "throttled", "server", "away", "silent", "reset"],
)
def test_what_passes_is_repeated_with_the_same_token(fault: Fault) -> None:
    # GIVEN a store that fails twice
    store = Store()
    store.dynamodb.plan("transact_write_items", fault, fault)
    # WHEN two items are put together
    codes = store.database.transact(puts("a", "b"), token="t")
    # THEN they are there once, also when the first call had done it
    assert codes == ["None", "None"]
    assert store.stored() == [item("a"), item("b")]
    assert [call.arguments["ClientRequestToken"] for call in store.dynamodb.calls] == ["t"] * 3


def test_a_conflict_beside_a_failed_condition_is_repeated_too() -> None:
    # GIVEN a transaction that meets another one and a taken key
    store = Store()
    store.put(item("b", "another"))
    reasons = cancelled("TransactionConflict", "ConditionalCheckFailed")
    store.dynamodb.plan("transact_write_items", refused("TransactionCanceledException", CancellationReasons=reasons))
    # WHEN it is done
    # THEN the repeat has the last word
    assert store.database.transact(puts("a", "b"), token="t") == ["None", "ConditionalCheckFailed"]


def test_conflicts_without_end_are_busy() -> None:
    # GIVEN a hot item
    store = Store()
    conflict = refused("TransactionCanceledException", CancellationReasons=cancelled("TransactionConflict"))
    store.dynamodb.plan_always("transact_write_items", conflict)
    # WHEN it is written
    # THEN it is given up when the time is over
    with pytest.raises(StorageBusy):
        store.database.transact(puts("a"), token="t")
    assert store.waited == pytest.approx(SECONDS, abs=0.01)


@pytest.mark.parametrize("code", ["ValidationException", "IdempotentParameterMismatchException"])
def test_a_refusal_that_repeating_cannot_mend_is_raised(code: str) -> None:
    # GIVEN a store that refuses
    store = Store()
    store.dynamodb.plan_always("transact_write_items", refused(code))
    # WHEN something is done
    # THEN it is not tried twice
    with pytest.raises(Exception, match=code):
        store.database.transact(puts("a"), token="t")
    assert store.dynamodb.count("transact_write_items") == 1


def test_a_validation_fault_of_one_action_is_told_and_not_repeated() -> None:
    # GIVEN a store that finds one action wrong
    store = Store()
    reasons = cancelled("None", "ValidationError")
    store.dynamodb.plan_always(
        "transact_write_items", refused("TransactionCanceledException", CancellationReasons=reasons)
    )
    # THEN the codes say so
    assert store.database.transact(puts("a", "b"), token="t") == ["None", "ValidationError"]
    assert store.dynamodb.count("transact_write_items") == 1
