"""What a plan writes, in the order that lets an import die anywhere and be sent again.

First the undo state, then each customer with its pointers in one transaction, then memberships. A customer
whose memberships are missing gets them from the next import that meets it; one that ignores the customers
it meets would not see to that, so there a new customer's memberships are in the customer's transaction.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from loyalty.operations import import_credits
from loyalty.operations.import_items import Import, Overwrite, Row
from loyalty.operations.import_state import Change, State
from loyalty.outcome import Origin, Outcome, Status
from loyalty.store import customers, memberships, undo_states
from loyalty.store.dynamodb import Database, Write
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


class Writer:
    """Writes what the plans of one import say."""

    def __init__(self, database: Database, import_: Import, origin: Origin) -> None:
        self._database, self._import, self._origin = database, import_, origin

    def write(self, state: State, rows: FirstRows) -> dict[str, Fate]:
        """Each touched customer's fate, by profile_id; raises StorageBusy while nothing is written yet."""
        changes = state.changes()
        entries = self._entries(state, rows)
        self._keep_undo(state, changes, entries)
        if self._import.params.overwrite is Overwrite.IGNORE:
            return self._write_customers(changes, entries)
        fates = self._write_customers(changes, [])
        return fates | self._insert([entry for entry in entries if _written(fates, entry)])

    def _entries(self, state: State, rows: FirstRows) -> list[Entry]:
        """The memberships to insert: all of new customers, and those that customers of before turn out to lack."""
        params = self._import.params
        made_up_for = params.overwrite is not Overwrite.IGNORE
        met = [profile_id for profile_id in rows if made_up_for and state.stored(profile_id)]
        entries = []
        for campaign in params.campaigns:
            lacking = memberships.missing(self._database, self._import.account.id, campaign, met)
            for profile_id, (index, row) in rows.items():
                if profile_id in lacking or not state.stored(profile_id):
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

    def _write_customers(self, changes: Sequence[Change], entries: Sequence[Entry]) -> dict[str, Fate]:
        database, account_id = self._database, self._import.account.id
        groups = {
            change.after.profile_id: customers.replace(database, account_id, change.before, change.after)
            for change in changes
        }
        for campaign, member in entries:
            groups[member.profile_id].append(memberships.insertion(database, account_id, campaign, member))
        return dict(zip(groups, commit(database, list(groups.values())), strict=True))

    def _insert(self, entries: Sequence[Entry]) -> dict[str, Fate]:
        """Insert memberships; BUSY for the customers for whom that failed."""
        batches: dict[tuple[str, bool], list[Membership]] = {}
        for campaign, member in entries:
            batches.setdefault((campaign, member.balance is None), []).append(member)
        failed: dict[str, Fate] = {}
        for (campaign, _), members in batches.items():
            writes = memberships.insert_all(
                self._database, self._import.account.id, campaign, members, redelivered=self._origin.redelivered
            )
            failed |= {
                member.profile_id: Fate.BUSY
                for member, result in zip(members, writes, strict=True)
                if result is Write.BUSY
            }
        return failed


def _written(fates: Mapping[str, Fate], entry: Entry) -> bool:
    """Whether the customer is there as planned; one that needed no writing is."""
    return fates.get(entry.membership.profile_id, Fate.DONE) is Fate.DONE
