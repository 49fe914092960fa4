"""Authentication: with a token that was given, or with one that is made for this command alone.

An operator who may write the tables needs no credential: the command makes one for the account, with the rights that
the work needs and no others, and revokes it at the end.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from loyalty.domain.account import Credential, Grant
from loyalty.store.tables import accounts

from .accounts import existing
from .common import Caller
from .faults import OperatorError
from .system import System

_TOKEN_BYTES = 32
_LIFE_SECONDS = 24 * 3600


@contextmanager
def authorised(system: System, caller: Caller, kind: str, rights: frozenset[str]) -> Iterator[Mapping[str, str]]:
    """The headers that identify the caller, until the end of the block; raises OperatorError."""
    if caller.token:
        yield _bearer(caller.token)
        return
    if not caller.account:
        raise OperatorError("Name the account with --account ID, or give a --token")
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
