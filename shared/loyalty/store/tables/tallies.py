"""Tallies, in the Earns table: who holds a place under a promotion's limit, one item for each customer.

    pk = <account>#<promotion>#<profile_id>   sk = tally      taken (places), <origin>: since when (epoch seconds)

Under a limit the tally comes first: an origin takes a place while there is one, then the earn is
written, two write units and no read. An origin whose writer died between the two holds its place for
nothing; when the tally is full, and that writer can't be at work any more, the next origin takes it over.
While it may be at work nobody knows yet whether the tally is full: that is BUSY, after a moment of waiting.
An origin that comes again renews its place first, so that it is never taken from a living writer.

A tally grows with its places, and each update costs its whole size: so many origins of one request take their places,
and give them back, with one update.
"""

from collections.abc import Mapping, Sequence

from loyalty.domain import lifetime
from loyalty.domain.deadline import UNDECIDED_SECONDS
from loyalty.domain.errors import StorageBusy
from loyalty.store.engine import batch
from loyalty.store.engine.dynamodb import Database, Item, Update
from loyalty.store.engine.fate import Fate
from loyalty.store.tables import keys

_TOGETHER = 100
"""Places that one update takes or gives back: its condition names each, and may have 300 operators and 4 KB."""

_NO_MORE = object()


def count(
    database: Database, account_id: str, promotion_id: str, limit: int, origins: Mapping[str, Sequence[str]]
) -> dict[str, Fate]:
    """Count each customer's origins (by profile_id), in their order, up to `limit`; REFUSED are those beyond it."""
    if limit == 0:
        return {origin: Fate.REFUSED for wanted in origins.values() for origin in wanted}
    tallies = [
        _Tally(database, keys.earns(account_id, promotion_id, who), limit, all_) for who, all_ in origins.items()
    ]
    counted: dict[str, Fate] = {}
    for fates in batch.side_by_side(_Tally.count, tallies):
        counted |= fates
    return counted


def give_back(database: Database, account_id: str, promotion_id: str, profile_id: str, origin: str) -> None:
    """Free the place that an origin has, if it has one; raises StorageBusy."""
    give_all_back(database, account_id, promotion_id, profile_id, [origin])


def give_all_back(
    database: Database, account_id: str, promotion_id: str, profile_id: str, origins: Sequence[str]
) -> None:
    """Free the places that several origins have, each if it has one; raises StorageBusy."""
    pk = keys.earns(account_id, promotion_id, profile_id)
    for some in batch.batches(origins, _TOGETHER):
        request = giving_back(pk, some)
        if not database.update_if(database.settings.earns_table, request).done and len(some) > 1:
            for origin in some:  # one of them had no place, or the answer was lost
                give_back(database, account_id, promotion_id, profile_id, origin)


def giving_back(pk: str, origins: Sequence[str]) -> Item:
    """The update (its parameters) that frees the places of at most 100 origins; refused unless each has one."""
    names = {f"#o{number}": origin for number, origin in enumerate(origins)}
    return {
        "Key": _key(pk),
        "UpdateExpression": f"REMOVE {', '.join(names)} ADD taken :back",
        "ConditionExpression": " AND ".join(f"attribute_exists({name})" for name in names),
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": {":back": {"N": str(-len(origins))}},
    }


def taking(pk: str, origins: Sequence[str], limit: int, now: float) -> Item:
    """The update (its parameters) that gives a place to each of at most 100 origins.

    Refused unless as many are free, and none of the origins has one before.
    """
    names = {f"#o{number}": origin for number, origin in enumerate(origins)}
    free = [f"attribute_not_exists({name})" for name in names]
    return {
        "Key": _key(pk),
        "UpdateExpression": f"SET {', '.join(f'{name} = :now' for name in names)} ADD taken :more",
        "ConditionExpression": " AND ".join([*free, "(attribute_not_exists(taken) OR taken <= :room)"]),
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": {
            ":now": {"N": str(int(now))},
            ":more": {"N": str(len(origins))},
            ":room": {"N": str(limit - len(origins))},
        },
    }


def taken(tally: Item) -> int:
    """How many places of a tally (empty where there is none) have somebody."""
    return int(tally["taken"]["N"]) if "taken" in tally else 0


def holders(tally: Item) -> list[str]:
    """The origins that have a place."""
    return [name for name in tally if keys.SEPARATOR in name]


