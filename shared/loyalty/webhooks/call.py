"""One call to a webhook: a POST to an address that was checked, and as much of the answer as says what became of it.

The name is looked up once; every address that it has is checked, and the connection goes to one of these, so nothing
can lead elsewhere in between. The certificate has to be the name's. No proxy is used, and a redirect is an answer like
any other. All of it ends in time, however slowly the other side speaks, and no more than some kilobytes are read of
what it says: Python's http.client bounds neither.
"""

import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from loyalty.domain.deadline import CALLING_SECONDS
from loyalty.domain.errors import RequestError
from loyalty.webhooks.address import Target, is_allowed, target_of

MOST_READ = 8_192
"""Bytes that are read of an answer."""

Resolve = Callable[..., Sequence[tuple[Any, ...]]]
"""socket.getaddrinfo, or what stands in for it."""

_CONNECT_SECONDS = 3.0  # to one of several addresses
_HEAD_ENDS = b"\r\n\r\n"
_STATUS = re.compile(rb"HTTP/1\.[01] ([0-9]{3})(?: |\r)")
_DONE, _INTERIM = b"2", b"1"  # how the statuses begin


class CallFailed(Exception):
    """No answer says that the call was taken; the text says why, and holds nothing of anybody's."""


class Reach(NamedTuple):
    """How far calls reach: to this machine too where `loopback` is set, and for how long; `resolve` looks names up."""

    loopback: bool = False
    seconds: float = CALLING_SECONDS
    resolve: Resolve = socket.getaddrinfo


PUBLIC = Reach()


def post(url: str, headers: Mapping[str, str], body: bytes, reach: Reach = PUBLIC) -> None:
    """Send a body; raises CallFailed unless it is answered in time with a status of 200 to 299.

    The time is from the connection on; how long the name's look-up takes is not bounded here.
    """
    try:
        target = target_of(url, loopback=reach.loopback)
    except RequestError:  # it was set under other rules
        raise CallFailed("the URL is not one that is called") from None
    addresses = _addresses(target, reach)
    until = time.monotonic() + reach.seconds
    try:
        with _connected(target, addresses, until) as connection:
            connection.sendall(_request(target, headers, body))
            status = _status(connection, until)
    except ssl.SSLCertVerificationError:
        raise CallFailed("the certificate is not trusted, or another host's") from None
    except ssl.SSLError:
        raise CallFailed("TLS failed") from None
    except TimeoutError:
        raise CallFailed(f"no answer within {reach.seconds:g} s") from None
    except OSError:
        raise CallFailed("the connection failed") from None
    if not status.startswith(_DONE):
        raise CallFailed(f"HTTP status {status.decode()}")


def _addresses(target: Target, reach: Reach) -> list[str]:
    """Every address of a host; raises CallFailed if there is none, or if any of them must not be called."""
    try:
        found = reach.resolve(target.host, target.port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError):
        found = []
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    if not addresses:
        raise CallFailed("the host name is not known")
    if not all(is_allowed(address, loopback=reach.loopback) for address in addresses):
        raise CallFailed("the host name leads to an address that is not public")
    return addresses


def _connected(target: Target, addresses: Sequence[str], until: float) -> socket.socket:
    """A connection to the first address that takes one; raises OSError."""
    failure: OSError = TimeoutError()
    for address in addresses:
        try:
            connection = socket.create_connection((address, target.port), min(_CONNECT_SECONDS, _left(until)))
        except OSError as error:
            failure = error
            continue
        return _with_tls(connection, target.host, until) if target.tls else connection
    raise failure


def _with_tls(connection: socket.socket, host: str, until: float) -> socket.socket:
    try:
        connection.settimeout(_left(until))
        return _tls().wrap_socket(connection, server_hostname=host)
    except BaseException:
        connection.close()
        raise


@cache
def _tls() -> ssl.SSLContext:
    """One for all calls, since reading the authorities takes long; the system's are trusted."""
    return ssl.create_default_context()


def _request(target: Target, headers: Mapping[str, str], body: bytes) -> bytes:
    sent = {"host": target.authority, **headers, "content-length": str(len(body)), "connection": "close"}
    lines = [f"POST {target.path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _status(connection: socket.socket, until: float) -> bytes:
    """The status of the answer, once its head is read or as much as is read; what comes before it is passed over.

    Raises CallFailed where there is none, and OSError.
    """
    received, read = b"", 0
    for data in _received(connection, until):
        received, read = received + data, read + len(data)
        while _HEAD_ENDS in received or read == MOST_READ:
            head, _, received = received.partition(_HEAD_ENDS)
            found = _STATUS.match(head + b"\r")
            if not found:
                break
            if not found[1].startswith(_INTERIM):
                return found[1]
    raise CallFailed("the answer is not HTTP")


def _received(connection: socket.socket, until: float) -> Iterator[bytes]:
    """What comes, up to MOST_READ bytes."""
    read = 0
    while read < MOST_READ:
        connection.settimeout(_left(until))
        data = connection.recv(MOST_READ - read)
        if not data:
            return
        read += len(data)
        yield data


def _left(until: float) -> float:
    """Seconds that are left; raises TimeoutError when there are none."""
    seconds = until - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds
