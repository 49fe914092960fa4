"""Sends a whole file as one job, through POST /files: asked for once, uploaded, watched, its failed rows kept."""

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from loyalty.domain.rowfile import ERROR_COLUMN, FormatFault, check_size
from loyalty.http.writing import to_json

from ..callers import authorised
from ..commands import Session
from ..failures import Failures
from ..faults import Interrupted, OperatorError, Unavailable
from ..jobs_client import Job, JobsClient, detail
from ..outcomes import in_words
from ..results import Report
from ..rowfiles import RowFile, open_rows
from .checkpoint import Checkpoint
from .content import Content
from .doors import Door
from .headers import check_columns
from .s3_file import SourceChanged

_PATH = "/files"
_TAKEN_ALREADY = 412


class NoFiles(Exception):
    """The system takes no files: it is of an earlier version."""


class FileWork(NamedTuple):
    """What is to be done: how the command is called, with which file, through which door, and what is sent of it."""

    name: str
    file: RowFile
    door: Door
    content: Content
    dry_run: bool
    label: str


def send_as_file(session: Session, work: FileWork, checkpoint: Checkpoint, failures: Failures) -> None:
    """Have all rows done as one job, which may be under way from before.

    Raises NoFiles, RowsFailed when some failed, else OperatorError.
    """
    try:
        with authorised(session.system, session.caller, work.door.credential_kind, work.door.rights) as headers:
            sending = _Sending(session, work, checkpoint, headers)
            job = sending.done()
            failed = _keep_failed(sending.jobs, job, work.file, failures)
    except KeyboardInterrupt:
        raise Interrupted(_under_way(checkpoint)) from None
    checkpoint.finish()
    counts = in_words(work.door.operation, job["counts"])
    report = Report(job["total"], counts, failed, failures.end(), work.dry_run)
    session.printer.record({**report.record(), "jobs": [job["job_id"]]})
    if work.dry_run:
        session.printer.remark("Dry run: nothing was written")
    report.raise_for_failed()


def _under_way(checkpoint: Checkpoint) -> str:
    job = f"; the job {checkpoint.job_id} goes on in the system once its file is there" if checkpoint.job_id else ""
    return f"Interrupted{job}; the same command goes on with it"


class _Sending:
    """One run of a command that sends a file."""

    def __init__(self, session: Session, work: FileWork, checkpoint: Checkpoint, headers: Mapping[str, str]) -> None:
        self.jobs = JobsClient(session.system.http, headers, session.system.sleep)
        self._session, self._work, self._checkpoint, self._headers = session, work, checkpoint, headers

    def done(self) -> Job:
        """The job, once it has ended; raises OperatorError where it failed as a whole."""
        with self._session.printer.progress() as progress:
            task = progress.add_task("upload", total=self._work.content.size)
            self._bring(lambda sent: progress.update(task, advance=sent))
            progress.reset(task, description=self._work.name, total=None)

            def tell(shown: Job) -> None:
                progress.update(task, total=shown["total"] or None, completed=shown["done"])

            job = self.jobs.watch(str(self._checkpoint.job_id), tell)
        if job["status"] == "failed":
            self._checkpoint.finish()
            raise OperatorError(str(job.get("error") or f"The job {job['job_id']} failed"))
        return job

    def _bring(self, tell: Callable[[int], None]) -> None:
        """Have a job, and its file where it is to be."""
        checkpoint = self._checkpoint
        if checkpoint.job_id is not None and self.jobs.show(checkpoint.job_id)["status"] != "uploading":
            return
        if checkpoint.job_id is None:
            self._check()
        created = self._ask()
        checkpoint.go_on_as(created["job_id"])
        try:
            status = self._work.content.bring(self._session.system, created["upload"], tell)
        except SourceChanged:
            checkpoint.finish()
            raise
        if status not in (200, _TAKEN_ALREADY):  # the latter: it is there, and the answer was lost
            raise Unavailable(f"The file was not taken (HTTP status {status}); the same command sends it again")

    def _check(self) -> None:
        """Refuse what the job would fail of, before anything is sent; raises OperatorError."""
        try:
            check_size(self._work.content.size)
        except FormatFault as error:
            raise OperatorError(f"{self._work.file.path}{error}") from None
        told = self._session.system.http.send("GET", "/account", self._headers)
        if told.status == 200:  # noqa: PLR2004 - HTTP's own; who is refused is told why where it asks for the job
            check_columns(self._work.door, self._work.file.heading, told.json(), dry_run=self._work.dry_run)

    def _ask(self) -> Any:
        work = self._work
        document: dict[str, Any] = {
            "operation": work.door.operation,
            "params": work.door.file_params(),
            "name": work.file.path.name,
            **({"label": work.label} if work.label else {}),
            **({"dry_run": True} if work.dry_run else {}),
        }
        self._checkpoint.send()
        headers = {
            **self._headers,
            "Content-Type": "application/json",
            "Idempotency-Key": self._checkpoint.name,
        }
        reply = self._session.system.http.send("POST", _PATH, headers, to_json(document).encode())
        if reply.status == 404:  # noqa: PLR2004 - HTTP's own
            self._checkpoint.finish()
            raise NoFiles
        if reply.status >= 500:  # noqa: PLR2004
            raise Unavailable(detail(reply))
        if reply.status >= 400:  # noqa: PLR2004
            self._checkpoint.finish()
            raise OperatorError(detail(reply))
        return reply.json()


def _keep_failed(client: JobsClient, job: Job, file: RowFile, failures: Failures) -> int:
    """Keep the failed rows beside the file, as they were sent, where there are any; how many there are."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "failed.csv"
        with path.open("wb") as output:
            client.save_results(job["job_id"], output, outcome="failed")
        failed = open_rows(path)
        if failed.heading.reasons_at is None:
            raise Unavailable(f"The results have no column {ERROR_COLUMN}, so they are not those of the loyalty API")
        heading = failed.heading._replace(several_lines=file.heading.several_lines)
        count = sum(1 for _ in failed._replace(heading=heading).records())
        if count:
            failures.take(path.read_bytes())
    return count
