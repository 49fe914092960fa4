"""The Earns table: one item for each earn, beside the tallies of promotions with a limit (see `tallies`).

    pk = <account>#<promotion>#<profile_id>   sk = <origin>   earned_id, source, earned_at,
                                                              revoked_by, revoked_at (see `revocations`)

The origin is part of an earn's key, so the same item delivered again meets its own earn, also one that was revoked.

Before an earn is written either its tally takes a place, or its promotion notes that it `has_earns`. Neither is taken
back while there are earns, so many customers without any are known in few calls: see `partitions`.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from loyalty.domain.errors import StorageBusy
from loyalty.store.engine import batch, inserts
from loyalty.store.engine.batch import Key
from loyalty.store.engine.dynamodb import Database, Item, Update
from loyalty.store.engine.fate import Fate
from loyalty.store.tables import keys, promotions


class Earn(NamedTuple):
    """An earn, or one to be; `origin` marks the item of the request that made it, `revoked_by` the one that revoked it.

    Moments are RFC 3339 in UTC.
    """

    profile_id: str
    earned_id: int
    source: str
    earned_at: str
    origin: str
    revoked_by: str | None = None
    revoked_at: str | None = None


class Earned(NamedTuple):
    """What became of an earn, and its id: the stored one when it was there already."""

    write: Fate
    earned_id: int


def insert_all(database: Database, account_id: str, promotion_id: str, earns: Sequence[Earn]) -> list[Earned]:
    """Write each earn once; DONE also when it was there already, with the id that it got then."""
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
    writes = inserts.insert_all(database, table, items)
    own = [_key(item) for item, write in zip(items, writes, strict=True) if write is Fate.REFUSED]
    stored = batch.get_all(database, table, own, "earned_id", consistent=True).found
    return [
        Earned(write, earn.earned_id) if write is not Fate.REFUSED else _met(stored.get(_key(item)))
        for earn, item, write in zip(earns, items, writes, strict=True)
    ]


def find(
    database: Database, account_id: str, promotion_id: str, written: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], int]:
    """Which of these earns, by profile_id and origin, were written, with their ids; raises StorageBusy."""
    names: dict[Key, tuple[str, str]] = {
        (keys.earns(account_id, promotion_id, who), origin): (who, origin) for who, origin in written
    }
    found, unread = batch.get_all(database, database.settings.earns_table, list(names), "earned_id", consistent=True)
    if unread:
        raise StorageBusy
    return {names[key]: int(item["earned_id"]["N"]) for key, item in found.items()}


def remove(database: Database, account_id: str, promotion_id: str, profile_id: str, origin: str) -> Update:
    """Remove an earn, if it is there; raises StorageBusy."""
    return database.delete_if(
        database.settings.earns_table, _at(account_id, promotion_id, profile_id, origin), "sk", origin
    )


def remove_unless_revoked(
    database: Database, account_id: str, promotion_id: str, profile_id: str, origin: str
) -> Update:
    """Remove an earn, if it is there and nobody revoked it; raises StorageBusy."""
    key = _at(account_id, promotion_id, profile_id, origin)
    return database.delete_if(database.settings.earns_table, key, "sk", origin, unless="revoked_by")


def of_customer(database: Database, account_id: str, promotion_id: str, profile_id: str) -> list[Earn]:
    """What a customer earned of a promotion, also what was revoked, by origin; raises StorageBusy."""
    partition = keys.earns(account_id, promotion_id, profile_id)
    items = database.query(database.settings.earns_table, partition, ConsistentRead=True)
    return [from_item(profile_id, item) for item in items if item["sk"]["S"] != keys.TALLY]


def partitions(database: Database, account_id: str, profile_ids: Collection[str]) -> dict[str, str]:
    """The partitions in which distinct customers may have earns, or a tally: whose each is. Raises StorageBusy.

    Neither is in any other partition, unless somebody began to earn after this was called.
    """
    known = promotions.list_all(database, account_id) if profile_ids else []
    whose = {(one, keys.earns(account_id, one.id, who)): who for one in known for who in profile_ids}
    counted: dict[Key, str] = {(pk, keys.TALLY): pk for one, pk in whose if not one.has_earns}
    tallies = batch.get_all(database, database.settings.earns_table, list(counted), "taken", consistent=True)
    if tallies.unread:
        raise StorageBusy
    return {pk: who for (one, pk), who in whose.items() if one.has_earns or (pk, keys.TALLY) in tallies.found}


def live(database: Database, account_id: str, promotion_id: str, profile_id: str) -> list[Earn]:
    """What a customer has of a promotion: what was earned and not revoked, by earned_id; raises StorageBusy."""
    return sorted(
        (earn for earn in of_customer(database, account_id, promotion_id, profile_id) if earn.revoked_by is None),
        key=lambda earn: earn.earned_id,
    )


def from_item(profile_id: str, item: Item) -> Earn:
    """The earn in a stored item, which is no tally."""

    def text(name: str) -> str | None:
        return item[name]["S"] if name in item else None

    return Earn(
        profile_id,
        earned_id=int(item["earned_id"]["N"]),
        source=item["source"]["S"],
        earned_at=item["earned_at"]["S"],
        origin=item["sk"]["S"],
        revoked_by=text("revoked_by"),
        revoked_at=text("revoked_at"),
    )


def _at(account_id: str, promotion_id: str, profile_id: str, origin: str) -> Item:
    """Where an earn is stored."""
    return {"pk": {"S": keys.earns(account_id, promotion_id, profile_id)}, "sk": {"S": origin}}


def _key(item: Item) -> Key:
    return item["pk"]["S"], item["sk"]["S"]


def _met(before: Item | None) -> Earned:
    """An earn that exists under its own origin is this one, written before."""
    return Earned(Fate.DONE, int(before["earned_id"]["N"])) if before else Earned(Fate.UNKNOWN, 0)
