"""How far jobs are, in the Jobs table: which chunks are finished, and how many of their items ended how.

    pk = <job_id>   sk = finished#<part>   c<chunk's number>: its counts (JSON), p<number>: its positions,
                                           b<number>: the rank of that, for a chunk that was begun more than once,
                                           a<number>: the chunk that had to be finished before it,
                                           k<number>: that its message is kept for a retry; ttl

Each part notes 32 chunks, so that a note costs one write unit, or two where items end in several ways, however large
the job (more only for positions that are scattered). A note may be made again, or changed when a chunk is done again;
so nothing is ever counted twice, and an earlier note that is late changes nothing. Positions are
noted for jobs that another system feeds: nothing else tells how these are cut, and their chunks may miss or repeat
some. What comes before is noted for these, and for jobs of files.

Whoever completes a part asks whether all are complete, in a job that grows only once it is closed. The last and the
first are read for that, then more and more, drawn by lot: as long as many are not complete one of these is soon among
them, and only the last askers read all.
So n parts cost some n reads if they come in order, and n log n in any other, but never n squared.
"""

import json
import random
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from loyalty.domain.errors import StorageBusy
from loyalty.domain.job import Job, Progress
from loyalty.domain.outcome import RETRYABLE
from loyalty.store.engine import batch
from loyalty.store.engine.dynamodb import Database, Item
from loyalty.store.tables import keys
from loyalty.store.tables.chunk import pack_positions, unpack_positions

_CHUNKS_PER_PART = 32
_COUNTS, _POSITIONS, _RANK, _AFTER, _KEPT = "c", "p", "b", "a", "k"
_FIRST_RANK = 2  # of a chunk that was done by who began it first
_FURTHER = 4  # how many times more parts are looked at each time


class Noted(NamedTuple):
    """What was noted of one chunk: how many of its items ended how, and, of a job that is fed, how it was cut.

    That is where its items stand, and the chunk that had to be finished `after` which this one was done. `kept` says
    that a retry may change it, for which its message is kept.
    """

    counts: Mapping[str, int]
    positions: Sequence[int] = ()
    after: int | None = None
    kept: bool = False

    @property
    def retryable(self) -> bool:
        """Whether another try may change some of its outcomes."""
        return not RETRYABLE.isdisjoint(self.counts)


def note(database: Database, job: Job, number: int, noted: Noted, rank: int) -> Item:
    """Note that a chunk is finished, unless what is noted has a higher rank; what is noted with it then.

    Raises StorageBusy.
    """
    part = _part(number)
    set_: Item = {_COUNTS: {"S": json.dumps(noted.counts, separators=(",", ":"))}}
    set_ |= {_POSITIONS: {"S": pack_positions(noted.positions)}} if job.fed else {}
    set_ |= {_AFTER: {"N": str(noted.after)}} if job.is_cut_by_notes and noted.after else {}
    set_ |= {_RANK: {"N": str(rank)}} if rank > _FIRST_RANK else {}
    set_ |= {_KEPT: {"BOOL": True}} if noted.kept else {}
    named = {*set_, _RANK, _KEPT}
    update = database.update_if(
        database.settings.jobs_table,
        {
            "Key": _key(job, part),
            "UpdateExpression": ", ".join(["SET #ttl = :ttl", *(f"#{name} = :{name}" for name in set_)])
            + ("" if noted.kept else f" REMOVE #{_KEPT}"),
            "ConditionExpression": "attribute_not_exists(#b) OR #b <= :b",
            "ExpressionAttributeNames": {"#ttl": "ttl", **{f"#{name}": f"{name}{number}" for name in named}},
            "ExpressionAttributeValues": {
                ":ttl": {"N": str(job.deleted_at)},
                f":{_RANK}": {"N": str(rank)},
                **{f":{name}": value for name, value in set_.items()},
            },
            "ReturnValues": "ALL_NEW",
        },
    )
    return update.item or {}


def is_complete(database: Database, job: Job, number: int, item: Item) -> bool:
    """Whether all chunks of a job are noted, by what `note` gave of one of them. Raises StorageBusy."""
    part = _part(number)
    return _is_complete(job, part, item) and _all_are_complete(database, job, part)


def _all_are_complete(database: Database, job: Job, known: int) -> bool:
    """Whether all parts are complete, of which one is `known` to be."""
    parts = range(_part(job.chunks) + 1)
    lots = random.Random(f"{job.id}#{known}")  # noqa: S311 - nothing hangs on it but what is read first
    some = [part for part in (parts[-1], parts[0]) if part != known]
    while len(some) < len(parts) - 1:
        there = _read_parts(database, job, some)
        if not all(_is_complete(job, part, there.get(part, {})) for part in some):
            return False
        some = lots.sample(parts, min(len(parts), _FURTHER * max(1, len(some))))
    return len(parts) == 1 or len(read_chunks(database, job)) == job.chunks


def _is_complete(job: Job, part: int, item: Item) -> bool:
    return len(_noted(item)) == min(_CHUNKS_PER_PART, job.chunks - part * _CHUNKS_PER_PART)


