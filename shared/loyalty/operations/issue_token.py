"""Issue an access token: an OAuth client exchanges its key and secret for one of limited life with the same rights."""

import secrets
from typing import NamedTuple

from loyalty.domain.account import Credential
from loyalty.domain.errors import CredentialsUnknown
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import accounts

_TOKEN_BYTES = 32


class Token(NamedTuple):
    """An access token, and how many seconds it serves."""

    text: str
    seconds: int


def issue(database: Database, client: Credential) -> Token:
    """A token for a client, which serves as long as the client does; raises CredentialsUnknown or StorageBusy.

    Any client may have one.
    """
    grant = accounts.find_grant(database, client)
    if grant is None:
        raise CredentialsUnknown
    token = Token(secrets.token_urlsafe(_TOKEN_BYTES), database.settings.access_token_seconds)
    expires_at = int(database.now()) + token.seconds
    issued = grant._replace(expires_at=expires_at, client=client.fingerprint())
    accounts.put_grant(database, Credential("access", token.text), issued)
    return token
