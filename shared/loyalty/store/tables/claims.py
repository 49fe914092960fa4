"""Who works on which request, in the Jobs table: a claim names the job of a request that may come again.

    pk = sk = key#<SHA-256 of account, contract and key>   job_id, request (SHA-256), claimed_at, ttl

It holds no reply, only the job that has the outcomes, and counts for a day.
"""

import hashlib
import json
from typing import NamedTuple

from loyalty.store.engine.dynamodb import Database, Item
from loyalty.store.tables import keys

KEPT_SECONDS = 24 * 3600


class Claim(NamedTuple):
    """A claim: its scope, whose request it is, the job, since when, and whether we are the one that just made it."""

    scope: str
    request: str
    job_id: str
    claimed_at: int
    new: bool = True


def fingerprint(*parts: str) -> str:
    """The SHA-256, as hex, of a list of texts."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def claim(database: Database, scope: str, request: str, job_id: str) -> Claim:
    """Claim a scope for a job, or learn who did; raises StorageBusy."""
    wanted = Claim(scope, request, job_id, int(database.now()))
    expired = "attribute_not_exists(pk) OR #ttl < :now"
    return _put(database, wanted, expired, {":now": {"N": str(wanted.claimed_at)}}, {"#ttl": "ttl"})


def find(database: Database, scope: str) -> Claim | None:
    """Who claimed a scope, if anybody did; raises StorageBusy."""
    key = keys.idempotency(scope)
    item = database.get(database.settings.jobs_table, {"pk": {"S": key}, "sk": {"S": key}})
    return _claim(scope, item) if item and database.now() <= int(item["ttl"]["N"]) else None


def take_over(database: Database, held: Claim, job_id: str | None = None) -> Claim | None:
    """The claim renewed, for another job where one is named; None when somebody was faster. Raises StorageBusy."""
    wanted = held._replace(job_id=job_id or held.job_id, claimed_at=int(database.now()), new=True)
    seen = {":seen": {"N": str(held.claimed_at)}, ":held": {"S": held.job_id}}
    taken = _put(database, wanted, "claimed_at = :seen AND job_id = :held", seen, {})
    return taken if taken.new else None


def _put(database: Database, wanted: Claim, condition: str, values: Item, names: dict[str, str]) -> Claim:
    update = database.update_if(
        database.settings.jobs_table,
        {
            "Key": {name: {"S": keys.idempotency(wanted.scope)} for name in ("pk", "sk")},
            "UpdateExpression": "SET job_id = :job, #request = :request, claimed_at = :claimed_at, #ttl = :ttl",
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {"#request": "request", "#ttl": "ttl", **names},
            "ExpressionAttributeValues": {
                ":job": {"S": wanted.job_id},
                ":request": {"S": wanted.request},
                ":claimed_at": {"N": str(wanted.claimed_at)},
                ":ttl": {"N": str(wanted.claimed_at + KEPT_SECONDS)},
                **values,
            },
        },
    )
    if update.done or update.met is None:
        return wanted._replace(new=update.done)
    stored = _claim(wanted.scope, update.met)
    return stored._replace(new=stored == wanted._replace(new=False))  # ours, where an answer was lost


def _claim(scope: str, item: Item) -> Claim:
    return Claim(scope, item["request"]["S"], item["job_id"]["S"], int(item["claimed_at"]["N"]), new=False)
