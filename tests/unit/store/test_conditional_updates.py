"""An update whose condition does not hold changes nothing, and brings the item that it met."""

from loyalty.store.engine.dynamodb import Update
from tests.fakes.store import TABLE, Store, item

NEW_ORIGIN_IF_MISSING = {
    "Key": {"pk": {"S": "key"}},
    "UpdateExpression": "SET origin = :new",
    "ConditionExpression": "attribute_not_exists(pk)",
    "ExpressionAttributeValues": {":new": {"S": "new"}},
}


def test_a_conditional_update_asks_for_the_item_that_it_meets() -> None:
    # GIVEN a table with an item
    store = Store()
    store.put(item("key", "old"))
    # WHEN it is updated under a condition that does not hold
    update = store.database.update_if(TABLE, NEW_ORIGIN_IF_MISSING)
    # THEN the refusal brings the item, because it was asked for
    assert update == Update(done=False, item=item("key", "old"))
    (call,) = store.dynamodb.calls
    assert call.arguments == {
        "TableName": TABLE,
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        **NEW_ORIGIN_IF_MISSING,
    }
    # AND nothing was changed
    assert store.stored() == [item("key", "old")]
