"""A tally as it is stored, in the Earns table: who holds a place under a promotion's limit; and what changes it.

    pk = <account>#<promotion>#<profile_id>   sk = tally      taken (places), <origin>: since when (epoch seconds)

A tally is made with its first place, and stays. It grows with its places, and each update costs its whole size: so many
origins of one request take their places, and give them back, with one update.
"""

import re
from collections.abc import Sequence

from loyalty.store.engine.dynamodb import Item
from loyalty.store.tables import keys

MOST_TOGETHER = 100
"""Places that one update takes or gives back: its condition names each, and may have 300 operators and 4 KB."""

_QUOTABLE = re.compile(r"[\w.:#-]+", re.ASCII)


def key(pk: str) -> Item:
    """Where a tally is stored."""
    return {"pk": {"S": pk}, "sk": {"S": keys.TALLY}}


def giving_back(pk: str, origins: Sequence[str]) -> Item:
    """The update (its parameters) that frees the places of at most 100 origins; refused unless each has one."""
    names = {f"#o{number}": origin for number, origin in enumerate(origins)}
    return {
        "Key": key(pk),
        "UpdateExpression": f"REMOVE {', '.join(names)} ADD taken :back",
        "ConditionExpression": " AND ".join(f"attribute_exists({name})" for name in names),
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": {":back": {"N": str(-len(origins))}},
    }


def taking(pk: str, origins: Sequence[str], limit: int, now: float) -> Item:
    """The update (its parameters) that gives a place to each of at most 100 origins.

    Refused unless as many are free, and none of the origins has one before.
    """
    names = {f"#o{number}": origin for number, origin in enumerate(origins)}
    free = [f"attribute_not_exists({name})" for name in names]
    return {
        "Key": key(pk),
        "UpdateExpression": f"SET {', '.join(f'{name} = :now' for name in names)} ADD taken :more",
        "ConditionExpression": " AND ".join([*free, "(attribute_not_exists(taken) OR taken <= :room)"]),
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": {
            ":now": {"N": str(int(now))},
            ":more": {"N": str(len(origins))},
            ":room": {"N": str(limit - len(origins))},
        },
    }


def taken(tally: Item) -> int:
    """How many places of a tally (empty where there is none) have somebody."""
    return int(tally["taken"]["N"]) if "taken" in tally else 0


def holders(tally: Item) -> list[str]:
    """The origins that have a place."""
    return [name for name in tally if keys.SEPARATOR in name]


def fits_statements(origin: str) -> bool:
    """Whether an origin can stand in a statement as it is."""
    return _QUOTABLE.fullmatch(origin) is not None


def first(table: str, pk: str, origin: str, now: float) -> Item:
    """The statement that makes a tally with one place, refused if there is one."""
    return {
        "Statement": f"INSERT INTO \"{table}\" VALUE {{'pk':?,'sk':?,'taken':?,'{origin}':?}}",
        "Parameters": [{"S": pk}, {"S": keys.TALLY}, {"N": "1"}, {"N": str(int(now))}],
    }


def further(table: str, pk: str, origin: str, limit: int, now: float) -> Item:
    """The statement that takes one more place of a tally; refused if none is free, or the origin has one."""
    where = f'pk=? AND sk=? AND "{origin}" IS MISSING AND taken<?'
    return {
        "Statement": f'UPDATE "{table}" SET "{origin}"=? SET taken=taken+? WHERE {where}',  # noqa: S608 - no quotes
        "Parameters": [{"N": str(int(now))}, {"N": "1"}, {"S": pk}, {"S": keys.TALLY}, {"N": str(limit)}],
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
