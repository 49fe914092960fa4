"""How containers reach what this machine serves on loopback only: through Docker's bridge, when asked for."""

import asyncio
import errno
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from urllib.parse import urlsplit

from tools.local.loop import running_loop

HOST = "host.docker.internal"
"""What containers call this machine, where `--add-host host.docker.internal:host-gateway` was given."""

_SECONDS = 30
_READ = 65_536


class DockerError(Exception):
    """Docker can't be used; the message is one line for the user."""


def ask(*arguments: str) -> str:
    """What a command of Docker's prints; raises DockerError."""
    try:
        done = subprocess.run(  # noqa: S603 - our own arguments
            ["docker", *arguments],  # noqa: S607 - where the user has it
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
        )
    except FileNotFoundError:
        raise DockerError("Docker is needed for this: there is no command docker on the PATH") from None
    except subprocess.TimeoutExpired:
        raise DockerError(f"Docker is needed for this: its engine does not answer within {_SECONDS} s") from None
    if done.returncode:
        raise DockerError(f"Docker is needed for this: {' '.join(done.stderr.split())}")
    return done.stdout


def gateway() -> str:
    """The address of this machine on Docker's usual bridge; raises DockerError."""
    (bridge,) = json.loads(ask("network", "inspect", "bridge"))
    setting = bridge["IPAM"]["Config"][0]
    return str(setting.get("Gateway") or next(ip_network(setting["Subnet"]).hosts()))


@contextmanager
def reachable(url: str) -> Iterator[str]:
    """The URL by which containers reach a server that listens on loopback, until the block ends; raises DockerError.

    Nothing listens beside loopback but on the bridge's own address, which only this machine's containers reach.
    """
    target = urlsplit(url)
    with running_loop("bridge") as loop:
        server = asyncio.run_coroutine_threadsafe(_relay(gateway(), target.hostname or "", target.port or 80), loop)
        relay = server.result()
        try:
            yield f"http://{HOST}:{relay.sockets[0].getsockname()[1] if relay else target.port}"
        finally:
            if relay:
                loop.call_soon_threadsafe(relay.close)


async def _relay(address: str, host: str, port: int) -> asyncio.Server | None:
    """What hands connections to the address on; None where Docker runs in a machine of its own and does that itself."""

    async def join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers = [writer]
        try:
            answers, sent = await asyncio.open_connection(host, port)
            writers.append(sent)
            await asyncio.gather(_pump(reader, sent), _pump(answers, writer))
        except OSError:  # the server has ended
            pass
        except asyncio.CancelledError:  # the relay ends, and what is on its way with it
            for one in writers:
                one.transport.abort()
            raise
        finally:
            for one in writers:
                one.close()

    try:
        return await asyncio.start_server(join, address, 0)
    except OSError as error:
        if error.errno == errno.EADDRNOTAVAIL:
            return None
        raise DockerError(f"Nothing can listen on Docker's bridge {address}: {error.strerror}") from error


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(_READ):
            writer.write(data)
            await writer.drain()
        writer.write_eof()  # the other direction may go on
    except OSError:  # one side is gone
        writer.close()


def main() -> int:
    """Say in one line why Docker can't be used; the Makefile asks before it builds anything."""
    try:
        gateway()
    except DockerError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
