"""What an import has written so far, in the Jobs table: the outcomes of rows, stored together with what they wrote.

    pk = <writer's id>   sk = written#<chunk's first position>#<unique>   outcomes, ttl

A record goes into the very transaction that writes its rows: the delivery after one that died, or lost an answer,
knows exactly which rows are done, and how they ended. `outcomes` is zlib-compressed JSON, by the row's position.
"""

import json
import uuid
import zlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar

from loyalty.domain.compact import compact
from loyalty.domain.job import KEPT_SECONDS, SPARE_SECONDS
from loyalty.domain.outcome import BUSY, Origin, Outcome, from_json, to_json
from loyalty.store.engine.dynamodb import Database, Item
from loyalty.store.tables import keys

Asked = TypeVar("Asked")
"""An item of an operation."""


class Record(NamedTuple):
    """A record to be: its table and item."""

    table: str
    item: Item

    @property
    def action(self) -> Item:
        """It as an action of a transaction, which is refused when that was done before."""
        condition = "attribute_not_exists(pk)"
        return {"Put": {"TableName": self.table, "Item": self.item, "ConditionExpression": condition}}

    @property
    def key(self) -> Item:
        """Where it is found."""
        return {name: self.item[name] for name in ("pk", "sk")}


def record(database: Database, origin: Origin, outcomes: Mapping[int, Outcome]) -> Record:
    """The record of these rows, by their index in the list at hand."""
    text = compact({str(origin.position(index)): to_json(outcome) for index, outcome in outcomes.items()})
    item = {
        "pk": {"S": origin.id},
        "sk": {"S": keys.written(origin.position(0), uuid.uuid4().hex[:16])},
        "outcomes": {"B": zlib.compress(text.encode())},
        "ttl": {"N": str(int(database.now()) + KEPT_SECONDS + SPARE_SECONDS)},
    }
    return Record(database.settings.jobs_table, item)


def keep(database: Database, record_: Record) -> None:
    """Store a record by itself; raises StorageBusy."""
    database.put(record_.table, record_.item)


def read(database: Database, origin: Origin) -> dict[int, Outcome]:
    """The outcomes of the rows that were written under an origin, by their position; raises StorageBusy.

    Where a request wrote before, also those that it had in other chunks.
    """
    prefix = keys.WRITTEN if origin.resumed else keys.written_of_chunk(origin.position(0))
    items = database.query(database.settings.jobs_table, origin.id, prefix=prefix, ConsistentRead=True)
    return {
        int(position): from_json(parts)
        for item in items
        for position, parts in json.loads(zlib.decompress(item["outcomes"]["B"])).items()
    }


def told(database: Database, items: Sequence[Asked | Outcome], origin: Origin) -> list[Asked | Outcome]:
    """The items, those that an earlier delivery did as their outcomes; raises StorageBusy."""
    done = read(database, origin) if origin.redelivered else {}
    return [done.get(origin.position(index), item) for index, item in enumerate(items)]


def settled(database: Database, items: Sequence[Asked | Outcome], origin: Origin) -> list[Outcome]:
    """The outcomes of items that were done under this origin, BUSY for all others. Raises StorageBusy."""
    return [item if isinstance(item, Outcome) else BUSY for item in told(database, items, origin)]
