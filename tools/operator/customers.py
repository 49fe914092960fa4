"""`loyalty customer`: what is held of one customer, and erasing all of it."""

from typing import Annotated, Any

import typer

from loyalty.domain.account import Account
from loyalty.domain.customer import Customer
from loyalty.domain.identifiers import Identifier, normalise
from loyalty.domain.profile import MIGRATED, SECRETS
from loyalty.operations.import_customers.items import kinds_of
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import accounts, customers, earns, erasure, memberships, promotions

from .accounts import existing
from .arguments import AccountId, Yes
from .commands import Session, command, group
from .faults import OperatorError, Unavailable, telling_when_interrupted

app = group("Single customers.")

_ERASING_SECONDS = 900.0

Who = Annotated[
    str,
    typer.Argument(metavar="WHO", help="An e-mail, phone, id, code, card, … or KIND=TEXT: email=user@example.com."),
]


@command(app, "show")
def show(session: Session, account: AccountId, who: Who) -> None:
    """Show what is held of a customer: fields, memberships, earns."""
    database = session.system.database()
    profile_id = _find(database, existing(database, account), who)
    found, _ = customers.read(database, account, [profile_id])
    if profile_id not in found:
        raise Unavailable(f"{profile_id} could not be read; try again")
    session.printer.record(_record(database, account, found[profile_id]))


@command(app, "erase")
def erase(session: Session, account: AccountId, who: Who, *, yes: Yes = False) -> None:
    """Erase a customer with memberships, earns and undo states, in about a minute.

    Work that found the customer before may still write for it: what that leaves is erased half a minute later. Repeat
    it with profile_id=… if it is interrupted.
    """
    database = session.system.database()
    profile_id = _find(database, existing(database, account), who, erased=True)
    session.printer.remark(f"The customer is profile_id={profile_id} of {account}")
    if not yes:
        typer.confirm("Erase it and everything that is held of it?", abort=True, err=True)
    again = f"a part of it may be erased: loyalty customer erase {account} profile_id={profile_id} erases the rest"
    with telling_when_interrupted(lambda: again):
        erased = erasure.erase(session.system.database(_ERASING_SECONDS), account, profile_id)
    session.printer.record({"profile_id": profile_id, **erased._asdict()})


def _find(database: Database, account: Account, who: str, *, erased: bool = False) -> str:
    """Whom a text names, under any kind of identifier; raises OperatorError unless it is exactly one customer.

    With `erased` a profile_id that is named as such is taken as it is, for a customer that is gone already.
    """
    kind, named, text = who.partition("=")
    kinds = (*kinds_of(account), *MIGRATED)
    given = [(kind, text)] if named and kind in kinds else [(one, who) for one in kinds]
    if erased and given == [("profile_id", text)]:
        return text
    wanted: list[Identifier] = [(one, spelling) for one, told in given if (spelling := normalise(one, told))]
    found, unread = customers.find(database, account.id, wanted)
    if unread:
        raise Unavailable("The look-up got no answer; try again")
    profile_ids = {customer.profile_id for customer in found.values()}
    if not profile_ids:
        raise OperatorError(f"{account.id} has no customer {who}")
    if len(profile_ids) > 1:
        raise OperatorError(f"{who} names several customers: say which with one of {', '.join(k for k, _ in found)}=…")
    return profile_ids.pop()


def _record(database: Database, account_id: str, customer: Customer) -> dict[str, Any]:
    profile_id = customer.profile_id
    programs = [program.id for program in accounts.list_programs(database, account_id)]
    held = memberships.of_customer(database, account_id, programs, profile_id)
    earned = {
        promotion.id: [earn.earned_at for earn in earns.live(database, account_id, promotion.id, profile_id)]
        for promotion in promotions.list_all(database, account_id)
    }
    return {
        "profile_id": profile_id,
        "customer_id": customer.customer_id,
        "fields": {name: text for name, text in sorted(customer.fields.items()) if name not in SECRETS},
        "memberships": {
            program: {"registered_at": member.registered_at, "balance": member.balance}
            for program, member in held.items()
        },
        "earns": {promotion: moments for promotion, moments in earned.items() if moments},
    }
