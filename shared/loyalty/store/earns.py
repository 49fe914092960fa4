"""The Earns table: one item for each earn, and for a promotion with a limit one tally for each customer.

    pk = <account>#<promotion>#<profile_id>   sk = <origin>   earned_id, source, earned_at
    pk = <account>#<promotion>#<profile_id>   sk = tally      origins (those counted), counted_at (seconds of the epoch)

The origin is part of an earn's key, so the same item delivered again meets its own earn. Under a limit
the tally comes first: an origin joins its set while there is room, then the earn is written, two write
units and no read. An origin whose writer died between the two holds a place for nothing; that shows
when the tally is full, and such a place is given back once its writer can't be at work any more.
"""

import time
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import NamedTuple

from loyalty.errors import StorageBusy
from loyalty.store import batch, keys
from loyalty.store.batch import Key, side_by_side
from loyalty.store.dynamodb import Database, Item, Write

LONGEST_WRITER_SECONDS = 60
"""No function runs longer: an origin counted before that without an earn was given up by its writer."""


class Earn(NamedTuple):
    """An earn to be; `origin` marks the item of the request that made it, `earned_at` is RFC 3339 in UTC."""

    profile_id: str
    earned_id: int
    source: str
    earned_at: str
    origin: str


class Earned(NamedTuple):
    """What became of an earn, and its id: the stored one when it was there already."""

    write: Write
    earned_id: int


class Counted(Enum):
    """Whether an origin has a place in its customer's tally."""

    YES = "yes"
    FULL = "full"
    BUSY = "busy"


def insert_all(database: Database, account_id: str, promotion_id: str, earns: Sequence[Earn]) -> list[Earned]:
    """Write each earn once; INSERTED also when it was there already, with the id that it got then."""
    items = [
        {
            "pk": {"S": keys.earns(account_id, promotion_id, earn.profile_id)},
            "sk": {"S": earn.origin},
            "earned_id": {"N": str(earn.earned_id)},
            "source": {"S": earn.source},
            "earned_at": {"S": earn.earned_at},
        }
        for earn in earns
    ]
    table = database.settings.earns_table
    writes = batch.insert_all(database, table, items)
    own: list[Key] = [
        (i["pk"]["S"], i["sk"]["S"]) for i, write in zip(items, writes, strict=True) if write is Write.EXISTS
    ]
    stored = batch.get_all(database, table, own, "earned_id", consistent=True).found
    return [_earned(item, write, stored) for item, write in zip(items, writes, strict=True)]


def count(
    database: Database, account_id: str, promotion_id: str, limit: int, origins: Mapping[str, Sequence[str]]
) -> dict[str, Counted]:
    """Count each customer's origins (by profile_id), in their order, up to `limit`; what became of each origin."""
    if limit == 0:
        return {origin: Counted.FULL for wanted in origins.values() for origin in wanted}
    tallies = [
        _Tally(database, keys.earns(account_id, promotion_id, who), limit, all_) for who, all_ in origins.items()
    ]
    counted: dict[str, Counted] = {}
    for fates in side_by_side(_Tally.count, tallies):
        counted |= fates
    return counted


class _Tally:
    """One customer's tally, while the origins of one request join it."""

    def __init__(self, database: Database, pk: str, limit: int, origins: Sequence[str]) -> None:
        self._database, self._pk, self._limit, self._origins = database, pk, limit, origins
        self._table = database.settings.earns_table
        self._key: Item = {"pk": {"S": pk}, "sk": {"S": keys.TALLY}}

    def count(self) -> dict[str, Counted]:
        """Each origin's fate; those after the first that finds the tally full need no call of their own."""
        fates: dict[str, Counted] = {}
        held: frozenset[str] = frozenset()
        for origin in self._origins:
            if len(held) < self._limit:
                fates[origin], held = self._join(origin)
            else:
                fates[origin] = Counted.YES if origin in held else Counted.FULL
        return fates

    def _join(self, origin: str) -> tuple[Counted, frozenset[str]]:
        """One origin's fate, and the origins in the tally where that is known."""
        try:
            met = self._add(origin)
            if met and origin not in met["origins"]["SS"] and self._give_back_places(met):
                met = self._add(origin)
        except StorageBusy:
            return Counted.BUSY, frozenset()
        if met is None:
            return Counted.YES, frozenset()
        held = frozenset(met["origins"]["SS"])
        return Counted.YES if origin in held else Counted.FULL, held

    def _add(self, origin: str) -> Item | None:
        """Add the origin unless it is there or the tally is full; then the tally as it is."""
        return self._update(
            "ADD origins :one SET counted_at = :now",
            "attribute_not_exists(origins) OR (size(origins) < :limit AND NOT contains(origins, :origin))",
            {":one": {"SS": [origin]}, ":origin": {"S": origin}, ":limit": {"N": str(self._limit)}},
        )

    def _give_back_places(self, tally: Item) -> bool:
        """Free the places of writers that died before they wrote the earn; whether there were any."""
        seen = tally["counted_at"]
        if int(seen["N"]) > time.time() - LONGEST_WRITER_SECONDS:
            return False
        places = {origin: (self._pk, origin) for origin in tally["origins"]["SS"]}
        earns = batch.get_all(self._database, self._table, list(places.values()), "earned_at", consistent=True)
        if earns.unread:
            raise StorageBusy
        if not (given_up := [origin for origin, place in places.items() if place not in earns.found]):
            return False
        self._update(
            "DELETE origins :given_up SET counted_at = :now",
            "counted_at = :seen",
            {":given_up": {"SS": given_up}, ":seen": seen},
        )
        return True

    def _update(self, expression: str, condition: str, values: Item) -> Item | None:
        """The tally that did not meet the condition, None once the update is done."""
        request = {
            "Key": self._key,
            "UpdateExpression": expression,
            "ConditionExpression": condition,
            "ExpressionAttributeValues": {":now": {"N": str(int(time.time()))}, **values},
        }
        update = self._database.update_if(self._table, request)
        return None if update.done else update.met


def _earned(item: Item, write: Write, stored: Mapping[Key, Item]) -> Earned:
    """An earn that exists under its own origin is this one, written before."""
    if write is not Write.EXISTS:
        return Earned(write, int(item["earned_id"]["N"]))
    before = stored.get((item["pk"]["S"], item["sk"]["S"]))
    return Earned(Write.INSERTED, int(before["earned_id"]["N"])) if before else Earned(Write.BUSY, 0)
