"""A card number that no customer has; nothing keeps it from being given to somebody a moment later."""

import secrets

from loyalty.domain.account import Account
from loyalty.domain.cards import Cards
from loyalty.operations.read import customers
from loyalty.store.engine.dynamodb import Database

_DRAWS = 12
_RANDOM_BITS = 128


def draw(database: Database, account: Account, cards: Cards) -> str | None:
    """A free number, None where none of a dozen is free; raises StorageBusy."""
    drawn = dict.fromkeys(cards.number(secrets.randbits(_RANDOM_BITS)) for _ in range(_DRAWS))
    taken = customers.find(database, account, [("card_number", number) for number in drawn])
    return next((number for number in drawn if ("card_number", number) not in taken), None)
