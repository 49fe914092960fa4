"""Whole tables, for an operator's work: everything of one account, in parallel, or what meets a condition.

A scan reads, and costs, the whole table; nothing that serves a request does that.
"""

from collections.abc import Iterator

from loyalty.errors import StorageBusy
from loyalty.store import keys
from loyalty.store.dynamodb import Database, Item
from loyalty.store.faults import CallError, raise_unless_passing


def of_account(database: Database, table: str, account_id: str, segment: int, segments: int) -> Iterator[list[Item]]:
    """Page by page the items of one account, of a table whose keys begin with it; one of so many equal parts.

    Raises StorageBusy.
    """
    request = {
        "TableName": table,
        "FilterExpression": "begins_with(pk, :account)",
        "ExpressionAttributeValues": {":account": {"S": f"{account_id}{keys.SEPARATOR}"}},
        "Segment": segment,
        "TotalSegments": segments,
    }
    return _pages(database, request)


def undo_states(database: Database, account_id: str) -> Iterator[Item]:
    """The items of the Jobs table that hold undo states of the account; raises StorageBusy."""
    request = {
        "TableName": database.settings.jobs_table,
        "FilterExpression": "begins_with(sk, :undo) AND account = :account",
        "ExpressionAttributeValues": {":undo": {"S": keys.UNDO}, ":account": {"S": account_id}},
    }
    for page in _pages(database, request):
        yield from page


def _pages(database: Database, request: Item) -> Iterator[list[Item]]:
    start: Item = {}
    while True:
        page = _page(database, {**request, **start})
        yield page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def _page(database: Database, request: Item) -> Item:
    for _ in database.tries():
        try:
            page: Item = database.client.scan(**request)
        except CallError as error:
            raise_unless_passing(error)
        else:
            return page
    raise StorageBusy
