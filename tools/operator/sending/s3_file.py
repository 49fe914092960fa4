"""A file in S3 that becomes a job: looked at and brought to where its job waits for it, by the operator's credentials.

S3 copies it by itself. Where it may not, such as into the bucket of another account or into another partition of AWS,
the file goes through this machine, a block at a time.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004 - botocore's own: no connection, or one that breaks off
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
    ParamValidationError,
)

from loyalty.domain.delimited import Unreadable
from loyalty.domain.quoting import quote
from loyalty.domain.rowfile import FormatFault, Heading, check_size, read_heading
from loyalty.files.lines import Lines, checked
from loyalty.store.aws.object_urls import Place, place_of

from ..faults import OperatorError, Unavailable
from ..http import Http

SCHEME = "s3://"

_HEAD = 1024 * 1024
_BLOCK = 1024 * 1024
_NAMED = re.compile(f"{SCHEME}([^/]+)/(.*[^/])", re.DOTALL)
_LONGEST_NAME = 100
_PRECONDITION = "PreconditionFailed"
_FAULTS = {
    "NoSuchBucket": "There is no bucket {bucket} in S3",
    "NoSuchKey": "There is no object {key} in the bucket {bucket}",
    "InvalidObjectState": "{url} is archived: restore it first",
    "AccessDenied": "Your AWS credentials may not read {url}, for which they need s3:GetObject: {message}",
    "403": "Your AWS credentials may not read {url}, for which they need s3:GetObject: {message}",
}

MakeClient = Callable[[str | None], Any]
"""Gives a client of S3 with the operator's credentials: in a region, or in the one that is usual."""


class SourceChanged(OperatorError):
    """The object is another one than it was when it was looked at."""


class S3Object(NamedTuple):
    """An object as it was looked at: where it is, its tag and size, and how it begins."""

    url: str
    bucket: str
    key: str
    etag: str
    size: int
    heading: Heading

    @property
    def path(self) -> Path:
        """What it is called on this machine: beside that name its checkpoint and its failed rows are kept."""
        name = re.sub(r"[^\w.() -]", "_", self.key.rpartition("/")[2])[-_LONGEST_NAME:]
        return Path(name if name.strip(". ") else "rows.csv")


def look(make: MakeClient, url: str) -> S3Object:
    """Read how an object begins, which `s3://bucket/key` names; raises OperatorError."""
    found = _NAMED.fullmatch(url)
    if not found:
        raise OperatorError(f"{url} names no object: give s3://bucket/key")
    bucket, key = found.groups()
    with _told(url, bucket, key):
        etag, size, head = _begin(make(None), bucket, key)
    return S3Object(url, bucket, key, etag, size, _heading(url, size, head))


def bring(
    make: MakeClient, http: Http, source: S3Object, upload: Mapping[str, Any], tell: Callable[[int], None]
) -> int:
    """Bring an object to where an upload is to go; the HTTP status of that, 412 where it is there already.

    Raises SourceChanged or OperatorError.
    """
    with _told(source.url, source.bucket, source.key):
        status = _copied(make, source, place_of(upload["url"]))
        if status is not None:
            tell(source.size)
            return status
        wanted = {"Bucket": source.bucket, "Key": source.key, "IfMatch": source.etag}
        body = make(None).get_object(**wanted)["Body"]
        return http.upload(upload["url"], upload["headers"], _blocks(source, body, tell), source.size)


def _begin(client: Any, bucket: str, key: str) -> tuple[str, int, bytes]:
    """The tag of an object, its size, and its first bytes."""
    try:
        answer = client.get_object(Bucket=bucket, Key=key, Range=f"bytes=0-{_HEAD - 1}")
    except ClientError as error:
        if error.response["Error"]["Code"] == "InvalidRange":  # of an object without a byte there is no range
            return "", 0, b""
        raise
    return str(answer["ETag"]), int(answer["ContentRange"].rpartition("/")[2]), answer["Body"].read()


def _heading(url: str, size: int, head: bytes) -> Heading:
    """How the file begins; raises OperatorError."""
    try:
        check_size(size)
        lines = Lines(checked(iter([head])))
        return read_heading(lines)
    except FormatFault as error:
        raise OperatorError(f"{url}{error}") from None
    except Unreadable as error:
        raise OperatorError(f"{url} is no valid CSV: {error}") from None


def _copied(make: MakeClient, source: S3Object, place: Place | None) -> int | None:
    """Have S3 copy it; 200, or 412 where something is there already, or None where it may not."""
    if place is None:
        return None
    client = make(place.region)
    if place.endpoint_url is not None and client.meta.endpoint_url != place.endpoint_url:
        return None
    try:
        client.copy_object(
            Bucket=place.bucket,
            Key=place.key,
            CopySource={"Bucket": source.bucket, "Key": source.key},
            CopySourceIfMatch=source.etag,
            IfNoneMatch="*",
            MetadataDirective="REPLACE",
            TaggingDirective="REPLACE",
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != _PRECONDITION:
            return None
        if _begin(make(None), source.bucket, source.key)[0] != source.etag:
            raise SourceChanged(_changed(source)) from None
        return 412
    return 200


def _blocks(source: S3Object, body: Any, tell: Callable[[int], None]) -> Iterator[bytes]:
    """What an object holds, a block at a time, of each of which is told that it goes."""
    with _told(source.url, source.bucket, source.key):
        for block in body.iter_chunks(_BLOCK):
            yield block
            tell(len(block))


@contextmanager
def _told(url: str, bucket: str, key: str) -> Iterator[None]:
    """Have what S3 refuses told in the operator's words."""
    try:
        yield
    except NoCredentialsError:
        raise OperatorError(
            f"There are no AWS credentials to read {url} with: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY"
        ) from None
    except ParamValidationError:
        raise OperatorError(f"{quote(bucket)} is no name of a bucket: give s3://bucket/key") from None
    except (ConnectionError, HTTPClientError, IncompleteReadError):
        raise Unavailable("S3 does not answer; the same command goes on") from None
    except ClientError as error:
        _tell(error, url, bucket, key)
    except BotoCoreError as error:
        raise OperatorError(f"{url} can't be read: {error}") from None


def _tell(error: ClientError, url: str, bucket: str, key: str) -> None:
    told = error.response["Error"]
    code, message = told["Code"], told.get("Message", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if status >= 500 or code in ("SlowDown", "RequestTimeout"):  # noqa: PLR2004 - HTTP's own classes
        raise Unavailable("S3 is busy; the same command goes on") from None
    if code == _PRECONDITION:
        raise SourceChanged(f"{url} was changed since it was looked at: give the command again") from None
    said = _FAULTS.get(code, "{url} can't be read: {message}")
    raise OperatorError(said.format(url=url, bucket=quote(bucket), key=quote(key), message=message)) from None


def _changed(source: S3Object) -> str:
    return f"{source.url} was changed since it was looked at: give the command again"
