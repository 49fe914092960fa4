"""What `endpoint` and the queue's workers ask of an operation, each a module of this package."""

from collections.abc import Collection, Hashable, Sequence
from typing import Any, Protocol

from loyalty.domain.account import Account
from loyalty.domain.outcome import Origin, Outcome
from loyalty.store.engine.dynamodb import Database


class Operation(Protocol):
    """One thing to do with a list of items of any length."""

    RIGHT: str
    """The right that a credential needs."""

    ALWAYS_A_JOB: bool
    """Whether also a small request can be undone, and so has to be a job."""

    def prepare(self, database: Database, account: Account, params: Any) -> Any:
        """Check what all items share; raises the RequestError of a request that can't be done."""

    def resolved(self, prepared: Any) -> Any:
        """The params with every name resolved, so that what they mean later is what they mean now."""

    def undoable(self, params: Any) -> bool:
        """Whether what is done as a job can be taken back."""

    def keys(self, database: Database, prepared: Any, items: Sequence[Any]) -> list[Collection[Hashable]]:
        """For each item what it shares with those that must not be applied at the same time; raises StorageBusy."""

    def weight(self, item: Any) -> int:
        """The work that an item makes, 1 for an ordinary one."""

    def apply(self, database: Database, prepared: Any, items: Sequence[Any], origin: Origin) -> list[Outcome]:
        """Do the items; their outcomes, in the same order. Raises StorageBusy when nothing was done.

        Doing the same again under the same origin, redelivered, completes what was begun, and has the outcomes that
        it would have had.
        """

    def settle(
        self, database: Database, account: Account, params: Any, items: Sequence[Any], origin: Origin
    ) -> list[Outcome]:
        """What became of items that may have been applied under this origin, without applying them; in their order.

        BUSY is one that was not written, UNKNOWN one of which that can't be told. What items share need not be there
        any more. Raises StorageBusy.
        """
