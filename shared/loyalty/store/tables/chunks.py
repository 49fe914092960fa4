"""Chunks of jobs, in the Jobs table: who is at work on each, and its outcomes once it is finished.

    pk = <job_id>   sk = chunk#<number>   holder, held_at, begun, tries, content, waiters, positions, outcomes, done_at,
                                          buried, closed_by, reason, kept, cancelled_at, fence, ttl

One delivery at a time holds a chunk: `begin` takes it, `finish` stores the outcomes and gives it back, `release` gives
it back undone. A holder that died holds it until it can't be alive any more (see `lifetime`). `begun` counts all
deliveries that ever began, `tries` those since the outcomes were stored last.

`outcomes` is zlib-compressed JSON. A chunk is finished once: later deliveries find the outcomes. Only those of a
`buried` chunk, which was closed for a `reason` before it was done, are replaced when another message brings it again:
`closed_by` names those that it was closed by since, whose redeliveries find it closed, as do messages that were sent
twice before it was. `kept` is its message, zlib-compressed and as it would be parked, by which a retry can do it.

A chunk that nobody began with when its job was cancelled is closed in one write, `cancel`. `cancelled_at` says which
cancel that was: nobody begins with the chunk who read the job before it was begun again after that.

`content` is a digest of the chunk's items: another content under the same number is refused. `fence` names the job that
takes this chunk back: nobody begins with it any more. `waiters` are receipts of the messages of chunks that have to
wait for this one; they stay, so that whoever finds it done can wake those that a dead worker did not.
"""

import uuid
from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from loyalty.domain import lifetime
from loyalty.domain.errors import StorageBusy
from loyalty.domain.job import Job, Part
from loyalty.domain.outcome import Outcome
from loyalty.store.engine import batch
from loyalty.store.engine.dynamodb import Database, Item
from loyalty.store.tables import keys
from loyalty.store.tables.chunk import Chunk, of_item, pack_message, pack_outcomes, pack_positions, unpack_positions

MOST_WAITERS = 100
"""Receipts that a chunk notes, of some hundred bytes each: an item has no room for any number of them."""

_NO_MESSAGE = "none"
"""What stands for the id of a message where a chunk is not brought by one."""

_NEVER_CLOSED = "(attribute_not_exists(buried) OR attribute_not_exists(done_at))"
"""Versions that noted no `done_at` did not mark what they parked either, so that nothing tells a redrive of that."""

_UNFINISHED = "(attribute_not_exists(outcomes) OR attribute_exists(buried))"
_NOT_FENCED = "attribute_not_exists(fence)"
_NOT_CANCELLED = "(attribute_not_exists(cancelled_at) OR cancelled_at < :since)"
_SAME_CONTENT = "(attribute_not_exists(content) OR content = :content)"


class Turn(Enum):
    """What came of asking for a chunk."""

    OURS = "ours"
    DONE = "done"
    CLOSED = "closed"
    TAKEN = "taken"
    OTHER_CONTENT = "other content"
    FENCED = "fenced"


class Begun(NamedTuple):
    """What came of asking for a chunk, the chunk as it is then, and as whom we hold it."""

    turn: Turn
    chunk: Chunk
    holder: str

    @property
    def first(self) -> bool:
        """Whether nobody ever began before, so that nothing of the chunk can be written."""
        return self.chunk.begun <= 1


class Sent(NamedTuple):
    """What brings a chunk: a digest of its items, and the id of the message where they come in one.

    `again` says that somebody asked for the chunk after it was closed; else it was sent before, perhaps twice.
    """

    content: str
    message: str | None = None
    again: bool = True


def begin(database: Database, job: Job, number: int, sent: Sent, *, past_fence: bool = False) -> Begun:
    """Take a chunk to do it, unless it is done, closed, held, or taken back. Raises StorageBusy.

    A closed one is taken if it is asked for again.

    `past_fence` takes also a chunk that is taken back, to find out what became of it.
    """
    holder, now = uuid.uuid4().hex[:16], database.now()
    free = "(attribute_not_exists(holder) OR held_at <= :dead)"
    another = "NOT contains(closed_by, :message)" if sent.again else _NEVER_CLOSED
    conditions = [_UNFINISHED, free, _SAME_CONTENT, another]
    conditions += [] if past_fence else [_NOT_FENCED, _NOT_CANCELLED]
    update = database.update_if(
        database.settings.jobs_table,
        {
            "Key": _key(job.id, number),
            "UpdateExpression": "SET holder = :holder, held_at = :now, content = :content, #ttl = :ttl "
            "ADD begun :one, tries :one",
            "ConditionExpression": " AND ".join(conditions),
            "ExpressionAttributeNames": {"#ttl": "ttl"},
            "ExpressionAttributeValues": {
                ":holder": {"S": holder},
                ":now": {"N": f"{now:.3f}"},
                ":dead": {"N": f"{now - lifetime.LONGEST_SECONDS:.3f}"},
                ":content": {"S": sent.content},
                **({":message": {"S": sent.message or _NO_MESSAGE}} if sent.again else {}),
                **({} if past_fence else {":since": {"N": str(job.reopened_at or 0)}}),
                ":one": {"N": "1"},
                ":ttl": {"N": str(job.deleted_at)},
            },
            "ReturnValues": "ALL_NEW",
        },
    )
    item = update.item or {}
    ours = update.done or item.get("holder") == {"S": holder}  # the latter after a lost answer
    return Begun(Turn.OURS if ours else _turn(item, sent, now, past_fence=past_fence), of_item(item), holder)


