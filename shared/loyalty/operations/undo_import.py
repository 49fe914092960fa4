"""Taking an import back: each customer becomes what it was before, or goes if the job made it.

What the job did to one customer goes in one transaction: its fields and what finds it, and the memberships that the
job made. A customer that somebody changed since stays, and so does a new one with a membership or an earn that
the job did not make. An identifier that came to another customer goes back once that one gave it up; customers who
exchanged theirs go back together.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from loyalty.customer import Customer
from loyalty.errors import StorageBusy
from loyalty.job import Job
from loyalty.operations.undo_knots import Key, changes, knots
from loyalty.outcome import BUSY, RETRYABLE, Origin, Outcome, Status
from loyalty.store import customers, journal, links, memberships, presence, undo_states
from loyalty.store.dynamodb import Database, Item
from loyalty.store.links import Links
from loyalty.store.transactions import MOST_ACTIONS, Fate, commit
from loyalty.store.undo_states import UndoState

_TOUCHED = {Status.CREATED, Status.UPDATED, *RETRYABLE}
"""Fates of rows that wrote, or may have."""
_NEVER = "0"  # the mark of a customer that was changed before it could be marked
_FATES = {Fate.DONE: Status.UNDONE, Fate.BUSY: Status.BUSY}


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


@dataclass(frozen=True)
class _Restoration:
    """The customers of one chunk on their way back."""

    database: Database
    job: Job
    states: Sequence[UndoState]

    def fates(self) -> dict[str, Status]:
        """What became of each customer, by profile_id.

        Who is refused comes again after the others, until all that are left were refused one after the other; these
        may wait for each other.
        """
        fates: dict[str, Status] = {}
        refused: set[str] = set()
        pending = {state.profile_id: state for state in self.states}
        while pending.keys() - refused:
            settled, again = self._round(sorted(pending.values(), key=lambda state: state.profile_id in refused))
            refused = again if Status.UNDONE in settled.values() else refused | again
            fates |= settled
            pending = {who: state for who, state in pending.items() if who not in settled}
        return fates | self._together(list(pending.values()))

    def _round(self, pending: Sequence[UndoState]) -> tuple[dict[str, Status], set[str]]:
        """The fates that can be settled now, and who was refused; no two that touch one item are tried at once."""
        fates, groups = self._plan(pending)
        taken: set[Key] = set()
        tried: dict[str, list[Item]] = {}
        for who, actions in groups.items():
            if taken.isdisjoint(touched := set(changes(actions))):
                taken |= touched
                tried[who] = actions
        committed = dict(zip(tried, commit(self.database, list(tried.values())), strict=True))
        fates |= {who: _FATES[fate] for who, fate in committed.items() if fate in _FATES}
        return fates, {who for who, fate in committed.items() if fate is Fate.REFUSED}

    def _together(self, stuck: Sequence[UndoState]) -> dict[str, Status]:
        """Customers who exchanged identifiers go back in one transaction; who is refused even so is KEPT."""
        fates, groups = self._plan(stuck)
        tied = [(members, actions) for members, actions in knots(groups) if len(actions) <= MOST_ACTIONS]
        fates |= dict.fromkeys(groups, Status.KEPT)
        committed = commit(self.database, [actions for _, actions in tied])
        for (members, _), fate in zip(tied, committed, strict=True):
            fates |= dict.fromkeys(members, _FATES.get(fate, Status.KEPT))
        return fates

    def _plan(self, pending: Sequence[UndoState]) -> tuple[dict[str, Status], dict[str, list[Item]]]:
        """The fates of customers for whom nothing is to be written, and what is to be written for the others."""
        ids = [state.profile_id for state in pending]
        current, unread = customers.read(self.database, self.job.account_id, ids)
        made_here = [state.profile_id for state in pending if state.before is None and state.profile_id in current]
        marks = self._mark([current[who] for who in made_here])
        found = links.read(self.database, self.job, ids, made_here)
        fates: dict[str, Status] = {}
        groups: dict[str, list[Item]] = {}
        for state in pending:
            who = state.profile_id
            if ("profile_id", who) in unread:
                fates[who] = Status.BUSY
            elif actions := self._actions(state, current.get(who), found, marks):
                groups[who] = actions
            else:
                fates[who] = Status.KEPT if actions is None else Status.UNDONE
        self._unmark({who: mark for who, mark in marks.items() if who in fates})
        return fates, groups

    def _mark(self, made: Sequence[Customer]) -> dict[str, str]:
        """Mark those customers as leaving that are as this job made them."""
        mine = [customer for customer in made if Origin(self.job.id).marked(customer.origin) is not None]
        return presence.mark(self.database, self.job.account_id, mine)

    def _unmark(self, marks: dict[str, str]) -> None:
        """Have customers stay; a mark that can't be taken back now counts for less than a minute."""
        with suppress(StorageBusy):
            presence.unmark(self.database, self.job.account_id, marks)

    def _actions(
        self, state: UndoState, current: Customer | None, found: Links, marks: Mapping[str, str]
    ) -> list[Item] | None:
        """What takes a customer back: nothing where it is back already, None where it has to stay."""
        before, database, account_id = state.before, self.database, self.job.account_id
        if current is None:
            return [] if before is None else None
        if before == current:
            actions: list[Item] = []
        elif Origin(self.job.id).marked(current.origin) is None or current.profile_id in found.built_on:
            return None
        elif before is None:
            removal = customers.removal(database, account_id, current)
            actions = presence.only_if_marked(removal, marks.get(current.profile_id, _NEVER))
        else:
            actions = customers.replace(database, account_id, current, before)
        own = found.own.get(current.profile_id, {})
        return actions + [memberships.removal(database, key, origin) for key, origin in own.items()]
