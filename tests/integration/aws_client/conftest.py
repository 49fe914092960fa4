"""Servers and connections to them, which end with their test."""

import ssl
from collections.abc import Iterator
from typing import Any

import pytest

from loyalty.store.aws.connections import Connections
from tests.integration.aws_client.server import LOOPBACK, Serve, Server, Start, To


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts servers that end with the test."""
    servers: list[Server] = []

    def begin(serve: Serve, tls: ssl.SSLContext | None = None) -> Server:
        servers.append(Server(serve, tls))
        return servers[-1]

    yield begin
    for server in servers:
        server.close()


@pytest.fixture
def to() -> Iterator[To]:
    """Gives connections to a server, closed when the test is over."""
    made: list[Connections] = []

    def connect(server: Server, scheme: str = "http", host: str = LOOPBACK, **more: Any) -> Connections:
        made.append(Connections(f"{scheme}://{host}:{server.port}", **more))
        return made[-1]

    yield connect
    for one in made:
        one.close()
