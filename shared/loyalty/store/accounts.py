"""The Accounts table: credentials, accounts and their programs.

    pk = credential#<fingerprint>   sk = credential      account, rights; expires_at and ttl where it expires
    pk = account#<account>          sk = account         http_status, custom_fields
    pk = account#<account>          sk = program#<id>    name, kind, active

It is small and read by every request, so what is found here is kept in the process for a minute:
that long a revoked credential, or a changed setting, still counts.
"""

import json

from loyalty.account import Account, Credential, CustomField, Grant, Program
from loyalty.store import keys
from loyalty.store.dynamodb import Database, Item

MOST_MATCH_FIELDS = 40
"""Match fields of one account: what finds a customer is written with it, in at most 100 actions."""

_KEPT_AFTER_EXPIRY_SECONDS = 86_400


def find_grant(database: Database, credential: Credential) -> Grant | None:
    """What a credential opens, None when it is not known; raises StorageBusy."""
    item = _find(database, keys.credential(credential.fingerprint()), "credential")
    if not item:
        return None
    expires_at = int(item["expires_at"]["N"]) if "expires_at" in item else None
    return Grant(item["account"]["S"], frozenset(item["rights"]["SS"]), expires_at)


def find_account(database: Database, account_id: str) -> Account | None:
    """An account by its id; raises StorageBusy."""
    item = _find(database, keys.account(account_id), "account")
    if not item:
        return None
    fields = tuple(CustomField(**field) for field in json.loads(item["custom_fields"]["S"]))
    return Account(account_id, item["http_status"]["S"] == "always_200", fields)


def find_program(database: Database, account_id: str, program_id: str) -> Program | None:
    """A program of the account; raises StorageBusy."""
    item = _find(database, keys.account(account_id), keys.program(program_id))
    return Program(program_id, item["name"]["S"], item["kind"]["S"], item["active"]["BOOL"]) if item else None


def program_ids(database: Database, account_id: str) -> list[str]:
    """The ids of all programs of the account; raises StorageBusy."""
    prefix = keys.program("")
    items = database.query(
        database.settings.accounts_table, keys.account(account_id), prefix=prefix, ProjectionExpression="sk"
    )
    return [item["sk"]["S"].removeprefix(prefix) for item in items]


def put_grant(database: Database, credential: Credential, grant: Grant) -> None:
    """Store a credential, by its fingerprint only; what expired stays known as that for a day more."""
    attributes: Item = {"account": {"S": grant.account_id}, "rights": {"SS": sorted(grant.rights)}}
    if grant.expires_at is not None:
        attributes["expires_at"] = {"N": str(grant.expires_at)}
        attributes["ttl"] = {"N": str(grant.expires_at + _KEPT_AFTER_EXPIRY_SECONDS)}
    _put(database, keys.credential(credential.fingerprint()), "credential", attributes)


def put_account(database: Database, account: Account) -> None:
    """Store an account's settings; its id must not hold the key separator, its match fields fit one transaction."""
    if keys.SEPARATOR in account.id:
        raise ValueError(f"an account id can't hold {keys.SEPARATOR!r}: {account.id}")
    if sum(field.match for field in account.custom_fields) > MOST_MATCH_FIELDS:
        raise ValueError(f"an account can't have more than {MOST_MATCH_FIELDS} match fields: {account.id}")
    attributes = {
        "http_status": {"S": "always_200" if account.always_200 else "as_error"},
        "custom_fields": {"S": json.dumps([field._asdict() for field in account.custom_fields])},
    }
    _put(database, keys.account(account.id), "account", attributes)


def put_program(database: Database, account_id: str, program: Program) -> None:
    """Store a program; its id must not hold the key separator."""
    if keys.SEPARATOR in program.id:
        raise ValueError(f"a program id can't hold {keys.SEPARATOR!r}: {program.id}")
    attributes = {"name": {"S": program.name}, "kind": {"S": program.kind}, "active": {"BOOL": program.active}}
    _put(database, keys.account(account_id), keys.program(program.id), attributes)


def _find(database: Database, pk: str, sk: str) -> Item | None:
    return database.get_cached(database.settings.accounts_table, {"pk": {"S": pk}, "sk": {"S": sk}})


def _put(database: Database, pk: str, sk: str, attributes: Item) -> None:
    database.put(database.settings.accounts_table, {"pk": {"S": pk}, "sk": {"S": sk}, **attributes})
