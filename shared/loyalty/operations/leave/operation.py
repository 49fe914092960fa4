"""Leave: end customers' memberships in a program, each once.

Who left is no member any more, and can become one again, with nothing of what was; earns stay. In a job a membership
ends in one transaction with the record of that: who comes again after a death or a lost answer finds it, and ends no
membership that was made since.
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import NamedTuple

from loyalty.domain.account import Account
from loyalty.domain.deadline import WRITING_SECONDS
from loyalty.domain.errors import ProgramNotFound
from loyalty.domain.outcome import BUSY, NOT_FOUND, Origin, Outcome, Status
from loyalty.operations.base import Operation
from loyalty.operations.leave.items import KIND, Item, Params
from loyalty.operations.undo.operation import keep
from loyalty.store.engine import transactions
from loyalty.store.engine.dynamodb import Database
from loyalty.store.engine.fate import Fate
from loyalty.store.tables import accounts, customers, journal, memberships
from loyalty.store.tables.customers import Found
from loyalty.store.tables.journal import Record

_STATUS = {
    Fate.DONE: Status.REMOVED,
    Fate.REFUSED: Status.NOT_FOUND,
    Fate.BUSY: Status.BUSY,
    Fate.UNKNOWN: Status.UNKNOWN,
}


class Leaving(NamedTuple):
    """A checked request: the program exists."""

    account_id: str
    params: Params


def prepare(database: Database, account: Account, params: Params) -> Leaving:
    """Check the program, which may be inactive; raises ProgramNotFound or StorageBusy."""
    if accounts.find_program(database, account.id, params.program_id) is None:
        raise ProgramNotFound(params.program_id)
    return Leaving(account.id, params)


def keys(_database: Database, _leaving: Leaving, items: Sequence[Item | Outcome]) -> list[Collection[Hashable]]:
    """Each item's identifier: of several items for one customer the first ends the membership."""
    return [(item.identifier,) if isinstance(item, Item) else () for item in items]


def apply(database: Database, leaving: Leaving, items: Sequence[Item | Outcome], origin: Origin) -> list[Outcome]:
    """End each item's membership; the outcomes are in the order of `items`.

    REMOVED with the profile_id; NOT_FOUND, with the profile_id of a customer who is no member; BUSY (safe to repeat) or
    UNKNOWN. An item that came as an outcome was decided before and stays so.
    """
    told = journal.told(database, items, origin)
    left = {index: item for index, item in enumerate(told) if isinstance(item, Item)}
    wanted = dict.fromkeys(item.identifier for item in left.values())
    found = customers.find_current(database.sooner(WRITING_SECONDS), leaving.account_id, wanted)
    first: dict[str, int] = {}
    for index, item in left.items():
        if customer := found.customers.get(item.identifier):
            first.setdefault(customer.profile_id, index)
    fates = _end(database, leaving, first, origin)
    return [_outcome(item, found, fates) if isinstance(item, Item) else item for item in told]


def _end(database: Database, leaving: Leaving, first: Mapping[str, int], origin: Origin) -> dict[str, Fate]:
    """End the memberships of customers, for the items at these indexes; the fate of each."""
    account_id, program_id = leaving.account_id, leaving.params.program_id
    ids = list(first)

    def record(some: Sequence[int]) -> Record:
        ended = {first[ids[place]]: Outcome(Status.REMOVED, ids[place]) for place in some}
        return journal.record(database, origin, ended)

    marks = [origin.mark(first[profile_id]) for profile_id in ids]
    groups = [
        [memberships.ending(database, account_id, program_id, profile_id, mark)]
        for profile_id, mark in zip(ids, marks, strict=True)
    ]
    recording = record if origin.is_job else None  # else nobody comes again
    return dict(zip(ids, transactions.commit(database, groups, recording), strict=True))


def settle(
    database: Database, _account: Account, _params: Params, items: Sequence[Item | Outcome], origin: Origin
) -> list[Outcome]:
    """REMOVED for items whose membership this origin ended, else BUSY. Raises StorageBusy."""
    return journal.settled(database, items, origin)


def _outcome(item: Item, found: Found, fates: dict[str, Fate]) -> Outcome:
    customer = found.customers.get(item.identifier)
    if customer is None:
        return BUSY if item.identifier in found.unread else NOT_FOUND
    fate = fates[customer.profile_id]
    if fate is Fate.DONE:
        fates[customer.profile_id] = Fate.REFUSED  # the next item for this customer meets no membership
    return Outcome(_STATUS[fate], customer.profile_id)


LEAVE = Operation(
    KIND,
    prepare=prepare,
    resolved=lambda leaving: leaving.params,
    apply=apply,
    settle=settle,
    take_back=keep,
    undoable=lambda _params: False,
    keys=keys,
)