class Finished(NamedTuple):
    """Whether outcomes were stored, and the chunk as it is then."""

    done: bool
    chunk: Chunk


class Closed(NamedTuple):
    """Why a chunk is closed before it is done, by which message, if it came in one, and the text of that to keep."""

    reason: str
    message: str | None
    text: str | None = None


class Results(NamedTuple):
    """The outcomes of a chunk; those of a `closed` one may be replaced later."""

    outcomes: Sequence[Outcome]
    closed: Closed | None

    @property
    def kept(self) -> bytes | None:
        """The message to keep beside them, packed."""
        return pack_message(self.closed.text if self.closed else None)


def finish(database: Database, job: Job, part: Part, results: Results, holder: str) -> Finished:
    """Store the outcomes of a chunk, if we hold it, and give it back; raises StorageBusy."""
    closed, kept, now = results.closed, results.kept, round(database.now(), 3)
    removed = ["holder", "held_at", "tries", "cancelled_at", *([] if closed else ["buried", "closed_by", "reason"])]
    removed += [] if kept else ["kept"]
    why = {":true": {"BOOL": True}, ":reason": {"S": closed.reason}} if closed else {}
    by = {":message": {"SS": [closed.message]}} if closed and closed.message else {}
    update = database.update_if(
        database.settings.jobs_table,
        {
            "Key": _key(job.id, part.number),
            "UpdateExpression": "SET outcomes = :outcomes, done_at = :now, #positions = :positions, #ttl = :ttl"
            f"{', buried = :true, reason = :reason' if why else ''}{', kept = :kept' if kept else ''}"
            f" REMOVE {', '.join(removed)}"
            f"{' ADD closed_by :message' if by else ''}",
            "ConditionExpression": "holder = :holder",
            "ExpressionAttributeNames": {"#positions": "positions", "#ttl": "ttl"},
            "ExpressionAttributeValues": {
                ":outcomes": {"B": pack_outcomes(results.outcomes, kept)},
                ":now": {"N": f"{now:.3f}"},
                ":positions": {"S": pack_positions(part.positions)},
                ":ttl": {"N": str(job.deleted_at)},
                ":holder": {"S": holder},
                **why,
                **by,
                **({":kept": {"B": kept}} if kept else {}),
            },
            "ReturnValues": "ALL_OLD",
        },
    )
    met = of_item(update.item or {})
    if not update.done:
        return Finished(done=False, chunk=met)
    reason = closed.reason if closed else ""
    stored = met._replace(outcomes=[*results.outcomes], done_at=now, buried=closed is not None, reason=reason)
    stored = stored._replace(positions=part.positions, tries=0, held_at=None, packed=kept)
    return Finished(done=True, chunk=stored)


def cancel(database: Database, job: Job, part: Part, content: str, results: Results) -> Chunk | None:
    """Close a chunk of a cancelled job, in one write, if nobody began with it since the job was begun, or begun again.

    The chunk as it is then: one that was closed before stays as it was told. None where somebody began, or somebody
    else's items stand there. Raises StorageBusy.
    """
    kept = results.kept
    first = {
        "outcomes": {"B": pack_outcomes(results.outcomes, kept)},
        "positions": {"S": pack_positions(part.positions)},
        "content": {"S": content},
        "reason": {"S": results.closed.reason if results.closed else ""},
        **({"kept": {"B": kept}} if kept else {}),
    }
    sets = ", ".join(f"#{name} = if_not_exists(#{name}, :{name})" for name in first)
    nobody = "attribute_not_exists(holder) AND attribute_not_exists(tries)"
    anew = "(attribute_not_exists(cancelled_at) OR cancelled_at < :at)"
    update = database.update_if(
        database.settings.jobs_table,
        {
            "Key": _key(job.id, part.number),
            "UpdateExpression": f"SET cancelled_at = :at, done_at = :at, buried = :true, #ttl = :ttl, {sets}"
            " ADD begun :one",
            "ConditionExpression": f"{_UNFINISHED} AND {nobody} AND {_SAME_CONTENT} AND {_NOT_FENCED} AND {anew}",
            "ExpressionAttributeNames": {"#ttl": "ttl", **{f"#{name}": name for name in first}},
            "ExpressionAttributeValues": {
                ":at": {"N": str(job.cancelled_at)},
                ":true": {"BOOL": True},
                ":one": {"N": "1"},
                ":ttl": {"N": str(job.deleted_at)},
                **{f":{name}": value for name, value in first.items()},
            },
            "ReturnValues": "ALL_NEW",
        },
    )
    item = update.item or {}
    met = of_item(item)
    before = met.buried and met.cancelled_at == job.cancelled_at and item.get("content") == {"S": content}
    return met if update.done or before else None


