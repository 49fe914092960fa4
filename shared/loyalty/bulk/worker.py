"""What becomes of a message in the chunk queue: it is done, comes again later, or is parked with its reason."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from loyalty import moment
from loyalty.account import Account
from loyalty.bulk import message, work
from loyalty.bulk.message import ChunkMessage, MessageRefused
from loyalty.bulk.parked import park
from loyalty.bulk.wire import WIRES, Wire, read_item
from loyalty.errors import (
    JobNotFound,
    ProgramInactive,
    ProgramNotFound,
    PromotionInactive,
    PromotionNotFound,
    quote,
)
from loyalty.job import Job
from loyalty.outcome import BUSY, Origin, Outcome, Status, invalid
from loyalty.store import accounts, chunks, jobs, queue
from loyalty.store.dynamodb import Database
from loyalty.store.queue import Message

MOST_RECEIVES = 3
"""How often a chunk is delivered before it is given up: the chunk queue's maxReceiveCount."""

_LONGEST_DELAY_SECONDS = 900  # SQS's limit
_LONGEST_WAIT_SECONDS = 24 * 3600  # since the job began, for a chunk that has to be finished before


_GONE: dict[type[Exception], str] = {
    ProgramNotFound: "program {} does not exist",
    ProgramInactive: "program {} is not active",
    PromotionNotFound: "promotion {} does not exist in its program",
    PromotionInactive: "promotion {} can't be earned: it or its program is inactive, or the job came outside its dates",
    JobNotFound: "the job to undo is no longer kept",
}
"""What items share and can't be done without, and what is said of it."""


class Chunk(NamedTuple):
    """A message, understood: its job and account, how its operation travels, where its items stand, and the items."""

    message: ChunkMessage
    job: Job
    account: Account
    wire: Wire
    items: Sequence[Any]


class Worked(NamedTuple):
    """What became of a message: the chunk if it was understood, its outcomes if it was done, why it was parked."""

    chunk: Chunk | None = None
    outcomes: Sequence[Outcome] = ()
    parked: str | None = None


def process(database: Database, body: str, receives: int) -> Worked:
    """Do the chunk in a message that is received for the `receives`-th time.

    Raises StorageBusy or Unfinished: then it has to come again.
    """
    try:
        chunk = _understand(database, message.read(body))
    except MessageRefused as error:
        return _park(database, body, str(error))
    if chunk.job.undone_by:
        return Worked(chunk)
    if _waits(database, chunk):
        return _put_off(database, chunk, body)
    return _do(database, chunk, body, last=receives >= MOST_RECEIVES)


def bury(database: Database, body: str) -> Worked:
    """Close the chunk in a message that was given up, and park the message. Raises StorageBusy."""
    try:
        chunk = _understand(database, message.read(body))
    except MessageRefused as error:
        return _park(database, body, str(error))
    work.bury(database, chunk.job, chunk.message.part)
    return _park(database, body, "it failed three times", chunk)


def _do(database: Database, chunk: Chunk, body: str, *, last: bool) -> Worked:
    wire, received_at = chunk.wire, moment.at(chunk.job.submitted_at)
    try:
        prepared = wire.operation.prepare(database, chunk.account, wire.read_params(chunk.job.params, received_at))
    except tuple(_GONE) as error:
        return _refuse(database, chunk, body, error)

    def apply(within: Database, origin: Origin) -> list[Outcome]:
        return wire.operation.apply(within, prepared, chunk.items, origin)

    outcomes = work.do(database, chunk.job, chunk.message.part, apply, last=last)
    if any(outcome.status is Status.BUSY for outcome in outcomes):
        return _park(database, body, "the store was busy three times", chunk, outcomes)
    return Worked(chunk, outcomes)


def _park(
    database: Database, body: str, reason: str, chunk: Chunk | None = None, outcomes: Sequence[Outcome] = ()
) -> Worked:
    park(database, body, reason)
    return Worked(chunk, outcomes, reason)


