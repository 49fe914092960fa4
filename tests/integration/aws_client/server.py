"""A server on loopback that keeps connections, or does with them what a test asks for."""

import socket
import ssl
import threading
from collections.abc import Callable

from loyalty.store.aws.connections import Connections

LOOPBACK = "127.0.0.1"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

Serve = Callable[[socket.socket, int], bool]
"""Answers a request (the how-many-th of all) on a connection; whether the connection stays."""


class Server:
    """Serves each connection in a thread; counts connections and requests, and keeps the bodies."""

    def __init__(self, serve: Serve, tls: ssl.SSLContext | None = None) -> None:
        self._serve, self._tls = serve, tls
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port = self._listener.getsockname()[1]
        self.connections = 0
        self.bodies: list[bytes] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self) -> None:
        """End, once all connections are closed."""
        self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(timeout=60)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # it was closed
                return
            self.connections += 1
            thread = threading.Thread(target=self._talk, args=(connection,))
            thread.start()
            self._threads.append(thread)

    def _talk(self, connection: socket.socket) -> None:
        try:
            with self._tls.wrap_socket(connection, server_side=True) if self._tls else connection as stream:
                while (body := _read_request(stream)) is not None:
                    self.bodies.append(body)
                    if not self._serve(stream, len(self.bodies)):
                        return
        except OSError:  # the client left
            connection.close()


def _read_request(stream: socket.socket) -> bytes | None:
    received = b""
    while b"\r\n\r\n" not in received:
        if not (data := stream.recv(65_536)):
            return None
        received += data
    head, _, body = received.partition(b"\r\n\r\n")
    (length,) = [int(line.split()[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
    while len(body) < length:
        body += stream.recv(65_536)
    return body


Start = Callable[..., Server]
To = Callable[..., Connections]


def keep(stream: socket.socket, _number: int) -> bool:
    stream.sendall(ANSWER)
    return True
