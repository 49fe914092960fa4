"""What `endpoint` and the queue's workers ask of an operation, each a module of this package."""

from collections.abc import Sequence
from typing import Any, Protocol

from loyalty.account import Account
from loyalty.outcome import Origin, Outcome
from loyalty.store.dynamodb import Database

WRITING_SECONDS = 5.0
"""Kept of a request's time for the writes, when look-ups have to be repeated."""


class Operation(Protocol):
    """One thing to do with a list of items of any length."""

    RIGHT: str | None
    """The right that a credential needs; None when it needs none."""

    def prepare(self, database: Database, account: Account, params: Any) -> Any:
        """Check what all items share; raises the RequestError of a request that can't be done."""

    def draw(self, database: Database, prepared: Any, items: Sequence[Any]) -> Sequence[Any]:
        """The items with the ids they will need, drawn once, when the request is taken; raises StorageBusy."""

    def apply(self, database: Database, prepared: Any, items: Sequence[Any], origin: Origin) -> list[Outcome]:
        """Do the items; their outcomes, in the same order."""
