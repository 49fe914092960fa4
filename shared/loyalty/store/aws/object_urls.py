"""URLs by which somebody without credentials may put or get one object of S3, for a while."""

import time
from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import quote

from loyalty.store.aws.access import Access
from loyalty.store.aws.signature import Presigned, presign

SERVICE = "s3-urls"
"""By which name what makes them is asked for, as clients are."""


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
        wanted = Presigned(method, f"{_bucket_url(access, bucket)}/{quote(key)}", headers or {}, query or {})
        return presign(access, wanted, seconds, time.time())


def _bucket_url(access: Access, bucket: str) -> str:
    """On AWS a bucket is a host of its own, on an emulator a part of the path."""
    endpoint = access.endpoint("s3")
    return f"{endpoint}/{bucket}" if access.endpoint_url else endpoint.replace("://", f"://{bucket}.", 1)
