"""Undoing a job: a job of its own, which takes back what the first did, chunk by chunk."""

from loyalty.domain.errors import JobNotUndoable, JobRunning, StorageBusy
from loyalty.domain.job import Job, Part, Undo
from loyalty.jobs import fan_out, message
from loyalty.jobs.submit import new_id, send
from loyalty.operations.registry import UNDO
from loyalty.operations.undo.operation import Params
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import jobs, progress


def undo(database: Database, job: Job, label: str | None = None) -> Job:
    """The job that undoes another, of which there is one however often it is asked for; the first who asks labels it.

    Raises JobRunning, JobNotUndoable or StorageBusy; after the latter, asking again completes it.
    """
    if job.finished_at is None and not job.undone_by:
        raise JobRunning
    if not job.undone_by and job.undo(database.now()) is not Undo.AVAILABLE:
        raise JobNotUndoable
    undo_id = job.undone_by or jobs.claim_undo(database, job, new_id())
    undoing = jobs.find(database, undo_id) or jobs.create(database, _undoing(database, job, undo_id, label), []).job
    if undoing.is_sent_in_the_end(database.now()):
        return undoing
    if fan_out.is_large(undoing):
        return fan_out.hand_on(database, undoing)
    undoing = send(database, undoing, [message.write(undoing, part) for part in parts(database, job)])
    if not undoing.sent:
        raise StorageBusy
    return undoing


def parts(database: Database, job: Job) -> list[Part]:
    """The chunks of the undo of a job, which bring no items.

    Those that waited for one another go back one by one from the last. Raises StorageBusy.
    """
    firsts: dict[int, int] = {}
    following: dict[int, int] = {}
    last: dict[int, int] = {}
    for number, after in sorted(_waited(database, job).items()):
        first = firsts[number] = firsts.get(after, after)
        following[last.get(first, first)] = number
        last[first] = number
    return [Part(number, range(0), following.get(number)) for number in range(1, job.chunks + 1)]


def _waited(database: Database, job: Job) -> dict[int, int]:
    """For each chunk that had to wait for an earlier one, which one that was."""
    if job.is_cut_by_notes:
        return {number: noted.after for number, noted in progress.read_chunks(database, job).items() if noted.after}
    stored = jobs.read_stored(database, job.id)  # which may be forgotten by now
    return {part.number: part.after for part in (stored.parts if stored else ()) if part.after}


def _undoing(database: Database, job: Job, undo_id: str, label: str | None) -> Job:
    return Job(
        id=undo_id,
        account_id=job.account_id,
        operation=UNDO.kind.name,
        contract="jobs.undo",
        manner={},
        params=UNDO.kind.write_params(Params(job.id)),
        total=job.total,
        chunks=job.chunks,
        submitted_at=database.now(),
        queued=True,
        undoable=False,
        undoes=job.id,
        label=label,
    )
