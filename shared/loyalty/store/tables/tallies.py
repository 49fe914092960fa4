"""Counting under a promotion's limit, by tallies (see `places`).

Under a limit the tally comes first: an origin takes a place while there is one, then the earn is
written, two write units and no read. An origin whose writer died between the two holds its place for
nothing; when the tally is full, and that writer can't be at work any more, the next origin takes it over.
While it may be at work nobody knows yet whether the tally is full: that is BUSY, after a moment of waiting.
An origin that comes again renews its place first, so that it is never taken from a living writer.

Most requests want one place each in many tallies. Then a first place is an INSERT and a further one a conditional
UPDATE, 25 a call, and each costs the write unit that it would by itself. An INSERT of a tally that is there costs one
for nothing, and a read a tenth of that: so once more than a tenth of some tallies of a promotion were there, further
ones are read first, for a minute, or until fewer are. What is not as usual (a place that was taken before, one without
its earn, no answer) is looked at one tally after the other.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from loyalty.domain import lifetime
from loyalty.domain.deadline import UNDECIDED_SECONDS
from loyalty.domain.errors import StorageBusy
from loyalty.store.engine import batch, statements
from loyalty.store.engine.dynamodb import Database, Item, Update
from loyalty.store.engine.fate import Fate
from loyalty.store.engine.statements import Answered
from loyalty.store.tables import keys, places

_NO_MORE = object()


def count(
    database: Database, account_id: str, promotion_id: str, limit: int, origins: Mapping[str, Sequence[str]]
) -> dict[str, Fate]:
    """Count each customer's origins (by profile_id), in their order, up to `limit`; REFUSED are those beyond it."""
    if limit == 0:
        return {origin: Fate.REFUSED for wanted in origins.values() for origin in wanted}
    wanted = [(keys.earns(account_id, promotion_id, who), all_) for who, all_ in origins.items()]
    single = [_Wish(pk, all_[0]) for pk, all_ in wanted if len(all_) == 1 and places.fits_statements(all_[0])]
    counted = _Crowd(database, keys.earns(account_id, promotion_id, ""), limit).count(single) if single[1:] else {}
    tallies = [_Tally(database, pk, limit, all_) for pk, all_ in wanted if all_[0] not in counted]
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
    for some in batch.batches(origins, places.MOST_TOGETHER):
        request = places.giving_back(pk, some)
        if not database.update_if(database.settings.earns_table, request).done and len(some) > 1:
            for origin in some:  # one of them had no place, or the answer was lost
                give_back(database, account_id, promotion_id, profile_id, origin)


class _Wish(NamedTuple):
    """A place that is wanted: in which tally (its partition), and for which origin."""

    pk: str
    origin: str


class _Crowd:
    """Distinct tallies of one promotion, in each of which one place is wanted."""

    def __init__(self, database: Database, promotion: str, limit: int) -> None:
        self._database, self._limit, self._table = database, limit, database.settings.earns_table
        self._many = ("many tallies exist", promotion)

    def count(self, wishes: Sequence[_Wish]) -> dict[str, Fate]:
        """DONE or REFUSED by origin; what is not as usual is left out."""
        expected = self._database.cache.get(self._many, lambda: None) is not None
        trial = 0 if expected else statements.MOST_TOGETHER
        fates, met = self._insert(wishes[:trial])
        known = self._there(wishes[trial:]) if expected or _are_many(met, wishes[:trial]) else []
        there = set(known)
        more, met_later = self._insert([one for one in wishes[trial:] if one not in there])
        further = [*met, *known, *met_later]
        self._database.cache.forget(self._many)
        if _are_many(further, wishes):
            self._database.cache.get(self._many, lambda: True)
        return {**fates, **more, **self._update(further)}

    def _there(self, wishes: Sequence[_Wish]) -> list[_Wish]:
        """Those of which there is a tally, or was a moment ago."""
        names: list[batch.Key] = [(one.pk, keys.TALLY) for one in wishes]
        found = batch.get_all(self._database, self._table, names, "taken").found
        return [one for one, key in zip(wishes, names, strict=True) if key in found]

    def _insert(self, wishes: Sequence[_Wish]) -> tuple[dict[str, Fate], list[_Wish]]:
        """First places: DONE by origin; and those of which there is a tally."""
        now = self._database.now()
        first = [places.first(self._table, one.pk, one.origin, now) for one in wishes]
        answers = statements.execute_all(self._database, first)
        return _done(wishes, answers), [one for one, answer in zip(wishes, answers, strict=True) if answer.refused]

    def _update(self, wishes: Sequence[_Wish]) -> dict[str, Fate]:
        """Further places: DONE by origin, REFUSED where the tally is full of earns."""
        now = self._database.now()
        further = [places.further(self._table, one.pk, one.origin, self._limit, now) for one in wishes]
        answers = statements.execute_all(self._database, further)
        met = {one: answer.met for one, answer in zip(wishes, answers, strict=True) if answer.refused and answer.met}
        full = {one: tally for one, tally in met.items() if one.origin not in tally}
        return {**_done(wishes, answers), **{one.origin: Fate.REFUSED for one in self._of_earns(full)}}

    def _of_earns(self, tallies: Mapping[_Wish, Item]) -> list[_Wish]:
        """Those of these tallies that have an earn for each of their places."""
        earns = {one: [(one.pk, origin) for origin in places.holders(tally)] for one, tally in tallies.items()}
        wanted = [key for keys_ in earns.values() for key in keys_]
        found = batch.get_all(self._database, self._table, wanted, "earned_at", consistent=True).found
        return [one for one, keys_ in earns.items() if found.keys() >= set(keys_)]


def _are_many(there: Sequence[_Wish], wishes: Sequence[_Wish]) -> bool:
    return 10 * len(there) > len(wishes)


def _done(wishes: Sequence[_Wish], answers: Sequence[Answered]) -> dict[str, Fate]:
    return {one.origin: Fate.DONE for one, answer in zip(wishes, answers, strict=True) if answer.code is None}


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
        while len(some := self._origins[len(done) :][: min(room, places.MOST_TOGETHER)]) > 1:
            try:
                update = self._take_all(some)
            except StorageBusy:
                break  # it may have been done: each of them finds its place by itself
            met = update.met or {}
            if update.done:
                done += some
            elif not met.keys().isdisjoint(some) or (room := max(0, self._limit - places.taken(met))) >= len(some):
                break
        return done

    def _take_all(self, origins: Sequence[str]) -> Update:
        """Give each of these origins a place, if there are as many and none of them has one before."""
        request = places.taking(self._pk, origins, self._limit, self._database.now())
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
        held = [name for name in places.holders(tally) if name not in self._origins]
        earn_keys = {place: (self._pk, place) for place in held}
        earns = batch.get_all(self._database, self._table, list(earn_keys.values()), "earned_at", consistent=True)
        if earns.unread:
            raise StorageBusy
        return [place for place, key in earn_keys.items() if key not in earns.found]

    def _update(
        self, origin: str, expression: str, condition: str, values: Item, names: Mapping[str, str] | None = None
    ) -> Update:
        request = {
            "Key": places.key(self._pk),
            "UpdateExpression": expression,
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {"#origin": origin, **(names or {})},
            "ExpressionAttributeValues": {":now": {"N": str(int(self._database.now()))}, **values},
        }
        return self._database.update_if(self._table, request)
