"""How much room there was under a promotion's limit while somebody tried to earn."""

from typing import TYPE_CHECKING

from tests.simulation.ledger import Operation
from tests.simulation.model import Room

if TYPE_CHECKING:
    from tests.simulation.history import History

DEAD_SECONDS = 100.0
"""How long a place under a limit may be held for a writer that died."""


def room_of(history: "History", operation: Operation, mine: list[Operation]) -> Room:
    """What an attempt met; also one that is known not to have earned may hold a place for a while."""
    promotion = operation.about["promotion"]
    limits = history.invariants.limits(promotion, operation.invoked, operation.answered)
    holders = {
        one.by
        for one in mine
        if one.kind == "earn"
        and one is not operation
        and one.about["promotion"] == promotion
        and one.invoked <= operation.answered
        and one.answered + DEAD_SECONDS >= operation.invoked
        and one.result not in ("created", "exhausted", "not found", "refused")
    }
    holders |= {
        one.about["target"]
        for one in mine
        if one.kind == "undo"
        and one.about["kind"] == "earn"
        and one.about["about"]["promotion"] == promotion
        and one.invoked <= operation.answered
        and one.answered >= operation.invoked
    }
    return Room(tuple(limits), frozenset(holders))
