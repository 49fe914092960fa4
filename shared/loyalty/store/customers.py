"""The Customers table: customers, and one pointer item for each of their identifiers.

    pk = <account>#profile_id#<profile_id>    the customer
    pk = <account>#<kind>#<identifier>        profile_id and customer_id of the customer it names

A look-up is a batch read of pointers (the customer itself is the one for its profile_id), never a query.
"""

import uuid
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from loyalty.store import batch, keys
from loyalty.store.dynamodb import Database, Item

Identifier = tuple[str, str]
"""An identifier's kind and its normalised text."""


_REFERENCE = "profile_id,customer_id"


class Reference(NamedTuple):
    """The two names that every customer has."""

    profile_id: str
    customer_id: int


class Found(NamedTuple):
    """A look-up's answer: customers by identifier; `unread` identifiers could not be looked up in time."""

    customers: dict[Identifier, Reference]
    unread: set[Identifier]


class Customer(NamedTuple):
    """A customer with its identifiers (kind -> normalised text, the profile_id aside)."""

    profile_id: str
    customer_id: int
    identifiers: dict[str, str]


def find(database: Database, account_id: str, identifiers: Iterable[Identifier]) -> Found:
    """Look up distinct identifiers; what is missing is read once more, consistently, before it counts as unknown."""
    names: dict[batch.Key, Identifier] = {keys.identifier(account_id, *one): one for one in identifiers}
    table = database.settings.customers_table
    found, unread = batch.get_all(database, table, list(names), _REFERENCE)
    if missed := [key for key in names if key not in found and key not in unread]:
        again = batch.get_all(database, table, missed, _REFERENCE, consistent=True)
        found |= again.found
        unread |= again.unread
    return Found(
        {names[key]: _reference(item) for key, item in found.items()},
        {names[key] for key in unread},
    )


def create(database: Database, account_id: str, customer: Customer) -> bool:
    """Store a new customer and its pointers together; False, and nothing stored, when any of them is taken."""
    reference = {"profile_id": {"S": customer.profile_id}, "customer_id": {"N": str(customer.customer_id)}}
    attributes = {kind: {"S": text} for kind, text in customer.identifiers.items()}
    items = [{"pk": {"S": keys.customer(account_id, customer.profile_id)}, **reference, **attributes}]
    for kind, text in _pointers(customer):
        items.append({"pk": {"S": keys.identifier(account_id, kind, text)}, **reference})
    table = database.settings.customers_table
    puts = [
        {"Put": {"TableName": table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}} for item in items
    ]
    return set(database.transact(puts, token=uuid.uuid4().hex)) == {"None"}


def _reference(item: Item) -> Reference:
    return Reference(item["profile_id"]["S"], int(item["customer_id"]["N"]))


def _pointers(customer: Customer) -> Sequence[Identifier]:
    return [("customer_id", str(customer.customer_id)), *customer.identifiers.items()]
