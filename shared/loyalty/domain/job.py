"""A job: one request's items, cut into chunks that are done apart, in the queue's workers or one after the other."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from loyalty.domain import lifetime

KEPT_SECONDS = 7 * 24 * 3600
"""How long a job, its outcomes and what undoes it can be seen."""

TASK_SECONDS = 600
"""After how long without a further part a job that grows takes none any more."""

UPLOAD_SECONDS = 24 * 3600
"""How long a job waits for its file."""

HANDED_ON_SECONDS = 24 * 3600
"""How long the splitter may take to send the chunks of a job, before that counts as lost."""

NO_FILE = "No file arrived within a day"
"""Why a job failed whose file did not come."""

MOST_CHUNKS = 100_000
"""Chunks of one job, also of one that grows or that another system feeds."""

SPARE_SECONDS = 24 * 3600
"""How much longer they are stored, so that an undo in the last second still finds all of it."""


class JobStatus(StrEnum):
    """Where a job stands.

    UPLOADING is one whose file has not arrived, SPLITTING one whose file is read and cut into chunks. FAILED is one
    whose sender got half-way, which repeating its request completes, one whose chunks, fed by another system, don't
    hold each item once, or one whose file never arrived or can't be read. CANCELLED is one whose chunks were closed as
    far as nobody had begun with them.
    """

    UPLOADING = "uploading"
    SPLITTING = "splitting"
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    UNDOING = "undoing"
    UNDONE = "undone"


class Undo(StrEnum):
    """Whether a job can be undone."""

    AVAILABLE = "available"
    NONE = "none"
    EXPIRED = "expired"


class Retry(StrEnum):
    """Whether some of a job's items can be tried again."""

    AVAILABLE = "available"
    NONE = "none"


class Part(NamedTuple):
    """A chunk: its number from 1, where its items stand in the request, and the chunk that must be done before it."""

    number: int
    positions: Sequence[int]
    after: int | None = None


class Place(NamedTuple):
    """Where a further part belongs: to which job that grows, as which of its parts, counted from 1."""

    job_id: str
    number: int


