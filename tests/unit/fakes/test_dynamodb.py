"""The fake DynamoDB has what the emulator lacks: reads that lag, partial answers, limits of size, and TTL."""

from typing import Any

import pytest

from loyalty.store.aws.errors import CallRefused
from tests.fakes.capacity import MOST_ITEM_BYTES
from tests.fakes.clock import FakeClock
from tests.fakes.dynamodb import MOST_BYTES_OF_PARTITION, FakeDynamoDB
from tests.fakes.items import Item

TABLE = "table"


def item(pk: str, **texts: str) -> Item:
    return {"pk": {"S": pk}, **{name: {"S": text} for name, text in texts.items()}}


def put(client: FakeDynamoDB, pk: str, **texts: str) -> None:
    client.put_item(TableName=TABLE, Item=item(pk, **texts))


def get(client: FakeDynamoDB, pk: str, *, consistent: bool) -> Item | None:
    return client.get_item(TableName=TABLE, Key=item(pk), ConsistentRead=consistent).get("Item")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def lagging(clock: FakeClock) -> FakeDynamoDB:
    """A client whose reads are half a second behind."""
    client = FakeDynamoDB(clock)
    assert client.versions
    client.versions.lag = lambda _place: 0.5
    return client


def test_a_read_that_need_not_be_consistent_sees_what_was_there_a_moment_ago(
    lagging: FakeDynamoDB, clock: FakeClock
) -> None:
    # GIVEN an item that was written, changed and deleted, each a while after the other
    put(lagging, "a", name="first")
    clock.now += 2
    put(lagging, "a", name="second")
    clock.now += 0.3
    # THEN such a read sees the version of half a second ago, and a consistent one the present
    assert get(lagging, "a", consistent=False) == item("a", name="first")
    assert get(lagging, "a", consistent=True) == item("a", name="second")
    # AND later it sees that one too
    clock.now += 0.3
    assert get(lagging, "a", consistent=False) == item("a", name="second")
    # AND what was deleted is still seen for a moment
    lagging.delete_item(TableName=TABLE, Key=item("a"))
    assert get(lagging, "a", consistent=False) == item("a", name="second")
    assert get(lagging, "a", consistent=True) is None


def test_batches_queries_and_scans_lag_alike(lagging: FakeDynamoDB, clock: FakeClock) -> None:
    # GIVEN an item that was changed a moment ago
    put(lagging, "a", sk="1", name="first")
    clock.now += 2
    put(lagging, "a", sk="1", name="second")
    key = {"pk": {"S": "a"}, "sk": {"S": "1"}}
    values = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": "a"}}}
    # THEN each kind of read that is not consistent sees the earlier version
    assert lagging.batch_get_item(RequestItems={TABLE: {"Keys": [key]}})["Responses"][TABLE][0]["name"] == {
        "S": "first"
    }
    assert lagging.query(TableName=TABLE, **values)["Items"][0]["name"] == {"S": "first"}
    assert lagging.scan(TableName=TABLE)["Items"][0]["name"] == {"S": "first"}
    # AND the others do not
    assert lagging.query(TableName=TABLE, ConsistentRead=True, **values)["Items"][0]["name"] == {"S": "second"}
    # AND what was deleted is still found for a moment
    lagging.delete_item(TableName=TABLE, Key=key)
    assert len(lagging.query(TableName=TABLE, **values)["Items"]) == 1
    assert len(lagging.scan(TableName=TABLE)["Items"]) == 1
    assert lagging.query(TableName=TABLE, ConsistentRead=True, **values)["Items"] == []


def test_conditions_never_lag(lagging: FakeDynamoDB) -> None:
    # GIVEN an item that was written this moment
    put(lagging, "a")
    # THEN a condition meets it
    with pytest.raises(CallRefused, match="ConditionalCheckFailed"):
        lagging.put_item(TableName=TABLE, Item=item("a"), ConditionExpression="attribute_not_exists(pk)")


