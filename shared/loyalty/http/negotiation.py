"""What the headers say of a request's body, and of the reply that is wanted (RFC 9110, 8.3 and 12.4.2)."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from loyalty.domain.errors import UnsupportedMediaType
from loyalty.domain.quoting import refusal
from loyalty.http.body import check_charset

JSON, XML = "json", "xml"

_READ = {"application/json": JSON, "application/xml": XML, "text/xml": XML}
_UNDECLARED = frozenset({"", "text/plain", "application/x-www-form-urlencoded"})
_WEIGHT = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")
_PARAMETER = re.compile(r';\s*([^\s;="]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))')
_QUOTED_PAIR = re.compile(r"\\(.)")


class ContentType(NamedTuple):
    """A media type in lower case, "" where there is none, and its parameters by their names in lower case."""

    media_type: str
    parameters: dict[str, str]


def content_type(headers: Mapping[str, str]) -> ContentType:
    """What Content-Type says of the body; of a parameter that comes twice the last value counts."""
    header = headers.get("content-type", "")
    media_type, _, _ = header.partition(";")
    parameters = {
        name.lower(): _QUOTED_PAIR.sub(r"\1", quoted) or plain.strip().strip('"')
        for name, quoted, plain in _PARAMETER.findall(header)
    }
    return ContentType(media_type.strip().lower(), parameters)


def declared_format(headers: Mapping[str, str]) -> str | None:
    """The request's format by its Content-Type; None where that leaves it to the body, or names neither."""
    return _READ.get(content_type(headers).media_type)


def request_format(headers: Mapping[str, str], body: bytes) -> str:
    """The request's format: by Content-Type, or by the body's first byte if that names none (as curl -d does).

    Raises UnsupportedMediaType for anything but JSON and XML in UTF-8.
    """
    media_type, parameters = content_type(headers)
    check_charset("Content-Type", parameters.get("charset", ""))
    if media_type in _READ:
        return _READ[media_type]
    if media_type not in _UNDECLARED:
        raise UnsupportedMediaType(
            refusal("Content-Type", "must be application/json, application/xml or text/xml", media_type)
        )
    first = body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if first in (b"{", b"<"):
        return JSON if first == b"{" else XML
    raise UnsupportedMediaType("The body must begin with { or <, or Content-Type say that it is JSON or XML")


def accepted_format(headers: Mapping[str, str]) -> str | None:
    """The reply's format that Accept names and prefers, None when it names none or both alike."""
    wishes = {JSON: 0.0, XML: 0.0}
    for media_type, weight in weights(headers.get("accept", "")).items():
        if media_type in _READ:
            wishes[_READ[media_type]] = max(weight, wishes[_READ[media_type]])
    if wishes[JSON] == wishes[XML]:
        return None
    return max(wishes, key=wishes.__getitem__)


def takes_gzip(headers: Mapping[str, str]) -> bool | None:
    """Whether the client takes gzip; None where it doesn't say, so that any encoding may be sent."""
    accepted = headers.get("accept-encoding")
    if accepted is None:
        return None
    takes = weights(accepted)
    return takes.get("gzip", takes.get("x-gzip", takes.get("*", 0.0))) > 0


def weights(header: str) -> dict[str, float]:
    """The weight of each choice in lower case, from 0 (refused) to 1; a choice with an invalid weight is left out.

    Parameters other than `q` are ignored; if a choice comes twice the larger weight counts.
    """
    found: dict[str, float] = {}
    for choice in header.lower().split(","):
        name, *parameters = (part.strip() for part in choice.split(";"))
        weight = next((value.strip() for key, _, value in map(_parted, parameters) if key.strip() == "q"), "1")
        if name and _WEIGHT.fullmatch(weight):
            found[name] = max(float(weight), found.get(name, 0.0))
    return found


def _parted(parameter: str) -> tuple[str, str, str]:
    return parameter.partition("=")
