"""HTTP as the command line speaks it: one host, with patience for what passes.

A request that was refused for the moment, or got no answer, is sent again. That is safe for a POST too, since
each carries an Idempotency-Key: sent again it is the same request, and has the same answer.
"""

import gzip
import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, BinaryIO, NamedTuple

import urllib3
from urllib3.exceptions import HTTPError
from urllib3.util import Retry, Timeout

from .faults import Unavailable

RETRIES = Retry(
    total=8,
    connect=2,
    redirect=False,
    allowed_methods=None,
    status_forcelist=(429, 502, 503, 504),
    backoff_factor=0.5,
    backoff_jitter=0.5,
    backoff_max=20,
    raise_on_status=False,
)
"""What passes within some minutes is waited for; a host that can't even be reached is given up within seconds."""

_TIMEOUT = Timeout(connect=5, read=40)  # the gateway itself gives up after 29 seconds
_PAYS_TO_COMPRESS = 10_000
_BLOCK = 1024 * 1024


class Reply(NamedTuple):
    """A whole reply; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON; raises Unavailable when it is none, since something else than the API answered."""
        try:
            return json.loads(self.body)
        except ValueError:
            raise Unavailable(f"What answers is not the loyalty API (HTTP status {self.status})") from None


class Http:
    """The API at a base URL."""

    def __init__(self, url: str, retries: Retry = RETRIES) -> None:
        self._url = url.rstrip("/")
        self._pool = urllib3.PoolManager(retries=retries, timeout=_TIMEOUT)

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Reply:
        """One request; raises Unavailable when no answer could be had."""
        if len(body) > _PAYS_TO_COMPRESS:
            body, headers = gzip.compress(body, mtime=0), {**headers, "Content-Encoding": "gzip"}
        try:
            reply = self._pool.request(
                method, self._url + path, headers={**headers, "Accept-Encoding": "gzip"}, body=body
            )
        except HTTPError:
            raise Unavailable(f"{self._url} does not answer; try again") from None
        return Reply(reply.status, {name.lower(): text for name, text in reply.headers.items()}, reply.data)

    def upload(self, url: str, headers: Mapping[str, str], blocks: Iterable[bytes], size: int) -> int:
        """Send a file of so many bytes to a URL that was signed for it, block by block; the HTTP status.

        Raises Unavailable.
        """
        sized = {**headers, "Content-Length": str(size)}
        try:
            reply = self._pool.request("PUT", url, headers=sized, body=blocks, retries=False)
        except HTTPError:
            raise Unavailable("The storage does not answer; the same command sends the file again") from None
        return reply.status

    def fetch(self, url: str, output: BinaryIO) -> None:
        """Save what is at a URL that was signed for it; raises Unavailable."""
        try:
            reply = self._pool.request("GET", url, preload_content=False)
            output.writelines(reply.stream(_BLOCK))
            reply.release_conn()
        except HTTPError:
            raise Unavailable("The storage does not answer; try again") from None
        if reply.status != HTTPStatus.OK:
            raise Unavailable(f"The storage answered with HTTP status {reply.status}; try again")
