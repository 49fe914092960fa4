"""The Jobs table, so far: undo states.

    pk = <job_id>   sk = undo#<when>#<part>   account, origin, campaigns, customers, ttl

`customers` is zlib-compressed JSON, a pair a line: a customer's profile_id, and what it was before (null if
there was none). It is cut by bytes into items, written before the change it describes, and kept for
a week. `when` grows, so that of two states of one customer the later one is known. Secrets are there
as the hashes that the customer itself holds.
"""

import json
import uuid
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from loyalty.customer import Customer
from loyalty.store import keys
from loyalty.store.dynamodb import Database

KEPT_SECONDS = 7 * 24 * 3600

_MOST_BYTES = 380_000
"""Bytes in one item, before compression so that no content can exceed DynamoDB's 400 KB."""


class UndoState(NamedTuple):
    """What a customer was before a job changed it; None when the job created it."""

    profile_id: str
    before: Customer | None


class Job(NamedTuple):
    """Whose change it is, and the origin that its writes carry."""

    id: str
    account_id: str
    origin: str
    campaigns: Sequence[str]


def keep_undo(database: Database, job: Job, states: Iterable[UndoState]) -> None:
    """Store what a change is about to replace; raises StorageBusy."""
    now = database.now()
    when = f"{int(now * 1_000_000):016d}-{uuid.uuid4().hex[:8]}"
    for part, lines in enumerate(_cut(map(_line, states)), start=1):
        item = {
            "pk": {"S": job.id},
            "sk": {"S": keys.undo(when, part)},
            "account": {"S": job.account_id},
            "origin": {"S": job.origin},
            "campaigns": {"L": [{"S": campaign} for campaign in job.campaigns]},
            "customers": {"B": zlib.compress(lines)},
            "ttl": {"N": str(int(now) + KEPT_SECONDS)},
        }
        database.put(database.settings.jobs_table, item)


def _line(state: UndoState) -> bytes:
    before = state.before and {**state.before._asdict(), "found_by": sorted(state.before.identifiers)}
    return json.dumps([state.profile_id, before], ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _cut(lines: Iterable[bytes]) -> Iterator[bytes]:
    part = bytearray()
    for line in lines:
        if part and len(part) + len(line) > _MOST_BYTES:
            yield bytes(part)
            part.clear()
        part += line
    if part:
        yield bytes(part)
