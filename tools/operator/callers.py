"""In whose name the API is called: with a token that was given, or one that is made for this command alone.

Who may write the tables may do what any credential may. So an operator needs none: the command makes one that
opens the account, with the rights that the work needs and no others, and takes it back at the end.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, NamedTuple

import typer

from loyalty.account import Credential, Grant
from loyalty.store import accounts

from .accounts import existing
from .arguments import plain_name
from .faults import OperatorError
from .system import System

_TOKEN_BYTES = 32
_LIFE_SECONDS = 24 * 3600

Account = Annotated[
    str | None,
    typer.Option("--account", metavar="ACCOUNT", callback=plain_name, help="Whose, with your right to the tables."),
]
Token = Annotated[
    str | None,
    typer.Option(
        "--token", envvar="LOYALTY_TOKEN", help="Or with a token of the account; then no AWS right is needed."
    ),
]


class Caller(NamedTuple):
    """An account, or a token of it."""

    account: str | None
    token: str | None


@contextmanager
def authorised(system: System, caller: Caller, kind: str, rights: frozenset[str]) -> Iterator[Mapping[str, str]]:
    """The headers that identify the caller, until the end of the block; raises OperatorError."""
    if caller.token:
        yield _bearer(caller.token)
        return
    if not caller.account:
        raise OperatorError("Say whose with --account ID, or bring a --token")
    database = system.database()
    existing(database, caller.account)
    credential = Credential(kind, secrets.token_urlsafe(_TOKEN_BYTES))
    expires_at = int(database.now()) + _LIFE_SECONDS
    accounts.put_grant(database, credential, Grant(caller.account, rights, expires_at))
    try:
        yield _bearer(credential.secret)
    finally:
        accounts.remove_grant(system.database(), credential)


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
