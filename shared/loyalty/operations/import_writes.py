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
from loyalty.store import customers, jobs, memberships
from loyalty.store.dynamodb import Database, Write
from loyalty.store.jobs import Job, UndoState
from loyalty.store.memberships import Membership
from loyalty.store.transactions import Fate, commit


class Entry(NamedTuple):
    """A membership to be made, if it is not there."""

    campaign: str
    membership: Membership


def write(
    database: Database,
    import_: Import,
    state: State,
    outcomes: Mapping[int, Outcome],
    rows: Mapping[int, Row],
    origin: Origin,
) -> dict[str, Fate]:
    """Write what a plan says; each touched customer's fate by profile_id. Raises StorageBusy, nothing written yet."""
    changes = state.changes()
    entries = _entries(database, import_, state, _first_rows(outcomes, rows), origin)
    _keep_undo(database, import_, state, changes, entries, origin)
    inside = import_.params.overwrite is Overwrite.IGNORE
    fates = _write_customers(database, import_, changes, entries if inside else [])
    return fates if inside else fates | _insert(database, import_, entries, fates, redelivered=origin.redelivered)


def _first_rows(outcomes: Mapping[int, Outcome], rows: Mapping[int, Row]) -> dict[str, tuple[int, Row]]:
    """For each customer that an import creates or updates, the first row about it."""
    first: dict[str, tuple[int, Row]] = {}
    for index, outcome in outcomes.items():
        if outcome.profile_id and outcome.status in (Status.CREATED, Status.UPDATED):
            first.setdefault(outcome.profile_id, (index, rows[index]))
    return first


def _entries(
    database: Database, import_: Import, state: State, first_rows: Mapping[str, tuple[int, Row]], origin: Origin
) -> list[Entry]:
    """The memberships to insert: all of new customers, and those that customers of before turn out to lack."""
    met = [profile_id for profile_id in first_rows if state.stored(profile_id)]
    entries = []
    for campaign in import_.params.campaigns:
        lacking = memberships.missing(database, import_.account.id, campaign, met)
        for profile_id, (index, row) in first_rows.items():
            if profile_id in lacking or not state.stored(profile_id):
                credited = row.auto_add if campaign == import_.params.campaigns[0] else None
                balance = import_credits.balance(import_.credit_kind, credited) if credited else None
                member = Membership(profile_id, import_.params.received_at, origin.mark(index), balance)
                entries.append(Entry(campaign, member))
    return entries


def _keep_undo(
    database: Database,
    import_: Import,
    state: State,
    changes: Sequence[Change],
    entries: Sequence[Entry],
    origin: Origin,
) -> None:
    if import_.params.undo_id is None:
        return
    before = {change.after.profile_id: change.before for change in changes}
    for _, member in entries:
        before.setdefault(member.profile_id, state.customers[member.profile_id])
    job = Job(import_.params.undo_id, import_.account.id, origin.id, import_.params.campaigns)
    jobs.keep_undo(database, job, [UndoState(*customer) for customer in before.items()])


def _write_customers(
    database: Database, import_: Import, changes: Sequence[Change], entries: Sequence[Entry]
) -> dict[str, Fate]:
    account_id = import_.account.id
    groups = {
        change.after.profile_id: customers.replace(database, account_id, change.before, change.after)
        for change in changes
    }
    for campaign, member in entries:
        groups[member.profile_id].append(memberships.insertion(database, account_id, campaign, member))
    return dict(zip(groups, commit(database, list(groups.values())), strict=True))


def _insert(
    database: Database, import_: Import, entries: Sequence[Entry], fates: Mapping[str, Fate], *, redelivered: bool
) -> dict[str, Fate]:
    """Insert memberships of the customers that were written, or needed no writing; BUSY where that failed."""
    batches: dict[tuple[str, bool], list[Membership]] = {}
    for campaign, member in entries:
        if fates.get(member.profile_id, Fate.DONE) is Fate.DONE:
            batches.setdefault((campaign, member.balance is None), []).append(member)
    failed: dict[str, Fate] = {}
    for (campaign, _), members in batches.items():
        writes = memberships.insert_all(database, import_.account.id, campaign, members, redelivered=redelivered)
        for member, result in zip(members, writes, strict=True):
            if result is Write.BUSY:
                failed[member.profile_id] = Fate.BUSY
    return failed
