"""Revoked earns, in the Earns table: an earn that is revoked stays where it is, marked, and its place is free at once.

    the earn's item   + revoked_by (the mark of who revoked it), revoked_at (RFC 3339, UTC),
                        revoked_more (only where the same writer has more of this customer's earns to revoke)

It stays since an earn that is delivered again is known by its item, and must not be earned once more; and so that it
can be given back. Earns are marked, and their places given back, in one transaction; a revival takes the marks away and
the places again in one. So each place is freed and taken once, whoever else is at work on it. An earn that was made
without a limit has no place.
"""

from collections.abc import Sequence
from typing import NamedTuple

from loyalty.store.engine import batch, transactions
from loyalty.store.engine.dynamodb import Database, Item
from loyalty.store.engine.fate import Fate
from loyalty.store.tables import earns, keys, places
from loyalty.store.tables.earns import Earn

MOST_TOGETHER = 90
"""Earns that are revoked or given back in one transaction, each an action beside the tally's; more share its price."""


class Held(NamedTuple):
    """What a customer earned of a promotion, by earned_id, also what was revoked; and the tally, empty without one.

    `ended` are the marks of those who revoked all that they were to.
    """

    earns: Sequence[Earn]
    tally: Item
    ended: frozenset[str]


class Revocation(NamedTuple):
    """A customer's earns, as they are to be marked, that are to be revoked together or not at all.

    At most MOST_TOGETHER. `places` are the origins of those that have a place under the limit; `more` is the mark of
    who has more to revoke after these.
    """

    profile_id: str
    earns: Sequence[Earn]
    places: Sequence[str]
    more: str | None = None


class Revival(NamedTuple):
    """A customer's earns, as they are marked, that are to be given back together, up to the promotion's limit.

    At most MOST_TOGETHER.
    """

    profile_id: str
    earns: Sequence[Earn]
    limit: int | None


def read(database: Database, account_id: str, promotion_id: str, profile_id: str) -> Held:
    """What a customer holds of a promotion, as it is at this moment; raises StorageBusy."""
    pk = keys.earns(account_id, promotion_id, profile_id)
    items = database.query(database.settings.earns_table, pk, ConsistentRead=True)
    tally: Item = next((item for item in items if item["sk"]["S"] == keys.TALLY), {})
    stored = [item for item in items if item["sk"]["S"] != keys.TALLY]
    ended = {item["revoked_by"]["S"] for item in stored if "revoked_by" in item and "revoked_more" not in item}
    earned = sorted((earns.from_item(profile_id, item) for item in stored), key=lambda earn: earn.earned_id)
    return Held(earned, tally, frozenset(ended))


def revoke_all(database: Database, account_id: str, promotion_id: str, revocations: Sequence[Revocation]) -> list[Fate]:
    """Make revocations of distinct customers; their fates, in order.

    REFUSED where what is held is other than it was read; UNKNOWN where no answer came and nothing could be read.
    """
    groups = [_revoking(database, keys.earns(account_id, promotion_id, one.profile_id), one) for one in revocations]
    fates = transactions.commit(database.writing(), groups)
    open_ = [one for one, fate in zip(revocations, fates, strict=True) if fate is Fate.BUSY]
    settled = _read_back(database, account_id, promotion_id, open_)
    return [settled.get(one.profile_id, fate) for one, fate in zip(revocations, fates, strict=True)]


def revive_all(database: Database, account_id: str, promotion_id: str, revivals: Sequence[Revival]) -> list[Fate]:
    """Make revivals of distinct customers; their fates, in order.

    REFUSED where what is held is other than it was read; BUSY where no answer came, and the earns may be given back.
    """
    groups = [_reviving(database, keys.earns(account_id, promotion_id, one.profile_id), one) for one in revivals]
    return transactions.commit(database, groups)


def _read_back(
    database: Database, account_id: str, promotion_id: str, revocations: Sequence[Revocation]
) -> dict[str, Fate]:
    """What became of revocations that had no answer, by profile_id, as far as it is other than BUSY."""
    first = {(keys.earns(account_id, promotion_id, one.profile_id), one.earns[0].origin): one for one in revocations}
    table = database.settings.earns_table
    found, unread = batch.get_all(database, table, list(first), "revoked_by", consistent=True)
    fates: dict[str, Fate] = {}
    for key, one in first.items():
        if key in unread:
            fates[one.profile_id] = Fate.UNKNOWN
        elif found.get(key, {}).get("revoked_by") == {"S": one.earns[0].revoked_by}:
            fates[one.profile_id] = Fate.DONE
    return fates


def _revoking(database: Database, pk: str, one: Revocation) -> list[Item]:
    """The actions of a revocation."""
    actions = [_mark(database, pk, earn, more=earn.revoked_by == one.more) for earn in one.earns]
    return [*actions, _on_tally(database, places.giving_back(pk, one.places))] if one.places else actions


def _mark(database: Database, pk: str, earn: Earn, *, more: bool) -> Item:
    sets = "SET revoked_by = :by, revoked_at = :at"
    values: Item = {":by": {"S": earn.revoked_by}, ":at": {"S": earn.revoked_at}}
    change: Item = {
        "UpdateExpression": f"{sets}, revoked_more = :more" if more else sets,
        "ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(revoked_by)",
        "ExpressionAttributeValues": {**values, ":more": {"BOOL": True}} if more else values,
    }
    return _update(database, pk, earn, change)


def _reviving(database: Database, pk: str, one: Revival) -> list[Item]:
    """The actions of a revival."""
    actions = [_unmark(database, pk, earn) for earn in one.earns]
    if one.limit is None:
        return actions
    origins = [earn.origin for earn in one.earns]
    return [*actions, _on_tally(database, places.taking(pk, origins, one.limit, database.now()))]


def _unmark(database: Database, pk: str, earn: Earn) -> Item:
    change: Item = {
        "UpdateExpression": "REMOVE revoked_by, revoked_at, revoked_more",
        "ConditionExpression": "revoked_by = :by",
        "ExpressionAttributeValues": {":by": {"S": earn.revoked_by}},
    }
    return _update(database, pk, earn, change)


def _update(database: Database, pk: str, earn: Earn, change: Item) -> Item:
    key = {"pk": {"S": pk}, "sk": {"S": earn.origin}}
    return {"Update": {"TableName": database.settings.earns_table, "Key": key, **change}}


def _on_tally(database: Database, update: Item) -> Item:
    return {"Update": {"TableName": database.settings.earns_table, **update}}
