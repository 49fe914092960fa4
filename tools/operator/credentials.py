"""`loyalty credential`: who may call, and for what. A secret is shown when it is made and never again."""

from typing import Annotated, Any

import typer

from loyalty.domain.account import Grant
from loyalty.operations.registry import RIGHTS
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import credentials
from loyalty.store.tables.credentials import Listed

from . import secret_kinds
from .accounts import existing
from .arguments import AccountId, Yes, plain_name
from .commands import Session, command, group
from .faults import OperatorError
from .ids import is_beginning, the_one
from .secret_kinds import Kind, Made

app = group("Tokens, import users, Basic users and OAuth clients.")

_ID_CHARACTERS = 12
_ONCE = "The secret is shown this once: keep it now. It serves at once."
_MINUTE = "What was taken back may serve for a minute more."

KindArgument = Annotated[Kind, typer.Argument(metavar="KIND", help="token, import-user, basic or client.")]
Name = Annotated[
    str, typer.Argument(metavar="NAME", help="The user_id, user or key; a token's label.", callback=plain_name)
]
Rights = Annotated[
    list[str] | None,
    typer.Option(
        "--right",
        metavar="RIGHT",
        help=f"May be repeated: {', '.join(sorted(RIGHTS))}.",
        autocompletion=lambda: sorted(RIGHTS),
    ),
]
Which = Annotated[
    str, typer.Argument(metavar="ID", help="Its name, or the beginning of its id: credential list shows both.")
]


@command(app, "create")
def create(session: Session, account: AccountId, kind: KindArgument, name: Name, right: Rights = None) -> None:
    """Make a credential; without --right it has those that such a credential is usually for."""
    rights = frozenset(right or secret_kinds.usual_rights(kind))
    if unknown := sorted(rights - RIGHTS):
        raise OperatorError(f"There is no right {unknown[0]}; there are {', '.join(sorted(RIGHTS))}")
    database = session.system.database()
    existing(database, account)
    if any(
        (secret_kinds.kind_of(one.kind), one.name) == (kind, name) for one in credentials.list_all(database, account)
    ):
        raise OperatorError(f"{account} has a {kind} {name}: rotate it with loyalty credential rotate, or revoke it")
    made = secret_kinds.make(kind, name)
    if not credentials.add(database, made.credential, Grant(account, rights), name):
        raise OperatorError("The credential is another account's; try again")
    _tell(session, made, {"kind": kind.value, "name": name, "rights": sorted(rights)})


@command(app, "list")
def list_(session: Session, account: AccountId) -> None:
    """List the account's credentials, without their secrets."""
    listed = credentials.list_all(session.system.database(), account)
    session.printer.records([_record(one) for one in listed], f"{account} has no credentials")


@command(app, "rotate")
def rotate(session: Session, account: AccountId, which: Which) -> None:
    """Give a credential a new secret; the old one is taken back."""
    database = session.system.database()
    old = _the_one(database, account, which)
    made = secret_kinds.make(secret_kinds.kind_of(old.kind), old.name)
    if not credentials.exchange(database, old, made.credential, Grant(account, old.rights)):
        raise OperatorError("The credential is another account's; try again")
    _tell(session, made, {"kind": secret_kinds.kind_of(old.kind).value, "name": old.name, "rights": sorted(old.rights)})
    session.printer.remark(_MINUTE)


@command(app, "revoke")
def revoke(session: Session, account: AccountId, which: Which, *, yes: Yes = False) -> None:
    """Take a credential back; an OAuth client's access tokens end with it."""
    database = session.system.database()
    one = _the_one(database, account, which)
    if not yes:
        typer.confirm(f"Take back the {secret_kinds.kind_of(one.kind)} {one.name} of {account}?", abort=True, err=True)
    credentials.remove(database, account, one.fingerprint)
    session.printer.record({"revoked": one.fingerprint[:_ID_CHARACTERS], "name": one.name})
    session.printer.remark(_MINUTE)


def _the_one(database: Database, account_id: str, which: str) -> Listed:
    """The credential with this name, else the one whose id begins so; raises OperatorError."""
    listed = credentials.list_all(database, account_id)
    called = [one for one in listed if one.name == which]
    if len(called) == 1:
        return called[0]
    by_id = {one.fingerprint[:_ID_CHARACTERS]: one for one in listed}
    if not called and is_beginning(which):
        return by_id[the_one(which, list(by_id), "credential")]
    problem = "has several credentials called" if called else "has no credential"
    raise OperatorError(f"{account_id} {problem} {which}: loyalty credential list {account_id} shows their ids")


def _tell(session: Session, made: Made, record: dict[str, Any]) -> None:
    session.printer.record({"id": made.credential.fingerprint()[:_ID_CHARACTERS], **record, **made.told})
    session.printer.remark(_ONCE)


def _record(one: Listed) -> dict[str, Any]:
    return {
        "id": one.fingerprint[:_ID_CHARACTERS],
        "kind": secret_kinds.kind_of(one.kind).value,
        "name": one.name,
        "rights": sorted(one.rights),
        "created_at": one.created_at,
    }
