"""Who is calling: credentials to an account, and whether their rights reach."""

from collections.abc import Sequence

from loyalty import moment
from loyalty.account import Caller, Credential
from loyalty.errors import CredentialsExpired, CredentialsMissing, CredentialsUnknown, InternalError
from loyalty.store import accounts
from loyalty.store.dynamodb import Database


def authenticate(database: Database, credentials: Sequence[Credential]) -> Caller:
    """The caller, by the first of its credentials that is known.

    Raises CredentialsMissing, CredentialsUnknown, CredentialsExpired or StorageBusy.
    """
    if not credentials:
        raise CredentialsMissing
    grants = (accounts.find_grant(database, credential) for credential in credentials)
    grant = next((grant for grant in grants if grant), None)
    if grant is None:
        raise CredentialsUnknown
    if grant.expires_at is not None and grant.expires_at <= database.now():
        raise CredentialsExpired(moment.at(grant.expires_at))
    if grant.client is not None and accounts.find_grant_of(database, grant.client) is None:
        raise CredentialsUnknown
    account = accounts.find_account(database, grant.account_id)
    if account is None:
        raise InternalError(f"a credential names an account that does not exist: {grant.account_id}")
    return Caller(account, grant.rights)
