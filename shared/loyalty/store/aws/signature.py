"""Signature Version 4: of calls to an AWS service that takes JSON, each a POST to / with a target, and of URLs.

Follows AWS's "Create a signed AWS API request"; a test holds it against botocore's.
"""

import hashlib
import hmac
import time
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from loyalty.store.aws.access import Access

_ALGORITHM = "AWS4-HMAC-SHA256"
_PORTS = {"http": 80, "https": 443}


class Presigned(NamedTuple):
    """What a URL lets whoever has it do for a while: one method on one object, with exactly these headers."""

    method: str
    url: str
    headers: Mapping[str, str] = {}
    query: Mapping[str, str] = {}


class Signer:
    """Signs the calls to one service, in this version of AWS's JSON protocol."""

    def __init__(self, access: Access, service: str, json_version: str = "1.0") -> None:
        self._access, self._service = access, service
        self._content_type = f"application/x-amz-json-{json_version}"
        self._host = _host(access.endpoint(service))

    def headers(self, target: str, body: bytes) -> dict[str, str]:
        """The headers of a call at this moment; `target` is its X-Amz-Target."""
        key_id, secret, token = self._access.credentials
        now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        headers = {"content-type": self._content_type, "host": self._host, "x-amz-date": now}
        if token:
            headers["x-amz-security-token"] = token
        headers["x-amz-target"] = target
        scope = f"{now[:8]}/{self._access.region}/{self._service}/aws4_request"
        names = ";".join(headers)  # they are in alphabetical order, as they have to be signed
        text = f"{_ALGORITHM}\n{now}\n{scope}\n{_digest(_canonical(headers, names, body).encode())}"
        signature = hmac.digest(_key(secret, scope), text.encode(), "sha256").hex()
        return headers | {
            "authorization": f"{_ALGORITHM} Credential={key_id}/{scope}, SignedHeaders={names}, Signature={signature}"
        }


def presign(access: Access, wanted: Presigned, seconds: int, now: float) -> str:
    """The URL of an object in S3, signed at a moment of the epoch for so many seconds."""
    key_id, secret, token = access.credentials
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    scope = f"{moment[:8]}/{access.region}/s3/aws4_request"
    parts = urlsplit(wanted.url)
    headers = dict(sorted({"host": _host(wanted.url), **_lower(wanted.headers)}.items()))
    query = {
        **wanted.query,
        "X-Amz-Algorithm": _ALGORITHM,
        "X-Amz-Credential": f"{key_id}/{scope}",
        "X-Amz-Date": moment,
        "X-Amz-Expires": str(seconds),
        **({"X-Amz-Security-Token": token} if token else {}),
        "X-Amz-SignedHeaders": ";".join(headers),
    }
    encoded = "&".join(sorted(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in query.items()))
    lines = "".join([f"{name}:{value}\n" for name, value in headers.items()])
    canonical = f"{wanted.method}\n{parts.path}\n{encoded}\n{lines}\n{';'.join(headers)}\nUNSIGNED-PAYLOAD"
    text = f"{_ALGORITHM}\n{moment}\n{scope}\n{_digest(canonical.encode())}"
    return f"{wanted.url}?{encoded}&X-Amz-Signature={hmac.digest(_key(secret, scope), text.encode(), 'sha256').hex()}"


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _host(url: str) -> str:
    """As it stands in the Host header: with its port, unless that is the scheme's own."""
    parts = urlsplit(url)
    usual = f":{_PORTS.get(parts.scheme)}"
    return parts.netloc.removesuffix(usual)


def _canonical(headers: dict[str, str], names: str, body: bytes) -> str:
    lines = "".join([f"{name}:{value}\n" for name, value in headers.items()])
    return f"POST\n/\n\n{lines}\n{names}\n{_digest(body)}"


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@lru_cache(maxsize=16)
def _key(secret: str, scope: str) -> bytes:
    """The key of a day, region and service."""
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
