"""The Customers table: customers, and one pointer item for each of their identifiers.

    pk = <account>#profile_id#<profile_id>    the customer: fields, found_by, origin, created_by, removable_until,
                                              leaving
    pk = <account>#<kind>#<identifier>        profile_id, customer_id and removable_until of the customer it names

A look-up is a batch read of pointers (the customer itself is the one for its profile_id), never a query.
A customer and its pointers are written in one transaction, so that each pointer names a customer and
each customer is found by all that its `found_by` names.
"""

import uuid
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from loyalty.domain.customer import Customer
from loyalty.domain.errors import StorageBusy
from loyalty.domain.identifiers import Identifier
from loyalty.store.engine import batch
from loyalty.store.engine.dynamodb import Database, Item, equals
from loyalty.store.engine.transactions import Witness
from loyalty.store.tables import keys

_RESERVED = frozenset(
    {"pk", "profile_id", "customer_id", "found_by", "origin", "created_by", "removable_until", "leaving"}
)
"""Attributes of a customer's item that are no fields; no field has such a name (see `profile`)."""


class Reference(NamedTuple):
    """The two names that every customer has, and until when an undo may remove it (see `presence`)."""

    profile_id: str
    customer_id: int
    removable_until: int = 0


class Found(NamedTuple):
    """A look-up's answer: customers by identifier; `unread` identifiers could not be looked up in time."""

    customers: dict[Identifier, Reference]
    unread: set[Identifier]


class Change(NamedTuple):
    """A customer before (None: there is none) and after (None: it goes); it is there at least once."""

    before: Customer | None
    after: Customer | None

    @property
    def profile_id(self) -> str:
        """Whom it is about."""
        customer = self.before or self.after
        return customer.profile_id if customer else ""

    @property
    def had(self) -> frozenset[Identifier]:
        """What found the customer before."""
        return self.before.pointers if self.before else frozenset()

    @property
    def has(self) -> frozenset[Identifier]:
        """What finds it after."""
        return self.after.pointers if self.after else frozenset()

    @property
    def differs(self) -> bool:
        """Whether the customer is other than before, whoever wrote it last."""
        if self.before is None or self.after is None:
            return True
        return (self.before.fields, self.before.found_by) != (self.after.fields, self.after.found_by)


class Repointed(NamedTuple):
    """A customer before (None: there was none) and after, and the pointers that come and go with that."""

    before: Customer | None
    after: Customer
    taken: Collection[Identifier]
    given_up: Collection[Identifier]


def find(database: Database, account_id: str, identifiers: Collection[Identifier]) -> Found:
    """Look up distinct identifiers; what is missing is read once more, consistently, before it counts as unknown."""
    found = _look_up(database, account_id, identifiers, consistent=False)
    if len(found.customers) == len(identifiers):
        return found
    missed = [one for one in identifiers if one not in found.customers and one not in found.unread]
    again = find_current(database, account_id, missed)
    return Found(found.customers | again.customers, found.unread | again.unread)


def find_current(database: Database, account_id: str, identifiers: Iterable[Identifier]) -> Found:
    """Look up distinct identifiers as they are at this moment, to change them."""
    return _look_up(database, account_id, identifiers, consistent=True)


def find_all(database: Database, account_id: str, identifiers: Iterable[Identifier]) -> dict[Identifier, Reference]:
    """Look up identifiers as they are at this moment, all or none: raises StorageBusy when any can't be read."""
    found = find_current(database, account_id, dict.fromkeys(identifiers))
    if found.unread:
        raise StorageBusy
    return found.customers


def read(
    database: Database, account_id: str, profile_ids: Iterable[str]
) -> tuple[dict[str, Customer], frozenset[Identifier]]:
    """Those customers that exist, by profile_id, as they are at this moment, and which could not be read in time."""
    names: dict[batch.Key, str] = {keys.customer(account_id, profile_id): profile_id for profile_id in profile_ids}
    found, unread = batch.get_all(database, database.settings.customers_table, list(names), None, consistent=True)
    customers = {names[key]: from_item(item) for key, item in found.items()}
    return customers, frozenset(("profile_id", names[key]) for key in unread)


def create(database: Database, account_id: str, customer: Customer) -> bool:
    """Store a new customer and its pointers together; False, and nothing stored, when any of them is taken."""
    actions = replace(database, account_id, None, customer)
    return set(database.transact(actions, token=uuid.uuid4().hex)) == {"None"}


def replace(database: Database, account_id: str, before: Customer | None, after: Customer) -> list[Item]:
    """The actions of a transaction that turn a customer as read (None: there is none) into `after`.

    They are refused together when the customer was changed, or an identifier taken, in the meantime.
    """
    return together(database, account_id, [Change(before, after)])


def together(database: Database, account_id: str, changes: Sequence[Change]) -> list[Item]:
    """The actions of one transaction that makes these changes of distinct customers: first one for each, in order.

    What one of them gives up and another takes goes straight to that one. They are refused together when one of the
    customers was changed, or an identifier taken, in the meantime.
    """
    pointers = _Pointers({}, {})
    for change in changes:
        pointers.given_up.update(dict.fromkeys(change.had - change.has, change.profile_id))
    for change in changes:
        profile_id = change.profile_id
        for one in change.has - change.had:
            pointers.taken[one] = profile_id, pointers.given_up.pop(one, None)
    return _actions(database, account_id, changes, pointers)


