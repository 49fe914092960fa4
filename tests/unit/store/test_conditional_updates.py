"""An update under a condition that does not hold brings the item that it met."""

from loyalty.store.dynamodb import Update
from tests.fakes.dynamodb import Item
from tests.fakes.store import TABLE, Store, item


def renew(condition: str) -> Item:
    """A new origin for the item at "key" under a condition."""
    return {
        "Key": {"pk": {"S": "key"}},
        "UpdateExpression": "SET origin = :new",
        "ConditionExpression": condition,
        "ExpressionAttributeValues": {":new": {"S": "new"}},
    }


def test_a_conditional_update_asks_for_the_item_that_it_meets() -> None:
    # GIVEN a table with an item
    store = Store()
    store.put(item("key", "old"))
    # WHEN it is updated under a condition that does not hold
    request = renew("attribute_not_exists(pk)")
    update = store.database.update_if(TABLE, request)
    # THEN the refusal brings the item, because it was asked for
    assert update == Update(done=False, met=item("key", "old"))
    assert store.stored() == [item("key", "old")]
    (call,) = store.dynamodb.calls
    assert call.arguments == {"TableName": TABLE, "ReturnValuesOnConditionCheckFailure": "ALL_OLD", **request}
