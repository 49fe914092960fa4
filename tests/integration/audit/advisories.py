"""PyPI as the audit meets it, on loopback: a proxy that answers in the place of every host.

So the audit runs as it is, address and all, and what it is told is the test's.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.integration.audit.authority import Authority
from tools.local.port import LOOPBACK

Package = tuple[str, str]
"""A name and a version."""
Answer = Callable[[Package], tuple[int, Any]]
"""The HTTP status and the document for a package."""


class Advisories(ThreadingHTTPServer):
    """The service; `asked` are the packages that it was asked about."""

    def __init__(self, answer: Answer, directory: Path) -> None:
        super().__init__((LOOPBACK, 0), _Connection)
        self.answer, self.authority = answer, Authority(directory)
        self.asked: list[Package] = []

    @property
    def environment(self) -> dict[str, str]:
        """What leads a process here."""
        url = f"http://{LOOPBACK}:{self.server_port}"
        return {"HTTPS_PROXY": url, "REQUESTS_CA_BUNDLE": str(self.authority.path)}


@contextmanager
def serving(answer: Answer, directory: Path) -> Iterator[Advisories]:
    """The service until the block ends; its certificates lie in the directory."""
    with Advisories(answer, directory) as service:
        thread = threading.Thread(target=service.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield service
        finally:
            service.shutdown()
            thread.join()


class _Connection(BaseHTTPRequestHandler):
    server: Advisories
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_CONNECT(self) -> None:
        self.send_response(200)
        self.end_headers()
        context = self.server.authority.context(self.path.rpartition(":")[0])
        with context.wrap_socket(self.connection, server_side=True) as tunnel:
            self.server.finish_request(tunnel, self.client_address)
        self.close_connection = True

    def do_GET(self) -> None:
        _, _, name, version, _ = self.path.split("/")  # /pypi/name/version/json
        self.server.asked.append((name, version))
        status, document = self.server.answer((name, version))
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing on stderr."""
