"""Kept-alive connections to one host, which threads share: what one thread has done with another may take.

HTTP/1.1 (RFC 9112) as far as AWS's JSON services speak it: a POST to / with headers and a body, answered by a body of a
length that is said before it. Python's own http.client, which takes any answer there is, costs a call twice as much.
"""

import importlib.util
import os
import select
import socket
import ssl
import time
import weakref
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from loyalty.domain.deadline import CONNECT_SECONDS, READ_SECONDS

CALLS_AT_ONCE = 32
"""Connections, and threads that use them."""

IDLE_SECONDS = 60
"""How long a connection may have been idle and be used again, as in AWS's own SDK for Java.

A peer that was lost while the function was frozen, or behind a NAT gateway (which forgets a connection after 350 s),
does not say so: the call would wait READ_SECONDS for nothing. Lambda's monotonic clock goes on during a freeze.
"""

_HEAD_ENDS = b"\r\n\r\n"
_PORTS = {"http": 80, "https": 443}
_LONGEST_HEAD = 65_536
_READ = 65_536  # bytes at once: most answers


class BrokenAnswer(Exception):
    """What came is not an answer, or not a whole one."""


CallFailed = (OSError, BrokenAnswer)
"""What a post raises that got no answer: it may have been done all the same."""


class _Answer(NamedTuple):
    status: int
    body: bytes
    is_last: bool  # nothing more can be asked on this connection


class Connections:
    """The connections to the host of a URL; `clock` gives seconds, of which only differences count."""

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        parts = urlsplit(url)
        self._address = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        self._tls = _tls_context(_authorities()) if parts.scheme == "https" else None
        self._clock = clock
        self._idle: deque[_Connection] = deque()
        weakref.finalize(self, _close, self._idle)

    def post(self, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        """The status and body of the answer; raises one of CallFailed. `headers` have to have Host among them."""
        connection = self._idle_connection() or _Connection(self._address, self._tls)
        try:
            answer = connection.post(headers, body)
        except BaseException:
            connection.close()
            self.close()  # what is idle is as old: after a freeze all may be dead, and nobody has said so
            raise
        if answer.is_last:
            connection.close()
        else:
            connection.idle_since = self._clock()
            self._idle.append(connection)
        return answer.status, answer.body

    def close(self) -> None:
        """Close all that are idle."""
        _close(self._idle)

    def _idle_connection(self) -> "_Connection | None":
        """The one that was used last, of those that are not too old and that the other side has not closed."""
        oldest = self._clock() - IDLE_SECONDS
        with suppress(IndexError):  # another thread may have taken the last
            while (connection := self._idle.pop()).idle_since < oldest or not connection.is_open():
                connection.close()
            return connection
        return None


class _Connection:
    """One connection, on which one call is made at a time; `idle_since` is when the last one ended."""

    idle_since = float("-inf")

    def __init__(self, address: tuple[str, int], tls: ssl.SSLContext | None) -> None:
        self._socket = socket.create_connection(address, CONNECT_SECONDS)
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if tls:
                self._socket = tls.wrap_socket(self._socket, server_hostname=address[0])
        except BaseException:
            self._socket.close()
            raise

    def post(self, headers: Mapping[str, str], body: bytes) -> _Answer:
        until = time.monotonic() + READ_SECONDS
        self._socket.settimeout(READ_SECONDS)
        lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
        self._socket.sendall(f"POST / HTTP/1.1\r\n{lines}content-length: {len(body)}\r\n\r\n".encode() + body)
        received = self._receive(until)
        while (end := received.find(_HEAD_ENDS)) < 0:
            if len(received) > _LONGEST_HEAD:
                raise BrokenAnswer("the head does not end")
            received += self._receive(until)
        status, length, is_last = _read_head(received[:end])
        begin = end + len(_HEAD_ENDS)
        while len(received) < begin + length:
            received += self._receive(until)
        surplus = len(received) > begin + length
        return _Answer(status, received[begin : begin + length], is_last or surplus)

    def is_open(self) -> bool:
        """Whether there is nothing to read: what comes though nothing was asked is the end of the connection."""
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        return not poll.poll(0)

    def close(self) -> None:
        self._socket.close()

    def _receive(self, until: float) -> bytes:
        if (seconds := until - time.monotonic()) <= 0:
            raise TimeoutError
        self._socket.settimeout(seconds)
        if data := self._socket.recv(_READ):
            return data
        raise BrokenAnswer("it ends too early")


def _close(connections: deque[_Connection]) -> None:
    with suppress(IndexError):  # another thread may take some
        while True:
            connections.pop().close()


def _authorities() -> str | None:
    """The trusted certificates: AWS_CA_BUNDLE's if that is set, else those that come with botocore.

    botocore is not imported for that. If it is missing, the system's own are used.
    """
    if bundle := os.environ.get("AWS_CA_BUNDLE"):
        return bundle
    botocore = importlib.util.find_spec("botocore")
    return str(Path(botocore.origin).with_name("cacert.pem")) if botocore and botocore.origin else None


@lru_cache(maxsize=1)
def _tls_context(authorities: str | None) -> ssl.SSLContext:
    """One for all services: reading the authorities takes longer than a call."""
    return ssl.create_default_context(cafile=authorities)


def _read_head(head: bytes) -> tuple[int, int, bool]:
    """The status, the length of the body, and whether the server closes the connection after it."""
    first, *lines = head.split(b"\r\n")
    version, _, rest = first.partition(b" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)}
    length = headers.get(b"content-length", b"")
    if version not in (b"HTTP/1.1", b"HTTP/1.0") or not (rest[:3].isdigit() and length.isdigit()):
        raise BrokenAnswer("no HTTP, no status or no length")
    is_last = version != b"HTTP/1.1" or headers.get(b"connection", b"").lower() == b"close"
    return int(rest[:3]), int(length), is_last
