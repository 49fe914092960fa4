"""`loyalty queue`: parked chunks, shown, redriven or dropped."""

import json
from typing import Annotated, Any, NamedTuple

import typer

from loyalty.domain import moment
from loyalty.jobs.parked import is_fingerprint
from loyalty.store.tables import parked_messages
from loyalty.store.tables.parked_messages import Parked

from .arguments import Yes
from .commands import Session, command, group
from .faults import OperatorError
from .ids import is_beginning, shortened, the_one
from .letters import Letters
from .system import System

app = group("Chunks that were closed without being done, and are parked.")

JobOption = Annotated[
    str | None, typer.Option("--job", metavar="JOB", help="Those of one job, by its id or the beginning of it.")
]
All = Annotated[bool, typer.Option("--all", help="Those of all jobs.")]


class Wanted(NamedTuple):
    """Which parked messages: those of a job and of an account, None for all."""

    job: str | None = None
    account: str | None = None

    def has(self, message: Parked) -> bool:
        """Whether a message is one of them."""
        document = _document(message)
        wanted = {"job_id": self.job, "account": self.account}
        return all(one is None or document.get(name) == one for name, one in wanted.items())


@command(app, "parked")
def parked(session: Session, *, job: JobOption = None) -> None:
    """List the parked messages, each with the reason; with --account on the command line, those of one account."""
    wanted = Wanted(_whole_id(session.system, job), session.named_account)
    records = [_record(message) for message in _letters(session.system).listed() if wanted.has(message)]
    short = shortened(record["job"] for record in records if record["job"])
    shown = [{**record, "job": short.get(record["job"])} for record in records]
    narrowed = wanted != Wanted()
    session.printer.records(records, "Nothing of that is parked" if narrowed else "Nothing is parked", shown)


@command(app, "redrive")
def redrive(session: Session, *, job: JobOption = None, all_: All = False) -> None:
    """Deliver parked messages again; the workers correct the job and its counts.

    Skipped is what was malformed or too large: nothing is kept of it that could be sent.
    """
    _require_one(job, all_=all_)
    session.printer.record(resend(session.system, _whole_id(session.system, job)))


@command(app, "drop")
def drop(session: Session, *, job: JobOption = None, all_: All = False, yes: Yes = False) -> None:
    """Delete parked messages: their items stay as the job counts them, and can't be redriven any more."""
    _require_one(job, all_=all_)
    wanted, letters = Wanted(_whole_id(session.system, job)), _letters(session.system)
    seen = {message.id for message in letters.listed() if wanted.has(message)}
    if seen and not yes:
        whose = f"of the job {wanted.job}" if wanted.job else "of all jobs"
        messages = f"{len(seen)} parked message{'s' if len(seen) > 1 else ''}"
        typer.confirm(f"Delete {messages} {whose}?", abort=True, err=True)

    def delete(message: Parked) -> bool:
        if message.id not in seen:  # parked since the question was asked
            return False
        letters.drop(message)
        return True

    session.printer.record({"dropped": letters.each(delete)})


def resend(system: System, job: str | None = None) -> dict[str, int]:
    """Send the parked chunks of a job, or of all, to the workers; how many, and of how many nothing could be sent.

    A chunk that was closed again after a retry is parked several times: the last message is sent, the others deleted.
    """
    wanted, letters = Wanted(job), _letters(system)
    found = [message for message in letters.listed() if wanted.has(message)]
    known = [message for message in found if not is_fingerprint(_document(message))]
    last = {_chunk(message): message.id for message in sorted(known, key=lambda message: message.parked_at)}
    here, sent = {message.id for message in known}, 0

    def send(message: Parked) -> bool:
        nonlocal sent
        if message.id not in here:  # parked meanwhile, maybe once more
            return False
        if message.id == last[_chunk(message)]:
            parked_messages.redrive(system.database(), message)
            sent += 1
        else:
            letters.drop(message)
        return True

    letters.each(send)
    return {"redriven": sent, "skipped": len(found) - len(known)}


def _require_one(job: str | None, *, all_: bool) -> None:
    if bool(job) == all_:
        raise OperatorError("Say which: --job JOB or --all")


def _whole_id(system: System, job: str | None) -> str | None:
    """The id of a job that has parked messages, by the beginning of it; raises OperatorError."""
    if job is None or not is_beginning(job):
        return job
    ids = [str(_document(message).get("job_id")) for message in _letters(system).listed()]
    return the_one(job, ids, "parked job")


def _letters(system: System) -> Letters:
    return Letters(system.database, system.database().settings.parked_queue_url)


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


def _chunk(message: Parked) -> tuple[object, ...]:
    """What tells one chunk from others: its job, its number, and what was in it."""
    document = _document(message)
    return document.get("job_id"), document.get("chunk"), document.get("content", message.body)
