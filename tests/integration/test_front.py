"""The front: what real clients send arrives as it was sent, and its own faults read like the gateway's."""

import gzip
import http.client
import http.server
import json
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from email.message import Message
from http.client import HTTPMessage
from typing import Any, NamedTuple

import pytest

from tools.local import port, template
from tools.local.front import LARGEST_BODY, Front, serving
from tools.local.gateway import GatewayResponses


class Arrived(NamedTuple):
    """A request as the emulator saw it."""

    method: str
    path: str
    headers: Message
    body: bytes


class Emulator(http.server.ThreadingHTTPServer):
    """Stands in for the emulator: keeps what arrives, answers what it is told."""

    def __init__(self) -> None:
        super().__init__((port.LOOPBACK, 0), EmulatorHandler)
        self.arrived: list[Arrived] = []
        self.status, self.headers, self.body = 200, {"Content-Type": "application/json"}, b"{}"
        self.released = threading.Event()
        self.released.set()

    @property
    def url(self) -> str:
        return f"http://{port.LOOPBACK}:{self.server_port}/restapis/id/v1/_user_request_"


class EmulatorHandler(http.server.BaseHTTPRequestHandler):
    server: Emulator

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.arrived.append(Arrived(self.command, self.path, self.headers, body))
        self.server.released.wait()
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(self.server.body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer  # noqa: N815 - as http.server asks

    def log_message(self, *_arguments: object) -> None:
        """Stay silent."""


@contextmanager
def running(server: Emulator) -> Iterator[Emulator]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def front_of(url: str, **options: Any) -> Iterator[tuple[str, int]]:
    bound = port.reserve()
    address = bound.getsockname()
    with bound, serving(Front(url, GatewayResponses(template.load()), **options), bound):
        yield address


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with running(Emulator()) as server:
        yield server


@pytest.fixture
def front(emulator: Emulator) -> Iterator[tuple[str, int]]:
    with front_of(emulator.url) as address:
        yield address


def ask(
    address: tuple[str, int],
    method: str = "GET",
    path: str = "/",
    body: bytes | Iterable[bytes] | None = None,
    headers: dict[str, str] | None = None,
    **options: bool,
) -> tuple[int, HTTPMessage, bytes]:
    connection = http.client.HTTPConnection(*address, timeout=60)
    try:
        connection.request(method, path, body, headers or {}, **options)
        reply = connection.getresponse()
        return reply.status, reply.headers, reply.read()
    finally:
        connection.close()


def converse(address: tuple[str, int], request: bytes, until: bytes) -> bytes:
    """Send raw bytes and read until some bytes are there."""
    with socket.create_connection(address, timeout=60) as connection:
        connection.sendall(request)
        received = b""
        while until not in received:
            more = connection.recv(65536)
            assert more, f"the connection ended after {received!r}"
            received += more
        return received


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_every_method_reaches_the_api_at_the_same_path(method: str, emulator: Emulator, front: tuple[str, int]) -> None:
    # WHEN a request is sent to the root of the host
    status, _, _ = ask(front, method, "/a%2Fb/c%20d//e?x=1&x=2%26")
    # THEN it arrives below the stage, the path as it was written
    assert status == 200
    (arrived,) = emulator.arrived
    assert (arrived.method, arrived.path) == (method, "/restapis/id/v1/_user_request_/a%2Fb/c%20d//e?x=1&x=2%26")


def test_headers_pass_but_those_of_the_connection_and_nothing_is_added_but_what_the_emulator_needs(
    emulator: Emulator, front: tuple[str, int]
) -> None:
    # WHEN a client sends little
    ask(front, "POST", "/x", b"\x00\xff", {"X-Own": "1", "Connection": "close", "Accept-Encoding": "identity"})
    # THEN that arrives, with an Accept and a Content-Type that mean the same as none, and where it came from
    (arrived,) = emulator.arrived
    sent = {name.lower(): value for name, value in arrived.headers.items() if name.lower() != "host"}
    assert sent == {
        "x-own": "1",
        "x-forwarded-for": port.LOOPBACK,
        "accept": "*/*",
        "accept-encoding": "identity",
        "content-type": "text/plain",
        "content-length": "2",
    }


def test_a_request_comes_from_where_it_comes_whatever_it_says(emulator: Emulator, front: tuple[str, int]) -> None:
    ask(front, headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.7"})
    assert emulator.arrived[0].headers.get_all("X-Forwarded-For") == [port.LOOPBACK]


def test_one_client_can_play_many_where_that_is_asked_for(emulator: Emulator) -> None:
    with front_of(emulator.url, addresses_are_told=True) as address:
        ask(address, headers={"X-Forwarded-For": "203.0.113.9"})
    assert emulator.arrived[0].headers.get_all("X-Forwarded-For") == ["203.0.113.9"]


def test_what_the_client_says_about_content_stays(emulator: Emulator, front: tuple[str, int]) -> None:
    ask(front, "POST", "/x", b"<xml/>", {"Content-Type": "text/xml", "Accept": "application/json", "User-Agent": "a/1"})
    (arrived,) = emulator.arrived
    names = ("Content-Type", "Accept", "User-Agent")
    assert [arrived.headers[name] for name in names] == ["text/xml", "application/json", "a/1"]


def test_a_gzip_body_passes_as_it_is_both_ways(emulator: Emulator, front: tuple[str, int]) -> None:
    # GIVEN an API that answers with gzip
    emulator.body = gzip.compress(b"answer")
    emulator.headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    # WHEN a gzip body is sent
    sent = gzip.compress(b"question")
    _, headers, body = ask(front, "POST", "/x", sent, {"Content-Encoding": "gzip", "Accept-Encoding": "gzip"})
    # THEN neither was touched
    assert emulator.arrived[0].body == sent
    assert emulator.arrived[0].headers["Content-Encoding"] == "gzip"
    assert (headers["Content-Encoding"], gzip.decompress(body)) == ("gzip", b"answer")


def test_a_chunked_body_arrives_whole(emulator: Emulator, front: tuple[str, int]) -> None:
    ask(front, "POST", "/x", iter([b"one ", b"two"]), encode_chunked=True)
    assert emulator.arrived[0].body == b"one two"


def test_expect_100_continue_is_answered_before_the_body(emulator: Emulator, front: tuple[str, int]) -> None:
    # WHEN a client waits for leave to send its body, as curl and PHP do above 1 MB
    head = b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"
    with socket.create_connection(front, timeout=60) as connection:
        connection.sendall(head)
        leave = connection.recv(65536)
        connection.sendall(b"body")
        answer = connection.recv(65536)
    # THEN it gets it, and then the answer
    assert leave == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert emulator.arrived[0].body == b"body"
    assert "Expect" not in emulator.arrived[0].headers


def test_an_offer_of_http2_is_ignored_and_the_body_read(emulator: Emulator, front: tuple[str, int]) -> None:
    # WHEN the body comes with the offer, as the JDK's client sends it
    offer = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAA\r\n"
    received = converse(front, b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n" + offer + b"\r\nbody", b"{}")
    # THEN it is an HTTP/1.1 request like any other
    assert received.startswith(b"HTTP/1.1 200 ")
    assert emulator.arrived[0].body == b"body"
    assert "Upgrade" not in emulator.arrived[0].headers


def test_two_requests_go_over_one_connection(emulator: Emulator, front: tuple[str, int]) -> None:
    connection = http.client.HTTPConnection(*front, timeout=60)
    for _ in range(2):
        connection.request("GET", "/")
        assert connection.getresponse().read() == b"{}"
    connection.close()
    assert len(emulator.arrived) == 2


def test_the_largest_body_passes(emulator: Emulator, front: tuple[str, int]) -> None:
    status, _, _ = ask(front, "POST", "/x", bytes(LARGEST_BODY))
    assert status == 200
    assert len(emulator.arrived[0].body) == LARGEST_BODY


@pytest.mark.parametrize("chunked", [False, True])
def test_a_larger_body_is_the_gateways_413_and_goes_no_further(
    chunked: bool, emulator: Emulator, front: tuple[str, int]
) -> None:
    # WHEN one byte more is sent
    body = iter([bytes(LARGEST_BODY), b"x"]) if chunked else bytes(LARGEST_BODY + 1)
    status, headers, answer = ask(front, "POST", "/x", body, encode_chunked=chunked)
    # THEN the answer states the limit, in JSON with a number as error
    assert status == 413
    assert json.loads(answer)["error"] == 413
    assert "4.7 MB" in json.loads(answer)["message"]
    assert headers["X-Request-Id"]
    assert emulator.arrived == []


def test_an_emulator_that_is_gone_is_a_504_in_json() -> None:
    # GIVEN a front of nothing
    with front_of(f"http://{port.LOOPBACK}:{port.free_port()}") as address:
        status, headers, body = ask(address)
    # THEN that is what the gateway would say
    assert (status, json.loads(body)["error"]) == (504, 504)
    assert headers["Content-Type"] == "application/json"


def test_an_answer_that_takes_too_long_is_a_504_in_json(emulator: Emulator) -> None:
    # GIVEN a function that does not end in time
    emulator.released.clear()
    with front_of(emulator.url, seconds=0.2) as address:
        status, _, body = ask(address)
    assert (status, json.loads(body)["message"]) == (504, "The service did not answer in time")


def test_a_function_that_fails_is_a_500_without_its_words(emulator: Emulator, front: tuple[str, int]) -> None:
    # GIVEN the emulator's words for a function that raised
    emulator.status, emulator.body = 502, b'{"message": "NameError: secret"}'
    status, _, body = ask(front)
    assert (status, json.loads(body)) == (
        500,
        {"error": 500, "error_text": "Internal error", "message": "Internal error"},
    )


def test_a_redirect_is_the_clients_business(emulator: Emulator, front: tuple[str, int]) -> None:
    emulator.status, emulator.headers = 302, {"Location": "/elsewhere"}
    status, headers, _ = ask(front)
    assert (status, headers["Location"]) == (302, "/elsewhere")