def witness(database: Database, account_id: str, change: Change) -> Witness:
    """The customer's own item as evidence of a change that leaves it there."""
    key = {"pk": {"S": keys.customer(account_id, change.profile_id)}}
    before, after = change.before.origin if change.before else None, change.after.origin if change.after else ""
    return Witness(database.settings.customers_table, key, before, after)


def repointed(database: Database, account_id: str, change: Repointed) -> list[Item]:
    """The actions of a transaction that change a customer and these pointers; one that goes may be gone already."""
    owner = change.after.profile_id
    taken: dict[Identifier, tuple[str, str | None]] = dict.fromkeys(change.taken, (owner, None))
    pointers = _Pointers(taken, dict.fromkeys(change.given_up, owner))
    return _actions(database, account_id, [Change(change.before, change.after)], pointers)


class _Pointers(NamedTuple):
    """Identifiers that are taken (by whom, and from whom if that is said), and those given up (by whom)."""

    taken: dict[Identifier, tuple[str, str | None]]
    given_up: dict[Identifier, str]


def _actions(database: Database, account_id: str, changes: Sequence[Change], pointers: _Pointers) -> list[Item]:
    table, (taken, given_up) = database.settings.customers_table, pointers
    names = {change.profile_id: _names(change.after) for change in changes if change.after}

    actions = [_change(table, account_id, change, names.get(change.profile_id, {})) for change in changes]
    for (kind, text), (owner, giver) in sorted(taken.items()):
        item = {"pk": {"S": keys.identifier(account_id, kind, text)}, **names[owner]}
        actions.append(_put_over(table, item, giver) if giver else _put_if_new(table, item))
    for (kind, text), owner in sorted(given_up.items()):
        actions.append(_delete_pointer(table, keys.identifier(account_id, kind, text), owner))
    return actions


def from_item(item: Item) -> Customer:
    """The customer in a stored item, which is no pointer."""
    return Customer(
        item["profile_id"]["S"],
        int(item["customer_id"]["N"]),
        {name: value["S"] for name, value in item.items() if name not in _RESERVED},
        frozenset(item.get("found_by", {"SS": ()})["SS"]),
        item["origin"]["S"],
        item["created_by"]["S"],
        _removable_until(item),
    )


def _look_up(database: Database, account_id: str, identifiers: Iterable[Identifier], *, consistent: bool) -> Found:
    names: dict[batch.Key, Identifier] = {keys.identifier(account_id, one[0], one[1]): one for one in identifiers}
    table = database.settings.customers_table
    found, unread = batch.read_all(database, table, list(names), _REFERENCE, consistent=consistent)
    return Found({names[key]: customer for key, customer in found.items()}, {names[key] for key in unread})


def _reference(item: Item) -> Reference:
    return Reference(item["profile_id"]["S"], int(item["customer_id"]["N"]), _removable_until(item))


def _removable_until(item: Item) -> int:
    return int(item["removable_until"]["S"]) if "removable_until" in item else 0


_REFERENCE = batch.Wanted("profile_id,customer_id,removable_until", _reference)


def _change(table: str, account_id: str, change: Change, names: Item) -> Item:
    key, before = keys.customer(account_id, change.profile_id), change.before
    if change.after is None:
        return _delete_if(table, key, "origin", before.origin if before else "")
    item = {"pk": {"S": key}, **names, **_attributes(change.after)}
    return _put_if(table, item, "origin", before.origin) if before else _put_if_new(table, item)


def _put_if_new(table: str, item: Item) -> Item:
    return {"Put": {"TableName": table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}}


def _put_over(table: str, item: Item, giver: str) -> Item:
    return {"Put": {"TableName": table, "Item": item, **_unless_others(giver)}}


def _put_if(table: str, item: Item, attribute: str, text: str) -> Item:
    return {"Put": {"TableName": table, "Item": item, **equals(attribute, text)}}


def _delete_if(table: str, key: str, attribute: str, text: str) -> Item:
    return {"Delete": {"TableName": table, "Key": {"pk": {"S": key}}, **equals(attribute, text)}}


def _delete_pointer(table: str, key: str, profile_id: str) -> Item:
    return {"Delete": {"TableName": table, "Key": {"pk": {"S": key}}, **_unless_others(profile_id)}}


def _unless_others(profile_id: str) -> Item:
    """The condition that a pointer is no other customer's.

    It is not there where an earlier version stored the identifier in another form (see `loyalty migrate identifiers`).
    """
    condition = equals("profile_id", profile_id)
    return condition | {"ConditionExpression": f"attribute_not_exists(pk) OR {condition['ConditionExpression']}"}


def _names(customer: Customer) -> Item:
    """What a customer's own item and its pointers have in common."""
    names: Item = {"profile_id": {"S": customer.profile_id}, "customer_id": {"N": str(customer.customer_id)}}
    if customer.removable_until:
        names["removable_until"] = {"S": str(customer.removable_until)}  # text, as versions before expect of any field
    return names


def _attributes(customer: Customer) -> Item:
    attributes: Item = {name: {"S": text} for name, text in customer.fields.items()}
    attributes["origin"], attributes["created_by"] = {"S": customer.origin}, {"S": customer.created_by}
    if found_by := sorted(customer.identifiers):
        attributes["found_by"] = {"SS": found_by}
    return attributes
