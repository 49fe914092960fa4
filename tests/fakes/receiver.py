"""A receiver of webhooks on this machine: it keeps what it gets, and answers as it is told."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from standardwebhooks import Webhook


class Call(NamedTuple):
    """A call as it came; header names are in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes

    def verified(self, secret: str) -> Any:
        """The body as JSON, once the library of Standard Webhooks has verified it; it raises otherwise."""
        return Webhook(secret).verify(self.body, self.headers)


class Receiver:
    """`calls` are those that came; `statuses` answer the next ones in turn, and 200 those after them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.calls: list[Call] = []
        self.statuses: list[int] = []
        self.headers: dict[str, str] = {}
        self.secret = ""


@contextmanager
def receiving(tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """A receiver that listens until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.calls.append(Call(self.path, {name.lower(): text for name, text in self.headers.items()}, body))
            self.send_response(receiver.statuses.pop(0) if receiver.statuses else 200)
            for name, text in receiver.headers.items():
                self.send_header(name, text)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    receiver = Receiver(f"{'https' if tls else 'http'}://localhost:{server.server_port}/loyalty?shop=1")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
