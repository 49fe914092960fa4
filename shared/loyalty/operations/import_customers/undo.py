"""Taking an import back: each customer becomes what it was before, or goes if the job made it.

What the job did to one customer goes in one transaction: its fields and what finds it, and the memberships that the
job made. A customer that somebody changed since stays, and so does a new one with a membership or an earn that
the job did not make. An identifier that came to another customer goes back once that one gave it up, or with it.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from loyalty.domain.customer import Customer
from loyalty.domain.errors import StorageBusy
from loyalty.domain.identifiers import Identifier
from loyalty.domain.job import Job
from loyalty.domain.outcome import BUSY, RETRYABLE, Origin, Outcome, Status
from loyalty.operations.import_customers.steps import Step, Steps, write
from loyalty.store.engine.dynamodb import Database, Item
from loyalty.store.engine.fate import Fate
from loyalty.store.tables import customers, journal, links, memberships, presence, undo_states
from loyalty.store.tables.customers import Change
from loyalty.store.tables.links import Links
from loyalty.store.tables.undo_states import UndoState

_TOUCHED = {Status.CREATED, Status.UPDATED, *RETRYABLE}
"""Fates of rows that wrote, or may have."""
_NEVER = "0"  # the mark of a customer that was changed before it could be marked
_FATES = {Fate.DONE: Status.UNDONE, Fate.BUSY: Status.BUSY}
_FRUITLESS_TRIES = 3
"""Tries in a row that may settle nothing before the rest is KEPT."""


def take_back(database: Database, job: Job, items: Sequence[Outcome], made: Origin) -> list[Outcome]:
    """What became of each row's customer. Raises StorageBusy."""
    states = undo_states.read(database, job.id, made.position(0))
    written = journal.read(database, made)
    fates = _Restoration(database, job, states).fates()
    return [_outcome(written.get(made.position(index), item), fates) for index, item in enumerate(items)]


def _outcome(item: Outcome, fates: dict[str, Status]) -> Outcome:
    if item.status not in _TOUCHED:
        return Outcome(Status.IGNORED, item.profile_id)
    if item.profile_id is None:
        return Outcome(Status.IGNORED)
    fate = fates.get(item.profile_id, Status.IGNORED)
    return BUSY if fate is Status.BUSY else Outcome(fate, item.profile_id)


class _Plan(NamedTuple):
    """Fates that need no writing, the other customers' changes, and what hangs on them and marks them as leaving."""

    fates: dict[str, Status]
    changes: dict[str, Change]
    found: Links
    marks: dict[str, str]


@dataclass(frozen=True)
class _Restoration:
    """The customers of one chunk on their way back."""

    database: Database
    job: Job
    states: Sequence[UndoState]

    def fates(self) -> dict[str, Status]:
        """What became of each customer, by profile_id.

        Customers that were refused are tried again together, once it is known whom their identifiers find.
        """
        fates: dict[str, Status] = {}
        pending, tries, refused = {state.profile_id: state for state in self.states}, _FRUITLESS_TRIES, False
        while pending and tries:
            plan = self._plan(list(pending.values()))
            plan = self._without_prevented(plan) if refused else plan
            settled = plan.fates | self._write(plan)
            pending = {who: state for who, state in pending.items() if who not in settled}
            tries, refused = _FRUITLESS_TRIES if settled else tries - 1, True
            fates |= settled
            self._unmark({who: mark for who, mark in plan.marks.items() if fates.get(who) is not Status.UNDONE})
        return fates | dict.fromkeys(pending, Status.KEPT)

    def _plan(self, pending: Sequence[UndoState]) -> _Plan:
        ids = [state.profile_id for state in pending]
        current, unread = customers.read(self.database, self.job.account_id, ids)
        made_here = [state.profile_id for state in pending if state.before is None and state.profile_id in current]
        marks = self._mark([current[who] for who in made_here])
        plan = _Plan({}, {}, links.read(self.database, self.job, ids, made_here), marks)
        for state in pending:
            who, now = state.profile_id, current.get(state.profile_id)
            if ("profile_id", who) in unread:
                plan.fates[who] = Status.BUSY
            elif (fate := self._without_writing(state, now, plan.found)) is not None:
                plan.fates[who] = fate
            else:
                plan.changes[who] = Change(now, state.before)
        return plan

    def _without_writing(self, state: UndoState, current: Customer | None, found: Links) -> Status | None:
        """UNDONE where a customer is back already, KEPT where it has to stay."""
        if current is None:
            return Status.UNDONE if state.before is None else Status.KEPT
        if state.before == current:
            return None if current.profile_id in found.own else Status.UNDONE
        changed = Origin(self.job.id).marked(current.origin) is None
        return Status.KEPT if changed or current.profile_id in found.built_on else None

    def _without_prevented(self, plan: _Plan) -> _Plan:
        """The plan once it is known whom identifiers find: customers that can't go back are KEPT."""
        owners = customers.find_all(self.database, self.job.account_id, repointed(plan.changes))
        kept = prevented(plan.changes, {one: owner.profile_id for one, owner in owners.items()})
        changes = {who: change for who, change in plan.changes.items() if who not in kept}
        return plan._replace(fates=plan.fates | dict.fromkeys(kept, Status.KEPT), changes=changes)

    def _write(self, plan: _Plan) -> dict[str, Status]:
        """The fates of those that were not refused."""
        steps = Steps()
        for change in in_order(plan.changes):
            is_last = change.after == plan.changes[change.profile_id].after
            steps.add_apart(change, beside=len(plan.found.own.get(change.profile_id, {})) if is_last else 0)
        fates = write(self.database, steps.all(), lambda step: self._actions(plan, step))
        last = {who: fate for step, fate in fates.items() for who in step.changes}
        return {who: _FATES[fate] for who, fate in last.items() if fate in _FATES}

    def _actions(self, plan: _Plan, step: Step) -> list[Item]:
        changes = step.written()
        actions = customers.together(self.database, self.job.account_id, changes)
        for place, change in enumerate(changes):
            if change.after is None:
                actions[place] = presence.only_if_marked(actions[place], plan.marks.get(change.profile_id, _NEVER))
        return actions + [one for who, count in step.beside.items() if count for one in self._removals(plan, who)]

    def _removals(self, plan: _Plan, profile_id: str) -> list[Item]:
        return [memberships.removal(self.database, key, origin) for key, origin in plan.found.own[profile_id].items()]

    def _mark(self, made: Sequence[Customer]) -> dict[str, str]:
        """Mark those customers as leaving that are as this job made them."""
        mine = [customer for customer in made if Origin(self.job.id).marked(customer.origin) is not None]
        return presence.mark(self.database, self.job.account_id, mine)

    def _unmark(self, marks: dict[str, str]) -> None:
        """Have customers stay; a mark that can't be taken back now counts for less than a minute."""
        with suppress(StorageBusy):
            presence.unmark(self.database, self.job.account_id, marks)


