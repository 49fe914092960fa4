"""How often something happened in the current minute, in the Accounts table.

    pk = rate#<SHA-256 of the source>   sk = <minutes of the epoch>      times, ttl

Only what is limited is counted, with one write each; once a count is full nothing more is written, as far as a
process knows. An address is kept as a part of the hash only, for an hour.
"""

import hashlib
import json

from loyalty.store.engine.dynamodb import Database, Item
from loyalty.store.tables import keys

_SECONDS = 60
_KEPT_SECONDS = 3_600

Source = tuple[str, str, str]
"""What is counted: what kind of thing, the address that it came from, and whose name it bore."""


def full(database: Database, source: Source, most: int) -> bool:
    """Count once more, unless that is known to be too often; whether it is more than `most`. Raises StorageBusy."""
    return times(database, source, most) > most


def times(database: Database, source: Source, most: int) -> int:
    """The same as how often it was by now: `most` and one where it is known to be more. Raises StorageBusy."""
    if known_full(database, source):
        return most + 1
    counted = min(_count(database, source), most + 1)
    if counted > most:
        database.cache.get(_cached(database, source), lambda: True)
    return counted


def take_back(database: Database, source: Source) -> None:
    """Count once less, in the minute that is now; raises StorageBusy."""
    database.increase(database.settings.accounts_table, _key(database, source), "times", -1)


def known_full(database: Database, source: Source) -> bool:
    """Whether this process has learnt in this minute that a count is full."""
    return bool(database.cache.get(_cached(database, source), lambda: None))


def seconds_left(database: Database) -> float:
    """Seconds until all counts begin anew."""
    return _SECONDS - database.now() % _SECONDS


def _count(database: Database, source: Source) -> int:
    minute = int(database.now()) // _SECONDS
    request = {
        "Key": _key(database, source),
        "UpdateExpression": "SET #ttl = :ttl ADD times :one",
        "ExpressionAttributeNames": {"#ttl": "ttl"},
        "ExpressionAttributeValues": {
            ":one": {"N": "1"},
            ":ttl": {"N": str((minute + 1) * _SECONDS + _KEPT_SECONDS)},
        },
    }
    return int(database.update(database.settings.accounts_table, request)["times"]["N"])


def _key(database: Database, source: Source) -> Item:
    name = hashlib.sha256(json.dumps(source).encode()).hexdigest()
    return {"pk": {"S": keys.rate(name)}, "sk": {"S": str(int(database.now()) // _SECONDS)}}


def _cached(database: Database, source: Source) -> tuple[int, Source]:
    return int(database.now()) // _SECONDS, source
