"""Who is calling: credentials to an account, and whether their rights reach."""

from loyalty import moment
from loyalty.account import Caller, Credential
from loyalty.errors import CredentialsExpired, CredentialsMissing, CredentialsUnknown, InternalError
from loyalty.store import accounts
from loyalty.store.dynamodb import Database


def authenticate(database: Database, credential: Credential | None) -> Caller:
    """The caller; raises CredentialsMissing, CredentialsUnknown, CredentialsExpired or StorageBusy."""
    if credential is None:
        raise CredentialsMissing
    grant = accounts.find_grant(database, credential)
    if grant is None:
        raise CredentialsUnknown
    if grant.expires_at is not None and grant.expires_at <= database.now():
        raise CredentialsExpired(moment.at(grant.expires_at))
    account = accounts.find_account(database, grant.account_id)
    if account is None:
        raise InternalError(f"a credential names an account that does not exist: {grant.account_id}")
    return Caller(account, grant.rights)
