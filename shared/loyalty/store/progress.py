"""How far jobs are, in the Jobs table: which chunks are finished, and how many of their items ended how.

    pk = <job_id>   sk = finished#<part>   <chunk's number>: its counts (JSON), ttl

Each part notes 32 chunks, so that an item stays below 1 KB and a note costs one write unit, however large the job.
A note may be made again, or changed when a chunk is redriven; so nothing is ever counted twice.
"""

import json
from collections import Counter
from collections.abc import Mapping

from loyalty.job import Job, Progress
from loyalty.store import keys
from loyalty.store.dynamodb import Database, Item

_CHUNKS_PER_PART = 32
_PREFIX = "c"


def note(database: Database, job: Job, number: int, counts: Mapping[str, int]) -> bool:
    """Note that a chunk is finished; whether all chunks of the job are. Raises StorageBusy."""
    part = (number - 1) // _CHUNKS_PER_PART
    item = database.update(
        database.settings.jobs_table,
        {
            "Key": {"pk": {"S": job.id}, "sk": {"S": keys.finished(part)}},
            "UpdateExpression": "SET #chunk = :counts, #ttl = :ttl",
            "ExpressionAttributeNames": {"#chunk": f"{_PREFIX}{number}", "#ttl": "ttl"},
            "ExpressionAttributeValues": {
                ":counts": {"S": json.dumps(counts, separators=(",", ":"))},
                ":ttl": {"N": str(job.forgotten_at)},
            },
        },
    )
    in_part = min(_CHUNKS_PER_PART, job.chunks - part * _CHUNKS_PER_PART)
    return len(_counts(item)) == in_part and (in_part == job.chunks or read(database, job).chunks == job.chunks)


def read(database: Database, job: Job) -> Progress:
    """How far a job is at this moment; raises StorageBusy."""
    parts = database.query(database.settings.jobs_table, job.id, prefix=keys.FINISHED, ConsistentRead=True)
    noted = [counts for part in parts for counts in _counts(part)]
    total: Counter[str] = Counter()
    for counts in noted:
        total.update(counts)
    return Progress(len(noted), total)


def _counts(item: Item) -> list[dict[str, int]]:
    return [json.loads(value["S"]) for name, value in item.items() if name.startswith(_PREFIX)]
