"""Kept-alive connections to one host, which threads share: what one thread has done with another may take.

HTTP/1.1 (RFC 9112) as far as AWS's JSON services speak it: a POST to / with headers and a body, answered by a body of a
length that is said before it. Python's own http.client, which takes any answer there is, costs a call twice as much.
"""

import os
import select
import socket
import ssl
import weakref
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast
from urllib.parse import urlsplit

import botocore

CONNECT_SECONDS, READ_SECONDS = 1, 4
"""How long a connection, and each part of an answer, may take."""

_PORTS = {"http": 80, "https": 443}
_LONGEST_LINE, _MOST_LINES = 65_536, 100
_BUFFER = 32_768  # bytes: most answers are read at once


class BrokenAnswer(Exception):
    """What came is no answer, or not all of one."""


CallFailed = (OSError, BrokenAnswer)
"""What a post raises that got no answer: it may have been done all the same."""


class _Answer(NamedTuple):
    status: int
    body: bytes
    is_last: bool  # the server closes the connection


class Connections:
    """The connections to the host of a URL."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._address = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        self._tls = _tls_context() if parts.scheme == "https" else None
        self._idle: deque[_Connection] = deque()
        weakref.finalize(self, _close, self._idle)

    def post(self, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        """The status and body of the answer; raises one of CallFailed. `headers` have to have Host among them."""
        connection = self._idle_connection() or _Connection(self._address, self._tls)
        try:
            answer = connection.post(headers, body)
        except BaseException:
            connection.close()
            raise
        if answer.is_last:
            connection.close()
        else:
            self._idle.append(connection)
        return answer.status, answer.body

    def close(self) -> None:
        """Close all that are idle."""
        _close(self._idle)

    def _idle_connection(self) -> "_Connection | None":
        """The one that was used last, of those that the other side has not closed meanwhile."""
        with suppress(IndexError):  # another thread may have taken the last
            while not (connection := self._idle.pop()).is_open():
                connection.close()
            return connection
        return None


class _Connection:
    """One connection, on which one call is made at a time."""

    def __init__(self, address: tuple[str, int], tls: ssl.SSLContext | None) -> None:
        self._socket = socket.create_connection(address, CONNECT_SECONDS)
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            if tls:
                self._socket = tls.wrap_socket(self._socket, server_hostname=address[0])
        except BaseException:
            self._socket.close()
            raise
        self._socket.settimeout(READ_SECONDS)
        self._answers = cast("BinaryIO", self._socket.makefile("rb", _BUFFER))

    def post(self, headers: Mapping[str, str], body: bytes) -> _Answer:
        lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
        self._socket.sendall(f"POST / HTTP/1.1\r\n{lines}content-length: {len(body)}\r\n\r\n".encode() + body)
        return _read_answer(self._answers)

    def is_open(self) -> bool:
        """Whether there is nothing to read: what comes though nothing was asked is the end of the connection."""
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        return not poll.poll(0)

    def close(self) -> None:
        self._answers.close()
        self._socket.close()


def _close(connections: deque[_Connection]) -> None:
    while connections:
        connections.pop().close()


def _tls_context() -> ssl.SSLContext:
    """Checks certificates against AWS_CA_BUNDLE where that is set, else against botocore's own list."""
    ours = Path(botocore.__file__).with_name("cacert.pem")
    return ssl.create_default_context(cafile=os.environ.get("AWS_CA_BUNDLE") or str(ours))


def _read_answer(stream: BinaryIO) -> _Answer:
    version, _, rest = stream.readline(_LONGEST_LINE).partition(b" ")
    headers = _read_headers(stream)
    try:
        status, length = int(rest[:3]), int(headers[b"content-length"])
    except (ValueError, KeyError):
        raise BrokenAnswer("no status or no length") from None
    if length < 0 or len(body := stream.read(length)) < length:
        raise BrokenAnswer("the body ends too early")
    return _Answer(status, body, version != b"HTTP/1.1" or headers.get(b"connection", b"").lower() == b"close")


def _read_headers(stream: BinaryIO) -> dict[bytes, bytes]:
    headers: dict[bytes, bytes] = {}
    for _ in range(_MOST_LINES):
        name, _, value = stream.readline(_LONGEST_LINE).partition(b":")
        if name in (b"\r\n", b"\n"):
            return headers
        headers[name.lower()] = value.strip()
    raise BrokenAnswer("the head does not end")
