"""Where a webhook may be: an https address on the public internet. What is asked for is checked, and where it leads to.

A URL is checked when it is set, as far as it tells by itself where it leads. A name is looked up for each call, and
every address that it has must be public then: see `call`. Tests and the local stack may also call this machine.
"""

import ipaddress
import re
from typing import NamedTuple
from urllib.parse import urlsplit

from loyalty.domain.errors import BadRequest, ParameterError

LONGEST = 2_048
"""Characters of a URL."""

HTTPS_PORT, HTTP_PORT = 443, 80
LOWEST_PORT = 1_024
"""The lowest port beside that of https: what listens below it speaks something else than HTTP."""

_URL = re.compile(r"[!-\[\]-~]+")  # printable ASCII without blanks and backslashes, which parsers read differently
_LABEL = re.compile("[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_LONGEST_HOST = 253
_NUMBER = re.compile("[0-9]+|0[xX][0-9a-fA-F]*")  # as a last label: the name is read as an address of IPv4, in any form

_UNICAST = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_IPV4_BITS = 0xFFFFFFFF

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Target(NamedTuple):
    """What a URL says: whether TLS is spoken, host and port, the Host header, and the path with the query."""

    tls: bool
    host: str
    port: int
    authority: str
    path: str


def target_of(url: object, *, loopback: bool = False) -> Target:
    """Where a URL leads to; raises ParameterError or BadRequest for one that webhooks are not sent to.

    With `loopback` it may lead to this machine, also by http and at any port.
    """
    if not isinstance(url, str) or not 0 < len(url) <= LONGEST or not _URL.fullmatch(url):
        raise _refused(f"must be an https address of at most {LONGEST} characters of ASCII, without blanks", url)
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").removesuffix("."), parts.port
    except ValueError:
        raise _refused("must be an https address, such as https://example.com/loyalty", url) from None
    if "@" in parts.netloc:
        raise BadRequest("url must not hold a user name or a password")
    here = loopback and _is_this_machine(host)
    if parts.scheme != "https" and not (here and parts.scheme == "http"):
        raise _refused("must begin with https://", url)
    if "#" in url:
        raise _refused("must have no fragment (#…)", url)
    _check_host(host, url, here=here)
    tls = parts.scheme == "https"
    port = (HTTPS_PORT if tls else HTTP_PORT) if port is None else port
    if port != HTTPS_PORT and port < LOWEST_PORT and not here:
        raise _refused(f"must name the port {HTTPS_PORT}, or one from {LOWEST_PORT} on", url)
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    return Target(tls, host, port, parts.netloc.lower(), path)


def is_allowed(address: str, *, loopback: bool = False) -> bool:
    """Whether calls may go to an address, as text: a public one; with `loopback` also this machine."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return _is_public(parsed) or (loopback and parsed.is_loopback)


def _refused(fault: str, url: object) -> ParameterError:
    return ParameterError("url", fault, url)


def _check_host(host: str, url: str, *, here: bool) -> None:
    if here:
        return
    literal = _literal(host)
    if literal is not None:
        if not _is_public(literal):
            raise _refused("must lead to a public address", url)
        return
    labels = host.split(".")
    if len(host) > _LONGEST_HOST or not all(map(_LABEL.fullmatch, labels)):
        raise _refused("must have the name of a host in it, such as https://example.com/loyalty", url)
    if len(labels) == 1 or _NUMBER.fullmatch(labels[-1]):
        raise _refused("must have a public host name in it, such as https://example.com/loyalty", url)


def _is_this_machine(host: str) -> bool:
    literal = _literal(host)
    return host == "localhost" or (literal is not None and literal.is_loopback)


def _literal(host: str) -> _Address | None:
    """The address that a host is as it stands, None for a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_public(address: _Address) -> bool:
    """Whether an address is one of the public internet, also where it holds one of IPv4."""
    if isinstance(address, ipaddress.IPv6Address):
        held = _held(address)
        if held is not None:
            return _is_public(held)
        if address.scope_id is not None or address not in _UNICAST:
            return False
    return address.is_global and not address.is_multicast


def _held(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The address of IPv4 that packets to this one end at: mapped, by NAT64 or by 6to4."""
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & _IPV4_BITS)
    return address.ipv4_mapped or address.sixtofour
