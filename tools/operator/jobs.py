"""`loyalty job`: an account's jobs through the jobs API: how far they are, what came of them, and taking them back."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from loyalty.domain.account import JOBS_READ
from loyalty.operations.registry import OPERATIONS

from .arguments import Yes
from .callers import authorised
from .commands import Session, command, group
from .jobs_client import Job, JobsClient

app = group("Jobs: large requests, and imports that can be undone.")

_READ = frozenset({JOBS_READ})
_UNDO = _READ | {operation.kind.right for operation in OPERATIONS.values()}
"""What undoing any job takes: the operation's own right too."""

JobId = Annotated[str, typer.Argument(metavar="JOB", help="The job's id.")]
Most = Annotated[int, typer.Option("--limit", metavar="COUNT", min=1, help="The most jobs to list.")]
Partial = Annotated[bool, typer.Option("--partial", help="The results so far of a job that still runs.")]
Output = Annotated[Path | None, typer.Option("--output", metavar="FILE", help="The file to write them to.")]


@command(app, "list")
def list_(session: Session, *, limit: Most = 50) -> None:
    """List the account's jobs, newest first."""
    with _client(session) as client:
        jobs = list(islice((job for page in client.pages() for job in page), limit))
    session.printer.records([_record(job) for job in jobs], "There are no jobs")


@command(app, "show")
def show(session: Session, job: JobId) -> None:
    """Show how far a job is."""
    with _client(session) as client:
        session.printer.record(_record(client.show(job)))


@command(app, "watch")
def watch(session: Session, job: JobId) -> None:
    """Wait until a job is finished, and show it then."""
    with _client(session) as client:
        session.printer.record(_record(_watch(session, client, job)))


@command(app, "results")
def results(
    session: Session,
    job: JobId,
    *,
    partial: Partial = False,
    output: Output = None,
) -> None:
    """Fetch a job's results: the very reply that a client which waited would have got."""
    with _client(session) as client:
        reply = client.results(job, partial=partial)
    if output:
        output.write_bytes(reply.body)
        session.printer.record({"job_id": job, "bytes": len(reply.body), "output": str(output)})
    else:
        sys.stdout.write(reply.body.decode() + "\n")


@command(app, "undo")
def undo(session: Session, job: JobId, *, yes: Yes = False) -> None:
    """Take back what a job did, item by item, unless others have built on it, and wait until that is done."""
    with _client(session, _UNDO) as client:
        before = client.show(job)
        if not yes:
            typer.confirm(f"Take back the {before['operation']} of {before['total']} items?", abort=True, err=True)
        session.printer.record(_record(_watch(session, client, client.undo(job)["job_id"])))


@contextmanager
def _client(session: Session, rights: frozenset[str] = _READ) -> Iterator[JobsClient]:
    with authorised(session.system, session.caller, "token", rights) as headers:
        yield JobsClient(session.system.http, headers, session.system.sleep)


def _watch(session: Session, client: JobsClient, job_id: str) -> Job:
    with session.printer.progress() as progress:
        task = progress.add_task(job_id, total=None)
        return client.watch(job_id, lambda job: progress.update(task, total=job["total"], completed=job["done"]))


def _record(job: Job) -> dict[str, Any]:
    return {name: value for name, value in job.items() if name != "links"}
