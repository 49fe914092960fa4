"""A file that has arrived, split into chunks for the queue: once in effect, by however many processes and deliveries.

    scan -> cut -> send -> rest -> done

scan  reads the whole file, and stores the items: what can't be read is found before anything is written.
cut   finds the rows that share keys, through others too, and gives each row its chunk. From here the job has a size.
send  sends each chunk of rows that stand alone once its last row is read; others wait.
rest  sends the chunks of rows that waited.

One version of the file is read, and what is sent hangs only on what `scan` and `cut` have stored. So each
step may be the last of a process that dies: the next one does that step again, and chunks that come twice are done
once. After each step a cursor says how far it is.
"""

from contextlib import suppress

from loyalty.domain.delimited import Unreadable
from loyalty.domain.errors import StorageBusy
from loyalty.domain.job import NO_FILE, Job
from loyalty.domain.rowfile import FormatFault, check_size, read_heading
from loyalty.files.kind import FileFault
from loyalty.files.lines import Lines, checked
from loyalty.files.registry import FILES
from loyalty.files.scanning import assign, scan
from loyalty.files.sending import send, send_rest
from loyalty.files.splitting import Alive, Cursor, File, Splitting
from loyalty.jobs import finishing
from loyalty.jobs.gone import GONE, said
from loyalty.operations import registry
from loyalty.store import objects
from loyalty.store.engine.dynamodb import Database
from loyalty.store.objects import Object, ObjectChanged
from loyalty.store.tables import accounts, cursors, jobs
from loyalty.store.tables.cursors import Held, State

_CHANGED = "The file, or what was read of it, was changed or taken away after it had arrived"


def split(database: Database, job: Job, alive: Alive) -> Job:
    """Split a job's file, from where it was; the job, which failed if the file can't be read.

    Raises Unfinished, CursorTaken, CursorLost or StorageBusy: then it has to be asked for again.
    """
    with cursors.holding(database, job, cursors.FILE) as (held, state):
        return _split(database, job, held, state, alive)


def _split(database: Database, job: Job, held: Held, state: State | None, alive: Alive) -> Job:
    account = accounts.find_account(database, job.account_id)
    if account is None:
        return fail(database, job, "The account is no longer there")
    splitting = Splitting(database, job, account, held, alive)
    try:
        return _go_on(splitting, Cursor(**state) if state else _arrived(splitting))
    except (FileFault, FormatFault, ObjectChanged, Unreadable) as error:
        cursors.keep(database, held)  # whoever was overtaken misses what the other has deleted
        return fail(database, job, _told(error))


def _told(error: Exception) -> str:
    if isinstance(error, ObjectChanged):
        return _CHANGED
    if isinstance(error, FileFault):
        return str(error)
    return f"The file{error}" if isinstance(error, FormatFault) else f"The file is no valid CSV: {error}"


def _arrived(splitting: Splitting) -> Cursor:
    """Begin with the file as it is now; raises FormatFault or ObjectChanged."""
    found = objects.find(splitting.database, splitting.source)
    if found is None:
        raise ObjectChanged
    check_size(found.size)
    jobs.mark(splitting.database, splitting.job, arrived_at=splitting.database.now())
    return splitting.note(Cursor(found.etag, found.size))


def _go_on(splitting: Splitting, cursor: Cursor) -> Job:
    """Do the steps that are left; the job then."""
    job = splitting.job
    if cursor.step == "done" or job.finished_at is not None:
        return job
    if cursor.step == "scan":
        file = _open(splitting, cursor)
        cursor = scan(splitting, file, cursor._replace(several_lines=file.heading.lines_in()))
    if cursor.step == "cut":
        cursor = assign(splitting, cursor)
    job = jobs.find(splitting.database, job.id) or job
    if job.split_at is None:
        return job  # it was cancelled meanwhile
    splitting = splitting._replace(job=job)
    if cursor.step == "send":
        cursor = send(splitting, cursor)
    if cursor.step == "rest":
        cursor = send_rest(splitting, cursor)
    job = jobs.mark(splitting.database, job, sent=True)
    cursors.advance(splitting.database, splitting.held, cursor._replace(step="done")._asdict())
    _clean_up(splitting, cursor)
    return job


def _clean_up(splitting: Splitting, cursor: Cursor) -> None:
    """Delete what was only needed for this; what stays, where a process dies before, is deleted after a week."""
    kinds = {"keys": cursor.keys, "sizes": cursor.keys, "items": cursor.keys, "rows": cursor.runs}
    keys = [key for kind, count in kinds.items() for key in splitting.work_keys(kind, count)]
    with suppress(StorageBusy):
        objects.delete(splitting.database, keys)


def _open(splitting: Splitting, cursor: Cursor) -> File:
    """Read how the file begins; raises FileFault, FormatFault, Unreadable or ObjectChanged."""
    database, job = splitting.database, splitting.job
    source = Object(splitting.source, cursor.etag, cursor.size)
    lines = Lines(checked(objects.blocks(database, source)))
    heading = read_heading(lines)
    operation = registry.OPERATIONS[job.operation]
    try:
        prepared = operation.prepare(
            database, splitting.account, operation.kind.read_params(job.params, job.params["received_at"])
        )
    except GONE as error:
        raise FileFault(f"Since the file was asked for something has changed: {said(error)}") from None
    return File(
        source, lines.place, FILES[job.operation].reader(heading, job.manner["file"], splitting.account, prepared)
    )


def waiting(database: Database, job_id: str) -> Job | None:
    """The job of a file that can be split, or go on to be; one that has waited too long ends here.

    Raises StorageBusy.
    """
    job = jobs.find(database, job_id)
    if job is None or job.file is None or job.sent or job.reopened_at is not None:
        return None
    if job.finished_at is None and job.told_error(database.now()) is not None:
        job = jobs.fail(database, job, NO_FILE, unless="arrived_at")
    if job.finished_at is not None:
        finishing.finish(database, job)  # whoever had it end may have died before that was announced
        return None
    return job


def bury(database: Database, job: Job) -> Job:
    """Have a job fail whose file could not be split in many tries; raises StorageBusy."""
    return fail(database, job, "The file could not be split: it failed too often")


def fail(database: Database, job: Job, error: str) -> Job:
    """Have a job fail for what is wrong with its file; raises StorageBusy."""
    return finishing.fail(database, job, error)
