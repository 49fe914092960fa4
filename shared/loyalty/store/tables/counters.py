"""Numbers allocated in blocks, each once: one counter item in the Accounts table for each account and kind of id."""

from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import keys


def allocate(database: Database, account_id: str, name: str, count: int, *, first: int = 1) -> range:
    """The next `count` numbers of a counter that begins at `first`, with one write; raises StorageBusy.

    A call that is repeated after a lost answer leaves a gap, never a number that is given twice.
    """
    key = {"pk": {"S": keys.account(account_id)}, "sk": {"S": keys.counter(name)}}
    drawn = database.increase(database.settings.accounts_table, key, "drawn", count)
    return range(first + drawn - count, first + drawn)


def skip(database: Database, account_id: str, name: str, number: int, *, first: int = 1) -> None:
    """Never allocate `number`, nor any below it, from now on; raises StorageBusy."""
    key = {"pk": {"S": keys.account(account_id)}, "sk": {"S": keys.counter(name)}}
    request = {
        "Key": key,
        "UpdateExpression": "SET drawn = :drawn",
        "ConditionExpression": "attribute_not_exists(drawn) OR drawn < :drawn",
        "ExpressionAttributeValues": {":drawn": {"N": str(number + 1 - first)}},
    }
    database.update_if(database.settings.accounts_table, request)
