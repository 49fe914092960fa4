"""URLs by which somebody without credentials may put or get one object of S3, for a while."""

import time
from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import parse_qs, quote, unquote, urlsplit

from loyalty.store.aws.access import Access
from loyalty.store.aws.signature import Presigned, presign

SERVICE = "s3-urls"
"""By which name what makes them is asked for, as clients are."""


_ON_AWS = ".s3."
"""Stands between a bucket and its region in the name of its host."""

_SCOPE_PARTS = 5
"""Of the credential in a URL: the key, the day, the region, and two more."""


class Place(NamedTuple):
    """Where an object is: its region, bucket and key, and the URL of the emulator that has it, None for AWS."""

    region: str
    bucket: str
    key: str
    endpoint_url: str | None


def place_of(url: str) -> Place | None:
    """What a URL names that `ObjectUrls` made, None for any other."""
    parts = urlsplit(url)
    scope = parse_qs(parts.query).get("X-Amz-Credential", [""])[0].split("/")
    if len(scope) != _SCOPE_PARTS:
        return None
    region, path = scope[2], unquote(parts.path).removeprefix("/")
    bucket, found, _ = (parts.hostname or "").rpartition(_ON_AWS)
    if found:
        return Place(region, bucket, path, None)
    bucket, _, key = path.partition("/")
    return Place(region, bucket, key, f"{parts.scheme}://{parts.netloc}")


class ObjectUrls(NamedTuple):
    """Signs with what `access` is at that moment."""

    access: Callable[[], Access]

    def sign(
        self,
        method: str,
        place: tuple[str, str],
        seconds: int,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> str:
        """The URL of the object at `place`, its bucket and key: for this method, with these headers and parameters."""
        access, (bucket, key) = self.access(), place
        wanted = Presigned(method, f"{bucket_url(access, bucket)}/{quote(key)}", headers or {}, query or {})
        return presign(access, wanted, seconds, time.time())


def bucket_url(access: Access, bucket: str) -> str:
    """What the URLs of its objects begin with: on AWS a host of its own, on an emulator a part of the path."""
    endpoint = access.endpoint("s3")
    return f"{endpoint}/{bucket}" if access.endpoint_url else endpoint.replace("://", f"://{bucket}.", 1)
