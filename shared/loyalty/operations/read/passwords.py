"""Whether a password is a customer's; whoever guesses is stopped, and learns nothing from how long an answer takes.

An attempt is counted before it is looked at, and taken back when it was right: so attempts at the same time are too few
to guess by, as those one after the other are.
"""

import math

from loyalty.domain.account import Account
from loyalty.domain.customer import Customer
from loyalty.domain.errors import TooManyRequests
from loyalty.domain.identifiers import normalise
from loyalty.domain.passwords import matches
from loyalty.operations.read import customers
from loyalty.operations.read.queries import Claim
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import rates

MOST_MISSES = 10
"""Wrong passwords of one customer in a minute."""

_NOBODY = "nobody"


def check(database: Database, account: Account, claim: Claim) -> bool:
    """Whether one customer has all of this; raises TooManyRequests or StorageBusy.

    Of nobody, and of a customer without a password, as much is read and computed as of any other.
    """
    found = customers.find(database, account, claim.identifiers)
    profile_ids = {reference.profile_id for reference in found.values()}
    is_one = len(found) == len(claim.identifiers) and len(profile_ids) == 1
    profile_id = profile_ids.pop() if is_one else _NOBODY
    source = ("password", account.id, profile_id if is_one else "#".join(claim.identifiers[0]))
    if rates.full(database, source, MOST_MISSES):
        raise TooManyRequests("wrong passwords of this customer", math.ceil(rates.seconds_left(database)))
    customer = next(iter(customers.read(database, account, [profile_id])), None)
    is_right = _has_all(customer, claim)
    if is_right:
        rates.take_back(database, source)
    return is_right


def _has_all(customer: Customer | None, claim: Claim) -> bool:
    fields = customer.fields if customer else {}
    secrets = [matches(secret, fields.get(name)) for name, secret in claim.secrets.items()]
    others = [_same(name, text, fields.get(name, "")) for name, text in claim.fields.items()]
    return customer is not None and all([*secrets, *others])


def _same(kind: str, text: str, stored: str) -> bool:
    spelling = normalise(kind, text)
    return bool(stored) and (text == stored or (spelling is not None and spelling == normalise(kind, stored)))
