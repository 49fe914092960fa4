"""Promotions, in the Accounts table beside the programs that they belong to.

pk = account#<account>   sk = promotion#<id>                  program, active, name, start, end, identifier, limit,
                                                              has_earns
pk = account#<account>   sk = promotion_identifier#<text>     promotion: the id of the one that it names
"""

import uuid
from dataclasses import dataclass

from loyalty.account import Promotion
from loyalty.store import keys
from loyalty.store.dynamodb import Database, Item

LONGEST_IDENTIFIER_BYTES = 1_000
"""What a sort key of DynamoDB (1,024 bytes) has room for."""


class PromotionRefused(ValueError):
    """A promotion that can't be stored as asked; `str(error)` says why."""


def find(database: Database, account_id: str, promotion_id: str) -> Promotion | None:
    """A promotion of the account, as of at most a minute ago; raises StorageBusy."""
    item = database.get_cached(database.settings.accounts_table, _key(account_id, keys.promotion(promotion_id)))
    return _promotion(promotion_id, item) if item else None


def find_by_identifier(database: Database, account_id: str, identifier: str) -> Promotion | None:
    """The promotion with the account's own name for it; raises StorageBusy."""
    if len(identifier.encode()) > LONGEST_IDENTIFIER_BYTES:
        return None
    pointer = _key(account_id, keys.promotion_identifier(identifier))
    item = database.get_cached(database.settings.accounts_table, pointer)
    return find(database, account_id, item["promotion"]["S"]) if item else None


def earn_without_limit(database: Database, account_id: str, promotion: Promotion) -> Promotion:
    """Note, once in its life, that a promotion without a limit has earns: from then on none can be added to it.

    Returns the promotion as it now is, with a limit if one was added since it was read. Raises StorageBusy.
    """
    if promotion.has_earns or promotion.limit is not None:
        return promotion
    table, key = database.settings.accounts_table, _key(account_id, keys.promotion(promotion.id))
    database.update_if(
        table,
        {
            "Key": key,
            "UpdateExpression": "SET has_earns = :true",
            "ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(#limit)",
            "ExpressionAttributeNames": {"#limit": "limit"},
            "ExpressionAttributeValues": {":true": {"BOOL": True}},
        },
    )
    database.forget(table, key)
    return find(database, account_id, promotion.id) or promotion


def put(database: Database, account_id: str, promotion: Promotion) -> None:
    """Store a promotion and the pointer from its identifier together.

    Raises PromotionRefused when its identifier is too long or names another promotion, or when it brings a
    limit to a promotion that has earns no tally counted; raises StorageBusy.
    """
    if promotion.identifier and len(promotion.identifier.encode()) > LONGEST_IDENTIFIER_BYTES:
        raise PromotionRefused(f"an identifier has at most {LONGEST_IDENTIFIER_BYTES} bytes")
    table = database.settings.accounts_table
    stored = database.get(table, _key(account_id, keys.promotion(promotion.id)))
    before = _promotion(promotion.id, stored) if stored else None
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
            "Key": _key(self.account_id, keys.promotion(self.value.id)),
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
        key = _key(self.account_id, keys.promotion_identifier(identifier))
        return {
            "Put": {
                "TableName": self.table,
                "Item": {**key, "promotion": {"S": self.value.id}},
                "ConditionExpression": "attribute_not_exists(pk) OR promotion = :id",
                "ExpressionAttributeValues": {":id": {"S": self.value.id}},
            }
        }

    def pointer_removal(self, identifier: str) -> Item:
        key = _key(self.account_id, keys.promotion_identifier(identifier))
        return {"Delete": {"TableName": self.table, "Key": key}}


def _key(account_id: str, sort_key: str) -> Item:
    return {"pk": {"S": keys.account(account_id)}, "sk": {"S": sort_key}}


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


def _promotion(promotion_id: str, item: Item) -> Promotion:
    def text(name: str) -> str | None:
        return item[name]["S"] if name in item else None

    return Promotion(
        id=promotion_id,
        program_id=item["program"]["S"],
        name=text("name"),
        active=item["active"]["BOOL"],
        start=text("start"),
        end=text("end"),
        identifier=text("identifier"),
        limit=int(item["limit"]["N"]) if "limit" in item else None,
        has_earns="has_earns" in item,
    )
