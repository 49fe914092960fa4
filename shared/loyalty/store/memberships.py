"""The Memberships table: one item for each customer of a program.

pk = <account>#<program>#<profile_id>     registered_at (RFC 3339, UTC), origin (who wrote it)
"""

from collections.abc import Sequence
from typing import NamedTuple

from loyalty.store import batch, keys
from loyalty.store.dynamodb import Database, Write


class Membership(NamedTuple):
    """A membership to be; `origin` marks the item of the request that made it."""

    profile_id: str
    registered_at: str
    origin: str


def insert_all(
    database: Database, account_id: str, program_id: str, memberships: Sequence[Membership], *, redelivered: bool
) -> list[Write]:
    """Insert each membership, of distinct customers, that does not exist; one result each, in order."""
    items = [
        {
            "pk": {"S": keys.membership(account_id, program_id, membership.profile_id)},
            "registered_at": {"S": membership.registered_at},
            "origin": {"S": membership.origin},
        }
        for membership in memberships
    ]
    return batch.insert_all(database, database.settings.memberships_table, items, redelivered=redelivered)
