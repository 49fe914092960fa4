"""The Accounts table: credentials, accounts and their programs.

    pk = credential#<fingerprint>   sk = credential      account, rights; expires_at and ttl where it expires,
                                                         client where it was issued for one
    pk = rate#<fingerprint>         sk = <minute>        see `rates`
    pk = account#<account>          sk = account         http_status, custom_fields, database_id,
                                                         business (JSON)
    pk = account#<account>          sk = program#<id>    name, kind, active, settings (JSON)

It is small and read by every request, so what is found here is kept in the process for a minute:
that long a revoked credential, or a changed setting, still counts.
"""

import json
from typing import Any

from loyalty.domain.account import (
    Account,
    Business,
    Credential,
    CustomField,
    Grant,
    Product,
    Program,
    ProgramSettings,
    Reward,
)
from loyalty.domain.errors import StorageBusy
from loyalty.store.engine.dynamodb import Database, Item
from loyalty.store.engine.fate import Fate
from loyalty.store.tables import keys

MOST_MATCH_FIELDS = 40
"""Match fields of one account: what finds a customer is written with it, in at most 100 actions."""

LONGEST_NAME = 256
"""Characters of what people call a program or a promotion; a reply may repeat it for each item."""

_MOST_BYTES_OF_FIELDS = 300_000  # an item holds 400 KB
_KEPT_AFTER_EXPIRY_SECONDS = 86_400


def find_grant(database: Database, credential: Credential) -> Grant | None:
    """What a credential opens, None when it is not known; raises StorageBusy."""
    return find_grant_of(database, credential.fingerprint())


def find_grant_of(database: Database, fingerprint: str) -> Grant | None:
    """What the credential with this fingerprint opens, None when it is not known; raises StorageBusy."""
    return _grant(_find(database, keys.credential(fingerprint), "credential"))


def recent_grant(database: Database, credential: Credential) -> Grant | None:
    """What a credential opens, as this process found it in the last minute; None when it would have to ask."""
    key = {"pk": {"S": keys.credential(credential.fingerprint())}, "sk": {"S": "credential"}}
    return _grant(database.recent(database.settings.accounts_table, key))


def find_account(database: Database, account_id: str) -> Account | None:
    """An account by its id; raises StorageBusy."""
    item = _find(database, keys.account(account_id), "account")
    return from_item(item) if item else None


def from_item(item: Item) -> Account | None:
    """The account that an item of the table is, None for an item of anything else."""
    if item["sk"]["S"] != "account":
        return None
    account_id = item["pk"]["S"].removeprefix(keys.account(""))
    fields = tuple(CustomField(**field) for field in json.loads(item["custom_fields"]["S"]))
    database_id = item["database_id"]["S"] if "database_id" in item else None
    business = _business(json.loads(item["business"]["S"])) if "business" in item else Business()
    return Account(account_id, item["http_status"]["S"] == "always_200", fields, database_id, business)


def find_program(database: Database, account_id: str, program_id: str) -> Program | None:
    """A program of the account; raises StorageBusy."""
    item = _find(database, keys.account(account_id), keys.program(program_id))
    return _program(program_id, item) if item else None


def list_programs(database: Database, account_id: str) -> list[Program]:
    """All programs of the account as they are now, by id; raises StorageBusy."""
    prefix = keys.program("")
    table = database.settings.accounts_table
    items = database.query(table, keys.account(account_id), prefix=prefix, ConsistentRead=True)
    return [_program(item["sk"]["S"].removeprefix(prefix), item) for item in items]


def put_grant(database: Database, credential: Credential, grant: Grant) -> None:
    """Store a credential, by its fingerprint only; what expired stays known as that for a day more.

    It is in no list: that is for those of a limited life (see `credentials` for the others).
    """
    database.put(database.settings.accounts_table, grant_item(credential, grant))


def remove_grant(database: Database, credential: Credential) -> None:
    """Take back a credential that is in no list, before its time; raises StorageBusy."""
    key = {"pk": {"S": keys.credential(credential.fingerprint())}, "sk": {"S": "credential"}}
    database.delete(database.settings.accounts_table, key)


