"""Doing a chunk of a job: once in effect, however often and by however many workers it is begun.

begin -> apply -> store the outcomes -> note the progress -> after the last chunk: finish the job

Whoever begins holds the chunk until the outcomes are stored: no two are at one chunk at a time. Each step may be the
last of a worker that dies: the next one finds what is done, and goes on.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Generic, NamedTuple, TypeVar

from loyalty.domain import lifetime
from loyalty.domain.deadline import STORING_SECONDS
from loyalty.domain.errors import RequestUndone, StorageBusy
from loyalty.domain.job import Job, Part
from loyalty.domain.outcome import BUSY, CANCELLED, RETRYABLE, Origin, Outcome, Status
from loyalty.jobs import finishing
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import chunks
from loyalty.store.tables.chunk import Chunk as Stored
from loyalty.store.tables.chunks import Begun, Closed, Results, Sent, Turn
from loyalty.telemetry import metrics

JOB_CANCELLED = "its job was cancelled"

MOST_TRIES = 3
"""How often a chunk is begun before it is closed."""

Item = TypeVar("Item")
Apply = Callable[[Database, Origin, Sequence[Item | Outcome]], list[Outcome]]
"""Applies items under an origin, those that are outcomes being decided; StorageBusy means that nothing was done."""
Settle = Callable[[Database, Origin], list[Outcome]]
"""Reads what earlier deliveries wrote: items that were not written are BUSY, or UNKNOWN where that can't be told."""


class Unfinished(StorageBusy):
    """The store was too busy for some items; the `outcomes` as far as they are known."""

    def __init__(self, outcomes: list[Outcome]) -> None:
        super().__init__()
        self.outcomes = outcomes


