"""`loyalty customer`: what is held of one customer, and erasing all of it."""

import re
from typing import Annotated, Any

import typer

from loyalty.domain.account import Account, Balance
from loyalty.domain.customer import Customer
from loyalty.domain.identifiers import Identifier, normalise
from loyalty.domain.profile import MIGRATED, SECRETS
from loyalty.operations.import_customers.items import kinds_of
from loyalty.operations.read.known import writer
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import accounts, customers, earns, erasure, jobs, memberships, promotions
from loyalty.store.tables.earns import Earn

from .accounts import existing
from .arguments import AccountId, Yes
from .commands import Session, command, group
from .faults import OperatorError, Unavailable, telling_when_interrupted

app = group("Single customers.")

_ERASING_SECONDS = 900.0
_JOB_ID = re.compile("[0-9a-f]{32}")

Who = Annotated[
    str,
    typer.Argument(metavar="WHO", help="An e-mail, phone, id, code, card, … or KIND=TEXT: email=user@example.com."),
]


@command(app, "show")
def show(session: Session, account: AccountId, who: Who) -> None:
    """Show what is held of a customer, fields, memberships and earns, and which job or request made each."""
    database = session.system.database()
    profile_id = _find(database, existing(database, account), who)
    found, _ = customers.read(database, account, [profile_id])
    if profile_id not in found:
        raise Unavailable(f"{profile_id} could not be read; try again")
    record = _record(database, account, found[profile_id])
    session.printer.record(record, None if session.printer.as_json else _shown(database, account, record))


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
    """What is held of a customer; `written_by` is the job or request that made something what it is."""
    profile_id = customer.profile_id
    programs = [program.id for program in accounts.list_programs(database, account_id)]
    held = memberships.of_customer(database, account_id, programs, profile_id)
    earned = {
        promotion.id: [_earn(earn) for earn in earns.live(database, account_id, promotion.id, profile_id)]
        for promotion in promotions.list_all(database, account_id)
    }
    return {
        "profile_id": profile_id,
        "customer_id": customer.customer_id,
        "created_by": writer(customer.created_by),
        "written_by": writer(customer.origin),
        "fields": {name: text for name, text in sorted(customer.fields.items()) if name not in SECRETS},
        "memberships": {
            program: {
                "registered_at": member.registered_at,
                "balance": member.balance,
                "written_by": writer(member.origin),
            }
            for program, member in held.items()
        },
        "earns": {promotion: told for promotion, told in earned.items() if told},
    }


def _earn(earn: Earn) -> dict[str, Any]:
    return {
        "earned_id": earn.earned_id,
        "earned_at": earn.earned_at,
        "source": earn.source,
        "written_by": writer(earn.origin),
    }


def _shown(database: Database, account_id: str, record: dict[str, Any]) -> dict[str, Any]:
    """A record as people read it; raises StorageBusy."""
    members, earned = record["memberships"], [(name, one) for name, told in record["earns"].items() for one in told]
    known = {one["written_by"] for one in (*members.values(), *(earn for _, earn in earned))}
    by = {id_: _by(database, account_id, id_) for id_ in {*known, record["created_by"], record["written_by"]}}
    memberships_ = [
        f"{program} since {one['registered_at']}, {_balance(one['balance'])}, by {by[one['written_by']]}"
        for program, one in members.items()
    ]
    earns_ = [f"{name} at {one['earned_at']}, {one['source']}, by {by[one['written_by']]}" for name, one in earned]
    writers = {name: by[record[name]] for name in ("created_by", "written_by")}
    return {**record, **writers, "memberships": "; ".join(memberships_) or None, "earns": "; ".join(earns_) or None}


def _balance(balance: Balance | None) -> str:
    if balance is None:
        return "nothing credited yet"
    counts = balance if isinstance(balance, str) else ", ".join(f"{count} {name}" for name, count in balance.items())
    return f"balance {counts}"


def _by(database: Database, account_id: str, id_: str) -> str:
    """The job or request that wrote something; ids of requests may look like those of jobs."""
    if not id_:
        return "unknown"
    if not _JOB_ID.fullmatch(id_):
        return f"request {id_}"
    job = jobs.find(database, id_)
    return f"job {id_}" if job and job.account_id == account_id else f"request {id_}, or a job that is no longer kept"