def _refuse(database: Database, chunk: Chunk, body: str, error: Exception) -> Worked:
    """Close a chunk for what its items share, unless it was done before; the log has only the kind of the error."""
    reason = _said(error)
    refused = work.refuse(database, chunk.job, chunk.message.part, _refused(chunk, reason))
    if refused.done:
        return Worked(chunk, refused.outcomes)
    park(database, body, reason)
    return Worked(chunk, refused.outcomes, type(error).__name__)


def _refused(chunk: Chunk, reason: str) -> list[Outcome]:
    """An undo's items are what became of others, which stays so: to take that back may be tried again."""
    if chunk.job.undoes:
        return [BUSY] * len(chunk.items)
    return [item if isinstance(item, Outcome) else invalid(reason) for item in chunk.items]


def _said(error: Exception) -> str:
    name = str(error)
    return _GONE[type(error)].format(quote(name)) if name else "the params name no promotion"


def _understand(database: Database, sent: ChunkMessage) -> Chunk:
    """What a message is about; raises MessageRefused or StorageBusy."""
    account = accounts.find_account(database, sent.account_id)
    if account is None:
        raise MessageRefused("there is no such account")
    wire, job = WIRES[sent.operation], _job(database, sent)
    if job.undoes is None:
        return Chunk(sent, job, account, wire, [read_item(wire, item, account) for item in sent.items])
    undone = chunks.read_all(database, job.undoes, [sent.part.number]).get(sent.part.number)
    if undone is None or undone.outcomes is None:
        raise MessageRefused("the job to undo has no such chunk")
    there = sent._replace(part=sent.part._replace(positions=undone.positions))
    return Chunk(there, job, account, wire, undone.outcomes)


def _job(database: Database, sent: ChunkMessage) -> Job:
    """The job that a message belongs to, which the first one makes if another system sends them."""
    job = jobs.find(database, sent.job_id) or _make(database, sent)
    same = {
        "account": job.account_id == sent.account_id,
        "operation": job.operation == sent.operation,
        "params": job.params == sent.params,
        "chunks": job.chunks == sent.chunks,
        "total": job.total == sent.total,
    }
    for name, holds in same.items():
        if not holds:
            raise MessageRefused(f"{name} must be the job's")
    return job


def _make(database: Database, sent: ChunkMessage) -> Job:
    wire, now = WIRES[sent.operation], database.now()
    if sent.operation == "undo":
        raise MessageRefused("there is no such job")
    job = Job(
        id=sent.job_id,
        account_id=sent.account_id,
        operation=sent.operation,
        contract=wire.contract,
        manner=sent.params,
        params=sent.params,
        total=sent.total,
        chunks=sent.chunks,
        submitted_at=now,
        queued=True,
        undoable=wire.operation.undoable(wire.read_params(sent.params, moment.at(now))),
        sent=True,
    )
    return jobs.create(database, job, []).job


def _waits(database: Database, chunk: Chunk) -> bool:
    """Whether another chunk has to be finished before this one."""
    after = chunk.message.part.after
    if after is None:
        return False
    before = chunks.read_all(database, chunk.job.id, [after]).get(after)
    return before is None or before.outcomes is None


def _put_off(database: Database, chunk: Chunk, body: str) -> Worked:
    """Have a chunk come again, later the older the job; what waits in vain is given up, for the operator to see."""
    age = int(database.now() - chunk.job.submitted_at)
    if age >= _LONGEST_WAIT_SECONDS:
        work.bury(database, chunk.job, chunk.message.part)
        return _park(database, body, "the chunk that it waits for did not come", chunk)
    delay = min(_LONGEST_DELAY_SECONDS, 1 + age // 10)
    queue.send(database, database.settings.chunk_queue_url, [Message(body, chunk.account.id, delay_seconds=delay)])
    return Worked(chunk)
