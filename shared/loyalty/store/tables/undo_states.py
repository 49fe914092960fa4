"""Undo states, in the Jobs table: what customers were before an import changed them.

    pk = <job_id>   sk = undo#<chunk's first position>#<when>#<part>   account, customers, ttl

`customers` is zlib-compressed JSON, a pair a line: a customer's profile_id, and what it was before (null if there
was none). It is cut by bytes into items, written before the change it describes, and kept as long as its job. Secrets
are there as the hashes that the customer itself holds.
"""

import json
import uuid
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from loyalty.domain.compact import compact
from loyalty.domain.customer import Customer
from loyalty.domain.errors import StorageBusy
from loyalty.domain.job import KEPT_SECONDS, SPARE_SECONDS
from loyalty.domain.outcome import Origin
from loyalty.store.engine import batch
from loyalty.store.engine.dynamodb import Database, Item
from loyalty.store.tables import keys

_MOST_BYTES = 380_000
"""Bytes in one item, before compression so that no content can exceed DynamoDB's 400 KB."""

KEPT_BY = "import"
"""The operation whose jobs have undo states."""


class UndoState(NamedTuple):
    """What a customer was before a job changed it; None when the job created it."""

    profile_id: str
    before: Customer | None


def keep(database: Database, account_id: str, origin: Origin, states: Iterable[UndoState]) -> None:
    """Store what a change is about to replace; raises StorageBusy."""
    now = database.now()
    when = f"{int(now * 1_000_000):016d}-{uuid.uuid4().hex[:8]}"
    for part, lines in enumerate(_cut(map(_line, states)), start=1):
        item = {
            "pk": {"S": origin.id},
            "sk": {"S": keys.undo(origin.position(0), when, part)},
            "account": {"S": account_id},
            "customers": {"B": zlib.compress(lines)},
            "ttl": {"N": str(int(now) + KEPT_SECONDS + SPARE_SECONDS)},
        }
        database.put(database.settings.jobs_table, item)


def read(database: Database, job_id: str, first_position: int) -> list[UndoState]:
    """What customers were before the job, of the chunk that begins at this position; raises StorageBusy.

    A change may be made in several steps or deliveries, each of which keeps a state: what the job itself wrote is
    not what was before it.
    """
    prefix, table = keys.undo_of_chunk(first_position), database.settings.jobs_table
    items = database.query(table, job_id, prefix=prefix, ConsistentRead=True)
    lines = [line for item in items for line in zlib.decompress(item["customers"]["B"]).splitlines()]
    states = [state for state in map(_state, lines) if not _is_of(job_id, state.before)]
    return list({state.profile_id: state for state in states}.values())


def holders(database: Database, job_ids: Sequence[str]) -> list[str]:
    """Which of these jobs may have undo states: imports that can be undone, and those that are stored in part only.

    An account may have many more jobs; a look at each costs less than a search for its states. Raises StorageBusy.
    """
    wanted: dict[batch.Key, str] = {(job_id, keys.JOB): job_id for job_id in job_ids}
    found, unread = batch.get_all(database, database.settings.jobs_table, list(wanted), "operation,undoable")
    if unread:
        raise StorageBusy
    return [job_id for key, job_id in wanted.items() if key not in found or _keeps_states(found[key])]


def _keeps_states(job: Item) -> bool:
    return job["operation"]["S"] == KEPT_BY and "undoable" in job


def erase(database: Database, job_id: str, profile_id: str) -> int:
    """Rewrite a job's undo states without a customer; how many items held it. Raises StorageBusy."""
    items = database.query(database.settings.jobs_table, job_id, prefix=keys.UNDO, ConsistentRead=True)
    return sum(_erase_from(database, item, profile_id) for item in items)


def _erase_from(database: Database, item: Item, profile_id: str) -> bool:
    """Rewrite an item without the customer, also if others rewrite it meanwhile; whether it held the customer."""
    lines = zlib.decompress(item["customers"]["B"]).splitlines(keepends=True)
    others = [line for line in lines if json.loads(line)[0] != profile_id]
    if len(others) == len(lines):
        return False
    change = {
        "Key": {"pk": item["pk"], "sk": item["sk"]},
        "UpdateExpression": "SET customers = :others",
        "ConditionExpression": "customers = :seen",
        "ExpressionAttributeValues": {":others": {"B": zlib.compress(b"".join(others))}, ":seen": item["customers"]},
    }
    update = database.update_if(database.settings.jobs_table, change)
    if update.met:
        _erase_from(database, update.met, profile_id)
    return True


def _is_of(job_id: str, customer: Customer | None) -> bool:
    return customer is not None and Origin(job_id).marked(customer.origin) is not None


def _line(state: UndoState) -> bytes:
    before = state.before and {**state.before._asdict(), "found_by": sorted(state.before.identifiers)}
    return compact([state.profile_id, before]).encode() + b"\n"


def _state(line: bytes) -> UndoState:
    profile_id, before = json.loads(line)
    return UndoState(profile_id, _customer(before) if before else None)


def _customer(stored: dict[str, Any]) -> Customer:
    return Customer(**{**stored, "found_by": frozenset(stored["found_by"])})


def _cut(lines: Iterable[bytes]) -> Iterator[bytes]:
    part = bytearray()
    for line in lines:
        if part and len(part) + len(line) > _MOST_BYTES:
            yield bytes(part)
            part.clear()
        part += line
    if part:
        yield bytes(part)
