"""How far something long is done that belongs to a job, in the Jobs table, and who is at it.

    pk = <job_id>   sk = file, results#<name>, sending   cursor (JSON), holder, held_until, ttl

One process at a time holds a cursor, for as long as it gives a sign of life in time (`splitter_silence_seconds`);
whoever takes it then goes on where it was. One that lost it learns so with its next step, and does nothing more.
"""

import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from loyalty.domain.errors import StorageBusy
from loyalty.domain.job import Job
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import job_items, keys

State = Mapping[str, Any]


class CursorTaken(Exception):
    """Somebody else may be at it, for so many more `seconds` at most."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


class CursorLost(Exception):
    """Somebody else has taken it meanwhile."""


class Held(NamedTuple):
    """A cursor that we hold: of which job, what of it, and as whom."""

    job: Job
    name: str
    holder: str


def take(database: Database, job: Job, name: str) -> tuple[Held, State | None]:
    """Take a cursor; how far it is, None where nobody began. Raises CursorTaken or StorageBusy."""
    held, now = Held(job, name, uuid.uuid4().hex[:16]), database.now()
    update = database.update_if(
        database.settings.jobs_table,
        {
            "Key": _key(held),
            "UpdateExpression": "SET holder = :holder, held_until = :until, #ttl = :ttl",
            "ConditionExpression": "attribute_not_exists(holder) OR held_until <= :now OR holder = :holder",
            "ExpressionAttributeNames": {"#ttl": "ttl"},
            "ExpressionAttributeValues": {
                ":holder": {"S": held.holder},
                ":until": {"N": f"{now + database.settings.splitter_silence_seconds:.3f}"},
                ":now": {"N": f"{now:.3f}"},
                ":ttl": {"N": str(job.deleted_at)},
            },
            "ReturnValues": "ALL_NEW",
        },
    )
    item = update.item or {}
    if not update.done:
        raise CursorTaken(max(0.0, float(item["held_until"]["N"]) - now))
    return held, json.loads(item["cursor"]["S"]) if "cursor" in item else None


@contextmanager
def holding(database: Database, job: Job, name: str) -> Iterator[tuple[Held, State | None]]:
    """Hold a cursor for as long as this lasts; whoever is next can take it at once then. Raises as `take`."""
    held, state = take(database, job, name)
    try:
        yield held, state
    except Exception:
        with suppress(StorageBusy):
            release(database, held)
        raise
    release(database, held)


def read(database: Database, job_id: str, name: str) -> State | None:
    """How far it is, None where nobody made a step; raises StorageBusy."""
    item = database.get(database.settings.jobs_table, {"pk": {"S": job_id}, "sk": {"S": name}})
    return json.loads(item["cursor"]["S"]) if item and "cursor" in item else None


def ask(database: Database, job: Job, name: str, what: str, every: float) -> bool:
    """Note that something was asked for; whether somebody has to be told, as nobody was in the last `every` seconds.

    Raises StorageBusy.
    """
    request = {
        "Key": {**job_items.key(job.id), "sk": {"S": name}},
        "UpdateExpression": "SET asked = :what, asked_at = :now, #ttl = :ttl",
        "ConditionExpression": "attribute_not_exists(asked) OR NOT asked = :what OR asked_at <= :before",
        "ExpressionAttributeNames": {"#ttl": "ttl"},
        "ExpressionAttributeValues": {
            ":what": {"S": what},
            ":now": {"N": f"{database.now():.3f}"},
            ":before": {"N": f"{database.now() - every:.3f}"},
            ":ttl": {"N": str(job.deleted_at)},
        },
    }
    return database.update_if(database.settings.jobs_table, request).done


def advance(database: Database, held: Held, state: State) -> None:
    """Note how far it is, and hold it on; raises CursorLost or StorageBusy."""
    update = database.update_if(
        database.settings.jobs_table,
        {
            "Key": _key(held),
            "UpdateExpression": "SET #cursor = :cursor, held_until = :until",
            "ConditionExpression": "holder = :holder",
            "ExpressionAttributeNames": {"#cursor": "cursor"},
            "ExpressionAttributeValues": {
                ":cursor": {"S": json.dumps(state, separators=(",", ":"))},
                ":until": {"N": f"{database.now() + database.settings.splitter_silence_seconds:.3f}"},
                ":holder": {"S": held.holder},
            },
        },
    )
    if not update.done:
        raise CursorLost


def keep(database: Database, held: Held) -> None:
    """Hold it on as it is; raises CursorLost or StorageBusy."""
    request = {
        "Key": _key(held),
        "UpdateExpression": "SET held_until = :until",
        "ConditionExpression": "holder = :holder",
        "ExpressionAttributeValues": {
            ":until": {"N": f"{database.now() + database.settings.splitter_silence_seconds:.3f}"},
            ":holder": {"S": held.holder},
        },
    }
    if not database.update_if(database.settings.jobs_table, request).done:
        raise CursorLost


def release(database: Database, held: Held) -> None:
    """Let whoever is next take it at once; raises StorageBusy."""
    request = {
        "Key": _key(held),
        "UpdateExpression": "REMOVE holder, held_until",
        "ConditionExpression": "holder = :holder",
        "ExpressionAttributeValues": {":holder": {"S": held.holder}},
    }
    database.update_if(database.settings.jobs_table, request)


FILE = keys.FILE
"""The cursor of a job's file."""

SENDING = keys.SENDING
"""The cursor of the chunks that are sent for a request."""


def results(name: str) -> str:
    """The cursor of a file of results."""
    return keys.results(name)


def _key(held: Held) -> Mapping[str, Any]:
    return {**job_items.key(held.job.id), "sk": {"S": held.name}}
