"""How many wrong credentials, access tokens and requests of one account a minute takes.

Wrong credentials are counted in the store, so that all processes know: by the address that they came from, and by
address and name if a name was presented (a user's, or an OAuth client's; a token has none). Valid credentials cost
nothing, and are never refused for what others do:

- A name that was wrong too often from an address is not looked up for that address until the minute is over, so
  passwords can't be guessed; other addresses, and other names from this one, are served.
- An address that was wrong too often is told so, and its credentials are looked up as before: tokens can't be
  guessed, and valid and invalid callers may share an address.
- Each name that is invented writes an item. So an address that was wrong far too often is not looked up under any
  name until the minute is over (but for those that were right a moment ago), and nothing more is written for it.

How many requests an account may make is set by the operator; nothing is counted where no limit is set.

A process learns that a count is full when it adds to it, so each may look up one more.
"""

import math
from collections.abc import Sequence

from loyalty.domain.account import Credential
from loyalty.domain.errors import CredentialsUnknown, RequestError, TooManyRequests
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import rates

MOST_OF_NAME = 10
"""Wrong credentials of one name from one address in a minute."""
MOST_OF_ADDRESS = 100
"""Wrong credentials from one address in a minute."""
MOST_WITH_NAMES = 500
"""Wrong credentials from one address in a minute after which no name is looked up for it."""
MOST_TOKENS = 60
"""Access tokens for one OAuth client from one address in a minute."""


def closed(database: Database, address: str, credential: Credential) -> bool:
    """Whether a name, or its address, was wrong too often for it to be looked up, as far as this process knows."""
    if credential.name is None:
        return False
    sources = ("name", address, credential.name), ("address", address, "")
    return any(rates.known_full(database, source) for source in sources)


def wrong(database: Database, address: str, credentials: Sequence[Credential]) -> RequestError:
    """Count credentials of one request that nobody has; the error to raise for them. Raises StorageBusy."""
    names = [("name", address, name) for name in dict.fromkeys(one.name for one in credentials) if name is not None]
    too_many = _too_many(database, "wrong credentials from this address")
    if any(rates.known_full(database, name) for name in names):
        return too_many
    times = rates.times(database, ("address", address, ""), MOST_WITH_NAMES)
    if times > MOST_WITH_NAMES or any(rates.full(database, name, MOST_OF_NAME) for name in names):
        return too_many
    return too_many if times > MOST_OF_ADDRESS else CredentialsUnknown()


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
