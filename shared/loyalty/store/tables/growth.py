"""How jobs grow, in the Jobs table: the further parts that each took; the first one stands in the job itself.

    pk = <job_id>   sk = part#<number>   request (SHA-256), parts, first_chunk, came_at, ttl

A part is stored before the job takes it, under the number that comes next: whoever sends it again finds how it was cut,
and no other can have its number. It counts once the job says so, in the one write that makes the job larger: that asks
for the part before to be sent, and the job to be open. A job is closed once, and takes nothing afterwards.
"""

from collections.abc import Sequence
from typing import NamedTuple

from loyalty.domain.errors import StorageBusy
from loyalty.domain.job import Job, Part
from loyalty.store.engine.dynamodb import Database, Item
from loyalty.store.engine.fate import Fate
from loyalty.store.tables import job_items, keys


class Further(NamedTuple):
    """A further part: its number, from 2, a digest of what it asks for, how it is cut, and when it came."""

    number: int
    request: str
    parts: Sequence[Part]
    came_at: float


def keep(database: Database, job: Job, further: Further) -> Further:
    """Store a part unless one of its number is there; the one that is stored then. Raises StorageBusy."""
    item = {
        **_key(job, further.number),
        "request": {"S": further.request},
        "parts": job_items.pack_parts(further.parts),
        "first_chunk": {"N": str(further.parts[0].number)},
        "came_at": {"N": f"{further.came_at:.3f}"},
        "ttl": {"N": str(job.deleted_at)},
    }
    if database.insert(database.settings.jobs_table, item) is Fate.DONE:
        return _further(further.number, item)
    stored = find(database, job, further.number)
    if stored is None:
        raise StorageBusy
    return stored


def find(database: Database, job: Job, number: int) -> Further | None:
    """The part of this number, if one is stored; raises StorageBusy."""
    item = database.get(database.settings.jobs_table, _key(job, number))
    return _further(number, item) if item else None


def take(database: Database, job: Job, further: Further) -> Job:
    """The job, larger by a part; as it is where it took that before, or can't take it. Raises StorageBusy."""
    grown = job.as_of(further.parts)
    return _change(
        database,
        job,
        {
            "UpdateExpression": "SET taken = :taken, taken_at = :now, chunks = :chunks, #total = :total"
            " REMOVE sent, abandoned",
            "ConditionExpression": "taken = :before AND attribute_exists(sent) AND attribute_not_exists(closed)",
            "ExpressionAttributeNames": {"#total": "total"},
            "ExpressionAttributeValues": {
                ":taken": {"N": str(further.number)},
                ":now": {"N": str(database.now())},
                ":chunks": {"N": str(grown.chunks)},
                ":total": {"N": str(grown.total)},
                ":before": {"N": str(further.number - 1)},
            },
        },
    )


def close(database: Database, job: Job) -> Job:
    """The job, closed; as it is where it grew since it was read. Raises StorageBusy."""
    return _change(
        database,
        job,
        {
            "UpdateExpression": "SET closed = :true",
            "ConditionExpression": "taken = :taken",
            "ExpressionAttributeValues": {":true": {"BOOL": True}, ":taken": {"N": str(job.taken)}},
        },
    )


def _change(database: Database, job: Job, request: Item) -> Job:
    request = {"Key": job_items.key(job.id), "ReturnValues": "ALL_NEW", **request}
    item = database.update_if(database.settings.jobs_table, request).item
    return job_items.of_item(item) if item else job


def _key(job: Job, number: int) -> Item:
    return {"pk": {"S": job.id}, "sk": {"S": keys.part(number)}}


def _further(number: int, item: Item) -> Further:
    return Further(
        number,
        item["request"]["S"],
        job_items.unpack_parts(item["parts"], int(item["first_chunk"]["N"])),
        float(item["came_at"]["N"]),
    )
