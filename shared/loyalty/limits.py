"""How many wrong credentials, access tokens and requests of one account a minute takes.

Wrong credentials are counted in the store, so that all processes know: by the address that they came from, and by
address and name if a name was presented (a user's, or an OAuth client's; a token has none). Valid credentials cost
nothing, and are never refused for what others do:

- A name that was wrong too often from an address is not looked up for that address until the minute is over, so
  passwords can't be guessed; other addresses, and other names from this one, are served.
- An address that was wrong too often is told so, and its credentials are looked up as before: tokens can't be
  guessed, and valid and invalid callers may share an address.

How many requests an account may make is set by the operator; nothing is counted where no limit is set.

A process learns that a count is full when it adds to it, so each may look up one more.
"""

import math
from collections.abc import Sequence

from loyalty.account import Credential
from loyalty.errors import CredentialsUnknown, RequestError, TooManyRequests
from loyalty.store import rates
from loyalty.store.dynamodb import Database

MOST_OF_NAME = 10
"""Wrong credentials of one name from one address in a minute."""
MOST_OF_ADDRESS = 100
"""Wrong credentials from one address in a minute."""
MOST_TOKENS = 60
"""Access tokens for one OAuth client from one address in a minute."""


def closed(database: Database, address: str, credential: Credential) -> bool:
    """Whether a name was wrong too often from this address, as far as this process knows."""
    return credential.name is not None and rates.known_full(database, ("name", address, credential.name))


def wrong(database: Database, address: str, credentials: Sequence[Credential]) -> RequestError:
    """Count credentials of one request that nobody has; the error to raise for them. Raises StorageBusy."""
    names = dict.fromkeys(one.name for one in credentials if one.name is not None)
    counted = [
        *((("name", address, name), MOST_OF_NAME) for name in names),
        (("address", address, ""), MOST_OF_ADDRESS),
    ]
    if any(rates.full(database, source, most) for source, most in counted):
        return _too_many(database, "wrong credentials from this address")
    return CredentialsUnknown()


def take_token(database: Database, address: str, client: Credential) -> None:
    """Count an access token for a client that is known; raises TooManyRequests or StorageBusy."""
    if rates.full(database, ("token", address, client.fingerprint()), MOST_TOKENS):
        raise _too_many(database, "tokens for this client")


def take_request(database: Database, account_id: str) -> None:
    """Count a request of an account, if such are limited; raises TooManyRequests or StorageBusy."""
    most = database.settings.account_requests_per_minute
    if most and rates.full(database, ("account", "", account_id), most):
        raise _too_many(database, "requests of this account")


def _too_many(database: Database, what: str) -> TooManyRequests:
    return TooManyRequests(what, math.ceil(rates.seconds_left(database)))
