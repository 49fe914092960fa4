"""Enrol: make customers members of a program, each once."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import NamedTuple

from loyalty.domain.account import Account
from loyalty.domain.deadline import WRITING_SECONDS
from loyalty.domain.errors import ProgramInactive, ProgramNotFound, StorageBusy
from loyalty.domain.job import Job
from loyalty.domain.outcome import BUSY, NOT_FOUND, Origin, Outcome, Status
from loyalty.operations.base import Operation
from loyalty.operations.enrol.items import KIND, Item, Params
from loyalty.operations.undo.operation import may_be_written, taken_back
from loyalty.operations.withdrawal import withdraw
from loyalty.store.engine.batch import side_by_side
from loyalty.store.engine.dynamodb import Database
from loyalty.store.engine.fate import Fate
from loyalty.store.tables import accounts, customers, memberships
from loyalty.store.tables.customers import Found
from loyalty.store.tables.memberships import Membership
from loyalty.store.tables.presence import Presence

_STATUS = {
    Fate.DONE: Status.CREATED,
    Fate.REFUSED: Status.EXISTS,
    Fate.BUSY: Status.BUSY,
    Fate.UNKNOWN: Status.UNKNOWN,
}


class Enrolment(NamedTuple):
    """A checked request: the program exists and takes members."""

    account_id: str
    params: Params


def prepare(database: Database, account: Account, params: Params) -> Enrolment:
    """Check the program; raises ProgramNotFound, ProgramInactive or StorageBusy."""
    program = accounts.find_program(database, account.id, params.program_id)
    if program is None:
        raise ProgramNotFound(params.program_id)
    if not program.active:
        raise ProgramInactive(program.id)
    return Enrolment(account.id, params)


def keys(_database: Database, _enrolment: Enrolment, items: Sequence[Item | Outcome]) -> list[Collection[Hashable]]:
    """Each item's identifier: of several items for one customer the first creates the membership."""
    return [(item.identifier,) if isinstance(item, Item) else () for item in items]


def apply(database: Database, enrolment: Enrolment, items: Sequence[Item | Outcome], origin: Origin) -> list[Outcome]:
    """Enrol each item's customer; the outcomes are in the order of `items`.

    CREATED or EXISTS with the profile_id, NOT_FOUND, or BUSY (safe to repeat). An item that came as
    an outcome was decided before and stays so. Of several items for one customer the first creates
    the membership and the others meet it; when the first is BUSY, so are they.
    """
    params = enrolment.params
    wanted = dict.fromkeys(item.identifier for item in items if isinstance(item, Item))
    found = customers.find(database.sooner(WRITING_SECONDS), enrolment.account_id, wanted)
    new: dict[str, Membership] = {}
    for index, item in enumerate(items):
        if not isinstance(item, Item):
            continue
        customer = found.customers.get(item.identifier)
        if customer and customer.profile_id not in new:
            registered_at = item.registered_at or params.received_at
            new[customer.profile_id] = Membership(customer.profile_id, registered_at, origin.mark(index))
    writes = memberships.insert_all(
        database, enrolment.account_id, params.program_id, list(new.values()), redelivered=origin.redelivered
    )
    fates = dict(zip(new, writes, strict=True))
    told = dict(fates)
    outcomes = [_outcome(item, found, fates) for item in items]
    withdrawn = _withdraw(database, enrolment, found, new, told)
    return [
        withdrawn.get(one.profile_id or "", one) if isinstance(item, Item) else one
        for item, one in zip(items, outcomes, strict=True)
    ]


def _withdraw(
    database: Database, enrolment: Enrolment, found: Found, new: Mapping[str, Membership], told: Mapping[str, Fate]
) -> dict[str, Outcome]:
    """Take back what was written for customers that are gone, or may be; the outcomes of those, by profile_id."""
    removable = dict.fromkeys(one for one in found.customers.values() if one.removable_until)
    written = [one for one in removable if told[one.profile_id] is Fate.DONE]
    met = [one for one in removable if told[one.profile_id] is Fate.REFUSED]

    def remove(profile_id: str, _found: Presence) -> None:
        origin, program_id = new[profile_id].origin, enrolment.params.program_id
        memberships.remove(database, enrolment.account_id, program_id, profile_id, origin)

    return withdraw(database, enrolment.account_id, written, remove, met) if removable else {}


def settle(
    database: Database, account: Account, params: Params, items: Sequence[Item | Outcome], origin: Origin
) -> list[Outcome]:
    """CREATED for items whose membership is there as their own, else BUSY. Raises StorageBusy."""
    found = customers.find_all(database, account.id, [item.identifier for item in items if isinstance(item, Item)])
    ids = list(dict.fromkeys(customer.profile_id for customer in found.values()))
    written = memberships.origins(database, account.id, params.program_id, ids, origin)

    def settled(index: int, item: Item | Outcome) -> Outcome:
        if isinstance(item, Outcome):
            return item
        customer = found.get(item.identifier)
        ours = customer and written.get(customer.profile_id) == origin.mark(index)
        return Outcome(Status.CREATED, customer.profile_id) if customer and ours else BUSY

    return [settled(index, item) for index, item in enumerate(items)]


def take_back(database: Database, job: Job, items: Sequence[Outcome], made: Origin) -> list[Outcome]:
    """Take each membership back that a job made, if it still is as the job made it; `made` is the origin that did."""
    program_id = job.params["program_id"]

    def take(index: int) -> Outcome:
        item = items[index]
        if not may_be_written(item):
            return Outcome(Status.IGNORED, item.profile_id)
        if item.profile_id is None:
            return BUSY
        try:
            removal = memberships.remove(database, job.account_id, program_id, item.profile_id, made.mark(index))
        except StorageBusy:
            return BUSY
        return taken_back(item, removal)

    return side_by_side(take, range(len(items)))


def _outcome(item: Item | Outcome, found: Found, fates: dict[str, Fate]) -> Outcome:
    if isinstance(item, Outcome):
        return item
    customer = found.customers.get(item.identifier)
    if customer is None:
        return BUSY if item.identifier in found.unread else NOT_FOUND
    write = fates[customer.profile_id]
    if write is Fate.DONE:
        fates[customer.profile_id] = Fate.REFUSED  # the next item for this customer meets the membership
    return Outcome(_STATUS[write], customer.profile_id)


ENROL = Operation(
    KIND,
    prepare=prepare,
    resolved=lambda enrolment: enrolment.params,
    apply=apply,
    settle=settle,
    take_back=take_back,
    keys=keys,
)
