"""A job whose items will come in a file: what is asked for is checked at once, and the job waits for its file."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from loyalty.domain import moment
from loyalty.domain.account import MIGRATE, Caller
from loyalty.domain.errors import BadRequest, JobNotRetryable, ParameterError
from loyalty.domain.job import Job
from loyalty.domain.quoting import quote
from loyalty.files.parameters import is_one_line
from loyalty.files.registry import FILES
from loyalty.jobs import idempotency, message
from loyalty.jobs.gone import GONE, said
from loyalty.jobs.submit import new_id, shared
from loyalty.operations import registry
from loyalty.store import objects
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import awaited, jobs

URL_SECONDS = 3_600
"""How long a file may begin to be sent to the URL of its upload."""

LARGEST_GB = 5
"""GB of a file: what one PUT to S3 may bring."""

LONGEST_NAME = 255
_PARAMETERS = ("operation", "params", "name", "label", "dry_run")


class Wish(NamedTuple):
    """What the client says beside the body: under which key it is done once, and what the job is called."""

    key: str | None = None
    label: str | None = None


class Upload(NamedTuple):
    """How the file has to be sent: a PUT to the URL, with the headers, before it expires (RFC 3339, in UTC)."""

    url: str
    headers: Mapping[str, str]
    expires_at: str


class Created(NamedTuple):
    """The job, and how its file is to be sent."""

    job: Job
    upload: Upload


def create(database: Database, caller: Caller, document: Mapping[str, Any], wish: Wish) -> Created:
    """Make a job that waits for its file; a request that comes again under its key has the same job.

    Raises BadRequest, RightMissing, KeyReused, RequestUndone, RequestCancelled, JobNotRetryable where that job failed,
    StillRunning or StorageBusy.
    """
    _check_names(document)
    file_kind = FILES[_operation(document.get("operation"))]
    caller.require(file_kind.kind.right)
    name, dry_run = _name(document.get("name")), _switch(document.get("dry_run"))
    asked = file_kind.ask(document.get("params", {}), moment.at(database.now()), dry_run=dry_run)
    reads = {**asked.wish, **({"rights": [MIGRATE]} if MIGRATE in caller.rights else {})}
    digest = message.digest([shared(file_kind.kind, asked.params), reads, name], [])
    request = idempotency.Request(caller.account.id, file_kind.kind.fed_contract or "", wish.key, digest)
    stored = idempotency.find(database, request) if wish.key else None
    if stored is not None and (error := stored.told_error(database.now())) is not None:
        raise JobNotRetryable(f"The job of this Idempotency-Key failed: {error}; to send the file again, use a new key")
    if stored is not None:
        return _with_url(database, stored)
    operation = registry.of(file_kind.kind)
    try:
        params = operation.resolved(operation.prepare(database, caller.account, asked.params))
    except GONE as error:
        raise BadRequest(f"params: {said(error)}") from None
    claimed = idempotency.claim(database, request, new_id()) if wish.key else idempotency.Claimed(new_id())
    job = Job(
        id=claimed.job_id,
        account_id=caller.account.id,
        operation=file_kind.kind.name,
        contract=request.contract,
        manner={**file_kind.kind.write_params(asked.params), "file": reads},
        params=file_kind.kind.write_params(params),
        total=0,
        chunks=0,
        submitted_at=database.now(),
        queued=True,
        undoable=operation.undoable(params),
        request=digest,
        label=wish.label,
        file=name,
    )
    return _with_url(database, claimed.job or _stored(database, job))


def _stored(database: Database, job: Job) -> Job:
    awaited.note(database, job)
    return jobs.create(database, job, []).job


def _with_url(database: Database, job: Job) -> Created:
    url, headers = objects.upload_url(database, objects.upload_of(job.id), URL_SECONDS)
    return Created(job, Upload(url, headers, moment.at(database.now() + URL_SECONDS)))


def _check_names(document: Mapping[str, Any]) -> None:
    if unknown := sorted(document.keys() - set(_PARAMETERS)):
        raise BadRequest(f"unknown parameter {quote(unknown[0])}; one of {', '.join(_PARAMETERS)}")


def _operation(value: object) -> str:
    if value is None:
        raise BadRequest(f"operation is required: {' or '.join(FILES)}")
    if not isinstance(value, str) or value not in FILES:
        raise ParameterError("operation", f"must be {' or '.join(FILES)}", value)
    return value


def _name(value: object) -> str:
    """What the file is called, which is only told again."""
    if value is None:
        raise BadRequest("name is required: what the file is called, such as customers.csv")
    if not isinstance(value, str) or not 0 < len(value.strip()) <= LONGEST_NAME or not is_one_line(value):
        raise ParameterError("name", f"must be text of 1 to {LONGEST_NAME} characters without controls", value)
    return value.strip()


def _switch(value: object) -> bool:
    if value is not None and not isinstance(value, bool):
        raise ParameterError("dry_run", "must be true or false", value)
    return bool(value)
