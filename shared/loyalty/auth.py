"""Who is calling: credentials to an account, and whether their rights reach."""

from loyalty.account import Account, Credential
from loyalty.errors import CredentialsMissing, CredentialsUnknown, InternalError, RightMissing
from loyalty.store import accounts
from loyalty.store.dynamodb import Database


def authenticate(database: Database, credential: Credential | None, right: str) -> Account:
    """The caller's account.

    Raises CredentialsMissing, CredentialsUnknown, RightMissing, or StorageBusy.
    """
    if credential is None:
        raise CredentialsMissing
    grant = accounts.find_grant(database, credential)
    if grant is None:
        raise CredentialsUnknown
    if right not in grant.rights:
        raise RightMissing
    account = accounts.find_account(database, grant.account_id)
    if account is None:
        raise InternalError(f"a credential names an account that does not exist: {grant.account_id}")
    return account
