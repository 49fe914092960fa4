"""A whole file moved in, batch by batch."""

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from loyalty.domain.outcome import Origin
from loyalty.store.engine.dynamodb import Database

from ..commands import Session
from ..failures import Failures
from ..faults import telling_when_interrupted
from ..requests import cut
from ..results import Report, Results, around
from ..rowfiles import RowFile, survey

_ROWS = 1_000
"""Rows that are moved together."""

_SECONDS = 300.0
"""How long that may take; passwords take the longest, since they are hashed here."""


class Mover(Protocol):
    """Moves rows in; those that were moved before are met."""

    def move(self, database: Database, rows: Sequence[Sequence[str]], origin: Origin) -> Results:
        """What became of each row; `origin` is the same for the same rows. Raises StorageBusy."""


def move(session: Session, file: RowFile, mover: Mover) -> None:
    """Move all rows in; raises RowsFailed when some failed, else OperatorError or StorageBusy."""
    surveyed = survey(file)
    failures = Failures(file, {"command": "migrate", "what": type(mover).__name__})
    counts, failed = Counter[str](), 0
    done = 0

    def so_far() -> str:
        """What Ctrl-C leaves."""
        kept = f", the failed ones in {failures.path}" if failures.path else ""
        return f"{done} of {surveyed.rows} rows are done{kept}; the same command may be given again"

    with telling_when_interrupted(so_far), session.printer.progress() as progress:
        task = progress.add_task(file.path.name, total=surveyed.rows)
        for batch in cut(file.rows(), _ROWS):
            origin = Origin(f"migration-{surveyed.digest[:32]}", batch.first, redelivered=True)
            database = session.system.database(_SECONDS)
            results = around(batch.rows, _no_fault, lambda rows: mover.move(database, rows, origin))  # noqa: B023
            failures.add(batch.rows, results.errors)
            counts += results.counts
            failed += len(results.errors)
            done += len(batch.rows)
            progress.update(task, completed=done)
    report = Report(surveyed.rows, counts, failed, failures.end())
    session.printer.record(report.record())
    report.raise_for_failed()


def _no_fault(_row: Sequence[str]) -> None:
    """Any row that can be read can be moved, or is refused by its mover."""
