"""One chunk of a job as the Jobs table holds it: what stands in its item, packed and unpacked; see `chunks`."""

import json
import zlib
from collections.abc import Sequence
from typing import NamedTuple

from loyalty.domain.compact import compact
from loyalty.domain.job import Job
from loyalty.domain.outcome import RETRYABLE, Outcome, Status, from_json, to_json
from loyalty.store.engine.dynamodb import Item

_MOST_BYTES = 350_000
"""Bytes of compressed outcomes, and of a message that is kept beside them: an item holds 400 KB."""
_MOST_KEPT_BYTES = 250_000
"""Bytes of a message that is kept, compressed: more than any that we send has."""
_SHORTER = (200, 80, 20)
"""What reasons are cut to, in turn, where outcomes would be larger than an item."""


class Chunk(NamedTuple):
    """A chunk as stored: how often it was begun, where its items stand, and their outcomes, None until finished.

    `tries` are those since the outcomes were stored at `done_at`; `held_at` is since when somebody holds it, None when
    nobody does. `packed` is its message, where that is kept, `content` a digest of the items with which it was begun.
    """

    begun: int
    tries: int
    positions: Sequence[int]
    outcomes: list[Outcome] | None
    done_at: float
    buried: bool
    reason: str
    held_at: float | None
    waiters: frozenset[str]
    packed: bytes | None = None
    cancelled_at: float | None = None
    content: str | None = None

    @property
    def kept(self) -> str | None:
        """Its message as it is parked, where a chunk that was closed keeps it."""
        return None if self.packed is None else zlib.decompress(self.packed).decode()

    @property
    def settled(self) -> list[Outcome] | None:
        """The outcomes that stay."""
        return None if self.buried else self.outcomes

    @property
    def rank(self) -> int:
        """The rank of a note of it: a later delivery outranks an earlier one, and outcomes that stay outrank all."""
        return self.begun + (self.settled is not None)

    @property
    def doubtful(self) -> bool:
        """Whether it was closed with items of which nobody could tell whether they were written."""
        return self.buried and any(outcome.status is Status.UNKNOWN for outcome in self.outcomes or ())

    @property
    def retryable(self) -> bool:
        """Whether its message is kept, and another try may change what it came to."""
        return self.packed is not None and any(map(self.may_change, self.outcomes or ()))

    def may_change(self, told: Outcome) -> bool:
        """Whether another try may change one of its outcomes: also one that says why the whole chunk was closed."""
        shared = told.status is Status.INVALID and bool(told.reason) and self.reason.startswith(told.reason or "")
        return shared or told.status in RETRYABLE

    def is_finished(self, job: Job) -> bool:
        """Whether it has outcomes that its job, if that was begun again since, does not try to better."""
        if self.outcomes is None or self.done_at >= (job.reopened_at or 0):
            return self.outcomes is not None
        return not (self.retryable if job.retried else any(one.status in RETRYABLE for one in self.outcomes))

    def is_cancelled(self, job: Job) -> bool:
        """Whether it was cancelled since its job was begun, or begun again."""
        return self.cancelled_at is not None and self.cancelled_at >= (job.reopened_at or 0)


def of_item(item: Item) -> Chunk:
    """The chunk that an item holds; one that was never begun, of an empty one."""
    outcomes = json.loads(zlib.decompress(item["outcomes"]["B"])) if "outcomes" in item else None
    return Chunk(
        begun=int(item["begun"]["N"]) if "begun" in item else 0,
        tries=int(item["tries"]["N"]) if "tries" in item else 0,
        positions=unpack_positions(item["positions"]["S"]) if "positions" in item else (),
        outcomes=None if outcomes is None else [from_json(parts) for parts in outcomes],
        done_at=float(item["done_at"]["N"]) if "done_at" in item else 0.0,
        buried="buried" in item,
        reason=item["reason"]["S"] if "reason" in item else "",
        held_at=float(item["held_at"]["N"]) if "held_at" in item else None,
        waiters=frozenset(item.get("waiters", {"SS": ()})["SS"]),
        content=item["content"]["S"] if "content" in item else None,
        packed=bytes(item["kept"]["B"]) if "kept" in item else None,
        cancelled_at=float(item["cancelled_at"]["N"]) if "cancelled_at" in item else None,
    )


def pack_positions(positions: Sequence[int]) -> str:
    """`first-last` for consecutive positions, else all of them."""
    if isinstance(positions, range):
        return f"{positions.start}-{positions.stop - 1}"
    return ",".join(map(str, positions))


def unpack_positions(text: str) -> Sequence[int]:
    """The positions that `pack_positions` made this of."""
    first, _, last = text.partition("-")
    return range(int(first), int(last) + 1) if last else [int(position) for position in text.split(",")]


def pack_message(text: str | None) -> bytes | None:
    """A message that is kept, compressed; None where there is none, or no room for it."""
    packed = None if text is None else zlib.compress(text.encode())
    return packed if packed and len(packed) <= _MOST_KEPT_BYTES else None


def pack_outcomes(outcomes: Sequence[Outcome], kept: bytes | None) -> bytes:
    """Outcomes, compressed, with reasons as long as there is room for beside a message that is kept."""
    room = _MOST_BYTES - len(kept or b"")
    packed = _compress(outcomes)
    for most in _SHORTER:
        if len(packed) <= room:
            break
        packed = _compress([one._replace(reason=one.reason and one.reason[:most]) for one in outcomes])
    return packed


def _compress(outcomes: Sequence[Outcome]) -> bytes:
    text = compact([to_json(outcome) for outcome in outcomes])
    return zlib.compress(text.encode())
