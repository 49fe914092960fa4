"""A gate before the API that holds a request back, so that its client is still at work for as long as a test needs."""

import http.client
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tools.local.port import LOOPBACK

_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


class Gate(http.server.ThreadingHTTPServer):
    """Passes requests on to the API at `api`; POSTs after the first so many wait until it is open."""

    def __init__(self, api: str, passes: int) -> None:
        super().__init__((LOOPBACK, 0), _Passage)
        self.api = api.removeprefix("http://")
        self.url = f"http://{LOOPBACK}:{self.server_port}"
        self.opened, self.is_holding = threading.Event(), threading.Event()
        self._passes = passes
        self._lock = threading.Lock()

    def let_through(self) -> None:
        """Return once a POST may pass."""
        with self._lock:
            self._passes -= 1
            if self._passes >= 0:
                return
        self.is_holding.set()
        self.opened.wait()


class _Passage(http.server.BaseHTTPRequestHandler):
    server: Gate

    def pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.command == "POST":
            self.server.let_through()
        api = http.client.HTTPConnection(self.server.api, timeout=60)
        try:
            api.request(self.command, self.path, body, dict(self.headers))
            reply = api.getresponse()
            content = reply.read()
        finally:
            api.close()
        self.send_response(reply.status)
        for name, value in reply.getheaders():
            if name.lower() not in _HOP_BY_HOP | {"date", "server"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = pass_on  # noqa: N815 - as http.server asks

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:  # the client was interrupted
            self.close_connection = True

    def log_message(self, *_arguments: object) -> None:
        """Stay silent."""


@contextmanager
def gate(api: str, *, passes: int) -> Iterator[Gate]:
    """A gate that serves between `with` and the end of its block."""
    with Gate(api, passes) as serving:
        thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield serving
        finally:
            serving.opened.set()
            serving.shutdown()
            thread.join()