Changes = Mapping[str, Change]
"""By profile_id. The functions below order them without the store: first the giver of an identifier, then its taker."""


def repointed(changes: Changes) -> set[Identifier]:
    """What these changes give up or take."""
    return {identifier for change in changes.values() for identifier in change.had ^ change.has}


def prevented(changes: Changes, owners: Mapping[Identifier, str]) -> set[str]:
    """Those customers that can't go back: what they would give up or take finds somebody who keeps it.

    `owners` tells whom each identifier finds.
    """
    givers, takers = _givers(changes), dict[str, list[str]]()
    stuck: list[str] = []
    for who, change in changes.items():
        expected = {identifier: givers.get(identifier, who) for identifier in sorted(change.had ^ change.has)}
        if any(owners.get(identifier, giver) != giver for identifier, giver in expected.items()):
            stuck.append(who)
        for giver in expected.values():
            takers.setdefault(giver, []).append(who)
    found = set(stuck)
    while stuck:
        new = set(takers.get(stuck.pop(), ())) - found
        found |= new
        stuck += sorted(new)
    return found


def in_order(changes: Changes) -> Iterator[Change]:
    """The changes, each after those that give up what it takes.

    Where they wait for each other in a ring, one customer first gives up what it has to, and gets its own in the end.
    """
    givers = _givers(changes)
    ahead = {
        who: [givers[one] for one in sorted(change.has - change.had) if one in givers]
        for who, change in changes.items()
    }
    left, begun, gave_up = dict(changes), set[str](), set[str]()
    for first in changes:
        path = [first]
        while path:
            who = path[-1]
            begun.add(who)
            before = next((one for one in ahead[who] if one in left and one not in gave_up), None)
            if who not in left or before is None:
                path.pop()
                yield from [left.pop(who)] if who in left else []
            elif before in begun:
                gave_up.add(before)
                yield from _parted(left, before)
            else:
                path.append(before)


def _parted(left: dict[str, Change], who: str) -> Iterator[Change]:
    """The first part of a change, which gives up what it has to; the other is left."""
    before, after = left[who]
    if before is not None:
        between = _without(before, left[who].had - left[who].has)
        left[who] = Change(between, after)
        yield Change(before, between)


def _without(customer: Customer, identifiers: frozenset[Identifier]) -> Customer:
    found_by = frozenset(kind for kind, text in customer.identifiers.items() if (kind, text) not in identifiers)
    return customer._replace(found_by=found_by)


def _givers(changes: Changes) -> dict[Identifier, str]:
    return {identifier: who for who, change in changes.items() for identifier in change.had - change.has}
