"""Kept-alive HTTP connections to one host, which threads share: what one thread has done with another may take."""

import os
import select
import socket
import ssl
import weakref
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

import botocore

CONNECT_SECONDS, READ_SECONDS = 1, 4
"""How long a connection, and each part of an answer, may take."""

CallFailed = (OSError, HTTPException)
"""What a post raises that got no answer, or a part of one."""


class Connections:
    """The connections to the host of a URL."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._address = parts.hostname or "", parts.port
        self._tls = _tls_context() if parts.scheme == "https" else None
        self._idle: deque[HTTPConnection] = deque()
        weakref.finalize(self, _close, self._idle)

    def post(self, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        """The status and body of the answer to a POST to /; raises one of CallFailed, then it may have been done."""
        connection = self._idle_connection() or self._new_connection()
        try:
            response, answer = _exchange(connection, headers, body)
        except BaseException:
            connection.close()
            raise
        if response.will_close:
            connection.close()
        else:
            self._idle.append(connection)
        return response.status, answer

    def close(self) -> None:
        """Close all that are idle."""
        _close(self._idle)

    def _idle_connection(self) -> HTTPConnection | None:
        """The one that was used last, of those that the other side has not closed meanwhile."""
        with suppress(IndexError):  # another thread may have taken the last
            while not _is_open(connection := self._idle.pop()):
                connection.close()
            return connection
        return None

    def _new_connection(self) -> HTTPConnection:
        if self._tls:
            connection: HTTPConnection = HTTPSConnection(*self._address, timeout=CONNECT_SECONDS, context=self._tls)
        else:
            connection = HTTPConnection(*self._address, timeout=CONNECT_SECONDS)
        connection.connect()
        connection.sock.settimeout(READ_SECONDS)
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        return connection


def _close(connections: deque[HTTPConnection]) -> None:
    while connections:
        connections.pop().close()


def _tls_context() -> ssl.SSLContext:
    """Checks certificates against AWS_CA_BUNDLE where that is set, else against botocore's own list."""
    ours = Path(botocore.__file__).with_name("cacert.pem")
    return ssl.create_default_context(cafile=os.environ.get("AWS_CA_BUNDLE") or str(ours))


def _exchange(connection: HTTPConnection, headers: Mapping[str, str], body: bytes) -> tuple[HTTPResponse, bytes]:
    connection.request("POST", "/", body, headers)
    response = connection.getresponse()
    if response.length is None and not response.chunked:  # its head broke off
        raise HTTPException("an answer without a length")
    return response, response.read()


def _is_open(idle: HTTPConnection) -> bool:
    """Whether there is nothing to read: what comes though nothing was asked is the end of the connection."""
    poll = select.poll()
    poll.register(idle.sock, select.POLLIN)
    return not poll.poll(0)
