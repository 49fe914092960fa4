"""What is asked of an operation, and when: endpoints and the queue's workers know nothing else of it."""

from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from loyalty.domain.account import Account
from loyalty.domain.job import Job
from loyalty.domain.outcome import Origin, Outcome
from loyalty.operations.kind import Item, Kind, Params
from loyalty.store.engine.dynamodb import Database

Prepared = TypeVar("Prepared")
"""What `prepare` makes of the params: checked, with all that applying needs."""

TakeBack = Callable[[Database, Job, Sequence[Outcome], Origin], list[Outcome]]
"""Takes back what the items of one of a job's chunks wrote under an origin, by their outcomes; see `undo`."""

CleanUp = Callable[[Database], None]


def _always(_params: object) -> bool:
    return True


def _nothing_shared(_database: Database, _prepared: object, items: Sequence[object]) -> list[Collection[Hashable]]:
    return [()] * len(items)


def _one(_item: object) -> int:
    return 1


def _nothing_left(_prepared: object, _items: Sequence[object], _outcomes: Sequence[Outcome]) -> None:
    return None


@dataclass(frozen=True)
class Operation(Generic[Params, Item, Prepared]):
    """One thing to do with a list of items of any length, each of which may be an outcome already and stays so then.

    It is a value that names the functions of its module, not a class to derive from: they share their arguments and no
    state, mypy finds from them what the operation's params, items and prepared values are, and what most operations
    have in common is a default.
    """

    kind: Kind[Params, Item]

    prepare: Callable[[Database, Account, Params], Prepared]
    """Check what all items share; raises the RequestError of a request that can't be done."""

    resolved: Callable[[Prepared], Params]
    """The params with every name resolved, so that what they mean later is what they mean now."""

    apply: Callable[[Database, Prepared, Sequence[Item | Outcome], Origin], list[Outcome]]
    """Do the items; their outcomes, in the same order. Raises StorageBusy when nothing was done.

    Doing the same again under the same origin, redelivered, completes what was begun, and has the outcomes that it
    would have had.
    """

    settle: Callable[[Database, Account, Params, Sequence[Item | Outcome], Origin], list[Outcome]]
    """What became of items that may have been applied under this origin, without applying them; in their order.

    BUSY is one that was not written, UNKNOWN one of which that can't be told. What items share need not be there any
    more. Raises StorageBusy.
    """

    take_back: TakeBack
    """Undo what a job did."""

    undoable: Callable[[Params], bool] = _always
    """Whether what is done as a job under such params can be taken back."""

    always_a_job: bool = False
    """Whether also a small request can be undone, and so has to be a job."""

    by_workers: bool = False
    """Whether only workers do it, for which also a small request waits: they have the rights, and come back later."""

    stoppable: bool = True
    """Whether a job of it may be cancelled: what is half done must leave nothing that only its end takes away."""

    makes_customers: bool = False
    """Whether taking back may remove customers, for whom others may be writing that found them before."""

    keys: Callable[[Database, Prepared, Sequence[Item | Outcome]], list[Collection[Hashable]]] = _nothing_shared
    """For each item what it shares with those that must not be applied at the same time; raises StorageBusy."""

    weight: Callable[[Item | Outcome], int] = _one
    """The work that an item makes, 1 for an ordinary one."""

    clean_up: Callable[[Prepared, Sequence[Item | Outcome], Sequence[Outcome]], CleanUp | None] = _nothing_left
    """What is left to do after items came to outcomes, once nobody who began before can be at work any more."""
