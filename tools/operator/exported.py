"""What an export holds: which items of which table, as rows of which columns."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from loyalty.domain.account import Account
from loyalty.domain.errors import StorageBusy
from loyalty.domain.identifiers import custom_field
from loyalty.domain.profile import MIGRATED, REGISTERED, SECRETS, STANDARD
from loyalty.settings import Settings
from loyalty.store.engine.dynamodb import Database, Item
from loyalty.store.tables import customers, earns, keys, memberships

_CONTACTS = ("email", "phone", "code")

Row = dict[str, Any]
"""A row by column, with values as JSON has them."""


class Kind(NamedTuple):
    """Where rows are stored, their columns, and how an item is read (None when it is something else).

    With `has_contacts` its rows get those of their customers, see `with_contacts`.
    """

    table: str
    prefix: str
    columns: Sequence[str]
    read: Callable[[Item], Row | None]
    has_contacts: bool = False


def customers_of(account: Account, settings: Settings) -> Kind:
    """The account's customers, without passwords and PINs."""
    standard = (field for field in STANDARD if field not in SECRETS)
    own = (custom_field(field.number) for field in account.custom_fields)
    columns = (*MIGRATED, *standard, *own, REGISTERED)
    return Kind(settings.customers_table, keys.customer(account.id, ""), columns, _customer)


def members_of(account: Account, settings: Settings) -> Kind:
    """The account's memberships, with registration dates and balances."""
    columns = ("program", "profile_id", *_CONTACTS, "registration_date", "balance")
    return Kind(settings.memberships_table, keys.of_account(account.id), columns, _member, has_contacts=True)


def earns_of(account: Account, settings: Settings) -> Kind:
    """The account's earns, without those that were revoked."""
    columns = ("promotion", "profile_id", *_CONTACTS, "earned_id", "source", "earned_at")
    return Kind(settings.earns_table, keys.of_account(account.id), columns, _earn, has_contacts=True)


def with_contacts(database: Database, account_id: str, rows: Sequence[Row]) -> list[Row]:
    """Rows with their customers' e-mail, phone and code; of those that are erased there are none.

    Each customer among them is read once, in batches of 100: a read unit for each 4 KB of it. Raises StorageBusy.
    """
    found, unread = customers.read(database, account_id, {row["profile_id"] for row in rows})
    if unread:
        raise StorageBusy
    contacts = {one: {name: text for name in _CONTACTS if (text := found[one].fields.get(name))} for one in found}
    return [{**row, **contacts.get(row["profile_id"], {})} for row in rows]


def _customer(item: Item) -> Row:
    customer = customers.from_item(item)
    fields = {name: text for name, text in customer.fields.items() if name not in SECRETS}
    return {"profile_id": customer.profile_id, "customer_id": customer.customer_id, **fields}


def _member(item: Item) -> Row | None:
    if memberships.has_left(item):
        return None
    _, program, profile_id = item["pk"]["S"].split(keys.SEPARATOR, 2)
    member = memberships.from_item(profile_id, item)
    row: Row = {"program": program, "profile_id": profile_id, "registration_date": member.registered_at}
    return row if member.balance is None else {**row, "balance": member.balance}


def _earn(item: Item) -> Row | None:
    if item["sk"]["S"] == keys.TALLY:
        return None
    _, promotion, profile_id = item["pk"]["S"].split(keys.SEPARATOR, 2)
    earn = earns.from_item(profile_id, item)
    if earn.revoked_by is not None:
        return None
    return {
        "promotion": promotion,
        "profile_id": profile_id,
        "earned_id": earn.earned_id,
        "source": earn.source,
        "earned_at": earn.earned_at,
    }
