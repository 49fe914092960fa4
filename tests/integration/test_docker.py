"""How containers reach what listens on loopback, without Docker: this machine's loopback stands for its bridge here."""

import os
import socket
import stat
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tools.local import docker

UNKNOWN_HERE = "192.0.2.1"
"""An address for documentation (RFC 5737), which no machine has."""


@pytest.fixture
def server() -> Iterator[str]:
    """The URL of a server on loopback that answers each connection with what it got, in capitals."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:  # the test has ended
                    return
                with connection:
                    while data := connection.recv(100_000):
                        connection.sendall(data.upper())

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


def command(text: str, folder: os.PathLike[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a command `docker` on the PATH, alone, that does what a shell script says."""
    path = os.path.join(folder, "docker")  # noqa: PTH118
    with open(path, "w") as script:  # noqa: PTH123
        script.write(f"#!/bin/sh\n{text}\n")
    os.chmod(path, stat.S_IRWXU)  # noqa: PTH101
    monkeypatch.setenv("PATH", str(folder))


def test_a_connection_to_the_bridge_is_handed_on_in_both_directions(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a server that listens on loopback alone
    monkeypatch.setattr(docker, "gateway", lambda: "127.0.0.1")
    # WHEN containers are to reach it
    with docker.reachable(server) as url:
        where = urlsplit(url)
        assert (where.hostname, where.port) != (docker.HOST, urlsplit(server).port)
        # THEN what they send arrives whole, and the answer too, until they close
        text = b"a" * 1_000_000
        with socket.create_connection(("127.0.0.1", where.port or 0), 10) as connection:
            threading.Thread(target=_send, args=(connection, text)).start()
            received = b""
            while data := connection.recv(100_000):
                received += data
        assert received == text.upper()
    # AND nothing listens there any more
    with pytest.raises(OSError), socket.create_connection(("127.0.0.1", where.port or 0), 1):  # noqa: PT011
        pass


def test_a_bridge_in_another_machine_needs_nothing_here(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN Docker Desktop, whose bridge is in a machine of its own that knows this one's loopback
    monkeypatch.setattr(docker, "gateway", lambda: UNKNOWN_HERE)
    # THEN its containers are told the server's own port
    with docker.reachable(server) as url:
        assert url == f"http://{docker.HOST}:{urlsplit(server).port}"


@pytest.mark.parametrize(
    ("config", "address"),
    [('{"Subnet":"172.17.0.0/16","Gateway":"172.17.0.5"}', "172.17.0.5"), ('{"Subnet":"10.1.0.0/24"}', "10.1.0.1")],
    ids=["with a gateway", "without one"],
)
def test_the_address_on_the_bridge_is_its_gateways(
    config: str, address: str, tmp_path: os.PathLike[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    command(f"""echo '[{{"IPAM":{{"Config":[{config}]}}}}]'""", tmp_path, monkeypatch)
    assert docker.gateway() == address


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (None, "there is no command docker on the PATH"),
        ("echo 'Cannot connect to the Docker daemon.' >&2; exit 1", "Cannot connect to the Docker daemon."),
    ],
    ids=["no command", "no engine"],
)
def test_without_docker_one_line_says_what_is_missing(
    script: str | None, reason: str, tmp_path: os.PathLike[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if script:
        command(script, tmp_path, monkeypatch)
    else:
        monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(docker.DockerError) as failed:
        docker.gateway()
    assert str(failed.value) == f"Docker is needed for this: {reason}"


def _send(connection: socket.socket, text: bytes) -> None:
    connection.sendall(text)
    connection.shutdown(socket.SHUT_WR)
