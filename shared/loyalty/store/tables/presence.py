"""Whether customers are still there once something was written for them.

An undo may remove a customer that an import made, while others give it memberships and earns. So that neither is left
without the other, each says what it does before it looks at what the other did:

    the undo     marks the customer as leaving, looks for memberships and earns, then removes it or takes the mark back
    the writer   writes, then looks whether the customer is there and not leaving, else takes its write back

A mark counts as long as its maker may be alive. Only customers that an undo may remove are looked at again: what
finds them says until when (`removable_until`), so that for all others nothing is read.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum

from loyalty.domain import lifetime
from loyalty.domain.customer import Customer
from loyalty.domain.errors import StorageBusy
from loyalty.store.engine import batch, statements
from loyalty.store.engine.dynamodb import Database, Item
from loyalty.store.tables import keys
from loyalty.store.tables.customers import Reference


class Presence(Enum):
    """Whether a customer is there; LEAVING is one of which that is being decided."""

    HERE = "here"
    LEAVING = "leaving"
    GONE = "gone"


def look_again(database: Database, account_id: str, written: Iterable[Reference]) -> dict[str, Presence]:
    """Those of the customers for whom something was just written that are removable, by profile_id.

    Raises StorageBusy.
    """
    now = database.now()
    names: dict[batch.Key, str] = {
        keys.customer(account_id, one.profile_id): one.profile_id for one in written if now < one.removable_until
    }
    found, unread = batch.get_all(
        database, database.settings.customers_table, list(names), "origin,leaving", consistent=True
    )
    if unread:
        raise StorageBusy
    return {profile_id: _presence(found.get(key), now) for key, profile_id in names.items()}


def _presence(item: Item | None, now: float) -> Presence:
    if item is None:
        return Presence.GONE
    marked = "leaving" in item and not lifetime.is_over(float(item["leaving"]["S"]), now)
    return Presence.LEAVING if marked else Presence.HERE


def mark(database: Database, account_id: str, customers: Sequence[Customer]) -> dict[str, str]:
    """Mark customers as leaving that are as they were read; the mark of each, by profile_id. Raises StorageBusy."""
    now = f"{database.now():.6f}"
    conditions = {one.profile_id: ("origin", one.origin) for one in customers}
    marked = _change(database, account_id, "SET leaving=?", [now], conditions)
    return dict.fromkeys(marked, now)


def unmark(database: Database, account_id: str, marks: Mapping[str, str]) -> None:
    """Have customers stay after all; raises StorageBusy, and their marks count for a while."""
    _change(database, account_id, "REMOVE leaving", [], {who: ("leaving", mark_) for who, mark_ in marks.items()})


def _change(
    database: Database, account_id: str, change: str, values: Sequence[str], conditions: Mapping[str, tuple[str, str]]
) -> list[str]:
    """Change those customers, by profile_id, that have an attribute of this text; which these are.

    Each costs the write units that it would by itself, and 25 are one call. Raises StorageBusy.
    """
    table = database.settings.customers_table
    updates = [
        {
            "Statement": f'UPDATE "{table}" {change} WHERE pk=? AND {attribute}=?',
            "Parameters": [{"S": one} for one in (*values, keys.customer(account_id, profile_id), text)],
        }
        for profile_id, (attribute, text) in conditions.items()
    ]
    answers = statements.execute_all(database, updates)
    if any(answer.passing for answer in answers):
        raise StorageBusy
    return [who for who, answer in zip(conditions, answers, strict=True) if answer.code is None]


def only_if_marked(removal: Item, mark_: str) -> Item:
    """The action that removes a customer, refused unless it is still marked so."""
    deletion = removal["Delete"]
    values = {**deletion["ExpressionAttributeValues"], ":mark": {"S": mark_}}
    condition = f"{deletion['ConditionExpression']} AND leaving = :mark"
    return {"Delete": {**deletion, "ConditionExpression": condition, "ExpressionAttributeValues": values}}
