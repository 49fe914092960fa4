"""POST /files: a job is made that waits for its file, and the client gets the URL to which the file is to be sent.

Any credential of the account with the right that the operation needs may ask, in the form of the jobs API.
"""

from collections.abc import Callable, Mapping
from typing import Any

from loyalty.domain.account import Caller
from loyalty.domain.errors import ParameterError
from loyalty.doors import jobs_api
from loyalty.doors.endpoint import Handler, process_database
from loyalty.doors.headers import LONGEST_LABEL, idempotency_key, is_printable, job_label
from loyalty.files.create import Created, Wish, create
from loyalty.http.body import decode, read_json
from loyalty.http.request import Reply, Request
from loyalty.store.engine.dynamodb import Database
from loyalty.telemetry.log import RequestLog
from loyalty.vendors import jobs_api as contract

MOST_BYTES = 256 * 1024
"""Bytes of a request, which names columns at most."""


def serve(database: Callable[[], Database] = process_database) -> Handler:
    """The Lambda handler."""
    return jobs_api.serve("create_file", create_file, database, rights=())


def create_file(database: Database, request: Request, caller: Caller, log: RequestLog) -> Reply:
    """POST /files: 201 with the job, and how its file is to be sent."""
    document = read_json(decode(request.body(MOST_BYTES)), once=True)
    label = _label(document.get("label")) or job_label(request)
    created = create(database, caller, document, Wish(idempotency_key(request), label))
    log.job(created.job.id)
    body = _document(created, request.base)
    return contract.answer(body, 201, {"Location": body["links"]["self"]})


def _label(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip() or not is_printable(value, LONGEST_LABEL):
        raise ParameterError("label", f"must be 1 to {LONGEST_LABEL} characters of printable ASCII", value)
    return value.strip()


def _document(created: Created, base: str) -> Mapping[str, Any]:
    upload = created.upload
    return {
        "job_id": created.job.id,
        "upload": {
            "method": "PUT",
            "url": upload.url,
            "headers": dict(upload.headers),
            "expires_at": upload.expires_at,
        },
        "links": contract.links(created.job, base),
    }
