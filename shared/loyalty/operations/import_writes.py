"""What a plan writes, in the order that lets an import die anywhere and be sent again.

First the undo state, then each customer with its pointers and the record of its rows in one transaction, then
memberships. A customer whose memberships are missing gets them from the next import that meets it; one that ignores
the customers it meets would not see to that, so there a new customer's memberships are in the customer's transaction.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from loyalty.customer import Customer
from loyalty.errors import StorageBusy
from loyalty.operations import import_credits
from loyalty.operations.import_items import Import, Overwrite, Row
from loyalty.operations.import_state import Change, State
from loyalty.operations.withdrawal import withdraw
from loyalty.outcome import Origin, Outcome, Status
from loyalty.store import customers, journal, memberships, undo_states
from loyalty.store.customers import Reference
from loyalty.store.dynamodb import Database, Write
from loyalty.store.journal import Record
from loyalty.store.memberships import Balance, Membership
from loyalty.store.transactions import Fate, commit
from loyalty.store.undo_states import UndoState


class Entry(NamedTuple):
    """A membership to be made, if it is not there."""

    campaign: str
    membership: Membership


FirstRows = Mapping[str, tuple[int, Row]]
"""For each customer that rows create or update, by profile_id, the first of them and its index."""


def first_rows(outcomes: Mapping[int, Outcome], rows: Mapping[int, Row]) -> FirstRows:
    """The first row about each customer, of those that are no longer ignored or refused."""
    first: dict[str, tuple[int, Row]] = {}
    for index, outcome in outcomes.items():
        if outcome.profile_id and outcome.status in (Status.CREATED, Status.UPDATED):
            first.setdefault(outcome.profile_id, (index, rows[index]))
    return first


_WITHDRAWN = {Status.NOT_FOUND: Fate.REFUSED, Status.BUSY: Fate.BUSY, Status.UNKNOWN: Fate.UNKNOWN}


class Writer:
    """Writes what the plans of one import say."""

    def __init__(self, database: Database, import_: Import, origin: Origin) -> None:
        self._database, self._import, self._origin = database, import_, origin

    def write(self, state: State, outcomes: Mapping[int, Outcome], rows: Mapping[int, Row]) -> dict[str, Fate]:
        """Each touched customer's fate, by profile_id; raises StorageBusy while nothing is written yet.

        The `outcomes` of rows are recorded together with what they write.
        """
        changes = state.changes()
        entries = self._entries(first_rows(outcomes, rows), state)
        self._keep_undo(state, changes, entries)
        if changes:
            self._keep_refusals(outcomes)
        if self._import.params.overwrite is Overwrite.IGNORE:
            return self._write_customers(changes, entries, outcomes)
        fates = self._write_customers(changes, [], outcomes)
        wanted = [entry for entry in entries if _written(fates, entry)]
        ids = dict.fromkeys(member.profile_id for _, member in wanted if member.profile_id not in fates)
        met = [state.stored(profile_id) for profile_id in ids]
        return fates | self._insert(wanted, [_reference(customer) for customer in met if customer])

    def complete(self, rows: FirstRows) -> dict[str, Fate]:
        """Insert missing memberships of customers that were written before; raises StorageBusy."""
        if not rows or not self._makes_up:
            return {}
        there, unread = customers.read(self._database, self._import.account.id, rows)
        if unread:
            raise StorageBusy
        still = {profile_id: first for profile_id, first in rows.items() if profile_id in there}
        return self._insert(self._entries(still, None), [_reference(customer) for customer in there.values()])

    @property
    def _makes_up(self) -> bool:
        """Whether customers that are there get the memberships that they lack."""
        return self._import.params.overwrite is not Overwrite.IGNORE

    def _entries(self, rows: FirstRows, state: State | None) -> list[Entry]:
        """The memberships to insert: all of new customers, and those that customers of before turn out to lack."""
        params = self._import.params
        known = [profile_id for profile_id in rows if state is None or state.stored(profile_id)]
        met = known if self._makes_up else []
        entries = []
        for campaign in params.campaigns:
            lacking = memberships.missing(self._database, self._import.account.id, campaign, met)
            for profile_id, (index, row) in rows.items():
                if profile_id in lacking or (state is not None and not state.stored(profile_id)):
                    balance = self._balance(row) if campaign == params.campaigns[0] else None
                    member = Membership(profile_id, params.received_at, self._origin.mark(index), balance)
                    entries.append(Entry(campaign, member))
        return entries

    def _balance(self, row: Row) -> Balance | None:
        return import_credits.balance(self._import.credit_kind, row.auto_add) if row.auto_add else None

    def _keep_undo(self, state: State, changes: Sequence[Change], entries: Sequence[Entry]) -> None:
        params = self._import.params
        if not params.keep_undo:
            return
        before = {change.after.profile_id: change.before for change in changes}
        for _, member in entries:
            before.setdefault(member.profile_id, state.stored(member.profile_id))
        states = [UndoState(*customer) for customer in before.items()]
        undo_states.keep(self._database, self._import.account.id, self._origin, states)

    def _keep_refusals(self, outcomes: Mapping[int, Outcome]) -> None:
        """Record the rows that are refused beside others that write: what these change must not change that."""
        refused = {index: one for index, one in outcomes.items() if one.status is Status.INVALID}
        if refused:
            journal.keep(self._database, journal.record(self._database, self._origin, refused))

    def _write_customers(
        self, changes: Sequence[Change], entries: Sequence[Entry], outcomes: Mapping[int, Outcome]
    ) -> dict[str, Fate]:
        database, account_id = self._database, self._import.account.id
        groups = {
            change.after.profile_id: customers.replace(database, account_id, change.before, change.after)
            for change in changes
        }
        for campaign, member in entries:
            groups[member.profile_id].append(memberships.insertion(database, account_id, campaign, member))
        ids = list(groups)
        rows_of: dict[str, list[int]] = {}
        for index, outcome in outcomes.items():
            rows_of.setdefault(outcome.profile_id or "", []).append(index)

        def recording(positions: Sequence[int]) -> Record:
            written = {index: outcomes[index] for position in positions for index in rows_of.get(ids[position], ())}
            return journal.record(database, self._origin, written)

        return dict(zip(groups, commit(database, list(groups.values()), recording), strict=True))

    def _insert(self, entries: Sequence[Entry], references: Sequence[Reference]) -> dict[str, Fate]:
        """Insert memberships; UNKNOWN for the customers for whom that failed, who are written in part."""
        batches: dict[tuple[str, bool], list[Membership]] = {}
        for campaign, member in entries:
            batches.setdefault((campaign, member.balance is None), []).append(member)
        failed: dict[str, Fate] = {}
        for (campaign, _), members in batches.items():
            writes = memberships.insert_all(
                self._database, self._import.account.id, campaign, members, redelivered=self._origin.redelivered
            )
            failed |= {
                member.profile_id: Fate.UNKNOWN
                for member, result in zip(members, writes, strict=True)
                if result in (Write.BUSY, Write.UNKNOWN)
            }
        return failed | self._withdraw(entries, references)

    def _withdraw(self, entries: Sequence[Entry], references: Sequence[Reference]) -> dict[str, Fate]:
        """Take memberships back of customers that others removed meanwhile: these are REFUSED, and looked up again."""
        account_id = self._import.account.id

        def remove(profile_id: str) -> None:
            for campaign, member in entries:
                if member.profile_id == profile_id:
                    memberships.remove(self._database, account_id, campaign, profile_id, member.origin)

        gone = withdraw(self._database, account_id, references, remove)
        return {profile_id: _WITHDRAWN[outcome.status] for profile_id, outcome in gone.items()}


def _reference(customer: Customer) -> Reference:
    return Reference(customer.profile_id, customer.customer_id, customer.removable_until)


def _written(fates: Mapping[str, Fate], entry: Entry) -> bool:
    """Whether the customer is there as planned; one that needed no writing is."""
    return fates.get(entry.membership.profile_id, Fate.DONE) is Fate.DONE
