"""Setting promotions up: what may be stored, and the transaction that keeps their identifiers unique in the account."""

import re
import uuid
from dataclasses import dataclass

from loyalty.domain import identifiers
from loyalty.domain.account import Promotion
from loyalty.domain.quoting import quote
from loyalty.store.engine.dynamodb import Database, Item
from loyalty.store.tables import keys, promotions
from loyalty.store.tables.accounts import LONGEST_NAME
from loyalty.store.tables.promotions import LONGEST_IDENTIFIER_BYTES

LARGEST_LIMIT = 1_000
"""Earns of one customer that a tally counts: its size, and the price of a write to it, grow with them."""

_MOMENT = re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z")
_ID = re.compile("[1-9][0-9]{0,18}")


class PromotionRefused(ValueError):
    """A promotion that can't be stored as asked; `str(error)` says why."""


def put(database: Database, account_id: str, promotion: Promotion) -> None:
    """Store a promotion and the pointer from its identifier together.

    Raises PromotionRefused when it is wrong in itself, when its identifier names another promotion, or when it
    brings a limit to a promotion that has earns no tally counted; raises StorageBusy.
    """
    _check(promotion)
    table = database.settings.accounts_table
    stored = database.get(table, promotions.key(account_id, keys.promotion(promotion.id)))
    before = promotions.from_item(promotion.id, stored) if stored else None
    changes = _Changes(table, account_id, promotion)
    actions = [changes.promotion()]
    if promotion.identifier:
        actions.append(changes.pointer(promotion.identifier))
    if before and before.identifier and before.identifier != promotion.identifier:
        actions.append(changes.pointer_removal(before.identifier))
    codes = database.transact(actions, token=uuid.uuid4().hex)
    if codes[0] != "None":
        raise PromotionRefused(
            f"promotion {promotion.id} has earns already: a limit can't be added, make a new promotion"
        )
    if set(codes) != {"None"}:
        raise PromotionRefused(f"the identifier {promotion.identifier} names another promotion")


def _check(promotion: Promotion) -> None:
    """Refuse what earning could not find or compare."""
    if not _ID.fullmatch(promotion.id):
        raise PromotionRefused(f"the id {promotion.id!r} is no positive integer of at most 19 digits")
    for name, moment in (("start", promotion.start), ("end", promotion.end)):
        if moment is not None and not _MOMENT.fullmatch(moment):
            raise PromotionRefused(f"the {name} {moment!r} is no moment in UTC such as 2026-01-31T00:00:00Z")
    if promotion.limit is not None and not 0 <= promotion.limit <= LARGEST_LIMIT:
        raise PromotionRefused(f"the limit {promotion.limit} is not within 0 and {LARGEST_LIMIT}")
    if promotion.name and len(promotion.name) > LONGEST_NAME:
        raise PromotionRefused(f"the name has {len(promotion.name)} characters, and may have {LONGEST_NAME}")
    called = promotion.identifier
    if called is not None and (identifiers.name(called) != called or len(called.encode()) > LONGEST_IDENTIFIER_BYTES):
        fault = f"is blank, has blanks around it, or more than {LONGEST_IDENTIFIER_BYTES} bytes"
        raise PromotionRefused(f"the identifier {quote(called)} {fault}")


@dataclass(frozen=True)
class _Changes:
    """The actions of the transaction that stores a promotion."""

    table: str
    account_id: str
    value: Promotion

    def promotion(self) -> Item:
        attributes = _attributes(self.value)
        sets = [name for name, value in attributes.items() if value]
        removes = [name for name, value in attributes.items() if not value]
        update: Item = {
            "TableName": self.table,
            "Key": promotions.key(self.account_id, keys.promotion(self.value.id)),
            "UpdateExpression": "SET " + ",".join(f"#{name}=:{name}" for name in sets),
            "ExpressionAttributeNames": {f"#{name}": name for name in attributes},
            "ExpressionAttributeValues": {f":{name}": attributes[name] for name in sets},
        }
        if removes:
            update["UpdateExpression"] += " REMOVE " + ",".join(f"#{name}" for name in removes)
        if self.value.limit is not None:
            update["ConditionExpression"] = "attribute_not_exists(has_earns)"
        return {"Update": update}

    def pointer(self, identifier: str) -> Item:
        key = promotions.key(self.account_id, keys.promotion_identifier(identifier))
        return {
            "Put": {
                "TableName": self.table,
                "Item": {**key, "promotion": {"S": self.value.id}},
                "ConditionExpression": "attribute_not_exists(pk) OR promotion = :id",
                "ExpressionAttributeValues": {":id": {"S": self.value.id}},
            }
        }

    def pointer_removal(self, identifier: str) -> Item:
        key = promotions.key(self.account_id, keys.promotion_identifier(identifier))
        return {"Delete": {"TableName": self.table, "Key": key}}


def _attributes(promotion: Promotion) -> dict[str, Item | None]:
    def text(value: str | None) -> Item | None:
        return {"S": value} if value else None

    return {
        "program": text(promotion.program_id),
        "active": {"BOOL": promotion.active},
        "name": text(promotion.name),
        "start": text(promotion.start),
        "end": text(promotion.end),
        "identifier": text(promotion.identifier),
        "limit": None if promotion.limit is None else {"N": str(promotion.limit)},
    }
