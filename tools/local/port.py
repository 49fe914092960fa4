"""Ports, on loopback unless another address is asked for: one that the user named, or any that is free."""

import errno
import socket
import sys
from ipaddress import IPv4Address

LOOPBACK = "127.0.0.1"
HIGHEST = 65_535
USUAL = 3000
"""Where `make run` serves, unless it is told otherwise."""

_NO_ADDRESS = "LISTEN must be an IPv4 address of this machine, such as 0.0.0.0 for all of them; it is {!r}."


class PortError(Exception):
    """The port, or the address, cannot be had; the message is one line for the user."""


def parse(text: str) -> int:
    """A port number as the user wrote it."""
    if not text.isascii() or not text.isdigit() or int(text) > HIGHEST:
        raise PortError(f"PORT must be a number up to {HIGHEST}; it is {text!r}.")
    return int(text)


def parse_address(text: str) -> str:
    """An IPv4 address as the user wrote it."""
    try:
        return str(IPv4Address(text))
    except ValueError:
        raise PortError(_NO_ADDRESS.format(text)) from None


def reserve(port: int = 0, address: str = LOOPBACK) -> socket.socket:
    """A bound socket that does not listen yet: nobody else gets the port, nobody can connect. 0 is any free port.

    Raises PortError for a port in use and for an address that this machine has not; 0.0.0.0 is all that it has.
    """
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((address, port))
        _refuse_shared(bound)
    except OSError as error:
        bound.close()
        if error.errno == errno.EADDRNOTAVAIL:
            raise PortError(_NO_ADDRESS.format(address)) from error
        raise PortError(f"Port {port} is in use; stop what uses it or choose another: make run PORT=3100") from error
    return bound


def _refuse_shared(bound: socket.socket) -> None:
    # With SO_REUSEADDR some systems find out only here that another process listens.
    port = bound.getsockname()[1]
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        if probe.connect_ex((LOOPBACK, port)) == 0:
            raise OSError("something answers there")


def free_port() -> int:
    """A port that is free now."""
    with reserve() as bound:
        port: int = bound.getsockname()[1]
    return port


def main() -> int:
    """Say in one line why a port given as argument cannot be had; the Makefile asks before it builds anything."""
    try:
        for text in sys.argv[1:]:
            reserve(parse(text)).close()
    except PortError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
