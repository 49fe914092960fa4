"""What became of one item, and the mark that every write carries.

That is a value, never an exception: operations return one `Outcome` per item, in order, which they make of the fates of
their writes (see `Fate` of the store), and each contract says it in its vendor's own codes and words.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple


class Status(StrEnum):
    """What became of an item."""

    CREATED = "created"
    UPDATED = "updated"
    IGNORED = "ignored"
    EXISTS = "exists"
    EXHAUSTED = "exhausted"
    REMOVED = "removed"
    NOT_FOUND = "not_found"
    INVALID = "invalid"
    BUSY = "busy"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"
    UNDONE = "undone"
    KEPT = "kept"


class Outcome(NamedTuple):
    """What became of one item.

    `profile_id` names the customer and is None exactly when none is known: a NOT_FOUND with one says that there was
    nothing of this customer's to remove. `reason` says what is wrong with an INVALID item; `values` holds what else the
    operation has to tell, such as generated ids. A BUSY item was not written and may be repeated; an UNKNOWN one may be
    written, since no answer came and nothing could be read: it may be repeated under the same writer only. A CANCELLED
    item was not written, since its job was cancelled before.
    """

    status: Status
    profile_id: str | None = None
    reason: str | None = None
    values: Mapping[str, Any] | None = None


NOT_FOUND = Outcome(Status.NOT_FOUND)
BUSY = Outcome(Status.BUSY)
UNKNOWN = Outcome(Status.UNKNOWN)
CANCELLED = Outcome(Status.CANCELLED)

RETRYABLE = frozenset({Status.BUSY, Status.UNKNOWN, Status.CANCELLED})
"""What another try may change."""


def invalid(reason: str) -> Outcome:
    """The outcome of an item that is itself wrong, or can't be done for what it shares with the others."""
    return Outcome(Status.INVALID, reason=reason)


class Origin(NamedTuple):
    """Who writes: a request or job, where the items at hand stand in it, and whether this is a redelivery.

    They stand from `first_index` on, one after the other, unless `positions` says where each stands. Each write
    stores `mark(index)`, so that a write met again is known for our own. `resumed` says that a request may have
    written under this id before, which cut its items otherwise; a request that is no job keeps no outcomes.
    """

    id: str
    first_index: int = 0
    redelivered: bool = False
    positions: Sequence[int] | None = None
    resumed: bool = False
    is_job: bool = True

    def position(self, index: int) -> int:
        """Where the item at `index` of the list at hand stands in the whole."""
        return self.first_index + index if self.positions is None else self.positions[index]

    def mark(self, index: int) -> str:
        """The mark of the item at `index` of the list at hand."""
        return f"{self.id}#{self.position(index)}"

    def marked(self, mark: str) -> int | None:
        """The position in a mark; None if the mark is somebody else's."""
        writer, _, position = mark.rpartition("#")
        return int(position) if writer == self.id else None


def to_json(outcome: Outcome) -> list[Any]:
    """The outcome as JSON holds it, without empty parts."""
    parts = [outcome.status.value, outcome.profile_id, outcome.reason, outcome.values]
    while parts[-1] is None:
        parts.pop()
    return parts


def from_json(parts: Sequence[Any]) -> Outcome:
    """The outcome that `to_json` wrote."""
    status, *rest = parts
    return Outcome(Status(status), *rest)
