"""Which of JSON and XML a request is in, and which its reply is to be in, by the headers."""

from collections.abc import Mapping

from loyalty.domain.errors import UnsupportedMediaType, refusal
from loyalty.http.preferences import weights

JSON, XML = "json", "xml"

_READ = {"application/json": JSON, "application/xml": XML, "text/xml": XML}
_UNDECLARED = frozenset({"", "text/plain", "application/x-www-form-urlencoded"})
_CHARSETS = frozenset({"", "utf-8", "utf8", "us-ascii"})


def declared_format(headers: Mapping[str, str]) -> str | None:
    """The request's format by its Content-Type; None where that leaves it to the body, or names neither."""
    return _READ.get(_media_type(headers))


def request_format(headers: Mapping[str, str], body: bytes) -> str:
    """The request's format; without a telling Content-Type (curl -d sends none) by the body's first byte.

    Raises UnsupportedMediaType for anything but JSON and XML in UTF-8.
    """
    media_type = _media_type(headers)
    charset = _parameter(headers.get("content-type", ""), "charset")
    if charset not in _CHARSETS:
        raise UnsupportedMediaType(refusal("The charset of Content-Type", "must be utf-8", charset))
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


def _media_type(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _parameter(header: str, name: str) -> str:
    for parameter in header.split(";")[1:]:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == name:
            return value.strip().strip('"').lower()
    return ""
