"""Erase a customer: the customer and all that finds it, memberships, earns, and what undo states hold of it.

The customer goes first, so that nothing finds it any more; the rest is found by its profile_id, so an erasure
that was interrupted, or met a request at work, is completed by doing it again.
"""

import json
import uuid
import zlib
from typing import NamedTuple

from loyalty.errors import StorageBusy
from loyalty.store import accounts, batch, customers, keys, memberships, promotions, scans
from loyalty.store.dynamodb import Database, Item

_MOST_CHANGES = 5
"""How often the customer may be changed by others while it is being removed."""


class Erased(NamedTuple):
    """How much there was: the customer itself, its memberships, its earns, and the undo states that held it."""

    customer: bool
    memberships: int
    earns: int
    undo_states: int


def erase(database: Database, account_id: str, profile_id: str) -> Erased:
    """Erase all of a customer, which need not exist any more; raises StorageBusy."""
    return Erased(
        _erase_customer(database, account_id, profile_id),
        _erase_memberships(database, account_id, profile_id),
        _erase_earns(database, account_id, profile_id),
        sum(_erase_from(database, state, profile_id) for state in scans.undo_states(database, account_id)),
    )


def _erase_customer(database: Database, account_id: str, profile_id: str) -> bool:
    for _ in range(_MOST_CHANGES):
        found, unread = customers.read(database, account_id, [profile_id])
        if unread:
            break
        if profile_id not in found:
            return False
        removal = customers.removal(database, account_id, found[profile_id])
        if set(database.transact(removal, token=uuid.uuid4().hex)) == {"None"}:
            return True
    raise StorageBusy


def _erase_memberships(database: Database, account_id: str, profile_id: str) -> int:
    programs = [program.id for program in accounts.list_programs(database, account_id)]
    held = memberships.of_customer(database, account_id, programs, profile_id)
    stored_at: list[Item] = [{"pk": {"S": keys.membership(account_id, program, profile_id)}} for program in held]
    _delete_all(database, database.settings.memberships_table, stored_at)
    return len(held)


def _erase_earns(database: Database, account_id: str, profile_id: str) -> int:
    """Earns and tallies; only the earns are counted."""
    table = database.settings.earns_table
    found = [
        {"pk": item["pk"], "sk": item["sk"]}
        for promotion in promotions.list_all(database, account_id)
        for item in database.query(table, keys.earns(account_id, promotion.id, profile_id), ConsistentRead=True)
    ]
    _delete_all(database, table, found)
    return sum(key["sk"]["S"] != keys.TALLY for key in found)


def _delete_all(database: Database, table: str, found: list[Item]) -> None:
    batch.side_by_side(lambda key: database.delete(table, key), found)


def _erase_from(database: Database, state: Item, profile_id: str) -> bool:
    """Rewrite an undo state without the customer; whether it held it."""
    lines = zlib.decompress(state["customers"]["B"]).splitlines(keepends=True)
    others = [line for line in lines if json.loads(line)[0] != profile_id]
    if len(others) == len(lines):
        return False
    database.update_if(
        database.settings.jobs_table,
        {
            "Key": {"pk": state["pk"], "sk": state["sk"]},
            "UpdateExpression": "SET customers = :others",
            "ConditionExpression": "attribute_exists(pk)",
            "ExpressionAttributeValues": {":others": {"B": zlib.compress(b"".join(others))}},
        },
    )
    return True
