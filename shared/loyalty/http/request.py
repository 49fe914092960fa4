"""API Gateway's proxy event to a `Request`, and a `Reply` back to what the gateway expects.

Follows AWS's "Lambda proxy integration" of REST APIs, with every media type treated as binary: bodies
arrive in base64, plain or gzip-encoded.
"""

import base64
import gzip
import json
import os
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from loyalty.domain.errors import BadRequest, UnsupportedMediaType, too_many_bytes
from loyalty.http.negotiation import takes_gzip
from loyalty.http.writing import COMPACT, JsonStyle, to_json

MAX_BODY_BYTES = 10_000_000
"""Bytes of a body after inflating."""

_MOST_GZIP_MEMBERS = 100
"""Members of one gzip stream; each further one costs a copy of the rest."""

_FAST, _HARD = 1, 9
"""How hard replies are compressed: a page hard, since people wait for it on phones, and all else fast."""

_WORTH_GZIP = 1_024
"""Characters of a reply below which compressing costs more than it saves."""

LARGEST_EVENT = 6_291_556
"""Bytes of a proxy response that Lambda takes, the JSON around the body included; beyond it the client gets a 502."""

_SURELY_FITS = 1_000_000
"""Characters of a body that fit, however they are escaped."""

_CONTROLS = bytes(range(ord(" ")))
_ESCAPED = {bytes([one]): len(json.dumps(chr(one))) - len('"."') for one in b'"\\' + _CONTROLS}
"""How many bytes more JSON takes for each character that it escapes."""

_TOO_LARGE = (
    "The request was done, but the reply is too large to be sent: {wish}send fewer items a request; under the same "
    "Idempotency-Key the reply is the same"
)


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request: header names in lower case, the URL's query and path parameters, the body as it was sent.

    `path` is the API's own, one of its routes; `base` is what stands before it where the API is not at the root of its
    host: the stage, or the base path of a custom domain. `received_at` is when the gateway received it, in seconds of
    the epoch, and `address` from where.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    id: str
    encoded_body: str = field(default="", repr=False)
    is_base64: bool = False
    query: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    base: str = ""
    received_at: float | None = None
    address: str = ""

    def body(self, most: int = MAX_BODY_BYTES) -> bytes:
        """The body, decoded and inflated.

        Raises BadRequest for broken base64 or gzip, TooLarge beyond `most` bytes (inflating stops there,
        so a gzip bomb costs no memory) and UnsupportedMediaType for another encoding.
        """
        sent = _decode_base64(self.encoded_body) if self.is_base64 else self.encoded_body.encode("utf-8", "replace")
        encoding = self.headers.get("content-encoding", "").strip().lower()
        if encoding in ("gzip", "x-gzip"):
            return _inflate(sent, most)
        if encoding not in ("", "identity"):
            raise UnsupportedMediaType("Content-Encoding must be gzip or identity")
        if len(sent) > most:
            raise too_many_bytes(most)
        return sent


@dataclass(frozen=True, slots=True)
class Reply:
    """What the client gets: an HTTP status, a content type, text, and further headers; or `instead` what is shorter.

    That is sent where the reply is larger than Lambda takes.
    """

    status: int
    content_type: str
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)
    instead: "Reply | None" = None


def read_event(event: Mapping[str, Any], context: Any) -> Request:
    """The request in a proxy event; whatever the gateway leaves out is empty.

    Its id is that of the invocation: the gateway's own can be chosen by the client.
    """
    about = event.get("requestContext") or {}
    path = _own_path(event)
    whole, own = (about.get("path") or event.get("path") or "").rstrip("/"), path.rstrip("/")
    return Request(
        method=event.get("httpMethod") or "",
        path=path,
        headers={name.lower(): value for name, value in (event.get("headers") or {}).items() if value is not None},
        id=context.aws_request_id,
        encoded_body=event.get("body") or "",
        is_base64=bool(event.get("isBase64Encoded")),
        query=event.get("queryStringParameters") or {},
        parameters=event.get("pathParameters") or {},
        base=whole.removesuffix(own) if whole.endswith(own) else "",
        received_at=_received_at(about.get("requestTimeEpoch")),
        address=_network((about.get("identity") or {}).get("sourceIp") or ""),
    )


def to_proxy(reply: Reply, request: Request) -> dict[str, Any]:
    """The proxy response: gzip-encoded where the client takes that and it pays, without a body for HEAD.

    One that Lambda would refuse for its size is never made: what stands `instead` is sent, or why there is nothing.
    """
    headers = {
        "Content-Type": reply.content_type,
        "X-Content-Type-Options": "nosniff",
        "X-Request-Id": request.id,
        **reply.headers,
    }
    if request.method == "HEAD":
        return _proxied(reply.status, headers, "")
    if len(reply.text) < _WORTH_GZIP:
        return _proxied(reply.status, headers, reply.text)
    headers["Vary"] = ", ".join(filter(None, [headers.get("Vary"), "Accept-Encoding"]))
    takes = takes_gzip(request.headers)
    level = _HARD if reply.content_type.startswith("text/html") else _FAST
    for more, body in _bodies(reply.text, level, takes_gzip=takes):
        proxied = _proxied(reply.status, headers | more, body)
        if _fits(proxied):
            return proxied
    wish = "" if takes else "accept gzip, or "
    return to_proxy(reply.instead or json_error(406, _TOO_LARGE.format(wish=wish)), request)


