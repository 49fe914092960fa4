"""Promotions as earning sees them, in the Accounts table beside the programs that they belong to.

pk = account#<account>   sk = promotion#<id>                  program, active, name, start, end, identifier, limit,
                                                              has_earns
pk = account#<account>   sk = promotion_identifier#<text>     promotion: the id of the one that it names
"""

from loyalty.domain.account import Promotion
from loyalty.store.engine.dynamodb import Database, Item
from loyalty.store.tables import keys

LONGEST_IDENTIFIER_BYTES = 1_000
"""What a sort key of DynamoDB (1,024 bytes) has room for."""


def find(database: Database, account_id: str, promotion_id: str) -> Promotion | None:
    """A promotion of the account, as of at most a minute ago; raises StorageBusy."""
    item = database.get_cached(database.settings.accounts_table, key(account_id, keys.promotion(promotion_id)))
    return from_item(promotion_id, item) if item else None


def list_all(database: Database, account_id: str) -> list[Promotion]:
    """All promotions of the account as they are now, by id; raises StorageBusy."""
    prefix = keys.promotion("")
    table = database.settings.accounts_table
    items = database.query(table, keys.account(account_id), prefix=prefix, ConsistentRead=True)
    return [from_item(item["sk"]["S"].removeprefix(prefix), item) for item in items]


def find_by_identifier(database: Database, account_id: str, identifier: str) -> Promotion | None:
    """The promotion with the account's own name for it; raises StorageBusy."""
    pointer = key(account_id, keys.promotion_identifier(identifier))
    item = database.get_cached(database.settings.accounts_table, pointer)
    return find(database, account_id, item["promotion"]["S"]) if item else None


def earn_without_limit(database: Database, account_id: str, promotion: Promotion) -> Promotion:
    """Note, once in its life, that a promotion without a limit has earns: from then on none can be added to it.

    Returns the promotion as it now is, with a limit if one was added since it was read. Raises StorageBusy.
    """
    if promotion.has_earns or promotion.limit is not None:
        return promotion
    table, stored_at = database.settings.accounts_table, key(account_id, keys.promotion(promotion.id))
    database.update_if(
        table,
        {
            "Key": stored_at,
            "UpdateExpression": "SET has_earns = :true",
            "ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(#limit)",
            "ExpressionAttributeNames": {"#limit": "limit"},
            "ExpressionAttributeValues": {":true": {"BOOL": True}},
        },
    )
    database.forget(table, stored_at)
    return find(database, account_id, promotion.id) or promotion


def key(account_id: str, sort_key: str) -> Item:
    """The Accounts key of a promotion, or of the pointer to one."""
    return {"pk": {"S": keys.account(account_id)}, "sk": {"S": sort_key}}


def from_item(promotion_id: str, item: Item) -> Promotion:
    """The promotion in a stored item."""

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
