"""S3: the files that clients upload, and what is made of them. One bucket, in which names tell what an object is.

    uploads/<job_id>        a client's file
    work/<job_id>/…         what its splitter needs: items, their sizes, keys, rows that wait for others
    cuts/<job_id>           which chunk has which row
    results/<job_id>/…      the results, as files

Everything in it is deleted after a week. Calls are repeated as those to the store are; raises StorageBusy.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from loyalty.domain.errors import StorageBusy
from loyalty.store.aws.errors import CallError, CallRefused, CallUnanswered
from loyalty.store.aws.object_urls import SERVICE
from loyalty.store.engine.dynamodb import Database
from loyalty.store.engine.faults import raise_unless_passing

UPLOADS = "uploads/"
"""How the keys of clients' files begin."""

BLOCK = 8 * 1024 * 1024
"""Bytes that are read at once."""

MOST_DELETED = 1_000
"""Objects of one call, S3's limit."""

_DENIED = ("AccessDenied", "Forbidden", "403", "")
"""What S3 calls what is not there, to whoever may not list the bucket, as no function may; HEAD has no name for it."""

_FORBIDDEN, _NOT_FOUND, _CHANGED = 403, 404, 412
"""HTTP statuses; the last where an object is not as it should be, or is there where none should be."""


class Object(NamedTuple):
    """An object as it is: its key, the tag of its content, and its bytes."""

    key: str
    etag: str
    size: int


class ObjectChanged(Exception):
    """The object is another one than it was, or is gone."""


class UploadGone(Exception):
    """What was put piece by piece has been thrown away: nobody went on with it for a day."""


def upload_of(job_id: str) -> str:
    """The key of a job's file."""
    return f"{UPLOADS}{job_id}"


def work_of(job_id: str, name: str) -> str:
    """The key of something that a job's splitter needs for a while."""
    return f"work/{job_id}/{name}"


def cut_of(job_id: str) -> str:
    """The key of what tells which chunk has which row."""
    return f"cuts/{job_id}"


def results_of(job_id: str, name: str) -> str:
    """The key of a file of results."""
    return f"results/{job_id}/{name}"


def find(database: Database, key: str) -> Object | None:
    """The object, as S3 itself tells of it; None where there is none."""
    try:
        answer = database.call(database.service("s3").head_object, Bucket=_bucket(database), Key=key)
    except CallRefused as error:
        if _is_gone(error):
            return None
        raise
    return Object(key, answer["ETag"], int(answer["ContentLength"]))


def read(database: Database, key: str, start: int, stop: int, etag: str | None = None) -> bytes:
    """The bytes of an object from `start` to before `stop`, of the one with that tag only; raises ObjectChanged."""
    wanted: dict[str, Any] = {"Key": key, "Range": f"bytes={start}-{stop - 1}", **({"IfMatch": etag} if etag else {})}
    s3 = database.service("s3")
    for _ in database.tries():
        try:
            return _body(s3.get_object(Bucket=_bucket(database), **wanted))
        except CallError as error:
            if isinstance(error, CallRefused) and (_is_gone(error) or error.status == _CHANGED):
                raise ObjectChanged from None
            raise_unless_passing(error)
    raise StorageBusy


def blocks(database: Database, source: Object, start: int = 0, block: int = BLOCK) -> Iterator[bytes]:
    """What an object holds from `start` on, so much at a time; raises ObjectChanged."""
    while start < source.size:
        stop = min(source.size, start + block)
        yield read(database, source.key, start, stop, source.etag)
        start = stop


def put(database: Database, key: str, body: bytes) -> None:
    """Store an object in the place of what was there."""
    database.call(database.service("s3").put_object, Bucket=_bucket(database), Key=key, Body=body)


def put_once(database: Database, key: str, body: bytes) -> bool:
    """Store an object where none is; whether that was done now, as far as an answer came."""
    wanted: dict[str, Any] = {"Key": key, "Body": body, "IfNoneMatch": "*"}
    try:
        database.call(database.service("s3").put_object, Bucket=_bucket(database), **wanted)
    except CallRefused as error:
        if error.status == _CHANGED:
            return False
        raise
    return True


class Part(NamedTuple):
    """A part of an object that is put piece by piece, which S3 knows by its tag."""

    number: int
    etag: str


def begin(database: Database, key: str) -> str:
    """Begin to put an object piece by piece; the id of that."""
    answer = database.call(database.service("s3").create_multipart_upload, Bucket=_bucket(database), Key=key)
    return str(answer["UploadId"])


def put_part(database: Database, key: str, upload_id: str, number: int, body: bytes) -> Part:
    """Put a piece, counted from 1, of five megabytes at least unless it is the last; raises UploadGone."""
    wanted: dict[str, Any] = {"Key": key, "UploadId": upload_id, "PartNumber": number, "Body": body}
    try:
        return Part(
            number, database.call(database.service("s3").upload_part, Bucket=_bucket(database), **wanted)["ETag"]
        )
    except CallRefused as error:
        raise _gone(error) from None


def end(database: Database, key: str, upload_id: str, parts: Sequence[Part]) -> None:
    """Make the object of its pieces, which may have been done before; raises UploadGone where it can't be."""
    named = [{"PartNumber": part.number, "ETag": part.etag} for part in parts]
    wanted: dict[str, Any] = {"Key": key, "UploadId": upload_id, "MultipartUpload": {"Parts": named}}
    try:
        database.call(database.service("s3").complete_multipart_upload, Bucket=_bucket(database), **wanted)
    except CallRefused as error:
        gone = _gone(error)
        if find(database, key) is None:
            raise gone from None


def delete(database: Database, keys: Iterable[str]) -> None:
    """Delete objects, which may be gone already."""
    left = list(keys)
    for first in range(0, len(left), MOST_DELETED):
        named = [{"Key": key} for key in left[first : first + MOST_DELETED]]
        database.call(database.service("s3").delete_objects, Bucket=_bucket(database), Delete={"Objects": named})


def upload_url(database: Database, key: str, seconds: int) -> tuple[str, dict[str, str]]:
    """The URL to which a file can be sent once, and the headers that have to come with it."""
    headers = {"If-None-Match": "*"}
    return database.service(SERVICE).sign("PUT", (_bucket(database), key), seconds, headers), headers


def download_url(database: Database, key: str, seconds: int, name: str) -> str:
    """The URL of an object, which a browser saves under this name (printable ASCII without quotes)."""
    query = {"response-content-disposition": f'attachment; filename="{name}"'}
    signed: str = database.service(SERVICE).sign("GET", (_bucket(database), key), seconds, None, query)
    return signed


def _bucket(database: Database) -> str:
    return database.settings.files_bucket


def _body(answer: Any) -> bytes:
    """The whole body; raises CallUnanswered where it was cut short."""
    body: bytes = answer["Body"]
    if len(body) != answer["ContentLength"]:
        raise CallUnanswered("get_object")
    return body


def _gone(error: CallRefused) -> UploadGone:
    """That an upload is gone, if that is the error; raises any other one."""
    if _is_gone(error):
        return UploadGone()
    raise error


def _is_gone(error: CallRefused) -> bool:
    """Whether it says that nothing is there, and not that we may do nothing at the moment."""
    return error.status == _NOT_FOUND or (error.status == _FORBIDDEN and error.code in _DENIED)
