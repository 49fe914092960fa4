"""Erase: remove customers with all that is held of them, each once, so that no API finds anything of them.

The customer goes in one transaction with the record of that: who comes again after a death or a lost answer finds it,
erases the rest, and nobody who came to have that identifier since. What others were writing for the customer at that
moment is looked for once they can't be at work any more: the message of the chunk comes back for it.
"""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from loyalty.domain.account import Account
from loyalty.domain.errors import StorageBusy
from loyalty.domain.outcome import BUSY, NOT_FOUND, Origin, Outcome, Status
from loyalty.operations.base import CleanUp, Operation
from loyalty.operations.erase.items import KIND, Item, Params
from loyalty.operations.undo.operation import keep
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import customers, erasure, journal


class Erasing(NamedTuple):
    """A request, which nothing but its account has to be known for."""

    account_id: str


def prepare(_database: Database, account: Account, _params: Params) -> Erasing:
    """There is nothing to check."""
    return Erasing(account.id)


def apply(database: Database, erasing: Erasing, items: Sequence[Item | Outcome], origin: Origin) -> list[Outcome]:
    """Erase each item's customer; the outcomes are in the order of `items`.

    REMOVED with the profile_id, NOT_FOUND, or BUSY: what is left then is erased by the next try. An item that came as
    an outcome was decided before and stays so.
    """
    told = journal.told(database, items, origin)
    wanted = dict.fromkeys(item.identifier for item in told if isinstance(item, Item))
    found, unread = customers.find_current(database, erasing.account_id, wanted)

    def erase(index: int, item: Item | Outcome) -> Outcome:
        if isinstance(item, Outcome):
            return _cleared(database, erasing, item)
        if item.identifier not in found:
            return BUSY if item.identifier in unread else NOT_FOUND
        removed = Outcome(Status.REMOVED, found[item.identifier].profile_id)
        record = journal.record(database, origin, {index: removed})
        try:
            if not erasure.remove(database, erasing.account_id, removed.profile_id or "", record):
                return NOT_FOUND
        except StorageBusy:
            return BUSY
        return _cleared(database, erasing, removed)

    return [erase(index, item) for index, item in enumerate(told)]


def _cleared(database: Database, erasing: Erasing, outcome: Outcome) -> Outcome:
    """The outcome of a customer who is removed, once the rest is too; any other as it is."""
    if outcome.status is not Status.REMOVED or outcome.profile_id is None:
        return outcome
    try:
        erasure.clear(database, erasing.account_id, outcome.profile_id)
    except StorageBusy:
        return BUSY
    return outcome


def clean_up(erasing: Erasing, _items: Sequence[Item | Outcome], outcomes: Sequence[Outcome]) -> CleanUp | None:
    """Erase once more what others wrote that had found the customers before."""
    gone = [one.profile_id for one in outcomes if one.status is Status.REMOVED and one.profile_id]
    return partial(_clear_again, account_id=erasing.account_id, profile_ids=gone) if gone else None


def _clear_again(database: Database, account_id: str, profile_ids: Sequence[str]) -> None:
    for profile_id in profile_ids:
        erasure.clear(database, account_id, profile_id, again=True)


def settle(
    database: Database, _account: Account, _params: Params, items: Sequence[Item | Outcome], origin: Origin
) -> list[Outcome]:
    """REMOVED for items whose customer this origin removed, else BUSY. Raises StorageBusy."""
    return journal.settled(database, items, origin)


ERASE = Operation(
    KIND,
    prepare=prepare,
    resolved=lambda _erasing: Params(),
    apply=apply,
    settle=settle,
    take_back=keep,
    undoable=lambda _params: False,
    by_workers=True,
    stoppable=False,
    clean_up=clean_up,
)
