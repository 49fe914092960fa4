"""What a plan writes, in the order that lets an import die anywhere and be sent again.

First the undo state, then the customers, step by step, each with its pointers and the record of its rows in one
transaction, then memberships. A customer whose memberships are missing gets them from the next import that meets it.
Where that might not meet it again the memberships are in the customer's transaction: under `ignore`, which does nothing
for customers that are there, and where customers hand identifiers on, so that a row may be refused when it comes again
(unless one customer's identifiers and campaigns together are more than a transaction holds).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from loyalty.domain.account import Balance
from loyalty.domain.customer import Customer
from loyalty.domain.errors import StorageBusy
from loyalty.domain.outcome import Origin, Outcome, Status
from loyalty.operations.import_customers.items import Import, Row, balance
from loyalty.operations.import_customers.plan import Planner, State
from loyalty.operations.import_customers.steps import Step, write
from loyalty.operations.withdrawal import withdraw
from loyalty.store.engine.dynamodb import Database, Item
from loyalty.store.engine.fate import Fate
from loyalty.store.engine.transactions import Witness
from loyalty.store.tables import customers, journal, memberships, undo_states
from loyalty.store.tables.customers import Reference
from loyalty.store.tables.journal import Record
from loyalty.store.tables.memberships import Membership
from loyalty.store.tables.presence import Presence
from loyalty.store.tables.undo_states import UndoState


class Entry(NamedTuple):
    """A membership to be made, if it is not there, for the row at this index."""

    campaign: str
    membership: Membership
    row: int


FirstRows = Mapping[str, tuple[int, Row]]
"""For each customer that rows create or update, by profile_id, the first of them and its index."""


def first_rows(outcomes: Mapping[int, Outcome], rows: Mapping[int, Row]) -> FirstRows:
    """The first row about each customer, of those that are no longer ignored or refused."""
    first: dict[str, tuple[int, Row]] = {}
    for index, outcome in outcomes.items():
        if outcome.profile_id and outcome.status in (Status.CREATED, Status.UPDATED):
            first.setdefault(outcome.profile_id, (index, rows[index]))
    return first


_REFUSED = frozenset({Status.INVALID, Status.NOT_FOUND, Status.EXISTS})
_WITHDRAWN = {Status.NOT_FOUND: Fate.REFUSED, Status.BUSY: Fate.BUSY, Status.UNKNOWN: Fate.UNKNOWN}


class Writer:
    """Writes what the plans of one import say."""

    def __init__(self, database: Database, import_: Import, origin: Origin, *, recorded: bool) -> None:
        self._database, self._import, self._origin, self._recorded = database, import_, origin, recorded

    def write(self, plan: Planner, rows: Mapping[int, Row]) -> dict[int, Fate]:
        """Write what a plan came to; the fate of each of its rows. Raises StorageBusy while nothing is written yet.

        The outcomes of rows are recorded together with what they write.
        """
        steps = plan.steps.all()
        entries = self._entries(first_rows(plan.outcomes, rows), plan.state.lacks)
        changed = dict.fromkeys(change.profile_id for step in steps for change in step.written())
        self._keep_undo(plan.state, changed, entries)
        if changed:
            self._keep_refusals(plan.outcomes)
        inside, outside = self._parted(entries, steps)
        written = self._write_steps(steps, inside, plan.outcomes)
        fates = dict.fromkeys(plan.outcomes, Fate.DONE)
        fates |= {row: fate for step, fate in written.items() for row in step.rows}
        there = {change.profile_id for step, fate in written.items() if fate is Fate.DONE for change in step.written()}
        wanted = [entry for entry in outside if fates[entry.row] is Fate.DONE]
        ids = dict.fromkeys(member.profile_id for _, member, _ in wanted if member.profile_id not in there)
        met = [customer for profile_id in ids if (customer := plan.state.stored(profile_id))]
        lacking = self._insert(wanted, [_reference(customer) for customer in met])
        return {
            index: _worse(fate, lacking.get(plan.outcomes[index].profile_id or "")) for index, fate in fates.items()
        }

    def _parted(self, entries: Sequence[Entry], steps: Sequence[Step]) -> tuple[list[Entry], list[Entry]]:
        """Those that are made in the transaction of their customer, and the others."""
        always = not self._import.params.makes_up
        tied = {row for step in steps if (step.is_tied and step.has_room) or always for row in step.rows}
        return [one for one in entries if one.row in tied], [one for one in entries if one.row not in tied]

    def complete(self, rows: FirstRows) -> dict[str, Fate]:
        """Insert missing memberships of customers that were written before; raises StorageBusy."""
        if not rows or not self._import.params.makes_up:
            return {}
        there, unread = customers.read(self._database, self._import.account.id, rows)
        if unread:
            raise StorageBusy
        missing = {
            campaign: memberships.missing(self._database, self._import.account.id, campaign, list(there), self._origin)
            for campaign in self._import.params.campaigns
        }
        still = {profile_id: first for profile_id, first in rows.items() if profile_id in there}
        entries = self._entries(still, lambda profile_id, campaign: profile_id in missing[campaign])
        return self._insert(entries, [_reference(customer) for customer in there.values()])

    def _entries(self, rows: FirstRows, lacks: Callable[[str, str], bool]) -> list[Entry]:
        """The memberships to insert: all of new customers, and those that customers of before turn out to lack."""
        params = self._import.params
        entries = []
        for campaign in params.campaigns:
            for profile_id, (index, row) in rows.items():
                if lacks(profile_id, campaign):
                    credit = self._credit(row, campaign)
                    member = Membership(profile_id, params.received_at, self._origin.mark(index), credit)
                    entries.append(Entry(campaign, member, index))
        return entries

    def _credit(self, row: Row, campaign: str) -> Balance | None:
        credit = self._import.credits(row).get(campaign)
        return balance(self._import.counts[campaign], credit) if credit else None

    def _keep_undo(self, state: State, changed: Mapping[str, None], entries: Sequence[Entry]) -> None:
        if not self._import.params.keep_undo:
            return
        ids = dict.fromkeys([*changed, *(member.profile_id for _, member, _ in entries)])
        states = [UndoState(profile_id, state.stored(profile_id)) for profile_id in ids]
        undo_states.keep(self._database, self._import.account.id, self._origin, states)

    def _keep_refusals(self, outcomes: Mapping[int, Outcome]) -> None:
        """Record the rows that are refused beside others that write: what these change must not change that."""
        refused = {index: one for index, one in outcomes.items() if one.status in _REFUSED}
        if refused:
            journal.keep(self._database, journal.record(self._database, self._origin, refused))

    def _write_steps(
        self, steps: Sequence[Step], inside: Sequence[Entry], outcomes: Mapping[int, Outcome]
    ) -> dict[Step, Fate]:
        database, account_id = self._database, self._import.account.id
        of_row: dict[int, list[Entry]] = {}
        for entry in inside:
            of_row.setdefault(entry.row, []).append(entry)

        def actions(step: Step) -> list[Item]:
            changes = customers.together(database, account_id, step.written())
            own = [entry for row in step.rows for entry in of_row.get(row, ())] if of_row else ()
            return changes + [memberships.insertion(database, account_id, one.campaign, one.membership) for one in own]

        def record(some: Sequence[Step]) -> Record | Witness:
            if not self._recorded:
                return customers.witness(database, account_id, some[0].written()[0])
            written = {index: outcomes[index] for step in some for index in sorted(step.rows)}
            return journal.record(database, self._origin, written)

        return write(database, steps, actions, record)

    def _insert(self, entries: Sequence[Entry], references: Sequence[Reference]) -> dict[str, Fate]:
        """Insert memberships; UNKNOWN for the customers for whom that failed, who are written in part."""
        batches: dict[tuple[str, bool], list[Membership]] = {}
        for campaign, member, _ in entries:
            batches.setdefault((campaign, member.balance is None), []).append(member)
        failed: dict[str, Fate] = {}
        for (campaign, _), members in batches.items():
            writes = memberships.insert_all(
                self._database, self._import.account.id, campaign, members, redelivered=self._origin.redelivered
            )
            failed |= {
                member.profile_id: Fate.UNKNOWN
                for member, result in zip(members, writes, strict=True)
                if result in (Fate.BUSY, Fate.UNKNOWN)
            }
        return failed | self._withdraw(entries, references)

    def _withdraw(self, entries: Sequence[Entry], references: Sequence[Reference]) -> dict[str, Fate]:
        """Take memberships back of customers that others removed meanwhile: these are REFUSED, and looked up again."""
        account_id, own = self._import.account.id, _by_customer(entries)

        def remove(profile_id: str, _found: Presence) -> None:
            for campaign, member, _ in own.get(profile_id, ()):
                memberships.remove(self._database, account_id, campaign, profile_id, member.origin)

        gone = withdraw(self._database, account_id, references, remove)
        return {profile_id: _WITHDRAWN[outcome.status] for profile_id, outcome in gone.items()}


def _reference(customer: Customer) -> Reference:
    return Reference(customer.profile_id, customer.customer_id, customer.removable_until)


def _by_customer(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    grouped: dict[str, list[Entry]] = {}
    for entry in entries:
        grouped.setdefault(entry.membership.profile_id, []).append(entry)
    return grouped


def _worse(fate: Fate, of_memberships: Fate | None) -> Fate:
    return of_memberships if of_memberships and fate is Fate.DONE else fate
