"""Which of JSON and XML a request is in, and which its reply is to be in, by the headers."""

from collections.abc import Mapping

from loyalty.errors import UnsupportedMediaType, refusal

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
    """The reply's format when Accept names exactly one of the two and not everything, else None."""
    named = set()
    for choice in headers.get("accept", "").lower().split(","):
        media_type = choice.partition(";")[0].strip()
        if media_type == "*/*":
            return None
        if media_type in _READ and _parameter(choice, "q") not in ("0", "0.0", "0.00", "0.000"):
            named.add(_READ[media_type])
    return named.pop() if len(named) == 1 else None


def _media_type(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _parameter(header: str, name: str) -> str:
    for parameter in header.split(";")[1:]:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == name:
            return value.strip().strip('"').lower()
    return ""
