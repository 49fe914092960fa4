"""The Jobs table: jobs. What belongs to a job is in its partition.

    pk = <job_id>              sk = job                       account, operation, contract, manner, params, parts, …
    pk = <job_id>              sk = chunk#…, finished#…       see `chunks` and `progress`
    pk = <job_id>              sk = undo#…                    see `undo_states`
    pk = <job_id>              sk = part#…                    see `growth`
    pk = <job_id>              sk = file, results#…, sending  see `cursors`
    pk = uploads#<day>         sk = <submitted_at>#<job_id>   see `awaited`
    pk = jobs#<account>#<day>  sk = <submitted_at>#<job_id>   see `job_list`
    pk = key#<fingerprint>     sk = key#<fingerprint>         see `claims`

A job is told for a week. TTL deletes it, and all that belongs to it, a day later. Claims count for a day.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from loyalty.domain.errors import (
    JobNotFound,
    JobNotRetryable,
    JobRunning,
    RequestCancelled,
    RequestUndone,
    StorageBusy,
)
from loyalty.domain.job import Job, Part
from loyalty.store.engine.dynamodb import Database, Item
from loyalty.store.engine.fate import Fate
from loyalty.store.tables import job_list
from loyalty.store.tables.job_items import attributes, attributes_of, key, of_item, pack_parts, unpack_parts

_LEAST_SECONDS = 0.001  # by which moments of one job differ that are compared

_IS_BEING_SPLIT = "(attribute_exists(split_at) AND attribute_not_exists(reopened_at))"
"""Whoever splits a file sends all of its chunks in the end."""

_IS_HANDED_ON = "(attribute_exists(handed_on_at) AND attribute_not_exists(abandoned))"
"""So does whoever was told to send its chunks."""

_OF_ITS_END = "finished_at, sent, abandoned, announced, handed_on_at"
"""What a job has once its chunks were sent and done, and loses when it is begun again."""


class Stored(NamedTuple):
    """A job, how it was cut when it was first submitted, and whether that was now."""

    job: Job
    parts: Sequence[Part]
    new: bool = False


def create(database: Database, job: Job, parts: Sequence[Part]) -> Stored:
    """Store a job unless it is there, and list it; what is stored then.

    Raises StorageBusy, and JobNotFound where a job of this id was there and is forgotten.
    """
    table, ttl = database.settings.jobs_table, {"N": str(job.deleted_at)}
    job_list.add(database, job)
    write = database.insert(table, {**key(job.id), **attributes(job), "parts": pack_parts(parts), "ttl": ttl})
    if write is Fate.DONE:
        return Stored(job, parts, new=True)
    if write is not Fate.REFUSED:
        raise StorageBusy
    stored = read(database, job.id)
    if stored is None:
        raise JobNotFound
    return stored


def find(database: Database, job_id: str) -> Job | None:
    """A job by its id, None once it is forgotten; raises StorageBusy."""
    item = database.get(database.settings.jobs_table, key(job_id))
    job = of_item(item) if item else None  # how it was cut is left packed: that takes as long as the job has chunks
    return job if job and database.now() < job.forgotten_at else None


def read(database: Database, job_id: str) -> Stored | None:
    """A job and how it was cut, None once it is forgotten; raises StorageBusy."""
    stored = read_stored(database, job_id)
    return stored if stored and database.now() < stored.job.forgotten_at else None


def read_stored(database: Database, job_id: str) -> Stored | None:
    """The same as long as it is stored, for work that began before it was forgotten."""
    item = database.get(database.settings.jobs_table, key(job_id))
    return Stored(of_item(item), unpack_parts(item["parts"])) if item else None


def mark(database: Database, job: Job, **fields: Any) -> Job:
    """The job with `sent`, `finished_at`, `error` or another such field set; if the first is set already all stays.

    With `sent` the time for the next part of a job that grows begins.
    It is given back as it is, without that, where it was begun again or grew since it was read: what is known of it
    then says nothing of now. Raises StorageBusy.
    """
    changed = job._replace(**fields)
    waits = attributes_of({"taken_at": database.now()}) if "sent" in fields and job.grows else {}
    met = _set_once(database, job, {**attributes_of(fields), **waits})
    return changed if met is None else of_item(met)


def claim_undo(database: Database, job: Job, undo_id: str) -> str:
    """The id of the one job that undoes this one: `undo_id` unless there is one already.

    Raises StorageBusy, or JobRunning where it was begun again meanwhile.
    """
    met = _set_once(database, job, {"undone_by": {"S": undo_id}}, only="finished_at")
    if met is None:
        return undo_id
    if "undone_by" not in met:
        raise JobRunning
    return str(met["undone_by"]["S"])


def reopen(database: Database, job: Job) -> Job:
    """The job, begun again: one that had ended, or that was not begun again before; as it is if somebody was faster.

    Raises StorageBusy, JobNotFound, RequestUndone where it is taken back, and RequestCancelled.
    """
    to_reopen = "(attribute_exists(finished_at) OR attribute_not_exists(reopened_at))"
    request = {
        "Key": key(job.id),
        "UpdateExpression": f"SET reopened_at = :now REMOVE {_OF_ITS_END}, retried",
        "ConditionExpression": f"attribute_exists(pk) AND {to_reopen}"
        " AND attribute_not_exists(undone_by) AND attribute_not_exists(cancelled_at)",
        "ExpressionAttributeValues": {":now": {"N": str(database.now())}},
    }
    job = _changed(database, request)
    if job.undone_by:
        raise RequestUndone
    if job.cancelled_at is not None:
        raise RequestCancelled
    return job


def begin_again(database: Database, job: Job) -> Job:
    """The job, which had ended, begun again for workers to do, also after it was cancelled.

    Raises StorageBusy, JobNotFound, JobRunning where somebody was faster, and JobNotRetryable where it is taken back.
    """
    begun_at = max(database.now(), (job.cancelled_at or 0.0) + _LEAST_SECONDS)  # also where another clock is fast
    same, before = _begun_as(job)
    request = {
        "Key": key(job.id),
        "UpdateExpression": "SET reopened_at = :at, queued = :true, retried = :true"
        f" REMOVE {_OF_ITS_END}, cancelled_at",
        "ConditionExpression": f"attribute_exists(finished_at) AND attribute_not_exists(undone_by) AND {same}",
        "ExpressionAttributeValues": {":at": {"N": str(begun_at)}, ":true": {"BOOL": True}, **before},
    }
    job = _changed(database, request)
    if job.undone_by:
        raise JobNotRetryable("The job was undone")
    if job.reopened_at != begun_at:
        raise JobRunning
    return job


def hand_on(database: Database, job: Job) -> Job:
    """The job, whose chunks the splitter was told to send; as it is where all were sent, or it was begun again since.

    Raises StorageBusy or JobNotFound.
    """
    same, before = _begun_as(job)
    request = {
        "Key": key(job.id),
        "UpdateExpression": "SET handed_on_at = :now REMOVE abandoned",
        "ConditionExpression": f"attribute_exists(pk) AND attribute_not_exists(sent) AND {same}",
        "ExpressionAttributeValues": {":now": {"N": str(database.now())}, **before},
    }
    return _changed(database, request)


def cancel(database: Database, job: Job) -> Job:
    """The job, cancelled, if all of it was sent or will be, and it has not ended; as it is if not.

    One that grows takes no further part then. Raises StorageBusy or JobNotFound.
    """
    closes = {":true": {"BOOL": True}} if job.grows else {}
    same, before = _begun_as(job)
    request = {
        "Key": key(job.id),
        "UpdateExpression": f"SET cancelled_at = :now{', closed = :true' if closes else ''}",
        "ConditionExpression": f"(attribute_exists(sent) OR {_IS_BEING_SPLIT} OR {_IS_HANDED_ON})"
        " AND attribute_not_exists(finished_at) AND attribute_not_exists(#error)"
        f" AND attribute_not_exists(cancelled_at) AND attribute_not_exists(undone_by) AND {same}",
        "ExpressionAttributeNames": {"#error": "error"},
        "ExpressionAttributeValues": {
            ":now": {"N": str(max(database.now(), job.reopened_at or 0.0))},
            **before,
            **closes,
        },
    }
    stored = _changed(database, request)
    if stored.reopened_at != job.reopened_at:  # a moment of before that is none of its cancellation
        return cancel(database, stored)
    return stored


def end_before_split(database: Database, job: Job) -> Job:
    """The job of a file, cancelled before any chunk of it was sent; as it is where one may have been, or it has ended.

    Raises StorageBusy or JobNotFound.
    """
    now = database.now()
    request = {
        "Key": key(job.id),
        "UpdateExpression": "SET cancelled_at = :now, finished_at = :finished",
        "ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(split_at)"
        " AND attribute_not_exists(finished_at)",
        "ExpressionAttributeValues": {":now": {"N": str(now)}, ":finished": {"N": str(int(now))}},
    }
    return _changed(database, request)


def fail(database: Database, job: Job, error: str, *, unless: str = "finished_at") -> Job:
    """The job, which has failed as a whole for this reason; as it is where it has ended. Raises StorageBusy.

    So it is where it has the attribute `unless`.
    """
    request = {
        "Key": key(job.id),
        "UpdateExpression": "SET #error = :error, finished_at = :now",
        "ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(finished_at)"
        f" AND attribute_not_exists({unless})",
        "ExpressionAttributeNames": {"#error": "error"},
        "ExpressionAttributeValues": {":error": {"S": error}, ":now": {"N": str(int(database.now()))}},
    }
    return _changed(database, request)


def split(database: Database, job: Job, chunks: int, total: int) -> Job:
    """The job of a file, once it is known how many chunks and items it has; as it is where it was split, or has ended.

    Raises StorageBusy or JobNotFound.
    """
    request: Item = {
        "Key": key(job.id),
        "UpdateExpression": "SET chunks = :chunks, #total = :total, split_at = :now",
        "ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(finished_at)"
        " AND attribute_not_exists(split_at)",
        "ExpressionAttributeNames": {"#total": "total"},
        "ExpressionAttributeValues": {
            ":chunks": {"N": str(chunks)},
            ":total": {"N": str(total)},
            ":now": {"N": str(database.now())},
        },
    }
    return _changed(database, request)


def _changed(database: Database, request: Item) -> Job:
    """A job after a conditional update, or as it is where the condition does not hold; raises JobNotFound."""
    item = database.update_if(database.settings.jobs_table, {**request, "ReturnValues": "ALL_NEW"}).item
    if item is None:
        raise JobNotFound
    return of_item(item)


def _set_once(database: Database, job: Job, attributes: Item, only: str = "pk") -> Item | None:
    """Set attributes of which the first is not there yet, beside one that has to be; None, or the item that it met.

    The job has to be as often begun again, and to have taken as many parts, as when it was read.
    """
    first, *further = attributes
    same, begun = _begun_as(job)
    taken = {} if job.taken is None else {":taken": {"N": str(job.taken)}}
    same += " AND taken = :taken" if taken else ""
    request = {
        "Key": key(job.id),
        "UpdateExpression": ", ".join(["SET #attribute = :value", *(f"{name} = :{name}" for name in further)]),
        "ConditionExpression": f"attribute_exists({only}) AND attribute_not_exists(#attribute) AND {same}",
        "ExpressionAttributeNames": {"#attribute": first},
        "ExpressionAttributeValues": {
            ":value": attributes[first],
            **{f":{name}": attributes[name] for name in further},
            **begun,
            **taken,
        },
    }
    return database.update_if(database.settings.jobs_table, request).met


def _begun_as(job: Job) -> tuple[str, Item]:
    """The condition that a job is as often begun again as when it was read, and the values that this names."""
    if job.reopened_at is None:
        return "attribute_not_exists(reopened_at)", {}
    return "reopened_at = :reopened", {":reopened": {"N": str(job.reopened_at)}}