class ChunkTaken(Exception):
    """Somebody else may be at work on the chunk, for so many more `seconds` at most."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


class OtherContent(Exception):
    """The chunk was begun with other items before."""


class Chunk(NamedTuple, Generic[Item]):
    """What is to be done: the chunk's place, what brings it, its items, and what does and finds out about them.

    `nothing` is what is told of the items as long as none is written: BUSY, or what was decided before they were sent.
    `text` makes the message by which a retry can bring the chunk again, None where that would be too long for one.
    """

    part: Part
    sent: Sent
    items: Sequence[Item | Outcome]
    nothing: Sequence[Outcome]
    apply: Apply[Item]
    settle: Settle
    text: Callable[[], str | None]


def nothing(items: Sequence[object]) -> list[Outcome]:
    """What is told of items none of which is written."""
    return [item if isinstance(item, Outcome) else BUSY for item in items]


class Done(NamedTuple):
    """A chunk's outcomes, and the reason where it is `closed` with them for now, and may come again.

    `waiters` are receipts of messages in the chunk queue that wait for this chunk; `at` is when the outcomes were
    stored, in seconds of the epoch, and `met` says that they were so before.
    """

    outcomes: list[Outcome]
    closed: str | None = None
    waiters: Collection[str] = ()
    at: float = 0.0
    met: bool = False


def do(database: Database, job: Job, chunk: Chunk[Item], *, last: bool = False) -> Done:
    """Do a chunk, or find it done.

    Raises Unfinished when items are RETRYABLE and this is not the `last` try, nor the third one; else the chunk is
    closed with them as that. Raises it too when the outcomes can't be stored. Raises StorageBusy, ChunkTaken,
    OtherContent, and RequestUndone where the job is taken back.
    """
    with _held(database, job, chunk) as begun:
        if isinstance(begun, Done):
            return begun
        if begun.chunk.tries > MOST_TRIES:
            outcomes, reason = _settled(database, job, chunk, begun), "it failed three times"
        else:
            outcomes = _applied(database, job, chunk, begun)
            reason = "the store was busy" if last else "the store was busy three times"
            if _is_open(outcomes) and not last and begun.chunk.tries < MOST_TRIES:
                raise Unfinished(outcomes)
            outcomes = _looked_up(database, job, chunk, begun, outcomes)
        try:
            return _store(database, job, chunk, begun, Done(outcomes, reason if _is_open(outcomes) else None))
        except StorageBusy:
            raise Unfinished(outcomes) from None


def close(
    database: Database, job: Job, chunk: Chunk[Item], reason: str, unwritten: Sequence[Outcome] | None = None
) -> Done:
    """Close a chunk that can't be done, for a later delivery to replace that: what was written is told as that.

    Items that nobody has written are told as `unwritten`, else as when it was closed before, for the reason that it had
    then. Raises as `do`.
    """
    with _held(database, job, chunk) as begun:
        if isinstance(begun, Done):
            return begun
        if unwritten is None and begun.chunk.outcomes:
            unwritten, reason = begun.chunk.outcomes, begun.chunk.reason
        unwritten = unwritten or chunk.nothing
        outcomes = [
            instead if outcome.status is Status.BUSY else outcome
            for outcome, instead in zip(_settled(database, job, chunk, begun), unwritten, strict=True)
        ]
        return _store(database, job, chunk, begun, Done(outcomes, reason))


def cancel(database: Database, job: Job, chunk: Chunk[Item]) -> Done | None:
    """Close a chunk of a job that was cancelled; None where somebody has begun with it, who is to end it then.

    Nobody writes anything of it until the job is begun again. Raises StorageBusy.
    """
    if job.resumed:
        return None  # a request without a job may have written some of it
    outcomes = [item if isinstance(item, Outcome) else CANCELLED for item in chunk.items]
    results = Results(outcomes, Closed(JOB_CANCELLED, None, chunk.text()))
    closed = chunks.cancel(database, job, chunk.part, chunk.sent.content, results)
    if closed is None or closed.outcomes is None:
        return None
    metrics.count(job.contract, closed.outcomes)
    finishing.note(database, job, chunk.part, closed)
    return Done(closed.outcomes, waiters=closed.waiters, at=closed.done_at)


@contextmanager
def _held(database: Database, job: Job, chunk: Chunk[Item]) -> Iterator[Begun | Done]:
    """Hold a chunk, or find it done; it is given back after a failure, so that the next one need not wait."""
    if job.undone_by:
        _settle_for_undo(database, job, chunk)
        raise RequestUndone
    begun = chunks.begin(database, job, chunk.part.number, chunk.sent)
    if begun.turn is Turn.FENCED:
        _settle_for_undo(database, job, chunk)
    if begun.turn is not Turn.OURS:
        yield _met(database, job, chunk, begun)
        return
    try:
        yield begun
    except Exception:
        with suppress(StorageBusy):
            chunks.release(database, job, chunk.part.number, begun.holder)
        raise


def _met(database: Database, job: Job, chunk: Chunk[Item], begun: Begun) -> Done:
    """A chunk that is done already, or that this very message closed; raises what else keeps us from it."""
    met = begun.chunk
    if begun.turn in (Turn.DONE, Turn.CLOSED) and met.outcomes is not None:
        if met.is_finished(job):
            finishing.note(database, job, chunk.part, met)
        closed = begun.turn is Turn.CLOSED and not met.is_cancelled(job)
        return Done(met.outcomes, met.reason if closed else None, met.waiters, met.done_at, met=True)
    if begun.turn is Turn.OTHER_CONTENT:
        raise OtherContent
    if begun.turn is Turn.FENCED:
        raise RequestUndone
    raise _taken(database, met)


def _taken(database: Database, met: Stored) -> ChunkTaken:
    return ChunkTaken(lifetime.over_at(met.held_at or database.now()) - database.now())


def _settle_for_undo(database: Database, job: Job, chunk: Chunk[Item]) -> None:
    """Store what is not known of a chunk, since its holder died or could not tell: its undo waits for that.

    Raises ChunkTaken while the holder may be alive: should it die, this very message has to tell.
    """
    stored = chunks.read_all(database, job.id, [chunk.part.number]).get(chunk.part.number)
    if stored is None:
        return
    if stored.held_at is None and not (stored.tries or stored.doubtful):
        if stored.outcomes is not None:  # whoever stored them may have died before noting that
            finishing.note(database, job, chunk.part, stored)
        return
    anybody = Sent(chunk.sent.content)  # also the message that closed it
    begun = chunks.begin(database, job, chunk.part.number, anybody, past_fence=True)
    if begun.turn is Turn.OURS:
        _store(database, job, chunk, begun, Done(_settled(database, job, chunk, begun), "its job is undone"))
    elif begun.turn is Turn.TAKEN:
        raise _taken(database, begun.chunk)


def _applied(database: Database, job: Job, chunk: Chunk[Item], begun: Begun) -> list[Outcome]:
    try:
        items = _with_told(job, begun, chunk.items)
        return chunk.apply(database.ending(STORING_SECONDS), _origin(job, chunk, begun), items)
    except StorageBusy:
        return _with_told(job, begun, chunk.nothing)


def _looked_up(
    database: Database, job: Job, chunk: Chunk[Item], begun: Begun, outcomes: list[Outcome]
) -> list[Outcome]:
    """The outcomes of the last try; an item that it found BUSY may have been written by an earlier one."""
    if _is_untouched(job, begun) or not _is_open(outcomes):
        return outcomes
    try:
        settled = _settled(database, job, chunk, begun)
    except StorageBusy:
        return [one._replace(status=Status.UNKNOWN) if one.status is Status.BUSY else one for one in outcomes]
    return [found if one.status in RETRYABLE else one for one, found in zip(outcomes, settled, strict=True)]


def _settled(database: Database, job: Job, chunk: Chunk[Item], begun: Begun) -> list[Outcome]:
    """What is known of the items."""
    if _is_untouched(job, begun):
        return list(chunk.nothing)
    settled = chunk.settle(database.ending(STORING_SECONDS), _origin(job, chunk, begun))
    return _with_told(job, begun, settled)


def _with_told(job: Job, begun: Begun, items: Sequence[Item | Outcome]) -> list[Item | Outcome]:
    """Each item, or what was told of it when the chunk was closed before, if that stays.

    An undo tries again what it told before.
    """
    told = begun.chunk.outcomes
    if told is None or job.undoes is not None:
        return [*items]
    return [item if begun.chunk.may_change(one) else one for item, one in zip(items, told, strict=True)]


def _is_untouched(job: Job, begun: Begun) -> bool:
    """Whether nobody can have written an item before: this is the first to begin."""
    return begun.first and not job.resumed


def _origin(job: Job, chunk: Chunk[Item], begun: Begun) -> Origin:
    positions = chunk.part.positions
    first = positions[0] if positions else 0
    redelivered = not _is_untouched(job, begun)
    return Origin(job.id, first, redelivered=redelivered, positions=positions, resumed=job.resumed)


def _is_open(outcomes: Sequence[Outcome]) -> bool:
    return any(outcome.status in RETRYABLE for outcome in outcomes)


def _store(database: Database, job: Job, chunk: Chunk[Item], begun: Begun, ended: Done) -> Done:
    """Store, count and note the outcomes of a chunk that we hold; what somebody else stored in the end, if we don't."""
    closed = Closed(ended.closed, chunk.sent.message, chunk.text()) if ended.closed is not None else None
    finished = chunks.finish(database, job, chunk.part, Results(ended.outcomes, closed), begun.holder)
    if finished.done:
        metrics.count(job.contract, ended.outcomes)
    stored = finished.chunk
    if stored.outcomes is None:
        raise StorageBusy
    finishing.note(database, job, chunk.part, stored)
    return Done(stored.outcomes, ended.closed, stored.waiters, stored.done_at)
