"""Whole tables, of which each part is read side by side."""

from collections.abc import Iterator

from loyalty.store.engine import scans
from loyalty.store.engine.batch import side_by_side
from loyalty.store.engine.dynamodb import Item

from .system import System


def pages(system: System, table: str, prefix: str) -> Iterator[list[Item]]:
    """All items whose partition key begins with `prefix`, a page at a time; raises StorageBusy."""
    parts = system.table_parts
    places = [scans.Place(part, parts) for part in range(parts)]
    while places:
        database = system.database()
        found = side_by_side(lambda place: scans.page(database, table, prefix, place), places)  # noqa: B023
        for page in found:
            yield page.items
        places = [page.rest for page in found if page.rest]
