"""Erase a customer: the customer and all that finds it, memberships, earns, and what undo states hold of it.

The customer goes first, so that nothing finds it any more; the rest is found by its profile_id, so an erasure
that was interrupted is completed by doing it again. Requests that found the customer before may still write for it: so
the rest is looked for again once none of them can be at work any more.
"""

import uuid
from collections.abc import Collection
from typing import NamedTuple

from loyalty.domain import lifetime
from loyalty.domain.errors import StorageBusy
from loyalty.store.engine import batch
from loyalty.store.engine.dynamodb import Database, Item
from loyalty.store.tables import accounts, customers, earns, job_list, keys, memberships, undo_states
from loyalty.store.tables.customers import Change
from loyalty.store.tables.journal import Record

_MOST_CHANGES = 5
"""How often the customer may be changed by others while it is being removed."""


class Erased(NamedTuple):
    """How much there was: the customer itself, its memberships, its earns, and the undo states that held it."""

    customer: bool
    memberships: int
    earns: int
    undo_states: int


class Swept(NamedTuple):
    """How many memberships and earns there were of customers who are gone."""

    memberships: int
    earns: int


def erase(database: Database, account_id: str, profile_id: str) -> Erased:
    """Erase all of a customer, which need not exist any more, in about half a minute; raises StorageBusy."""
    customer = remove(database, account_id, profile_id)
    first = clear(database, account_id, profile_id)
    database.sleep(lifetime.LONGEST_SECONDS + 1)
    second = clear(database, account_id, profile_id, again=True)
    return Erased(customer, *(one + other for one, other in zip(first, second, strict=True)))


def remove(database: Database, account_id: str, profile_id: str, record: Record | None = None) -> bool:
    """Remove a customer itself, in one transaction with a record of that, so that nothing finds it any more.

    False where it is not there. Raises StorageBusy.
    """
    for _ in range(_MOST_CHANGES):
        found, unread = customers.read(database, account_id, [profile_id])
        if unread:
            break
        if profile_id not in found:
            return False
        removal = customers.together(database, account_id, [Change(found[profile_id], None)])
        recording = [record.action] if record else []
        if set(database.transact([*removal, *recording], token=uuid.uuid4().hex)) == {"None"}:
            return True
    raise StorageBusy


def clear(database: Database, account_id: str, profile_id: str, *, again: bool = False) -> tuple[int, int, int]:
    """Delete the rest of a customer who is removed; how many memberships, earns and undo states there were.

    `again` is for when nobody who found the customer can be at work any more: then the tallies go too. Raises
    StorageBusy.
    """
    swept = sweep(database, account_id, [profile_id], tallies=again)
    holding = undo_states.holders(database, job_list.listed(database, account_id))
    states = batch.side_by_side(lambda job_id: undo_states.erase(database, job_id, profile_id), holding)
    return swept.memberships, swept.earns, sum(states)


def sweep(database: Database, account_id: str, profile_ids: Collection[str], *, tallies: bool = True) -> Swept:
    """Delete memberships and earns of customers who are gone; raises StorageBusy.

    Their `tallies` stay as long as somebody may be at work that found them: no place under a limit comes free for him.
    """
    programs = [program.id for program in accounts.list_programs(database, account_id)]
    wanted = [keys.membership(account_id, program, who) for who in profile_ids for program in programs]
    table = database.settings.memberships_table
    found, unread = batch.get_all(database, table, wanted, memberships.LEFT, consistent=True)
    if unread:
        raise StorageBusy
    _delete_all(database, table, [{"pk": {"S": str(key)}} for key in found])
    members = sum(not memberships.has_left(item) for item in found.values())
    return Swept(members, _sweep_earns(database, account_id, profile_ids, tallies=tallies))


def _sweep_earns(database: Database, account_id: str, profile_ids: Collection[str], *, tallies: bool) -> int:
    """Earns, and `tallies` where these go as well; only the earns are counted.

    A tally goes after its earns: whoever dies in between would else leave earns that nothing tells of.
    """
    table = database.settings.earns_table
    partitions = list(earns.partitions(database, account_id, profile_ids))
    pages = batch.side_by_side(lambda pk: database.query(table, pk, ConsistentRead=True), partitions)
    found = [{"pk": item["pk"], "sk": item["sk"]} for page in pages for item in page]
    earned = [key for key in found if key["sk"]["S"] != keys.TALLY]
    _delete_all(database, table, earned)
    if tallies:
        _delete_all(database, table, [key for key in found if key["sk"]["S"] == keys.TALLY])
    return len(earned)


def _delete_all(database: Database, table: str, found: list[Item]) -> None:
    batch.side_by_side(lambda key: database.delete(table, key), found)
