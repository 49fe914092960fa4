"""`loyalty job`: an account's jobs through the jobs API: how far they are, what came of them; cancel, retry, undo."""

import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from loyalty.domain.account import JOBS_READ
from loyalty.domain.job import JobStatus
from loyalty.domain.quoting import quote
from loyalty.operations.registry import OPERATIONS

from .arguments import Yes
from .callers import authorised
from .commands import Session, command, group
from .faults import telling_when_interrupted
from .ids import shortened
from .jobs_client import Filters, Job, JobsClient
from .moments import since
from .outcomes import PARTLY_DONE, in_words, standing

app = group("Jobs: large requests, and imports that can be undone.")

_READ = frozenset({JOBS_READ})
_CHANGE = _READ | {operation.kind.right for operation in OPERATIONS.values()}
"""What cancelling, retrying or undoing any job takes: the operation's own right too."""


_STATUSES = (*JobStatus, PARTLY_DONE)


def _known(names: Collection[str]) -> Callable[[list[str] | None], list[str] | None]:
    """Lets names through that are known; raises BadParameter for any other."""

    def check(given: list[str] | None) -> list[str] | None:
        if unknown := sorted(set(given or ()) - set(names)):
            raise typer.BadParameter(f"{quote(unknown[0])} is not one of {', '.join(names)}")
        return given

    return check


JobId = Annotated[str, typer.Argument(metavar="JOB", help="The job's id, or the beginning of it.")]
Most = Annotated[int, typer.Option("--limit", metavar="COUNT", min=1, help="The most jobs to list.")]
Statuses = Annotated[
    list[str] | None,
    typer.Option(
        "--status",
        metavar=f"<{'|'.join(_STATUSES)}>",
        help=f'Only such jobs; may be repeated. "{PARTLY_DONE}" are those of done some items of which failed.',
        autocompletion=lambda: list(_STATUSES),
        callback=_known(_STATUSES),
    ),
]
Operations = Annotated[
    list[str] | None,
    typer.Option(
        "--operation",
        metavar=f"<{'|'.join(OPERATIONS)}>",
        help="Only such jobs; may be repeated.",
        autocompletion=lambda: list(OPERATIONS),
        callback=_known(OPERATIONS),
    ),
]
Since = Annotated[
    str | None,
    typer.Option(
        "--since", metavar="WHEN", help="Only jobs since a day, a moment (2026-01-31T08:00:00Z), or 30m, 2h or 3d ago."
    ),
]
Label = Annotated[str | None, typer.Option("--label", metavar="TEXT", help="Only jobs of this label.")]
Partial = Annotated[bool, typer.Option("--partial", help="The results so far of a job that still runs.")]
Output = Annotated[Path | None, typer.Option("--output", metavar="FILE", help="The file to write them to.")]


@command(app, "list")
def list_(
    session: Session,
    *,
    status: Statuses = None,
    operation: Operations = None,
    label: Label = None,
    from_: Since = None,
    limit: Most = 50,
) -> None:
    """List the account's jobs, newest first."""
    filters = Filters(tuple(status or ()), tuple(operation or ()), label or "", since(from_))
    with _client(session) as client:
        jobs = list(islice(client.jobs(filters), limit))
    records = [_record(job) for job in jobs]
    short = shortened(job["job_id"] for job in jobs)
    named = any(record["label"] for record in records)
    shown = [_line(record, short[record["job_id"]], named=named) for record in records]
    session.printer.records(records, "There are no such jobs" if filters != Filters() else "There are no jobs", shown)


@command(app, "show")
def show(session: Session, job: JobId) -> None:
    """Show how far a job is."""
    with _client(session) as client:
        _tell(session, client.show(client.whole_id(job)))


@command(app, "watch")
def watch(session: Session, job: JobId) -> None:
    """Wait until a job is finished, and show it then."""
    with _client(session) as client:
        _tell(session, _watch(session, client, client.whole_id(job)))