def read(database: Database, job: Job) -> Progress:
    """How far a job is at this moment; raises StorageBusy."""
    noted = read_chunks(database, job)
    total: Counter[str] = Counter()
    for chunk in noted.values():
        total.update(chunk.counts)
    return Progress(len(noted), total, any(chunk.kept for chunk in noted.values()))


def read_chunks(database: Database, job: Job) -> dict[int, Noted]:
    """What was noted of each finished chunk, by number; raises StorageBusy."""
    parts = database.query(database.settings.jobs_table, job.id, prefix=keys.FINISHED, ConsistentRead=True)
    return {number: noted for part in parts for number, noted in _noted(part).items()}


def holding(database: Database, job: Job, wanted: range) -> list[int]:
    """The finished chunks of a job that another system feeds which hold any of these positions; raises StorageBusy.

    Chunks mostly stand in the order of their numbers: so it looks where they should be, then ever further around.
    """
    last = _part(job.chunks)
    first, stop = (min(last, _part(1 + place * job.chunks // job.total)) for place in (wanted.start, wanted.stop - 1))
    found: list[int] = []
    held: set[int] = set()  # some may be held twice
    seen = range(0)
    while len(seen) <= last and len(held) < len(wanted):
        around = range(max(0, first - len(seen)), min(last, stop + len(seen)) + 1)
        items = _read_parts(database, job, [part for part in around if part not in seen])
        noted = [pair for item in items.values() for pair in _noted(item).items()]
        found += [number for number, one in noted if within(one.positions, wanted)]
        held.update(*(_among(one.positions, wanted) for _, one in noted))
        seen = around
    return sorted(found)


def within(positions: Sequence[int], wanted: range) -> int:
    """How many of the positions, which are in order, are wanted."""
    return len(_among(positions, wanted))


def _among(positions: Sequence[int], wanted: range) -> Sequence[int]:
    return positions[bisect_left(positions, wanted.start) : bisect_left(positions, wanted.stop)]


def _read_parts(database: Database, job: Job, parts: Sequence[int]) -> dict[int, Item]:
    """What is stored of these parts; raises StorageBusy."""
    wanted: dict[batch.Key, int] = {(job.id, keys.finished(part)): part for part in parts}
    read_ = batch.get_all(database, database.settings.jobs_table, list(wanted), None, consistent=True)
    if read_.unread:
        raise StorageBusy
    return {wanted[key]: item for key, item in read_.found.items()}


def forget(database: Database, job: Job, begun: Mapping[int, int]) -> None:
    """Have chunks count as unfinished, since they are done again; raises StorageBusy.

    `begun` says by number how often each has been: what is noted late of any of those times no longer counts, unless
    the chunk is done with that. Nor does this, of a chunk that was begun again and done before this arrived.
    """
    for part in sorted({_part(number) for number in begun}):
        some = {number: times for number, times in begun.items() if _part(number) == part}
        if not _forget(database, job, some) and len(some) > 1:
            for number, times in some.items():
                _forget(database, job, {number: times})


def _forget(database: Database, job: Job, begun: Mapping[int, int]) -> bool:
    """Forget notes of one part; False, and none is forgotten, where one of them is of a later time."""
    removed = [f"{name}{number}" for number in begun for name in (_COUNTS, _KEPT)]
    raised = [f"{_RANK}{number}" for number in begun]
    set_, remove = ", ".join(f"#{name} = :{name}" for name in raised), ", ".join(f"#{name}" for name in removed)
    request = {
        "Key": _key(job, _part(next(iter(begun)))),
        "UpdateExpression": f"SET {set_} REMOVE {remove}",
        "ConditionExpression": " AND ".join(f"(attribute_not_exists(#{one}) OR #{one} <= :{one})" for one in raised),
        "ExpressionAttributeNames": {f"#{name}": name for name in (*removed, *raised)},
        "ExpressionAttributeValues": {f":{_RANK}{number}": {"N": str(times + 1)} for number, times in begun.items()},
    }
    return database.update_if(database.settings.jobs_table, request).done


def covers(noted: Collection[Noted], total: int) -> bool:
    """Whether chunks together hold each position of a job once."""
    following = 0
    for first, stop in sorted(interval for chunk in noted for interval in _intervals(chunk.positions)):
        if first != following:
            return False
        following = stop
    return following == total


def _intervals(positions: Sequence[int]) -> list[tuple[int, int]]:
    """Positions as a few pairs of a first one and the one after the last."""
    if isinstance(positions, range):
        return [(positions.start, positions.stop)]
    return [(position, position + 1) for position in positions]


def _part(number: int) -> int:
    return (number - 1) // _CHUNKS_PER_PART


def _key(job: Job, part: int) -> Item:
    return {"pk": {"S": job.id}, "sk": {"S": keys.finished(part)}}


def _noted(item: Item) -> dict[int, Noted]:
    numbers = [int(name[1:]) for name in item if name.startswith(_COUNTS)]
    return {number: _read(item, number) for number in numbers}


def _read(item: Item, number: int) -> Noted:
    positions, after = item.get(f"{_POSITIONS}{number}"), item.get(f"{_AFTER}{number}")
    return Noted(
        json.loads(item[f"{_COUNTS}{number}"]["S"]),
        unpack_positions(positions["S"]) if positions else (),
        int(after["N"]) if after else None,
        f"{_KEPT}{number}" in item,
    )
