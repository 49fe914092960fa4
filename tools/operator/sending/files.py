"""Sends a whole file: what is done is noted in its checkpoint, what failed in a file beside it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ..callers import authorised
from ..commands import Session
from ..failures import Failures
from ..faults import Interrupted, OperatorError
from ..jobs_client import JobsClient
from ..outcomes import in_words
from ..requests import MOST_ROWS, cut
from ..results import Report
from ..rowfiles import RowFile, Survey, survey
from .as_file import FileWork, NoFiles, send_as_file
from .checkpoint import Checkpoint, is_new_or, kept_at, take_up
from .content import Content, LocalContent, S3Content
from .delivery import Delivery, RequestRefused
from .doors import Door
from .locks import alone, alone_beside
from .s3_file import S3Object
from .sources import Source

FILES_FROM = MOST_ROWS
"""Rows above which a file becomes one job, by POST /files."""

AS_FILE = "as_file"
"""What the checkpoint of such a file has in its work."""


class Work(NamedTuple):
    """What is to be done with a file; `options` are those of the command, by which it recognises its checkpoint.

    `label` is what its jobs are called, if anything. `in_requests` says that it is to be sent so, however large it is.
    """

    name: str
    source: Source
    door: Door
    options: Mapping[str, Any]
    rows_per_request: int
    dry_run: bool = False
    label: str = ""
    in_requests: bool = False

    @property
    def file(self) -> RowFile:
        """Its rows."""
        return self.source.file


def send(session: Session, work: Work) -> None:
    """Send all rows, from where it stopped before; raises RowsFailed when some failed, else OperatorError."""
    path = work.file.path
    if work.source.remote:
        with alone_beside(path):
            _send_remote(session, work, work.source.remote)
    else:
        with alone(path):
            _send(session, work)


class _Run(NamedTuple):
    """One run over a file of `total` rows: how far it is, and what failed."""

    work: Work
    checkpoint: Checkpoint
    failures: Failures
    total: int


def _send(session: Session, work: Work) -> None:
    surveyed = survey(work.file)
    if not surveyed.rows:
        raise OperatorError(f"{work.file.path} holds no row under its line of headers")
    if _is_for_files(work, surveyed.rows):
        try:
            _send_as_file(session, work, {"digest": surveyed.digest}, LocalContent(work.file.path))
        except NoFiles:
            session.printer.remark("The system takes no whole files: it is sent in requests")
        else:
            return
    run = _begin(session, work, surveyed)
    checkpoint = run.checkpoint
    if checkpoint.rows:
        session.printer.remark(f"Going on after {checkpoint.rows} of {run.total} rows")
    try:
        with authorised(session.system, session.caller, work.door.credential_kind, work.door.rights) as headers:
            jobs = JobsClient(session.system.http, headers, session.system.sleep)
            labelled = {**headers, "X-Job-Label": work.label} if work.label else headers
            _send_rest(session, work, run, Delivery(work.door, session.system.http, labelled, jobs))
    except KeyboardInterrupt:
        _tell_begun(session, run)
        raise Interrupted(_so_far(run, _under_way(checkpoint))) from None
    except OperatorError as error:
        if isinstance(error, RequestRefused) and not checkpoint.rows:
            checkpoint.finish()  # nothing is done, so another command may begin anew
        else:
            _tell_begun(session, run)
        raise type(error)(_so_far(run, str(error))) from None
    checkpoint.finish()
    _tell(session, run, run.failures.end()).raise_for_failed()


def _is_for_files(work: Work, rows: int) -> bool:
    """Whether the file becomes one job: it is large, can come as a file, and was not begun in requests."""
    if rows <= FILES_FROM or work.in_requests or work.door.file_params() is None:
        return False
    return is_new_or(kept_at(work.file.path), AS_FILE)


def _send_remote(session: Session, work: Work, remote: S3Object) -> None:
    """Send an object of S3, which is always one job; raises OperatorError."""
    if work.in_requests:
        raise OperatorError("--rows cuts a file of this machine into requests: leave it out, or download the file")
    if work.door.file_params() is None:
        raise OperatorError(
            "Passwords and PINs go in requests alone, since files are kept for a week: download it, and give that file"
        )
    try:
        _send_as_file(session, work, {"source": remote.url, "digest": remote.etag}, S3Content(remote))
    except NoFiles:
        raise OperatorError("The system takes no whole files: download it, and give that file") from None


def _send_as_file(session: Session, work: Work, identity: Mapping[str, str], content: Content) -> None:
    command = {"command": work.name, "api": session.system.url, **work.options}
    checkpoint = take_up(kept_at(work.file.path), {**command, **identity, AS_FILE: True})
    large = FileWork(work.name, work.file, work.door, content, work.dry_run, work.label)
    send_as_file(session, large, checkpoint, Failures(work.file, command))


def _begin(session: Session, work: Work, surveyed: Survey) -> _Run:
    """Take up what was done of the file before; raises OperatorError."""
    command = {"command": work.name, "api": session.system.url, **work.options}
    identity = {**command, "digest": surveyed.digest, "rows_per_request": work.rows_per_request}
    checkpoint = take_up(kept_at(work.file.path), identity)
    return _Run(work, checkpoint, Failures(work.file, command, checkpoint.failed_file), surveyed.rows)


def _send_rest(session: Session, work: Work, run: _Run, delivery: Delivery) -> None:
    checkpoint = run.checkpoint
    with session.printer.progress() as progress:
        task = progress.add_task(work.name, total=run.total, completed=checkpoint.rows)
        for batch in cut(work.file.rows(), work.rows_per_request):
            if batch.first < checkpoint.rows:
                continue
            results = delivery.deliver(
                checkpoint, batch.rows, lambda job: progress.update(task, completed=checkpoint.rows + job["done"])
            )
            kept = run.failures.add(batch.rows, results.errors)
            checkpoint.advance(len(batch.rows), len(results.errors), kept, results.counts)
            progress.update(task, completed=checkpoint.rows)


def _tell_begun(session: Session, run: _Run) -> None:
    if run.checkpoint.rows or run.checkpoint.jobs:
        _tell(session, run, run.failures.path)


def _tell(session: Session, run: _Run, failed: Path | None) -> Report:
    """Say what became of the rows that are done, and in which jobs, so that these can be undone."""
    work, checkpoint = run.work, run.checkpoint
    counts = in_words(work.door.operation, checkpoint.counts)
    report = Report(checkpoint.rows, counts, checkpoint.failed, failed, work.dry_run)
    session.printer.record({**report.record(), "jobs": checkpoint.jobs})
    if work.dry_run:
        session.printer.remark("Dry run: nothing was written")
    return report


def _under_way(checkpoint: Checkpoint) -> str:
    """What Ctrl-C leaves in the system."""
    if checkpoint.job_id:
        return f"Interrupted; the job {checkpoint.job_id} goes on in the system"
    return f"Interrupted{'; the request without an answer may go on in the system' if checkpoint.sent_at else ''}"


def _so_far(run: _Run, text: str) -> str:
    if not run.checkpoint.path.exists():
        return text
    return f"{text}; {run.checkpoint.rows} of {run.total} rows are done, the same command goes on from there"
