"""`loyalty webhook`: the one address where ends of an account's jobs are told, and the calls that failed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from loyalty.domain import moment
from loyalty.domain.account import JOBS_READ
from loyalty.jobs import endings
from loyalty.store import queue
from loyalty.store.tables import jobs
from loyalty.store.tables.parked_messages import Parked

from .arguments import Yes
from .callers import authorised
from .commands import Session, command, group
from .faults import OperatorError
from .ids import shortened
from .jobs_client import JobsClient
from .letters import Letters

app = group("Where an account is told that its jobs ended.")

_NONE_FAILED = (
    "No call has failed for good, which takes a day of attempts; loyalty webhook show tells what came of the last ones"
)

Address = Annotated[str, typer.Argument(metavar="URL", help="An https address on the public internet.")]
JobId = Annotated[
    str | None, typer.Argument(metavar="[JOB]", help="The job's id, or the beginning of it.", show_default=False)
]
All = Annotated[bool, typer.Option("--all", help="All calls that failed for a day.")]


@command(app, "set")
def set_(session: Session, address: Address) -> None:
    """Set the account's webhook, with a new secret that is shown once; the one before signs for a day beside it."""
    with _client(session) as client:
        session.printer.record(client.set_webhook(address))


@command(app, "show")
def show(session: Session) -> None:
    """Show the account's webhook, and what came of the last calls."""
    with _client(session) as client:
        session.printer.record(client.webhook())


@command(app, "delete")
def delete(session: Session) -> None:
    """Have nothing told any more."""
    with _client(session) as client:
        client.delete_webhook()
    session.printer.record({"deleted": True})


@command(app, "failed")
def failed(session: Session) -> None:
    """List calls that failed for a day; with --account on the command line, of one account."""
    found = [one for one in _letters(session).listed() if session.named_account in (None, _document(one)["account"])]
    records = [_record(one) for one in found]
    short = shortened(record["job"] for record in records if record["job"])
    shown = [{**record, "job": short.get(record["job"])} for record in records]
    session.printer.records(records, _NONE_FAILED, shown)


@command(app, "replay")
def replay(session: Session, job: JobId = None, *, all_: All = False) -> None:
    """Tell the end of a job once more, or all that failed: as at first, under the same id."""
    if (job is None) != all_:
        raise OperatorError("Say which: JOB, or --all")
    session.printer.record({"replayed": _replay_all(session) if job is None else _replay(session, job)})


@command(app, "drop")
def drop(session: Session, *, yes: Yes = False) -> None:
    """Delete the calls that failed; the end of a job can still be told by replay."""
    letters = _letters(session)
    seen = {one.id for one in letters.listed()}
    if seen and not yes:
        ends = f"{len(seen)} end{'s' if len(seen) > 1 else ''} of jobs"
        typer.confirm(f"Delete {ends} that could not be told?", abort=True, err=True)

    def delete(message: Parked) -> bool:
        if message.id not in seen:  # it came since the question was asked
            return False
        letters.drop(message)
        return True

    session.printer.record({"dropped": letters.each(delete)})


def _replay(session: Session, job: str) -> int:
    """Tell the last end of a job; a call about it that failed is deleted."""
    with _client(session) as client:
        job_id = client.whole_id(job)
        client.show(job_id)  # it is refused unless it is the account's own
        client.webhook()
    database = session.system.database()
    found = jobs.find(database, job_id)
    ending = endings.last(database, found) if found else None
    if ending is None:
        raise OperatorError("The job has not ended: its end is told when it does")
    queue.send(database, database.settings.webhook_queue_url, [queue.Message(endings.write(ending), ending.account)])
    letters = _letters(session)

    def delete(message: Parked) -> bool:
        if _document(message)["job_id"] != job_id:
            return False
        letters.drop(message)
        return True

    letters.each(delete)
    return 1


def _replay_all(session: Session) -> int:
    letters, sent = _letters(session), set[str]()

    def send(message: Parked) -> bool:
        if message.body in sent or _document(message)["job_id"] is None:  # it came once more meanwhile, or is none
            return False
        database = session.system.database()
        queue.send(database, database.settings.webhook_queue_url, [queue.Message(message.body, message.group)])
        letters.drop(message)
        sent.add(message.body)
        return True

    return letters.each(send)


@contextmanager
def _client(session: Session) -> Iterator[JobsClient]:
    with authorised(session.system, session.caller, "token", frozenset({JOBS_READ})) as headers:
        yield JobsClient(session.system.http, headers, session.system.sleep)


def _letters(session: Session) -> Letters:
    return Letters(session.system.database, session.system.database().settings.webhook_dead_letter_queue_url)


def _record(message: Parked) -> dict[str, Any]:
    document = _document(message)
    return {
        "job": document["job_id"],
        "account": document["account"],
        "status": document["status"],
        "reason": message.reason,
        "given_up_at": moment.at(message.parked_at),
    }


def _document(message: Parked) -> dict[str, Any]:
    """What a letter tells, nothing where it is malformed."""
    try:
        return endings.read(message.body)._asdict()
    except ValueError:
        return dict.fromkeys(endings.Ending._fields)