class _Tally:
    """One customer's tally, while the origins of one request join it."""

    def __init__(self, database: Database, pk: str, limit: int, origins: Sequence[str]) -> None:
        self._database, self._pk, self._limit, self._origins = database, pk, limit, origins
        self._table = database.settings.earns_table

    def count(self) -> dict[str, Fate]:
        """Each origin's fate; once the tally is full, only those in it need a call of their own."""
        fates = dict.fromkeys(self._take_together(), Fate.DONE)
        full: Item = {}
        for origin in self._origins:
            if origin in fates:
                continue
            if full and origin not in full:
                fates[origin] = Fate.REFUSED
                continue
            try:
                met = self._join(origin)
            except StorageBusy:
                fates[origin] = Fate.BUSY
            else:
                fates[origin] = Fate.REFUSED if met else Fate.DONE
                full = met or full
        return fates

    def _take_together(self) -> list[str]:
        """The first origins, as far as places are free and none of them has one; the others come one by one."""
        done: list[str] = []
        room = self._limit
        while len(some := self._origins[len(done) :][: min(room, _TOGETHER)]) > 1:
            try:
                update = self._take_all(some)
            except StorageBusy:
                break  # it may have been done: each of them finds its place by itself
            met = update.met or {}
            if update.done:
                done += some
            elif not met.keys().isdisjoint(some) or (room := max(0, self._limit - taken(met))) >= len(some):
                break
        return done

    def _take_all(self, origins: Sequence[str]) -> Update:
        """Give each of these origins a place, if there are as many and none of them has one before."""
        request = taking(self._pk, origins, self._limit, self._database.now())
        return self._database.update_if(self._table, request)

    def _join(self, origin: str) -> Item | None:
        """None once the origin has a place, else the tally, which is full.

        Raises StorageBusy, also when that can't be known since a place has no earn yet.
        """
        met = self._enter(origin)
        looks = self._database.waiting(UNDECIDED_SECONDS).tries()
        while met and (empty := self._without_earn(met)):
            if self._take_over(origin, met, empty):
                return None
            if next(looks, _NO_MORE) is _NO_MORE:
                raise StorageBusy
            met = self._enter(origin)
        return met

    def _enter(self, origin: str) -> Item | None:
        """None once the origin has a place, which may be one that it had before; else the tally."""
        met = self._take(origin)
        return self._renew(origin) if met and origin in met else met

    def _take(self, origin: str) -> Item | None:
        return self._update(
            origin,
            "SET #origin = :now ADD taken :one",
            "attribute_not_exists(#origin) AND (attribute_not_exists(taken) OR taken < :limit)",
            {":one": {"N": "1"}, ":limit": {"N": str(self._limit)}},
        ).met

    def _renew(self, origin: str) -> Item | None:
        return self._update(origin, "SET #origin = :now", "attribute_exists(#origin)", {}).met

    def _take_over(self, origin: str, tally: Item, empty: Sequence[str]) -> bool:
        """Take the place of a writer that died before it wrote the earn; whether there was one."""
        now = self._database.now()
        for dead in empty:
            if not lifetime.is_over(int(tally[dead]["N"]), now):
                continue
            update = self._update(
                origin, "SET #origin = :now REMOVE #dead", "#dead = :seen", {":seen": tally[dead]}, {"#dead": dead}
            )
            if update.done or (update.met and origin in update.met):  # the latter after a lost answer
                return True
        return False

    def _without_earn(self, tally: Item) -> list[str]:
        """The places that have no earn, but those of the same request, which writes them next."""
        places = [name for name in holders(tally) if name not in self._origins]
        earn_keys = {place: (self._pk, place) for place in places}
        earns = batch.get_all(self._database, self._table, list(earn_keys.values()), "earned_at", consistent=True)
        if earns.unread:
            raise StorageBusy
        return [place for place, key in earn_keys.items() if key not in earns.found]

    def _update(
        self, origin: str, expression: str, condition: str, values: Item, names: Mapping[str, str] | None = None
    ) -> Update:
        request = {
            "Key": _key(self._pk),
            "UpdateExpression": expression,
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {"#origin": origin, **(names or {})},
            "ExpressionAttributeValues": {":now": {"N": str(int(self._database.now()))}, **values},
        }
        return self._database.update_if(self._table, request)


def _key(pk: str) -> Item:
    return {"pk": {"S": pk}, "sk": {"S": keys.TALLY}}
