"""Many small transactions in few calls.

A group of actions is done wholly or not at all. Groups share calls up to DynamoDB's limits; when one of
them is refused the call is cancelled, and the others are sent again without it. A call may carry a record of what it
does: by that it is known for done when its answer was lost.
"""

import uuid
from collections.abc import Callable, Sequence
from enum import Enum

from loyalty.errors import InternalError, StorageBusy
from loyalty.store.batch import side_by_side
from loyalty.store.dynamodb import Database, Item
from loyalty.store.journal import Record

MOST_ACTIONS = 100
"""Actions of one TransactWriteItems, DynamoDB's limit."""

_MOST_CHARACTERS = 900_000
"""Characters of one TransactWriteItems, of up to four bytes each; DynamoDB's limit is 4 MB."""

Group = Sequence[Item]
Recording = Callable[[Sequence[int]], Record]
"""Makes the record of the groups at these positions."""


class Fate(Enum):
    """What became of a group."""

    DONE = "done"
    REFUSED = "refused"
    BUSY = "busy"
    UNKNOWN = "unknown"


def commit(database: Database, groups: Sequence[Group], recording: Recording | None = None) -> list[Fate]:
    """Do each group (of less than MOST_ACTIONS), no item being in two of them; their fates, in order.

    REFUSED is a group whose conditions don't hold, a BUSY one was not done. An UNKNOWN one had no answer, and could not
    be asked for; without a record that is BUSY too.
    """
    fates = [Fate.BUSY] * len(groups)
    calls = _pack(groups, MOST_ACTIONS if recording is None else MOST_ACTIONS - 1)
    done = side_by_side(lambda call: _commit(database, groups, call, recording), calls)
    for call, fates_of_call in zip(calls, done, strict=True):
        for position, fate in zip(call, fates_of_call, strict=True):
            fates[position] = fate
    return fates


def _pack(groups: Sequence[Group], most: int) -> list[list[int]]:
    """Positions of groups, call by call."""
    calls: list[list[int]] = []
    actions, size = most, 0
    for position, group in enumerate(groups):
        group_size = len(repr(group))
        if actions + len(group) > most or size + group_size > _MOST_CHARACTERS:
            calls.append([])
            actions, size = 0, 0
        calls[-1].append(position)
        actions, size = actions + len(group), size + group_size
    return calls


def _commit(
    database: Database, groups: Sequence[Group], call: Sequence[int], recording: Recording | None
) -> list[Fate]:
    fates = dict.fromkeys(call, Fate.BUSY)
    pending = list(call)
    while pending:
        actions = [action for position in pending for action in groups[position]]
        record = recording(pending) if recording else None
        try:
            codes = _transact(database, actions, record)
        except StorageBusy as error:
            read_back = _read_back(database, record) if error.lost else Fate.BUSY
            return [read_back if one in pending else fates[one] for one in call]
        remaining = iter(codes)
        refused = {position for position in pending if _refused([next(remaining) for _ in groups[position]])}
        fates |= dict.fromkeys(refused or pending, Fate.REFUSED if refused else Fate.DONE)
        pending = [position for position in pending if position not in refused] if refused else []
    return [fates[position] for position in call]


def _transact(database: Database, actions: list[Item], record: Record | None) -> list[str]:
    """The cancellation code of each action; where the record is there already they were done before we were told."""
    token = uuid.uuid4().hex
    if record is None:
        return database.transact(actions, token)
    *codes, recorded = database.writing().transact([*actions, record.action], token)
    return ["None"] * len(codes) if _refused([recorded]) else codes


def _read_back(database: Database, record: Record | None) -> Fate:
    """The fate of all that one call would have done."""
    if record is None:
        return Fate.BUSY
    try:
        return Fate.DONE if database.get(record.table, record.key) else Fate.BUSY
    except StorageBusy:
        return Fate.UNKNOWN


def _refused(codes: list[str]) -> bool:
    for code in set(codes) - {"None", "ConditionalCheckFailed"}:
        raise InternalError(f"a transaction was refused: {code}")
    return "ConditionalCheckFailed" in codes
