"""How the results of a file's rows are written: what became of each, and the failed rows as they were sent."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from loyalty.domain.delimited import write
from loyalty.domain.outcome import Outcome, Status
from loyalty.files.failed_rows import FailedRows
from loyalty.files.kind import FileKind

_FINE = frozenset({Status.CREATED, Status.UPDATED, Status.IGNORED, Status.EXISTS, Status.EXHAUSTED, Status.REMOVED})
_REASONS = {
    Status.BUSY: "Storage was busy: retry the job, or send this row again",
    Status.UNKNOWN: "It is not known whether this row was done: retry the job to have it done once",
    Status.CANCELLED: "The job was cancelled: retry the job, or send this row again",
}


class ResultRows(NamedTuple):
    """Writes the rows of one file; `codes` are what outcomes are called in its job's counts."""

    kind: FileKind[Any, Any]
    failed: FailedRows
    codes: Mapping[Status, str]

    def headings(self) -> tuple[str, str]:
        """The lines of headers: of all rows, and of those that failed."""
        names = ["number", "outcome", *self.kind.generated, "reason"]
        return write(names, ","), self.failed.headings()

    def of_all(self, number: int, outcome: Outcome) -> str:
        """The line of a row, which counts from 1: what it came to, the ids that it was given, and why it failed.

        A row that did not fail may have something to be told of all the same.
        """
        values = {**(outcome.values or {}), "profile_id": outcome.profile_id}
        generated = [_text(values.get(name)) for name in self.kind.generated]
        reason = self.why_failed(outcome) or _text(values.get("warning"))
        return write([str(number), self.codes[outcome.status], *generated, reason], ",")

    def of_failed(self, text: str, outcome: Outcome) -> str | None:
        """A row that failed, which was sent as this text, with the reason; None of another row."""
        reason = self.why_failed(outcome)
        return None if reason is None else self.failed.line(text, reason)

    def why_failed(self, outcome: Outcome) -> str | None:
        """Why a row failed, None where it did not."""
        if outcome.status in _FINE:
            return None
        if outcome.status is Status.NOT_FOUND:
            return self.kind.not_found
        return _REASONS.get(outcome.status) or outcome.reason or ""


def _text(value: object) -> str:
    return "" if value is None else str(value)
