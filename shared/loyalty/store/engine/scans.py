"""Whole tables, for an operator's work, page by page.

A scan reads, and costs, the whole table, whatever it finds; nothing that serves a request does that.
"""

from typing import NamedTuple

from loyalty.store.engine.dynamodb import Database, Item


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
    start = {"ExclusiveStartKey": place.after} if place.after else {}
    answer = database.call(database.client.scan, **request, **start)
    after = answer.get("LastEvaluatedKey")
    return Page(answer["Items"], place._replace(after=after) if after else None)