def wait_for(database: Database, job: Job, number: int, receipt: str) -> Chunk:
    """Note that the message with this receipt waits for a chunk; the chunk as it is. Raises StorageBusy."""
    item = database.update(
        database.settings.jobs_table,
        {
            "Key": _key(job.id, number),
            "UpdateExpression": "SET #ttl = :ttl ADD waiters :receipt",
            "ExpressionAttributeNames": {"#ttl": "ttl"},
            "ExpressionAttributeValues": {":receipt": {"SS": [receipt]}, ":ttl": {"N": str(job.deleted_at)}},
        },
    )
    return of_item(item)


def woken(database: Database, job: Job, number: int) -> None:
    """Note that nobody waits any longer for a chunk that is finished; raises StorageBusy.

    Who notes that it waits just now, finds it finished.
    """
    request = {
        "Key": _key(job.id, number),
        "UpdateExpression": "SET #ttl = :ttl REMOVE waiters",
        "ExpressionAttributeNames": {"#ttl": "ttl"},
        "ExpressionAttributeValues": {":ttl": {"N": str(job.deleted_at)}},
    }
    database.update(database.settings.jobs_table, request)


def release(database: Database, job: Job, number: int, holder: str) -> None:
    """Give a chunk back that we hold, as it is; raises StorageBusy, and it is free once we can't be alive any more."""
    request = {
        "Key": _key(job.id, number),
        "UpdateExpression": "REMOVE holder, held_at",
        "ConditionExpression": "holder = :holder",
        "ExpressionAttributeValues": {":holder": {"S": holder}},
    }
    database.update_if(database.settings.jobs_table, request)


def fence(database: Database, undoing: Job, number: int) -> Chunk:
    """Have nobody begin with a chunk of a job that is taken back; the chunk as it is. Raises StorageBusy."""
    item = database.update(
        database.settings.jobs_table,
        {
            "Key": _key(undoing.undoes or "", number),
            "UpdateExpression": "SET fence = :undo, #ttl = :ttl",
            "ExpressionAttributeNames": {"#ttl": "ttl"},
            "ExpressionAttributeValues": {":undo": {"S": undoing.id}, ":ttl": {"N": str(undoing.deleted_at)}},
        },
    )
    return of_item(item)


def read_all(database: Database, job_id: str, numbers: Sequence[int], within: range | None = None) -> dict[int, Chunk]:
    """Those of a job's chunks that were begun and have items `within` these positions, by number.

    Raises StorageBusy.
    """
    wanted: dict[batch.Key, int] = {(job_id, keys.chunk(number)): number for number in numbers}
    read = batch.get_all(database, database.settings.jobs_table, list(wanted), None, consistent=True)
    if read.unread:
        raise StorageBusy
    return {wanted[key]: of_item(item) for key, item in read.found.items() if _is_within(item, within)}


def _turn(item: Item, sent: Sent, now: float, *, past_fence: bool) -> Turn:
    """Why a chunk can't be begun: that it is held, also where it is taken back, by who may go on `past_fence`."""
    if item.get("content", {"S": sent.content}) != {"S": sent.content}:
        return Turn.OTHER_CONTENT
    if of_item(item).settled is not None:
        return Turn.DONE
    if "fence" in item and not past_fence:
        return Turn.FENCED
    held = "held_at" in item and not lifetime.is_over(float(item["held_at"]["N"]), now)
    return Turn.CLOSED if "buried" in item and not held else Turn.TAKEN


def _key(job_id: str, number: int) -> Item:
    return {"pk": {"S": job_id}, "sk": {"S": keys.chunk(number)}}


def _is_within(item: Item, within: range | None) -> bool:
    if within is None or "positions" not in item:
        return True
    positions = unpack_positions(item["positions"]["S"])
    return bool(positions) and positions[0] < within.stop and positions[-1] >= within.start
