"""One customer's items of a chunk, which take their turns on what the customer has of the promotion."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from loyalty.domain.outcome import BUSY, UNKNOWN, Outcome, Status
from loyalty.operations.revoke.items import Item
from loyalty.store.engine.fate import Fate
from loyalty.store.tables import places
from loyalty.store.tables.customers import Reference
from loyalty.store.tables.earns import Earn
from loyalty.store.tables.revocations import MOST_TOGETHER, Held, Revocation


class Row(NamedTuple):
    """An item, its position among the items at hand, and its mark."""

    position: int
    item: Item
    mark: str


class Having:
    """What a customer has, live and revoked, while rows change it one after the other."""

    def __init__(self, customer: Reference, held: Held) -> None:
        self._customer = customer
        self._live = {earn.earned_id: earn for earn in held.earns if earn.revoked_by is None}
        self._own: dict[str, list[Earn]] = {}
        for earn in held.earns:
            if earn.revoked_by is not None:
                self._own.setdefault(earn.revoked_by, []).append(earn)
        self._ended, self._places = set(held.ended), set(places.holders(held.tally))

    def begun(self, mark: str) -> int:
        """How many earns the row with this mark has revoked."""
        return len(self._own.get(mark, ()))

    def told(self, row: Row) -> Outcome | None:
        """The outcome of a row for which nothing is to be revoked any more, else None."""
        own, ids = self._own.get(row.mark), row.item.earn_ids
        if own and (ids is not None or row.mark in self._ended or not self._live):
            named = list(dict.fromkeys(ids or [earn.earned_id for earn in own]))
            values = {"customer_id": self._customer.customer_id, "earn_ids": named}
            return Outcome(Status.UPDATED, self._customer.profile_id, values=values)
        if ids is None:
            return None if self._live else Outcome(Status.IGNORED, self._customer.profile_id)
        there = bool(ids) and all(one in self._live for one in ids)
        return None if there else Outcome(Status.EXISTS, self._customer.profile_id)

    def wanted(self, item: Item) -> list[Earn]:
        """The live earns that an item is to revoke."""
        if item.earn_ids is None:
            return list(self._live.values())
        return [self._live[one] for one in dict.fromkeys(item.earn_ids)]

    def revoke(self, earns: Sequence[Earn], mark: str, at: str, *, more: bool) -> list[Earn]:
        """Have these be revoked, as they are to be marked."""
        marked = [earn._replace(revoked_by=mark, revoked_at=at) for earn in earns]
        self._own.setdefault(mark, []).extend(marked)
        for earn in earns:
            del self._live[earn.earned_id]
        if not more:
            self._ended.add(mark)
        return marked

    def leave(self, earns: Sequence[Earn]) -> list[str]:
        """The origins of these earns that have a place, and have none from then on."""
        places = [earn.origin for earn in earns if earn.origin in self._places]
        self._places.difference_update(places)
        return places


Refuse = Callable[[int, int], Outcome | None]
"""The outcome of a row, by its position, that can't revoke so many earns; None where it can."""


@dataclass
class _Step:
    """What is revoked of a customer in one transaction: the earns as they are to be marked, and for which rows."""

    at: str
    earns: list[Earn] = field(default_factory=list)
    marks: set[str] = field(default_factory=set)
    more: str | None = None


class Turns:
    """The rows of one customer: planned step by step, each step a transaction for as many as it has room.

    `having` is what the customer has, None where it is to be read before the next step.
    """

    def __init__(self, customer: Reference) -> None:
        self.customer = customer
        self.having: Having | None = None
        self._rows: deque[Row] = deque()
        self._promised: list[tuple[Row, Outcome]] = []
        self._step = _Step("")
        self._begun: set[str] = set()

    def add(self, row: Row) -> None:
        """Have another row wait for its turn."""
        self._rows.append(row)

    @property
    def waits(self) -> bool:
        """Whether there are rows to be done."""
        return bool(self._rows)

    def plan(self, at: str, refuse: Refuse) -> tuple[dict[int, Outcome], Revocation | None]:
        """The outcomes of the next rows, by position, for which nothing is to be revoked, and what is after these."""
        sure: dict[int, Outcome] = {}
        self._step = _Step(at)
        while self._rows and not self._step.more and (told := self._turn(self._rows[0], refuse)):
            row = self._rows.popleft()
            if self._step.earns:
                self._promised.append((row, told))
            else:
                sure[row.position] = told
        return sure, self._revocation()

    def _turn(self, row: Row, refuse: Refuse) -> Outcome | None:
        """The outcome that a row will have after this step; None where there is more to do for it in the next."""
        having, step = self.having, self._step
        if having is None or (told := having.told(row)):
            return told if having else None
        wanted = having.wanted(row.item)
        if step.earns and len(step.earns) + len(wanted) > MOST_TOGETHER:
            return None
        if having.begun(row.mark):
            self._begun.add(row.mark)
        elif refused := refuse(row.position, len(wanted)):
            return refused
        step.marks.add(row.mark)
        step.more = row.mark if len(wanted) > MOST_TOGETHER else None
        step.earns += having.revoke(wanted[:MOST_TOGETHER], row.mark, step.at, more=step.more is not None)
        return having.told(row)

    def _revocation(self) -> Revocation | None:
        if not (self._step.earns and self.having):
            return None
        places = self.having.leave(self._step.earns)
        return Revocation(self.customer.profile_id, self._step.earns, places, self._step.more)

    def took(self, fate: Fate) -> dict[int, Outcome]:
        """What a step that ended so tells of rows, by position; where it was refused all is to be planned anew.

        Without an answer all rows wait for another try: those that may have begun are UNKNOWN, the others BUSY.
        """
        promised, self._promised = self._promised, []
        if fate is Fate.DONE:
            self._begun |= self._step.marks
            return {row.position: told for row, told in promised}
        self.having = None
        self._rows.extendleft(row for row, _ in reversed(promised))
        if fate is Fate.REFUSED:
            return {}
        doubtful = self._begun | (self._step.marks if fate is Fate.UNKNOWN else set())
        rows, self._rows = self._rows, deque()
        return {row.position: self._open(row.mark in doubtful) for row in rows}

    def _open(self, doubtful: bool) -> Outcome:  # noqa: FBT001 - of this class alone
        return (UNKNOWN if doubtful else BUSY)._replace(profile_id=self.customer.profile_id)
