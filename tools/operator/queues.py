"""`loyalty queue`: parked chunks, shown and redriven."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from loyalty.domain import moment
from loyalty.jobs.parked import is_fingerprint
from loyalty.store.tables import parked_messages
from loyalty.store.tables.parked_messages import Parked

from .commands import Session, command, group
from .faults import OperatorError
from .system import System

app = group("Chunks that were closed without being done, and are parked.")

JobOption = Annotated[str | None, typer.Option("--job", metavar="JOB", help="Those of one job.")]
All = Annotated[bool, typer.Option("--all", help="Those of all jobs.")]


@command(app, "parked")
def parked(session: Session) -> None:
    """List the parked messages, each with the reason."""
    with _left_to_others(session.system) as left:
        records = []
        for message in _all(session.system):
            left.append(message)
            records.append(_record(message))
    session.printer.records(records, "Nothing is parked")


@command(app, "redrive")
def redrive(session: Session, *, job: JobOption = None, all_: All = False) -> None:
    """Deliver parked messages again; the workers correct the job and its counts.

    Skipped is what was malformed or too large: nothing is kept of it that could be sent.
    """
    if bool(job) == all_:
        raise OperatorError("Say which: --job JOB or --all")
    session.printer.record(resend(session.system, job))


def resend(system: System, job: str | None = None) -> dict[str, int]:
    """Send the parked messages of a job, or of all, to the workers; how many, and of how many nothing could be sent."""
    sent: set[int] = set()
    skipped = 0
    with _left_to_others(system) as left:
        for message in _all(system):
            document = _document(message)
            wanted = job is None or document.get("job_id") == job
            if is_fingerprint(document):
                skipped += wanted
                left.append(message)
            elif wanted and hash(message.body) not in sent:  # one that is here again was parked again meanwhile
                parked_messages.redrive(system.database(), message)
                sent.add(hash(message.body))
            else:
                left.append(message)
    return {"redriven": len(sent), "skipped": skipped}


def _all(system: System) -> Iterator[Parked]:
    """Every parked message, once."""
    seen: set[str] = set()
    while new := [message for message in parked_messages.receive(system.database()) if message.id not in seen]:
        seen.update(message.id for message in new)
        yield from new


@contextmanager
def _left_to_others(system: System) -> Iterator[list[Parked]]:
    """A list whose messages others can receive again when the block ends."""
    left: list[Parked] = []
    try:
        yield left
    finally:
        parked_messages.release(system.database(), left)


def _record(message: Parked) -> dict[str, Any]:
    document = _document(message)
    items = document.get("items")
    return {
        "job": document.get("job_id"),
        "account": document.get("account"),
        "operation": document.get("operation"),
        "chunk": document.get("chunk"),
        "items": len(items) if isinstance(items, list) else None,
        "reason": message.reason,
        "parked_at": moment.at(message.parked_at),
    }


def _document(message: Parked) -> dict[str, Any]:
    try:
        document = json.loads(message.body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