def grant_item(credential: Credential, grant: Grant) -> Item:
    """A credential as it is stored."""
    item = {
        "pk": {"S": keys.credential(credential.fingerprint())},
        "sk": {"S": "credential"},
        "account": {"S": grant.account_id},
        "rights": {"SS": sorted(grant.rights)},
    }
    if grant.expires_at is not None:
        item["expires_at"] = {"N": str(grant.expires_at)}
        item["ttl"] = {"N": str(grant.expires_at + _KEPT_AFTER_EXPIRY_SECONDS)}
    if grant.client is not None:
        item["client"] = {"S": grant.client}
    return item


def put_account(database: Database, account: Account) -> None:
    """Store an account's settings, replacing those that are there; raises ValueError as `create_account`."""
    database.put(database.settings.accounts_table, _account_item(account))


def create_account(database: Database, account: Account) -> bool:
    """Store a new account's settings; False when it is there already. Raises StorageBusy.

    Its id must not hold the key separator, its match fields fit one transaction; else raises ValueError.
    """
    write = database.insert(database.settings.accounts_table, _account_item(account))
    if write is Fate.BUSY:
        raise StorageBusy
    return write is Fate.DONE


def _account_item(account: Account) -> Item:
    if keys.SEPARATOR in account.id:
        raise ValueError(f"an account id can't hold {keys.SEPARATOR!r}: {account.id}")
    if sum(field.match for field in account.custom_fields) > MOST_MATCH_FIELDS:
        raise ValueError(f"an account can't have more than {MOST_MATCH_FIELDS} match fields: {account.id}")
    custom_fields = json.dumps([field._asdict() for field in account.custom_fields])
    if len(custom_fields) > _MOST_BYTES_OF_FIELDS:
        raise ValueError(f"the custom fields of an account take at most {_MOST_BYTES_OF_FIELDS} bytes: {account.id}")
    item = {
        "pk": {"S": keys.account(account.id)},
        "sk": {"S": "account"},
        "http_status": {"S": "always_200" if account.always_200 else "as_error"},
        "custom_fields": {"S": custom_fields},
    }
    if account.database_id:
        item["database_id"] = {"S": account.database_id}
    if account.business != Business():
        item["business"] = {"S": json.dumps(account.business._asdict())}
    return item


def put_program(database: Database, account_id: str, program: Program) -> None:
    """Store a program; its id must not hold the key separator, its name not be too long; else raises ValueError."""
    if keys.SEPARATOR in program.id:
        raise ValueError(f"a program id can't hold {keys.SEPARATOR!r}: {program.id}")
    if len(program.name) > LONGEST_NAME:
        raise ValueError(f"a program's name has at most {LONGEST_NAME} characters: {program.id}")
    item = {
        "pk": {"S": keys.account(account_id)},
        "sk": {"S": keys.program(program.id)},
        "name": {"S": program.name},
        "kind": {"S": program.kind},
        "active": {"BOOL": program.active},
    }
    if settings := _settings_document(program.settings):
        item["settings"] = {"S": json.dumps(settings)}
    database.put(database.settings.accounts_table, item)


def _grant(item: Item | None) -> Grant | None:
    if not item:
        return None
    expires_at = int(item["expires_at"]["N"]) if "expires_at" in item else None
    client = item["client"]["S"] if "client" in item else None
    return Grant(item["account"]["S"], frozenset(item["rights"]["SS"]), expires_at, client)


def _find(database: Database, pk: str, sk: str) -> Item | None:
    return database.get_cached(database.settings.accounts_table, {"pk": {"S": pk}, "sk": {"S": sk}})


def _program(program_id: str, item: Item) -> Program:
    settings = _settings(json.loads(item["settings"]["S"])) if "settings" in item else ProgramSettings()
    return Program(program_id, item["name"]["S"], item["kind"]["S"], item["active"]["BOOL"], settings)


def _business(document: dict[str, str]) -> Business:
    """What is told of a business; what a later version adds is passed over."""
    return Business(**{name: text for name, text in document.items() if name in Business._fields})


def _settings_document(settings: ProgramSettings) -> dict[str, Any]:
    return {name: value for name, value in settings._asdict().items() if value}


def _settings(document: dict[str, Any]) -> ProgramSettings:
    """The settings; what a later version adds is passed over."""
    given = {name: value for name, value in document.items() if name in ProgramSettings._fields}
    lists = {
        "currencies": tuple(given.get("currencies", ())),
        "rewards": tuple(Reward(*one) for one in given.get("rewards", ())),
        "products": tuple(Product(*one) for one in given.get("products", ())),
    }
    return ProgramSettings(**{**given, **lists})
