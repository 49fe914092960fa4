"""Issue an access token: an OAuth client's key and secret for a token of limited life with the same rights."""

import secrets
from collections.abc import Sequence
from typing import NamedTuple

from loyalty.account import Account, Credential, Grant
from loyalty.errors import CredentialsUnknown
from loyalty.outcome import Origin, Outcome, Status
from loyalty.store import accounts
from loyalty.store.dynamodb import Database

RIGHT: str | None = None
"""Any client may have a token; what the token may do are the client's rights."""

_TOKEN_BYTES = 32


class Params(NamedTuple):
    """The client's credential, with which the request was authenticated."""

    client: Credential | None


def prepare(database: Database, _account: Account, params: Params) -> Grant:
    """What the token will open; raises CredentialsUnknown or StorageBusy."""
    client = accounts.find_grant(database, params.client) if params.client else None
    if client is None:
        raise CredentialsUnknown
    return client


def draw(_database: Database, _client: Grant, items: Sequence[None]) -> Sequence[None]:
    """The items as they are."""
    return items


def apply(database: Database, client: Grant, items: Sequence[None], _origin: Origin) -> list[Outcome]:
    """One token for each item: `token`, and its life in `seconds`; raises StorageBusy."""
    seconds = database.settings.access_token_seconds
    grant = client._replace(expires_at=int(database.now()) + seconds)
    outcomes = []
    for _ in items:
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        accounts.put_grant(database, Credential("access", token), grant)
        outcomes.append(Outcome(Status.CREATED, values={"token": token, "seconds": seconds}))
    return outcomes
