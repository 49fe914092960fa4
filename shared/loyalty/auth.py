"""Who is calling: credentials to an account, and whether their rights reach."""

from datetime import UTC, datetime
from typing import NamedTuple

from loyalty.account import Account, Credential
from loyalty.errors import CredentialsExpired, CredentialsMissing, CredentialsUnknown, InternalError, RightMissing
from loyalty.store import accounts
from loyalty.store.dynamodb import Database


class Caller(NamedTuple):
    """Whose request it is, and what its credential may do."""

    account: Account
    rights: frozenset[str]

    def require(self, right: str | None) -> None:
        """Raise RightMissing unless the caller has the right; None asks for nothing."""
        if right is not None and right not in self.rights:
            raise RightMissing


def authenticate(database: Database, credential: Credential | None) -> Caller:
    """The caller; raises CredentialsMissing, CredentialsUnknown, CredentialsExpired or StorageBusy."""
    if credential is None:
        raise CredentialsMissing
    grant = accounts.find_grant(database, credential)
    if grant is None:
        raise CredentialsUnknown
    if grant.expires_at is not None and grant.expires_at <= database.now():
        raise CredentialsExpired(datetime.fromtimestamp(grant.expires_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    account = accounts.find_account(database, grant.account_id)
    if account is None:
        raise InternalError(f"a credential names an account that does not exist: {grant.account_id}")
    return Caller(account, grant.rights)