def test_a_batch_read_leaves_what_is_more_than_a_megabyte_of_one_partition() -> None:
    # GIVEN four items of one partition that are 300 KB each
    client = FakeDynamoDB()
    keys = [{"pk": {"S": "a"}, "sk": {"S": str(number)}} for number in range(4)]
    for key in keys:
        client.put_item(TableName=TABLE, Item={**key, "text": {"S": "x" * 300_000}})
    # WHEN all are read at once
    answer = client.batch_get_item(RequestItems={TABLE: {"Keys": keys, "ConsistentRead": True}})
    # THEN three are there, and the fourth is to be asked for again
    assert 3 * 300_000 < MOST_BYTES_OF_PARTITION < 4 * 300_000
    assert [one["sk"]["S"] for one in answer["Responses"][TABLE]] == ["0", "1", "2"]
    assert answer["UnprocessedKeys"] == {TABLE: {"Keys": keys[3:], "ConsistentRead": True}}


def test_a_batch_read_leaves_what_is_more_than_16_megabytes() -> None:
    # GIVEN 60 items of 300 KB, each in a partition of its own
    client = FakeDynamoDB()
    keys = [{"pk": {"S": str(number)}} for number in range(60)]
    for key in keys:
        client.put_item(TableName=TABLE, Item={**key, "text": {"S": "x" * 300_000}})
    # WHEN all are read at once
    answer = client.batch_get_item(RequestItems={TABLE: {"Keys": keys}})
    # THEN 16 MB of them are there
    assert len(answer["Responses"][TABLE]) == 55
    assert answer["UnprocessedKeys"][TABLE]["Keys"] == keys[55:]


def test_an_item_of_more_than_400_kilobytes_is_refused() -> None:
    client = FakeDynamoDB()
    with pytest.raises(CallRefused, match="Item size has exceeded"):
        put(client, "a", text="x" * MOST_ITEM_BYTES)
    assert not client.tables[TABLE]


@pytest.mark.parametrize(
    ("parameter", "words"),
    [("ExpressionAttributeNames", {"#ttl": "ttl"}), ("ExpressionAttributeValues", {":now": {"N": "1"}})],
)
def test_a_placeholder_that_no_expression_uses_is_refused(parameter: str, words: dict[str, Any]) -> None:
    # GIVEN an update with a placeholder too many
    request: dict[str, Any] = {
        "Key": item("a"),
        "UpdateExpression": "SET #name = :value",
        "ExpressionAttributeNames": {"#name": "name"},
    }
    request["ExpressionAttributeValues"] = {":value": {"S": "b"}}
    request[parameter] = {**request[parameter], **words}
    # THEN it is refused, alone and in a transaction
    client = FakeDynamoDB()
    with pytest.raises(CallRefused, match=f"{parameter} unused in expressions"):
        client.update_item(TableName=TABLE, **request)
    with pytest.raises(CallRefused, match=f"{parameter} unused in expressions"):
        client.transact_write_items(
            TransactItems=[{"Update": {"TableName": TABLE, **request}}], ClientRequestToken="token"
        )
    assert not client.tables[TABLE]


def test_what_has_expired_is_there_until_it_is_deleted() -> None:
    # GIVEN items of which two have expired
    client = FakeDynamoDB()
    for pk, ttl in (("a", "10"), ("b", "20"), ("c", "30")):
        client.put_item(TableName=TABLE, Item={**item(pk), "ttl": {"N": ttl}})
    put(client, "d")
    assert get(client, "a", consistent=True)
    # WHEN TTL deletes one of them, and later what is left
    first = client.delete_expired(TABLE, 25, lambda key: key == ("b",))
    left = sorted(pk for (pk,) in client.tables[TABLE])
    rest = client.delete_expired(TABLE, 25)
    # THEN the others stay
    assert (first, rest) == (1, 1)
    assert left == ["a", "c", "d"]
    assert sorted(pk for (pk,) in client.tables[TABLE]) == ["c", "d"]
