"""Tallies, in the Earns table: who holds a place under a promotion's limit, one item for each customer.

    pk = <account>#<promotion>#<profile_id>   sk = tally      origins (those counted), counted_at (seconds of the epoch)

Under a limit the tally comes first: an origin joins its set while there is room, then the earn is
written, two write units and no read. An origin whose writer died between the two holds a place for
nothing; that shows when the tally is full, and such a place is given back once its writer can't be at
work any more. Whoever joins again renews `counted_at`, so no place is taken from under a living writer.
"""

from collections.abc import Mapping, Sequence
from enum import Enum

from loyalty.errors import StorageBusy
from loyalty.store import batch, keys
from loyalty.store.dynamodb import Database, Item

LONGEST_WRITER_SECONDS = 60
"""No function runs longer: an origin counted before that without an earn was given up by its writer."""


class Counted(Enum):
    """Whether an origin has a place in its customer's tally."""

    YES = "yes"
    FULL = "full"
    BUSY = "busy"


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
    for fates in batch.side_by_side(_Tally.count, tallies):
        counted |= fates
    return counted


class _Tally:
    """One customer's tally, while the origins of one request join it."""

    def __init__(self, database: Database, pk: str, limit: int, origins: Sequence[str]) -> None:
        self._database, self._pk, self._limit, self._origins = database, pk, limit, origins
        self._table = database.settings.earns_table

    def count(self) -> dict[str, Counted]:
        """Each origin's fate; once the tally is full, only those in it need a call of their own."""
        fates: dict[str, Counted] = {}
        full: frozenset[str] = frozenset()
        for origin in self._origins:
            if full and origin not in full:
                fates[origin] = Counted.FULL
            else:
                fates[origin], met = self._join(origin)
                full = met or full
        return fates

    def _join(self, origin: str) -> tuple[Counted, frozenset[str]]:
        """One origin's fate, and the origins in the tally where it is full."""
        try:
            met = self._add(origin)
            if met and self._give_back_places(met):
                met = self._add(origin)
        except StorageBusy:
            return Counted.BUSY, frozenset()
        return (Counted.FULL, frozenset(met["origins"]["SS"])) if met else (Counted.YES, frozenset())

    def _add(self, origin: str) -> Item | None:
        """Add the origin, or renew it where it is there already; the tally as it is when that is full."""
        return self._update(
            "ADD origins :one SET counted_at = :now",
            "attribute_not_exists(origins) OR size(origins) < :limit OR contains(origins, :origin)",
            {":one": {"SS": [origin]}, ":origin": {"S": origin}, ":limit": {"N": str(self._limit)}},
        )

    def _give_back_places(self, tally: Item) -> bool:
        """Free the places of writers that died before they wrote the earn; whether there were any."""
        seen = tally["counted_at"]
        if int(seen["N"]) > self._database.now() - LONGEST_WRITER_SECONDS:
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
            "Key": {"pk": {"S": self._pk}, "sk": {"S": keys.TALLY}},
            "UpdateExpression": expression,
            "ConditionExpression": condition,
            "ExpressionAttributeValues": {":now": {"N": str(int(self._database.now()))}, **values},
        }
        update = self._database.update_if(self._table, request)
        return None if update.done else update.met
