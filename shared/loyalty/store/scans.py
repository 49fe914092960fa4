"""Whole tables, for an operator's work, page by page.

A scan reads, and costs, the whole table, whatever it finds; nothing that serves a request does that.
"""

from collections.abc import Iterator
from typing import NamedTuple

from loyalty.store import keys
from loyalty.store.dynamodb import Database, Item


class Place(NamedTuple):
    """Where a scan stands: in one of so many equal parts of a table, after an item (None: at the beginning)."""

    part: int
    parts: int
    after: Item | None = None


class Page(NamedTuple):
    """What was found, and where the rest begins, None at the end of the part."""

    items: list[Item]
    rest: Place | None


def page(database: Database, table: str, prefix: str, place: Place) -> Page:
    """The next items whose partition key begins with `prefix`, perhaps none yet; raises StorageBusy."""
    request: Item = {
        "TableName": table,
        "FilterExpression": "begins_with(pk, :prefix)",
        "ExpressionAttributeValues": {":prefix": {"S": prefix}},
    }
    if place.parts > 1:
        request |= {"Segment": place.part, "TotalSegments": place.parts}
    answer = _scan(database, request, place.after)
    after = answer.get("LastEvaluatedKey")
    return Page(answer["Items"], place._replace(after=after) if after else None)


def undo_states(database: Database, account_id: str) -> Iterator[Item]:
    """The items of the Jobs table that hold undo states of the account; raises StorageBusy."""
    request = {
        "TableName": database.settings.jobs_table,
        "FilterExpression": "begins_with(sk, :undo) AND account = :account",
        "ExpressionAttributeValues": {":undo": {"S": keys.UNDO}, ":account": {"S": account_id}},
    }
    answer = _scan(database, request, None)
    yield from answer["Items"]
    while "LastEvaluatedKey" in answer:
        answer = _scan(database, request, answer["LastEvaluatedKey"])
        yield from answer["Items"]


def _scan(database: Database, request: Item, after: Item | None) -> Item:
    return database.call(database.client.scan, **request, **({"ExclusiveStartKey": after} if after else {}))