def _bodies(text: str, level: int, *, takes_gzip: bool | None) -> Iterator[tuple[dict[str, str], str | bytes]]:
    """The bodies that a client takes, with their headers, the best one first."""
    if not takes_gzip:
        yield {}, text
        yield {}, text.encode()  # as base64 it may be shorter than escaped
    if takes_gzip is not False:
        yield {"Content-Encoding": "gzip"}, gzip.compress(text.encode(), compresslevel=level, mtime=0)


def _fits(proxied: Mapping[str, Any]) -> bool:
    return len(proxied["body"]) <= _SURELY_FITS or event_bytes(proxied) <= LARGEST_EVENT


def event_bytes(event: Mapping[str, Any]) -> int:
    """The size of an event as Lambda counts it: its JSON in UTF-8, as the runtimes since Python 3.12 write it.

    Control characters are rare, and looked for together first.
    """
    body: bytes = event["body"].encode()
    around = len(json.dumps({**event, "body": ""}, ensure_ascii=False).encode())
    has_controls = len(body.translate(None, _CONTROLS)) < len(body)
    escaped = _ESCAPED if has_controls else (b'"', b"\\")
    return around + len(body) + sum(body.count(one) * _ESCAPED[one] for one in escaped)


def _proxied(status: int, headers: Mapping[str, str], body: str | bytes) -> dict[str, Any]:
    encoded = base64.b64encode(body).decode() if isinstance(body, bytes) else body
    return {"statusCode": status, "headers": headers, "body": encoded, "isBase64Encoded": isinstance(body, bytes)}


def json_reply(
    status: int, body: Any, headers: Mapping[str, str] | None = None, style: JsonStyle = COMPACT, kind: str = "json"
) -> Reply:
    """A reply in JSON, as application/json or another `kind` of it."""
    return Reply(status, f"application/{kind}", to_json(body, style), headers or {})


def json_error(status: int, text: str, headers: Mapping[str, str] | None = None) -> Reply:
    """The JSON error of requests that reach no contract, and of the gateway's own answers."""
    return json_reply(status, {"error": status, "error_text": text, "message": text}, headers)


def _own_path(event: Mapping[str, Any]) -> str:
    """The path below the base path of a custom domain, which stands before it in the event's own path.

    It is the resource that the gateway found, with its parameters, and a slash behind it if the client sent one.
    """
    path, resource = event.get("path") or "", event.get("resource") or ""
    for name, value in (event.get("pathParameters") or {}).items():
        resource = resource.replace(f"{{{name}+}}", value).replace(f"{{{name}}}", value)
    own = resource.rstrip("/")
    bare = path.rstrip("/")
    if not resource or not bare.endswith(own):  # the parameters may be decoded, and the path not
        return path
    return path[len(bare) - len(own) :] or "/"


def _received_at(milliseconds: object) -> float | None:
    """When the gateway received it; None under sam local, whose events all carry the time at which sam was started."""
    if os.environ.get("AWS_SAM_LOCAL") or not isinstance(milliseconds, int):
        return None
    return milliseconds / 1000


def _network(address: str) -> str:
    """An address of IPv4, or the network of one of IPv6, in which its owner has 2^64 of them."""
    if ":" not in address:
        return address
    from ipaddress import ip_network  # noqa: PLC0415 - slow to import, and most addresses are of IPv4

    with suppress(ValueError):
        return str(ip_network((address, 64), strict=False))
    return address


def _decode_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:  # also what is no ASCII
        raise BadRequest("The body is not valid base64") from None


def _inflate(data: bytes, most: int) -> bytes:
    """All members of a gzip stream (RFC 1952), at most `most` bytes."""
    members: list[bytes] = []
    left = most
    for _ in range(_MOST_GZIP_MEMBERS):
        member = zlib.decompressobj(wbits=31)
        try:
            members.append(member.decompress(data, left + 1))
        except zlib.error:
            raise BadRequest("The body is not valid gzip") from None
        left -= len(members[-1])
        if left < 0:
            raise too_many_bytes(most)
        if not member.eof:
            raise BadRequest("The body is not valid gzip: it ends too early")
        data = member.unused_data
        if not data:
            return b"".join(members)
    raise BadRequest("The body is not valid gzip: it has too many members")
