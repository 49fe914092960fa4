"""The command line's HTTP against a server that refuses, breaks off, or is not there."""

import gzip
import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tools.local import port
from tools.operator.faults import OperatorError, Unavailable
from tools.operator.http import RETRIES, Http
from tools.operator.jobs_client import JobsClient


class Server(http.server.ThreadingHTTPServer):
    """Answers with what it is told, the last answer again and again; keeps what arrives."""

    def __init__(self) -> None:
        super().__init__((port.LOOPBACK, 0), Handler)
        self.answers: list[tuple[int, bytes]] = [(200, b"{}")]
        self.arrived: list[tuple[str, dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://{port.LOOPBACK}:{self.server_port}"


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.arrived.append((f"{self.command} {self.path}", dict(self.headers), body))
        status, content = self.server.answers.pop(0) if len(self.server.answers) > 1 else self.server.answers[0]
        if not status:
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Encoding", "gzip")
        packed = gzip.compress(content)
        self.send_header("Content-Length", str(len(packed)))
        self.end_headers()
        self.wfile.write(packed)

    do_GET = do_POST = answer  # noqa: N815 - as http.server asks

    def log_message(self, *_arguments: Any) -> None:
        """Stay silent."""


AT_ONCE = RETRIES.new(backoff_factor=0, backoff_jitter=0, total=3)
"""The command's patience, without its pauses."""


@pytest.fixture
def server() -> Iterator[Server]:
    """A running server."""
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.mark.parametrize("refusal", [(503, b""), (429, b""), (504, b""), (0, b"")], ids=str)
def test_what_passes_is_waited_for(refusal: tuple[int, bytes], server: Server) -> None:
    # GIVEN an API that refuses, or breaks off, twice
    server.answers = [refusal, refusal, (200, b'{"a":1}')]
    # THEN the same request is sent until it is answered
    reply = Http(server.url, AT_ONCE).send("POST", "/x", {"Idempotency-Key": "k"}, b"body")
    assert (reply.status, reply.json()) == (200, {"a": 1})
    assert [(what, headers["Idempotency-Key"], body) for what, headers, body in server.arrived] == [
        ("POST /x", "k", b"body")
    ] * 3


def test_what_stays_refused_is_the_answer_in_the_end(server: Server) -> None:
    server.answers = [(503, b'{"error":503}')]
    reply = Http(server.url, AT_ONCE).send("POST", "/x", {})
    assert (reply.status, reply.json()) == (503, {"error": 503})
    assert len(server.arrived) == 4


def test_a_large_body_is_sent_compressed_and_the_same_each_time(server: Server) -> None:
    for _ in range(2):
        Http(server.url, AT_ONCE).send("POST", "/x", {"Content-Type": "text/plain"}, b"row\n" * 10_000)
    (_, headers, body), (_, _, again) = server.arrived
    assert (headers["Content-Encoding"], gzip.decompress(body)) == ("gzip", b"row\n" * 10_000)
    assert body == again


def test_a_host_that_is_not_there_is_said_to_be_out_of_reach() -> None:
    url = f"http://{port.LOOPBACK}:{port.free_port()}"
    with pytest.raises(Unavailable, match=f"^{url} does not answer; try again$"):
        Http(url).send("GET", "/jobs", {})


def test_somebody_elses_answer_is_not_taken_for_the_apis(server: Server) -> None:
    server.answers = [(200, b"<html>Hotel Wi-Fi</html>")]
    with pytest.raises(Unavailable, match="not the loyalty API"):
        Http(server.url, AT_ONCE).send("GET", "/jobs", {}).json()


@pytest.mark.parametrize(
    ("status", "body", "error", "words"),
    [
        (404, {"detail": "There is no such job"}, OperatorError, "There is no such job"),
        (403, {"message": "Forbidden"}, OperatorError, "Forbidden"),
        (400, [], OperatorError, "The API answered with HTTP status 400"),
        (500, {"detail": "Internal error"}, Unavailable, "Internal error"),
    ],
)
def test_a_problem_is_told_in_its_own_words(
    status: int, body: Any, error: type[OperatorError], words: str, server: Server
) -> None:
    server.answers = [(status, json.dumps(body).encode())]
    with pytest.raises(error, match=words) as raised:
        JobsClient(Http(server.url, AT_ONCE), {}, lambda _seconds: None).show("../x")
    assert raised.type is error
    assert server.arrived[0][0] == "GET /jobs/..%2Fx"
