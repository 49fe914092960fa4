"""`loyalty migrate`: moving in from another system, with the ids, dates and balances that there are."""

from typing import Annotated

import typer

from loyalty.domain.account import Account
from loyalty.store.tables import accounts

from .accounts import existing
from .arguments import AccountId, File
from .commands import Session, command, group
from .faults import OperatorError
from .migrating import credentials as listed_credentials
from .migrating import files
from .migrating import identifiers as stored_identifiers
from .migrating.balances import BalanceMover
from .migrating.customers import CustomerMover
from .migrating.memberships import MembershipMover
from .rowfiles import open_rows
from .stdin import given

app = group("Move in from another system, straight into the tables; a file may be given again.")

Program = Annotated[
    str | None, typer.Option("--program", metavar="ID", help="The program, unless a column program names it.")
]


@command(app, "customers")
def customers(session: Session, account: AccountId, file: File) -> None:
    """Customers by the import's headers, with profile_id and customer_id where they are known."""
    with given(session, file) as path:
        opened = open_rows(path)
        found = existing(session.system.database(), account)
        files.move(session, opened.of_fields(opened.headers), CustomerMover(found, opened.headers))


@command(app, "members")
def members(session: Session, account: AccountId, file: File, *, program: Program = None) -> None:
    """Memberships: program, a column that finds the customer, registration_date, balance."""
    with given(session, file) as path:
        opened = open_rows(path)
        found = _account(session, account, program)
        files.move(session, opened, MembershipMover(found, opened, program))


@command(app, "balances")
def balances(session: Session, account: AccountId, file: File, *, program: Program = None) -> None:
    """Balances of members that are there: program, a column that finds the customer, balance."""
    with given(session, file) as path:
        opened = open_rows(path)
        found = _account(session, account, program)
        files.move(session, opened, BalanceMover(found, opened, program))


def _account(session: Session, account_id: str, program: str | None) -> Account:
    """The account; raises OperatorError when it is not there, or lacks the program that the command line names."""
    database = session.system.database()
    found = existing(database, account_id)
    if program is not None and accounts.find_program(database, account_id, program) is None:
        raise OperatorError(f"The account {account_id} has no program {program}")
    return found


@command(app, "identifiers")
def identifiers(session: Session, account: AccountId) -> None:
    """Move what finds stored customers to the form that this version gives identifiers; may be given again."""
    stored_identifiers.migrate(session, existing(session.system.database(), account))


@command(app, "credentials")
def credentials(session: Session) -> None:
    """Move the lists of all accounts' credentials to where no worker can read them; may be given again."""
    listed_credentials.migrate(session)
