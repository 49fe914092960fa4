"""A server that keeps what it was sent, and what a sample is to send it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from tools.document.requests import Request

FORM = "application/x-www-form-urlencoded"


class Received(NamedTuple):
    """What came: JSON and forms as data, anything else as text."""

    method: str
    target: str
    headers: dict[str, str]
    body: Any


class Recorder:
    """A server on loopback; `received` are its requests in their order."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def running(self) -> Iterator["Recorder"]:
        thread = Thread(target=self._server.serve_forever)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        received = self.received

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                headers = {name.lower(): value for name, value in self.headers.items()}
                media_type = headers.get("content-type", "").partition(";")[0]
                received.append(Received(self.command, self.path, headers, data(body, media_type)))
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            do_GET = do_POST  # noqa: N815 - http.server's name
            do_DELETE = do_POST  # noqa: N815
            do_PUT = do_POST  # noqa: N815
            do_PATCH = do_POST  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        return Handler


def data(body: str, media_type: str) -> Any:
    """A body as data, where its type says how."""
    if media_type == FORM:
        return dict(parse_qsl(body, keep_blank_values=True))
    return json.loads(body) if media_type == "application/json" else body


def wanted(request: Request, received: Received) -> Received:
    """What a request is to arrive as: of its headers those that it names, as they are there, others may come."""
    missing = {name.lower(): value for name, value in request.headers.items()}
    headers = {name: value for name, value in received.headers.items() if name not in missing}
    media_type = request.headers.get("Content-Type", "")
    return Received(request.method, request.target, headers | missing, data(request.sent, media_type))
