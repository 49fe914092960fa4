"""Many small transactions in few calls.

A group of actions is done wholly or not at all. Groups share calls up to DynamoDB's limits; when one of
them is refused the call is cancelled, and the others are sent again without it.
"""

import uuid
from collections.abc import Sequence
from enum import Enum

from loyalty.errors import InternalError, StorageBusy
from loyalty.store.batch import side_by_side
from loyalty.store.dynamodb import Database, Item

MOST_ACTIONS = 100
"""Actions of one TransactWriteItems, DynamoDB's limit."""

_MOST_CHARACTERS = 900_000
"""Characters of one TransactWriteItems, of up to four bytes each; DynamoDB's limit is 4 MB."""

Group = Sequence[Item]


class Fate(Enum):
    """What became of a group."""

    DONE = "done"
    REFUSED = "refused"
    BUSY = "busy"


def commit(database: Database, groups: Sequence[Group]) -> list[Fate]:
    """Do each group (of at most MOST_ACTIONS), no item being in two of them; their fates, in order.

    REFUSED is a group whose conditions don't hold. A BUSY one got no answer in time and was probably not done.
    """
    fates = [Fate.BUSY] * len(groups)
    calls = _pack(groups)
    for call, done in zip(calls, side_by_side(lambda call: _commit(database, groups, call), calls), strict=True):
        for position, fate in zip(call, done, strict=True):
            fates[position] = fate
    return fates


def _pack(groups: Sequence[Group]) -> list[list[int]]:
    """Positions of groups, call by call."""
    calls: list[list[int]] = []
    actions, size = MOST_ACTIONS, 0
    for position, group in enumerate(groups):
        group_size = len(repr(group))
        if actions + len(group) > MOST_ACTIONS or size + group_size > _MOST_CHARACTERS:
            calls.append([])
            actions, size = 0, 0
        calls[-1].append(position)
        actions, size = actions + len(group), size + group_size
    return calls


def _commit(database: Database, groups: Sequence[Group], call: Sequence[int]) -> list[Fate]:
    fates = dict.fromkeys(call, Fate.BUSY)
    pending = list(call)
    while pending:
        actions = [action for position in pending for action in groups[position]]
        try:
            codes = iter(database.transact(actions, token=uuid.uuid4().hex))
        except StorageBusy:
            break
        refused = {position for position in pending if _refused([next(codes) for _ in groups[position]])}
        fates |= dict.fromkeys(refused or pending, Fate.REFUSED if refused else Fate.DONE)
        pending = [position for position in pending if position not in refused] if refused else []
    return [fates[position] for position in call]


def _refused(codes: list[str]) -> bool:
    for code in set(codes) - {"None", "ConditionalCheckFailed"}:
        raise InternalError(f"a transaction was refused: {code}")
    return "ConditionalCheckFailed" in codes
