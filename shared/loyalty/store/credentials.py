"""The credentials of an account as its operator sees them: made, listed, taken back.

    pk = account#<account>   sk = credential#<fingerprint>   kind, name, rights, created_at

Beside it stands the credential itself (see `accounts`); the two are written, and go, together. A credential that
is taken back may count for a minute more, as long as processes keep what they found.
"""

import uuid
from typing import NamedTuple

from loyalty import moment
from loyalty.account import Credential, Grant
from loyalty.store import accounts, keys
from loyalty.store.dynamodb import Database, Item


class Listed(NamedTuple):
    """A credential without its secret: `name` is what its owner calls it, `created_at` RFC 3339 in UTC."""

    fingerprint: str
    kind: str
    name: str
    rights: frozenset[str]
    created_at: str


def add(database: Database, credential: Credential, grant: Grant, name: str) -> bool:
    """Store a credential under a name; False when it is another account's. Raises StorageBusy."""
    return _commit(database, _additions(database, credential, grant, name))


def list_all(database: Database, account_id: str) -> list[Listed]:
    """The account's credentials, by kind and name; raises StorageBusy."""
    prefix = keys.credential("")
    items = database.query(database.settings.accounts_table, keys.account(account_id), prefix=prefix)
    return sorted(map(_listed, items), key=lambda one: (one.kind, one.name, one.created_at))


def remove(database: Database, account_id: str, fingerprint: str) -> None:
    """Take a credential back, and with it the access tokens that were issued for it; raises StorageBusy."""
    database.transact(_removals(database, account_id, fingerprint), token=uuid.uuid4().hex)


def exchange(database: Database, old: Listed, new: Credential, grant: Grant) -> bool:
    """Replace a credential by one with another secret; False when that is another account's. Raises StorageBusy."""
    additions = _additions(database, new, grant, old.name)
    return _commit(database, [*additions, *_removals(database, grant.account_id, old.fingerprint)])


def _commit(database: Database, actions: list[Item]) -> bool:
    return set(database.transact(actions, token=uuid.uuid4().hex)) == {"None"}


def _additions(database: Database, credential: Credential, grant: Grant, name: str) -> list[Item]:
    table, fingerprint = database.settings.accounts_table, credential.fingerprint()
    entry = {
        **_entry_key(grant.account_id, fingerprint),
        "kind": {"S": credential.kind},
        "name": {"S": name},
        "rights": {"SS": sorted(grant.rights)},
        "created_at": {"S": moment.at(database.now())},
    }
    own = {
        "ConditionExpression": "attribute_not_exists(pk) OR account = :account",
        "ExpressionAttributeValues": {":account": {"S": grant.account_id}},
    }
    return [
        {"Put": {"TableName": table, "Item": accounts.grant_item(credential, grant), **own}},
        {"Put": {"TableName": table, "Item": entry}},
    ]


def _removals(database: Database, account_id: str, fingerprint: str) -> list[Item]:
    table = database.settings.accounts_table
    credential = {"pk": {"S": keys.credential(fingerprint)}, "sk": {"S": "credential"}}
    return [{"Delete": {"TableName": table, "Key": key}} for key in (credential, _entry_key(account_id, fingerprint))]


def _entry_key(account_id: str, fingerprint: str) -> Item:
    return {"pk": {"S": keys.account(account_id)}, "sk": {"S": keys.credential(fingerprint)}}


def _listed(item: Item) -> Listed:
    return Listed(
        item["sk"]["S"].removeprefix(keys.credential("")),
        item["kind"]["S"],
        item["name"]["S"],
        frozenset(item["rights"]["SS"]),
        item["created_at"]["S"],
    )
