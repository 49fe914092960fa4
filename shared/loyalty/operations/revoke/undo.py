"""Giving revoked earns back: each earn that a job revoked is as before, as long as the promotion has a place for it."""

from collections import deque
from collections.abc import Mapping, Sequence
from itertools import islice

from loyalty.domain.account import Promotion
from loyalty.domain.errors import StorageBusy
from loyalty.domain.job import Job
from loyalty.domain.outcome import BUSY, RETRYABLE, Origin, Outcome, Status
from loyalty.operations.earn import promotion as promotion_of
from loyalty.store.engine.batch import side_by_side
from loyalty.store.engine.dynamodb import Database
from loyalty.store.engine.fate import Fate
from loyalty.store.tables import places, promotions, revocations
from loyalty.store.tables.earns import Earn
from loyalty.store.tables.revocations import MOST_TOGETHER, Held, Revival


def take_back(database: Database, job: Job, items: Sequence[Outcome], made: Origin) -> list[Outcome]:
    """What became of each item's earns; `made` is the origin that revoked them.

    UNDONE where the customer has all of them again, KEPT where some have no place any more, or were taken away since.
    """
    promotion_id, promotion = promotion_of.of_job(database, job)
    if promotion is not None:  # from now on it has an earn that no tally counts, if it has no limit
        promotion = promotions.earn_without_limit(database, job.account_id, promotion)
    rows: dict[str, dict[str, Outcome]] = {}
    for index, item in enumerate(items):
        if item.profile_id and _may_be_revoked(item):
            rows.setdefault(item.profile_id, {})[made.mark(index)] = item

    def give_back(profile_id: str) -> dict[str, Outcome]:
        marks = rows[profile_id]
        if promotion is None:
            return {mark: Outcome(Status.KEPT, profile_id) if promotion_id else BUSY for mark in marks}
        try:
            return _give_back(database, job, promotion, profile_id, marks)
        except StorageBusy:
            return dict.fromkeys(marks, BUSY)

    outcomes = {mark: one for some in side_by_side(give_back, list(rows)) for mark, one in some.items()}
    return [outcomes.get(made.mark(index)) or _untouched(item) for index, item in enumerate(items)]


def _may_be_revoked(item: Outcome) -> bool:
    return item.status is Status.UPDATED or item.status in RETRYABLE


def _untouched(item: Outcome) -> Outcome:
    """Of an item for which nothing was looked: where nobody knew whom it was about it may have revoked something."""
    doubtful = item.status is Status.UNKNOWN and item.profile_id is None
    return BUSY if doubtful else Outcome(Status.IGNORED, item.profile_id)


def _give_back(
    database: Database, job: Job, promotion: Promotion, profile_id: str, rows: Mapping[str, Outcome]
) -> dict[str, Outcome]:
    """Give one customer back what has a place, in the order of the rows; raises StorageBusy."""
    given: set[str] = set()
    while True:
        having = _Having(revocations.read(database, job.account_id, promotion.id, profile_id), rows, given)
        while some := having.next(promotion.limit):
            revival = Revival(profile_id, some, promotion.limit)
            (fate,) = revocations.revive_all(database, job.account_id, promotion.id, [revival])
            if fate is Fate.BUSY:
                raise StorageBusy
            if fate is Fate.REFUSED:
                break
            having.give(some)
        else:
            return {mark: having.outcome(mark, item) for mark, item in rows.items()}


class _Having:
    """What a customer has while earns are given back: the ids of live ones, and by mark those that the rows revoked.

    `given` are the marks of rows of which something was given back.
    """

    def __init__(self, held: Held, rows: Mapping[str, Outcome], given: set[str]) -> None:
        self._live = {earn.earned_id for earn in held.earns if earn.revoked_by is None}
        self._own: dict[str, deque[Earn]] = {mark: deque() for mark in rows}
        for earn in held.earns:
            if earn.revoked_by in self._own:
                self._own[earn.revoked_by].append(earn)
        self._waiting = deque(earn for mark in rows for earn in self._own[mark])
        self._taken, self._given = places.taken(held.tally), given

    def next(self, limit: int | None) -> list[Earn]:
        """The next earns for which there is room, none at the end."""
        room = MOST_TOGETHER if limit is None else max(0, limit - self._taken)
        return list(islice(self._waiting, min(MOST_TOGETHER, room)))

    def give(self, earns: Sequence[Earn]) -> None:
        """Have these be live again, which are the next ones."""
        self._taken += len(earns)
        for earn in earns:
            self._waiting.popleft()
            mark = str(earn.revoked_by)
            self._own[mark].popleft()
            self._given.add(mark)
            self._live.add(earn.earned_id)

    def outcome(self, mark: str, item: Outcome) -> Outcome:
        """What became of a row."""
        if self._own[mark]:
            status = Status.KEPT
        elif item.status is Status.UPDATED:
            status = Status.UNDONE if self._live.issuperset((item.values or {}).get("earn_ids", ())) else Status.KEPT
        else:
            status = Status.UNDONE if mark in self._given else Status.IGNORED
        return Outcome(status, item.profile_id)