@command(app, "results")
def results(session: Session, job: JobId, *, partial: Partial = False, output: Output = None) -> None:
    """Fetch a job's results: the very reply that a client which waited would have got, of a file's job the file."""
    with _client(session) as client:
        job_id = client.whole_id(job)
        if not partial and "file" in client.show(job_id):
            _save_file(session, client, job_id, output)
            return
        reply = client.results(job_id, partial=partial)
    if output:
        output.write_bytes(reply.body)
        session.printer.record({"job_id": job_id, "bytes": len(reply.body), "output": str(output)})
    else:
        sys.stdout.write(reply.body.decode() + "\n")


def _save_file(session: Session, client: JobsClient, job_id: str, output: Path | None) -> None:
    """The results of a file's job, of any size, into a file or to where the output goes."""
    if output is None:
        client.save_results(job_id, sys.stdout.buffer)
        return
    with output.open("wb") as file:
        client.save_results(job_id, file)
    session.printer.record({"job_id": job_id, "bytes": output.stat().st_size, "output": str(output)})


@command(app, "cancel")
def cancel(session: Session, job: JobId, *, yes: Yes = False) -> None:
    """Do nothing more of a job than what is under way, and wait until that has ended; what was done stays."""
    with _client(session, _CHANGE) as client:
        before = client.show(client.whole_id(job))
        if not yes:
            question = f"Cancel the {before['operation']} of {before['total']} items, {before['done']} of them done?"
            typer.confirm(question, abort=True, err=True)
        _tell(session, _watch(session, client, client.cancel(before["job_id"])["job_id"]))


@command(app, "retry")
def retry(session: Session, job: JobId) -> None:
    """Try a job's items again that found the store busy, failed together, or were cancelled, and wait for them."""
    with _client(session, _CHANGE) as client:
        _tell(session, _watch(session, client, client.retry(client.whole_id(job))["job_id"]))


@command(app, "undo")
def undo(session: Session, job: JobId, *, yes: Yes = False) -> None:
    """Take back what a job did, item by item, unless others have built on it, and wait until that is done."""
    with _client(session, _CHANGE) as client:
        before = client.show(client.whole_id(job))
        if not yes:
            typer.confirm(f"Take back the {before['operation']} of {before['total']} items?", abort=True, err=True)
        _tell(session, _watch(session, client, client.undo(before["job_id"])["job_id"]))


@contextmanager
def _client(session: Session, rights: frozenset[str] = _READ) -> Iterator[JobsClient]:
    with authorised(session.system, session.caller, "token", rights) as headers:
        yield JobsClient(session.system.http, headers, session.system.sleep)


def _watch(session: Session, client: JobsClient, job_id: str) -> Job:
    under_way = f"the job goes on in the system: loyalty job watch {job_id} waits for it"
    with telling_when_interrupted(lambda: under_way), session.printer.progress() as progress:
        task = progress.add_task(job_id, total=None)
        return client.watch(job_id, lambda job: progress.update(task, total=job["total"], completed=job["done"]))


def _tell(session: Session, job: Job) -> None:
    record = _record(job)
    session.printer.record(record, _in_words(record))


def _record(job: Job) -> dict[str, Any]:
    return {name: value for name, value in job.items() if name != "links"}


def _line(record: Job, job_id: str, *, named: bool) -> dict[str, Any]:
    """A job in a list for people, which fits a terminal of 80 columns as long as jobs have no names."""
    return {
        "job_id": job_id,
        **({"label": record["label"]} if named else {}),
        "operation": _operation(record),
        "status": standing(record),
        "done": f"{record['done']} of {record['total']}",
        "counts": in_words(record["operation"], record["counts"]),
        "submitted_at": record["submitted_at"],
    }


def _in_words(record: Job) -> dict[str, Any]:
    told = {name: value for name, value in record.items() if name != "dry_run"}
    counts = in_words(record["operation"], record["counts"])
    return {**told, "operation": _operation(record), "status": standing(record), "counts": counts}


def _operation(record: Job) -> str:
    """What a job does, and whether it only checks."""
    return f"{record['operation']} (dry run)" if record.get("dry_run") else str(record["operation"])
