"""Who is calling: credentials to an account, and whether their rights reach."""

from collections.abc import Sequence

from loyalty.domain import moment
from loyalty.domain.account import Caller, Credential, Grant
from loyalty.domain.errors import CredentialsExpired, CredentialsMissing, CredentialsUnknown, InternalError
from loyalty.doors import limits
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import accounts

LONGEST_SECRET = 4_096
"""Characters of a credential; a longer one is nobody's."""


def authenticate(database: Database, credentials: Sequence[Credential], address: str) -> Caller:
    """The caller at `address`, by the first of its credentials that is known.

    Raises CredentialsMissing, CredentialsUnknown, CredentialsExpired, TooManyRequests or StorageBusy.
    """
    if not credentials:
        raise CredentialsMissing
    possible = [credential for credential in credentials if len(credential.secret) <= LONGEST_SECRET]
    grants = ((credential.kind, _find_grant(database, credential, address)) for credential in possible)
    kind, grant = next(((kind, grant) for kind, grant in grants if grant), ("", None))
    if grant is None:
        raise limits.wrong(database, address, possible)
    if grant.expires_at is not None and grant.expires_at <= database.now():
        raise CredentialsExpired(moment.at(grant.expires_at))
    if grant.client is not None and accounts.find_grant_of(database, grant.client) is None:
        raise CredentialsUnknown
    account = accounts.find_account(database, grant.account_id)
    if account is None:
        raise InternalError(f"a credential names an account that does not exist: {grant.account_id}")
    limits.take_request(database, account.id)
    return Caller(account, grant.rights, kind)


def _find_grant(database: Database, credential: Credential, address: str) -> Grant | None:
    """What a credential opens. If its name was wrong too often, only one that was valid a moment ago opens anything."""
    if limits.closed(database, address, credential):
        return accounts.recent_grant(database, credential)
    return accounts.find_grant(database, credential)
