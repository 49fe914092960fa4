"""Look customers up: by identifiers as they are at this moment, never by a scan or a query over customers.

All of it is read consistently, so a read sees every write that was answered before it.
"""

from collections.abc import Sequence

from loyalty.domain.account import Account, Program, Promotion
from loyalty.domain.customer import Customer
from loyalty.domain.errors import ProgramNotFound, StorageBusy
from loyalty.domain.identifiers import Identifier
from loyalty.operations.read.known import Earned, Held, Known, Member, Usage, writer
from loyalty.operations.read.queries import MemberOf, Named, Who
from loyalty.store.engine.batch import side_by_side
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import accounts, customers, earns, memberships, promotions
from loyalty.store.tables.customers import Reference
from loyalty.store.tables.memberships import Membership


def named(database: Database, account: Account, who: Who) -> Named | None:
    """Who the customer is; raises StorageBusy."""
    reference = _reference(database, account, who.identifiers)
    return Named(reference.profile_id, reference.customer_id) if reference else None


def customer(database: Database, account: Account, who: Who) -> Known | None:
    """What is known of the customer, None where there is none; raises ProgramNotFound or StorageBusy."""
    reference = _reference(database, account, who.identifiers)
    found = read(database, account, [reference.profile_id]) if reference else []
    return known(database, account, found[0], who) if found else None


def membership(database: Database, account: Account, wanted: MemberOf) -> Held:
    """What the customer has in the program; raises ProgramNotFound or StorageBusy."""
    program = _program(database, account, wanted.program_id)
    reference = _reference(database, account, wanted.identifiers)
    found = read(database, account, [reference.profile_id]) if reference else []
    if not found:
        return Held(program, None, None)
    members = _members(database, account, [program], found[0].profile_id)
    return Held(program, found[0], members[0] if members else None)


def find(database: Database, account: Account, identifiers: Sequence[Identifier]) -> dict[Identifier, Reference]:
    """Whom identifiers name at this moment, of those that name anybody; raises StorageBusy."""
    return customers.find_all(database, account.id, identifiers)


def read(database: Database, account: Account, profile_ids: Sequence[str]) -> list[Customer]:
    """Those of these customers that are there, in this order; raises StorageBusy."""
    found, unread = customers.read(database, account.id, profile_ids)
    if unread:
        raise StorageBusy
    return [found[one] for one in profile_ids if one in found]


def known(database: Database, account: Account, one: Customer, who: Who) -> Known:
    """A customer with what was asked for beside it; raises ProgramNotFound or StorageBusy."""
    if who.programs is None:
        programs = accounts.list_programs(database, account.id)
    else:
        programs = [_program(database, account, program_id) for program_id in who.programs]
    members = _members(database, account, programs, one.profile_id) if programs else []
    return Known(one, members, _usages(database, account, one.profile_id, who.promotions_of))


def _reference(database: Database, account: Account, identifiers: Sequence[Identifier]) -> Reference | None:
    found = find(database, account, identifiers)
    return next((found[one] for one in identifiers if one in found), None)


def _program(database: Database, account: Account, program_id: str) -> Program:
    program = accounts.find_program(database, account.id, program_id)
    if program is None:
        raise ProgramNotFound(program_id)
    return program


def _members(database: Database, account: Account, programs: Sequence[Program], profile_id: str) -> list[Member]:
    held = memberships.of_customer(database, account.id, [program.id for program in programs], profile_id)
    return [_member(program, held[program.id]) for program in programs if program.id in held]


def _member(program: Program, stored: Membership) -> Member:
    return Member(program, stored.registered_at, stored.balance, writer(stored.origin))


def _usages(
    database: Database, account: Account, profile_id: str, program_ids: Sequence[str] | None
) -> Sequence[Usage]:
    """What a customer has of each promotion of these programs, None for all, also of those of which it has nothing."""
    if program_ids is not None and not program_ids:
        return ()

    def usage(promotion: Promotion) -> Usage:
        live = earns.live(database, account.id, promotion.id, profile_id)
        told = [Earned(one.earned_id, one.earned_at, one.source, writer(one.origin)) for one in live]
        program = accounts.find_program(database, account.id, promotion.program_id)
        return Usage(promotion, told, program is not None and program.active)

    listed = promotions.list_all(database, account.id)
    return side_by_side(usage, [one for one in listed if program_ids is None or one.program_id in program_ids])
