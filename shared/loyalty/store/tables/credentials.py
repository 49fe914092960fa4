"""The credentials of an account as its operator sees them: made, listed, taken back.

    pk = credentials#<account>   sk = credential#<fingerprint>   kind, name, rights, created_at

Beside it stands the credential itself (see `accounts`); the two are written, and go, together. A credential that
is taken back may count for a minute more, as long as processes keep what they found.

Earlier versions kept the list in the partition `account#<account>`, which workers may read: entries there are listed
and taken back as before, and `move` moves them. No request reads the list, so versions may differ in where it is.
"""

import uuid
from typing import NamedTuple

from loyalty.domain import moment
from loyalty.domain.account import Credential, Grant
from loyalty.domain.errors import StorageBusy
from loyalty.store.engine.dynamodb import Database, Item
from loyalty.store.tables import accounts, keys


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
    table, prefix = database.settings.accounts_table, keys.credential("")
    items = [
        item
        for partition in (keys.credentials(account_id), keys.account(account_id))
        for item in database.query(table, partition, prefix=prefix, ConsistentRead=True)
    ]
    listed = {one.fingerprint: one for one in map(_listed, items)}
    return sorted(listed.values(), key=lambda one: (one.kind, one.name, one.created_at))


def remove(database: Database, account_id: str, fingerprint: str) -> None:
    """Take a credential back, and with it the access tokens that were issued for it; raises StorageBusy."""
    database.transact(_removals(database, account_id, fingerprint), token=uuid.uuid4().hex)


def exchange(database: Database, old: Listed, new: Credential, grant: Grant) -> bool:
    """Replace a credential by one with another secret; False if that belongs to another account. Raises StorageBusy."""
    additions = _additions(database, new, grant, old.name)
    return _commit(database, [*additions, *_removals(database, grant.account_id, old.fingerprint)])


def is_old(item: Item) -> bool:
    """Whether an item of the Accounts table is an entry of the list where earlier versions kept it."""
    pk, sk = str(item["pk"]["S"]), str(item["sk"]["S"])
    return pk.startswith(keys.account("")) and sk.startswith(keys.credential(""))


def move(database: Database, entry: Item) -> bool:
    """Move an old entry to the list; False when it is gone: moved already, or taken back. Raises StorageBusy."""
    table, account_id = database.settings.accounts_table, entry["pk"]["S"].removeprefix(keys.account(""))
    moved = {**entry, "pk": {"S": keys.credentials(account_id)}}
    key = {name: entry[name] for name in ("pk", "sk")}
    there = {"ConditionExpression": "attribute_exists(pk)"}
    actions = [
        {"Put": {"TableName": table, "Item": moved}},
        {"Delete": {"TableName": table, "Key": key, **there}},
    ]
    codes = database.transact(actions, token=uuid.uuid4().hex)
    if set(codes) <= {"None", "ConditionalCheckFailed"}:
        return set(codes) == {"None"}
    raise StorageBusy  # somebody else is at work on the entry


def _commit(database: Database, actions: list[Item]) -> bool:
    return set(database.transact(actions, token=uuid.uuid4().hex)) == {"None"}


def _additions(database: Database, credential: Credential, grant: Grant, name: str) -> list[Item]:
    table, fingerprint = database.settings.accounts_table, credential.fingerprint()
    entry = {
        "pk": {"S": keys.credentials(grant.account_id)},
        "sk": {"S": keys.credential(fingerprint)},
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
    table, named = database.settings.accounts_table, keys.credential(fingerprint)
    places = [(named, "credential"), (keys.credentials(account_id), named), (keys.account(account_id), named)]
    return [{"Delete": {"TableName": table, "Key": {"pk": {"S": pk}, "sk": {"S": sk}}}} for pk, sk in places]


def _listed(item: Item) -> Listed:
    return Listed(
        item["sk"]["S"].removeprefix(keys.credential("")),
        item["kind"]["S"],
        item["name"]["S"],
        frozenset(item["rights"]["SS"]),
        item["created_at"]["S"],
    )
