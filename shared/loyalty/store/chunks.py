"""Chunks of jobs, in the Jobs table: how often each was begun, and its outcomes once it is finished.

    pk = <job_id>   sk = chunk#<number>   begun, positions, outcomes, buried, refused, ttl

`outcomes` is zlib-compressed JSON. A chunk is finished once: who comes later finds the outcomes. Only those of a
`buried` chunk, which was given up, are replaced when it is delivered again. Those of a `refused` one hold only until
somebody begins with it.
"""

import json
import zlib
from collections.abc import Sequence
from typing import NamedTuple

from loyalty.errors import StorageBusy
from loyalty.job import Job, Part
from loyalty.outcome import Outcome, from_json, to_json
from loyalty.store import batch, keys
from loyalty.store.dynamodb import Database, Item


class Chunk(NamedTuple):
    """A chunk as stored: how often it was begun, where its items stand, and their outcomes, None until finished."""

    begun: int
    positions: Sequence[int]
    outcomes: list[Outcome] | None
    buried: bool

    @property
    def settled(self) -> list[Outcome] | None:
        """The outcomes that stay."""
        return None if self.buried else self.outcomes


def begin(database: Database, job: Job, number: int) -> Chunk:
    """Note that somebody begins with a chunk; the chunk as it is then. Raises StorageBusy."""
    item = database.update(
        database.settings.jobs_table,
        {
            "Key": _key(job.id, number),
            "UpdateExpression": "ADD begun :one SET #ttl = :ttl",
            "ExpressionAttributeNames": {"#ttl": "ttl"},
            "ExpressionAttributeValues": {":one": {"N": "1"}, ":ttl": {"N": str(job.forgotten_at)}},
        },
    )
    return _chunk(item)


def finish(database: Database, job: Job, part: Part, outcomes: Sequence[Outcome], *, alone: bool) -> Chunk | None:
    """Store a chunk's outcomes; None, or the chunk as it is where that is no longer possible. Raises StorageBusy.

    With `alone` that is so as soon as anybody else began with the chunk, whose writes may look like a stranger's.
    """
    request = _storing(job, part, outcomes)
    request["UpdateExpression"] += " REMOVE buried, refused"
    if alone:
        request["ConditionExpression"] += " AND begun = :one"
        request["ExpressionAttributeValues"][":one"] = {"N": "1"}
    return _store(database, request)


def bury(database: Database, job: Job, part: Part, outcomes: Sequence[Outcome]) -> Chunk | None:
    """The same for outcomes that another delivery may replace."""
    return _store(database, _burying(job, part, outcomes))


def give_up(database: Database, job: Job, part: Part, outcomes: Sequence[Outcome]) -> Chunk | None:
    """The same where nothing is known of the chunk."""
    request = _burying(job, part, outcomes)
    unknown = "attribute_not_exists(outcomes) OR (attribute_exists(refused) AND attribute_exists(begun))"
    request["ConditionExpression"] = unknown
    return _store(database, request)


def refuse(database: Database, job: Job, part: Part, outcomes: Sequence[Outcome]) -> Chunk | None:
    """The same where nobody ever began with the chunk, and so nothing can be written."""
    request = _burying(job, part, outcomes, refused=True)
    request["ConditionExpression"] += " AND attribute_not_exists(begun)"
    return _store(database, request)


def read_all(database: Database, job_id: str, numbers: Sequence[int], within: range | None = None) -> dict[int, Chunk]:
    """Those of a job's chunks that were begun and have items `within` these positions, by number.

    Raises StorageBusy.
    """
    wanted: dict[batch.Key, int] = {(job_id, keys.chunk(number)): number for number in numbers}
    read = batch.get_all(database, database.settings.jobs_table, list(wanted), None, consistent=True)
    if read.unread:
        raise StorageBusy
    return {wanted[key]: _chunk(item) for key, item in read.found.items() if _is_within(item, within)}


def _storing(job: Job, part: Part, outcomes: Sequence[Outcome]) -> Item:
    text = json.dumps([to_json(outcome) for outcome in outcomes], ensure_ascii=False, separators=(",", ":"))
    return {
        "Key": _key(job.id, part.number),
        "UpdateExpression": "SET outcomes = :outcomes, #positions = :positions, #ttl = :ttl",
        "ConditionExpression": "(attribute_not_exists(outcomes) OR attribute_exists(buried))",
        "ExpressionAttributeNames": {"#positions": "positions", "#ttl": "ttl"},
        "ExpressionAttributeValues": {
            ":outcomes": {"B": zlib.compress(text.encode())},
            ":positions": {"S": _pack(part.positions)},
            ":ttl": {"N": str(job.forgotten_at)},
        },
    }


def _burying(job: Job, part: Part, outcomes: Sequence[Outcome], *, refused: bool = False) -> Item:
    request = _storing(job, part, outcomes)
    request["UpdateExpression"] += ", buried = :true" + (", refused = :true" if refused else " REMOVE refused")
    request["ExpressionAttributeValues"][":true"] = {"BOOL": True}
    return request


def _store(database: Database, request: Item) -> Chunk | None:
    update = database.update_if(database.settings.jobs_table, request)
    return None if update.done else _chunk(update.met or {})


def _key(job_id: str, number: int) -> Item:
    return {"pk": {"S": job_id}, "sk": {"S": keys.chunk(number)}}


def _is_within(item: Item, within: range | None) -> bool:
    if within is None or "positions" not in item:
        return True
    positions = _unpack(item["positions"]["S"])
    return bool(positions) and positions[0] < within.stop and positions[-1] >= within.start


def _chunk(item: Item) -> Chunk:
    outcomes = json.loads(zlib.decompress(item["outcomes"]["B"])) if "outcomes" in item else None
    return Chunk(
        begun=int(item["begun"]["N"]) if "begun" in item else 0,
        positions=_unpack(item["positions"]["S"]) if "positions" in item else (),
        outcomes=None if outcomes is None else [from_json(parts) for parts in outcomes],
        buried="buried" in item,
    )


def _pack(positions: Sequence[int]) -> str:
    """`first-last` for consecutive positions, else all of them."""
    if isinstance(positions, range):
        return f"{positions.start}-{positions.stop - 1}"
    return ",".join(map(str, positions))


def _unpack(text: str) -> Sequence[int]:
    first, _, last = text.partition("-")
    return range(int(first), int(last) + 1) if last else [int(position) for position in text.split(",")]