class Job(NamedTuple):
    """A job as it is stored; moments are seconds of the epoch.

    `operation` and `contract` name whose work it is and how it is answered, in which `manner`; `params` are the
    operation's as JSON holds them, `request` is a digest of the whole request. `queued` says that its chunks go
    through the queue, `sent` that all went, `abandoned` that its sender gave up before and told its client so;
    `reopened_at` is when it was begun again after it had ended, for items that could be repeated. `resumed` says that
    a request without a job may have written under its id before, `fed` that its chunks come as another system sends
    them, or as it grows, `faulty` that these don't hold each item once. `undoes` names the job that it takes back,
    `undone_by` the one that takes it back. `label` is what its sender calls it. `retried` says that it was begun again
    for all that a retry can help, not only for what found the store busy. `cancelled_at` is since when no further chunk
    of it is begun, until it is begun again. `handed_on_at` is when the splitter was told to send its chunks, being too
    many for a request.

    A job that grows has `taken` so many parts until it is `closed`; `total` and `chunks` are those of the parts
    together, `sent` says that all went. `taken_at` is when it took the last part, and once that is sent, when it was.
    Another job has not `taken` any.

    The items of a job with a `file`, which is that file's name, come from there: it had `arrived_at`, and `split_at`
    its chunks began to be sent; until then `total` and `chunks` are 0. `error` says why it failed as a whole.
    """

    id: str
    account_id: str
    operation: str
    contract: str
    manner: Mapping[str, Any]
    params: Mapping[str, Any]
    total: int
    chunks: int
    submitted_at: float
    queued: bool
    undoable: bool
    sent: bool = False
    abandoned: bool = False
    finished_at: int | None = None
    announced: bool = False
    undoes: str | None = None
    undone_by: str | None = None
    request: str | None = None
    reopened_at: float | None = None
    resumed: bool = False
    fed: bool = False
    faulty: bool = False
    label: str | None = None
    retried: bool = False
    cancelled_at: float | None = None
    taken: int | None = None
    taken_at: float | None = None
    closed: bool = False
    file: str | None = None
    arrived_at: float | None = None
    split_at: float | None = None
    error: str | None = None
    handed_on_at: float | None = None

    @property
    def forgotten_at(self) -> int:
        """When it is told for the last time, whether or not anything of it is still stored then."""
        return int(self.submitted_at) + KEPT_SECONDS

    @property
    def deleted_at(self) -> int:
        """From when on all that belongs to it may be deleted (TTL)."""
        return self.forgotten_at + SPARE_SECONDS

    @property
    def sent_at(self) -> float:
        """When whoever last sent chunks of it began to."""
        return self.handed_on_at or self.reopened_at or self.taken_at or self.split_at or self.submitted_at

    @property
    def dry_run(self) -> bool:
        """Whether it only checks its items and writes none of them, as its operation's params say."""
        return bool(self.params.get("dry_run"))

    def lost(self, now: float) -> bool:
        """Whether its sender gave up before all was sent, or died before that or the end.

        A file is split by whoever is next, should one die; so are chunks sent that were handed on, within a day.
        """
        if self.file is not None and self.reopened_at is None:
            return False
        over_at = lifetime.over_at(self.sent_at) if self.handed_on_at is None else self.sent_at + HANDED_ON_SECONDS
        died = self.finished_at is None and now >= over_at
        return not self.sent and (self.abandoned or died)

    def is_sent_in_the_end(self, now: float) -> bool:
        """Whether all of it was sent since it was begun, or begun again, or the splitter does that."""
        return self.sent or (self.handed_on_at is not None and not self.lost(now))

    @property
    def was_sent(self) -> bool:
        """Whether all of it was sent once, so that nobody waits for its request to come again."""
        return self.sent or self.reopened_at is not None

    def stranded(self, now: float) -> bool:
        """Whether it was begun again, and lost then."""
        return self.finished_at is None and self.reopened_at is not None and self.lost(now)

    def told_error(self, now: float) -> str | None:
        """Why it failed as a whole, if it did; that its file did not come is noted within an hour."""
        waited = self.waits_for_file and now >= self.submitted_at + UPLOAD_SECONDS
        return self.error or (NO_FILE if waited else None)

    @property
    def waits_for_file(self) -> bool:
        """Whether it can't go on without a file that has not arrived."""
        return self.file is not None and self.arrived_at is None and self.finished_at is None

    @property
    def is_cut_by_notes(self) -> bool:
        """Whether only what is noted of its chunks tells which of them had to wait for others."""
        return self.fed or self.file is not None

    @property
    def ending(self) -> JobStatus:
        """How it ended, once it has, whether or not it is undone since."""
        if self.faulty or self.error is not None:
            return JobStatus.FAILED
        return JobStatus.DONE if self.cancelled_at is None else JobStatus.CANCELLED

    @property
    def grows(self) -> bool:
        """Whether it was made for further parts to be added."""
        return self.taken is not None

    def lapsed(self, now: float) -> bool:
        """Whether it grows, and the time for its next part is over."""
        return self.taken_at is not None and now >= self.taken_at + TASK_SECONDS

    def takes_parts(self, now: float) -> bool:
        """Whether a further part can be added."""
        return self.grows and not self.closed and not self.lapsed(now)

    def as_of(self, parts: Sequence[Part]) -> "Job":
        """It, as large as it is with these chunks as the last."""
        return self._replace(chunks=parts[-1].number, total=1 + max(part.positions[-1] for part in parts))

    def undo(self, now: float) -> Undo:
        """Whether it can be undone once it is finished."""
        nothing_sent = self.file is not None and not self.chunks
        if not self.undoable or self.undone_by or nothing_sent:
            return Undo.NONE
        return Undo.AVAILABLE if now < self.forgotten_at else Undo.EXPIRED


class Progress(NamedTuple):
    """How many chunks are finished, how many of their items ended how, by `Status`, and whether a retry can help."""

    chunks: int
    counts: Mapping[str, int]
    retryable: bool = False
