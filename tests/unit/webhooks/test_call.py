"""A call without a network: who is called, what is sent, and which answers are read as what."""

import socket
from collections.abc import Callable
from typing import Any, Self

import pytest

from loyalty.webhooks.call import MOST_READ, CallFailed, Reach, post

URL = "http://127.0.0.1:8000/loyalty?shop=1"
HERE = Reach(loopback=True)
BODY = b'{"job_id":"5f2b8c0e9d7a4f1b8e6c3a2d1f0b9c8e"}'


class Connections:
    """Stands in for socket.create_connection, and for the one connection that it makes.

    `called` are the addresses, `sent` is what was sent, and `read` how many bytes were read of the parts that come.
    """

    def __init__(self, *parts: bytes) -> None:
        self._parts = list(parts)
        self.called: list[tuple[str, int]] = []
        self.sent = b""
        self.read = 0
        self.is_closed = False

    def __call__(self, address: tuple[str, int], _seconds: float) -> Self:
        self.called.append(address)
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.is_closed = True

    def settimeout(self, seconds: float) -> None:
        """Take note of the time that is left."""
        assert 0 < seconds <= HERE.seconds

    def sendall(self, data: bytes) -> None:
        """Take all of it."""
        self.sent += data

    def recv(self, most: int) -> bytes:
        """The next part, or as much of it as is wanted; what is waited for after the last one never comes."""
        if not self._parts:
            raise TimeoutError
        part = self._parts.pop(0)
        if len(part) > most:
            self._parts.insert(0, part[most:])
        self.read += len(part[:most])
        return part[:most]


def leads_to(*addresses: str) -> Callable[..., list[tuple[Any, ...]]]:
    """A look-up that finds these addresses, whatever the name is."""

    def resolve(_host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    return resolve


def failure(url: str, reach: Reach) -> str:
    """Why a call fails."""
    with pytest.raises(CallFailed) as caught:
        post(url, {}, BODY, reach)
    return str(caught.value)


def test_a_call_is_one_request_of_http_with_the_body_and_the_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a receiver that takes calls
    connections = Connections(b"HTTP/1.1 204 No Content\r\n\r\n")
    monkeypatch.setattr(socket, "create_connection", connections)
    # WHEN one is made
    post(URL, {"webhook-id": "job-0"}, BODY, HERE)
    # THEN it is this, and the connection is closed
    assert connections.called == [("127.0.0.1", 8000)]
    head, _, body = connections.sent.partition(b"\r\n\r\n")
    assert head.decode().split("\r\n") == [
        "POST /loyalty?shop=1 HTTP/1.1",
        "host: 127.0.0.1:8000",
        "webhook-id: job-0",
        f"content-length: {len(BODY)}",
        "connection: close",
    ]
    assert body == BODY
    assert connections.is_closed


@pytest.mark.parametrize("status", [100, 199, 300, 302, 404, 500, 999])
def test_a_status_that_is_no_success_takes_nothing(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    connections = Connections(f"HTTP/1.1 {status} Word\r\n\r\n".encode(), b"")
    monkeypatch.setattr(socket, "create_connection", connections)
    said = "the answer is not HTTP" if status < 200 else f"HTTP status {status}"
    assert failure(URL, HERE) == said


def test_an_answer_that_does_not_come_is_waited_for_until_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "create_connection", Connections(b"HTTP/1.1 200"))
    assert failure(URL, HERE) == "no answer within 10 s"


def test_no_call_is_begun_when_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    connections = Connections(b"HTTP/1.1 200 OK\r\n\r\n")
    monkeypatch.setattr(socket, "create_connection", connections)
    assert failure(URL, HERE._replace(seconds=0)) == "no answer within 0 s"
    assert connections.called == []


@pytest.mark.parametrize(
    "addresses",
    [("127.0.0.1",), ("10.0.0.1",), ("169.254.169.254",), ("::1",), ("8.8.8.8", "127.0.0.1"), ("64:ff9b::7f00:1",)],
)
def test_a_name_that_leads_to_any_address_that_is_not_public_is_not_called(
    addresses: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a name that its owner let lead there after it was set
    monkeypatch.setattr(socket, "create_connection", _nobody_is_called)
    # THEN nothing is connected
    reach = Reach(resolve=leads_to(*addresses))
    assert failure("https://example.com/", reach) == "the host name leads to an address that is not public"


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a name with two public addresses, of which nobody answers at the first
    called = []

    def connect(address: tuple[str, int], _seconds: float) -> socket.socket:
        called.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    # THEN these are tried in turn, by their numbers: nothing looks the name up again
    reach = Reach(resolve=leads_to("8.8.8.8", "1.1.1.1"))
    assert failure("https://example.com:8443/", reach) == "the connection failed"
    assert called == [("8.8.8.8", 8443), ("1.1.1.1", 8443)]


def test_a_name_that_nobody_has_is_told_as_that() -> None:
    def resolve(*_: Any, **__: Any) -> list[tuple[Any, ...]]:
        raise socket.gaierror

    assert failure("https://example.com/", Reach(resolve=resolve)) == "the host name is not known"
    assert failure("https://example.com/", Reach(resolve=leads_to())) == "the host name is not known"


def test_a_url_that_was_set_where_more_was_allowed_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "create_connection", _nobody_is_called)
    assert failure("http://localhost:80/", Reach()) == "the URL is not one that is called"


def _nobody_is_called(*_: Any) -> socket.socket:
    raise AssertionError("nobody should be called")


@pytest.mark.parametrize(
    "parts",
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",),
        (b"HTTP/1.0 200 OK\r\n\r\n",),
        (b"HTTP/1.1 200\r\n\r\n",),
        (b"HTT", b"P/1.1 20", b"0 OK\r\n", b"\r", b"\nbody"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\n" + b"x: " + b"y" * 100_000,),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"body" * 100_000,),
    ],
)
def test_the_status_is_found_however_an_answer_comes(parts: tuple[bytes, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN an answer that comes in these parts, after which nothing is said
    connections = Connections(*parts)
    monkeypatch.setattr(socket, "create_connection", connections)
    # THEN the call is taken, and no more is read than that takes
    post(URL, {}, BODY, HERE)
    assert connections.read <= MOST_READ


@pytest.mark.parametrize(
    "parts",
    [
        (),
        (b"HTTP/1.1 200 OK\r\n",),
        (b"HTTP/1.1 2000 OK\r\n\r\n",),
        (b"HTTP/2 200\r\n\r\n",),
        (b"220 smtp.example.com\r\n\r\n",),
        (b"\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",),
        (b"x" * 100_000,),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000,),
    ],
)
def test_what_is_no_whole_answer_takes_nothing(parts: tuple[bytes, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN an answer that comes in these parts, after which the connection ends
    connections = Connections(*parts, b"")
    monkeypatch.setattr(socket, "create_connection", connections)
    # THEN it is none
    assert failure(URL, HERE) == "the answer is not HTTP"
    assert connections.read <= MOST_READ
