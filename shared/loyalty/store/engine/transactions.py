"""Many small transactions in few calls.

A group of actions is done wholly or not at all. Groups share calls up to DynamoDB's limits; when one of
them is refused the call is cancelled, and the others are sent again without it. A call that is refused for now, again
and again, is sent in halves: one action for which the store has no room must not keep the others waiting. A call has
evidence of what it does, by which it is known for done when its answer was lost: a record that it writes, or one of the
items that it writes anyway.
"""

import uuid
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from loyalty.domain.deadline import TOGETHER_SECONDS
from loyalty.domain.errors import InternalError, StorageBusy
from loyalty.store.engine.batch import side_by_side
from loyalty.store.engine.dynamodb import Database, Item
from loyalty.store.engine.fate import Fate
from loyalty.store.tables.journal import Record

MOST_ACTIONS = 100
"""Actions of one TransactWriteItems, DynamoDB's limit."""

_MOST_BYTES = 2_000_000
"""Bytes of one TransactWriteItems, as groups tell them; DynamoDB's limit is 4 MB with keys and conditions."""

Group = Sequence[Item]


class Witness(NamedTuple):
    """An item that a call writes, with the `origin` that it has before (None: it is not there) and after."""

    table: str
    key: Item
    before: str | None
    after: str


Evidence = Record | Witness
Recording = Callable[[Sequence[int]], Evidence]
"""Makes the evidence of the groups at these positions."""


def commit(
    database: Database,
    groups: Sequence[Group],
    recording: Recording | None = None,
    sizes: Sequence[int] | None = None,
) -> list[Fate]:
    """Do each group (of less than MOST_ACTIONS), no item being in two of them; their fates, in order.

    `sizes` are the bytes that each holds beside keys, conditions and names, which are few: none where that is all.
    REFUSED is a group whose conditions don't hold, a BUSY one was not done. An UNKNOWN one had no answer, and could not
    be asked for; without evidence that is BUSY too.
    """
    fates = [Fate.BUSY] * len(groups)
    calls = _pack(groups, sizes or [0] * len(groups), MOST_ACTIONS if recording is None else MOST_ACTIONS - 1)
    done = side_by_side(lambda call: _commit(database, groups, call, recording), calls)
    for call, fates_of_call in zip(calls, done, strict=True):
        for position, fate in zip(call, fates_of_call, strict=True):
            fates[position] = fate
    return fates


def _pack(groups: Sequence[Group], sizes: Sequence[int], most: int) -> list[list[int]]:
    """Positions of groups, call by call."""
    calls: list[list[int]] = []
    actions, bytes_ = most, 0
    for position, (group, size) in enumerate(zip(groups, sizes, strict=True)):
        if actions + len(group) > most or bytes_ + size > _MOST_BYTES:
            calls.append([])
            actions, bytes_ = 0, 0
        calls[-1].append(position)
        actions, bytes_ = actions + len(group), bytes_ + size
    return calls


class _Call(NamedTuple):
    """One TransactWriteItems for the groups at these positions, how long to try it, and whether an answer was lost."""

    positions: Sequence[int]
    actions: Sequence[Item]
    evidence: Evidence | None
    seconds: float
    token: str
    lost: bool = False


def _commit(
    database: Database, groups: Sequence[Group], positions: Sequence[int], recording: Recording | None
) -> list[Fate]:
    """The fates of the groups of one call, which becomes several where the store refuses some of it for now."""

    def call(some: Sequence[int], seconds: float = TOGETHER_SECONDS) -> _Call:
        actions = [action for position in some for action in groups[position]]
        return _Call(some, actions, recording(some) if recording else None, seconds, uuid.uuid4().hex)

    def apart(whole: _Call) -> list[_Call]:
        """A call is refused whole where there is no room for one of its actions: its halves, tried half as long."""
        if whole.lost or len(whole.positions) == 1:
            return [whole._replace(seconds=TOGETHER_SECONDS)]
        middle = len(whole.positions) // 2
        return [call(half, whole.seconds / 2) for half in (whole.positions[:middle], whole.positions[middle:])]

    fates: dict[int, Fate] = {}
    calls = deque([call(positions)])
    writing = database.writing() if recording else database
    while calls:
        one = calls.popleft()
        try:
            codes = _transact(writing.waiting(one.seconds), one)
        except StorageBusy as error:
            one = one._replace(lost=one.lost or error.lost)
            if writing.clock() >= writing.deadline:
                fates |= dict.fromkeys(one.positions, _read_back(database, one))
            else:
                calls.extend(apart(one))
            continue
        refused = _refused_groups(groups, one.positions, codes) if _refused(codes) else ()
        fates |= dict.fromkeys(refused or one.positions, Fate.REFUSED if refused else Fate.DONE)
        if refused and len(refused) < len(one.positions):
            calls.appendleft(call([position for position in one.positions if position not in refused]))
    return [fates[position] for position in positions]


def _transact(database: Database, call: _Call) -> list[str]:
    """The cancellation code of each action; where the record is there already they were done before we were told."""
    if not isinstance(call.evidence, Record):
        return database.transact([*call.actions], call.token)
    *codes, recorded = database.transact([*call.actions, call.evidence.action], call.token)
    return ["None"] * len(codes) if _refused([recorded]) else codes


def _read_back(database: Database, call: _Call) -> Fate:
    """The fate of all that a call without an answer would have done."""
    evidence = call.evidence
    if evidence is None or not call.lost:
        return Fate.BUSY
    try:
        item = database.get(evidence.table, evidence.key)
    except StorageBusy:
        return Fate.UNKNOWN
    if isinstance(evidence, Record):
        return Fate.DONE if item else Fate.BUSY
    return _seen(evidence, item["origin"]["S"] if item else None)


def _seen(witness: Witness, origin: str | None) -> Fate:
    """What a witness tells: nothing where others wrote it meanwhile, which may have been before or after us."""
    return {witness.after: Fate.DONE, witness.before: Fate.BUSY}.get(origin, Fate.UNKNOWN)


def _refused_groups(groups: Sequence[Group], positions: Sequence[int], codes: Sequence[str]) -> set[int]:
    """The positions of those that hold one of the refused actions."""
    of_actions = iter(codes)
    return {position for position in positions if _refused([next(of_actions) for _ in groups[position]])}


def _refused(codes: Sequence[str]) -> bool:
    for code in set(codes) - {"None", "ConditionalCheckFailed"}:
        raise InternalError(f"a transaction was refused: {code}")
    return "ConditionalCheckFailed" in codes
