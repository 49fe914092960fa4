"""API Gateway's proxy event to a `Request`, and a `Reply` back to what the gateway expects.

Follows AWS's "Lambda proxy integration" of REST APIs, with every media type treated as binary: bodies
arrive in base64, plain or gzip-encoded.
"""

import base64
import gzip
import json
import os
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from loyalty.errors import BadRequest, UnsupportedMediaType, too_many_bytes

MAX_BODY_BYTES = 10_000_000
"""Bytes of a body after inflating."""

_MOST_GZIP_MEMBERS = 100
"""Members of one gzip stream; each further one costs a copy of the rest."""

_WORTH_GZIP = 1_024
"""Characters of a reply below which compressing costs more than it saves."""

_NEEDS_GZIP = 2_500_000
"""Bytes of a reply beyond which it might not fit Lambda's 6 MB, escaped in JSON as it travels."""


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request: header names in lower case, the URL's query and path parameters, the body as it was sent.

    `base` is what stands before the path where the API is not at the root of its host (the stage), `received_at` when
    the gateway received it, in seconds of the epoch, and `address` from where.
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
    """What the client gets: an HTTP status, a content type, text, and further headers."""

    status: int
    content_type: str
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)


def read_event(event: Mapping[str, Any], context: Any) -> Request:
    """The request in a proxy event; whatever the gateway leaves out is empty.

    Its id is that of the invocation: the gateway's own can be chosen by the client.
    """
    path, about = event.get("path") or "", event.get("requestContext") or {}
    whole = about.get("path") or ""
    return Request(
        method=event.get("httpMethod") or "",
        path=path,
        headers={name.lower(): value for name, value in (event.get("headers") or {}).items() if value is not None},
        id=context.aws_request_id,
        encoded_body=event.get("body") or "",
        is_base64=bool(event.get("isBase64Encoded")),
        query=event.get("queryStringParameters") or {},
        parameters=event.get("pathParameters") or {},
        base=whole.removesuffix(path) if whole.endswith(path) else "",
        received_at=_received_at(about.get("requestTimeEpoch")),
        address=_network((about.get("identity") or {}).get("sourceIp") or ""),
    )


def to_proxy(reply: Reply, request: Request) -> dict[str, Any]:
    """The proxy response: gzip-encoded where the client takes that and it pays, and to HEAD without its body."""
    headers = {
        "Content-Type": reply.content_type,
        "X-Content-Type-Options": "nosniff",
        "X-Request-Id": request.id,
        **reply.headers,
    }
    if request.method == "HEAD":
        return {"statusCode": reply.status, "headers": headers, "body": "", "isBase64Encoded": False}
    if len(reply.text) < _WORTH_GZIP:
        return {"statusCode": reply.status, "headers": headers, "body": reply.text, "isBase64Encoded": False}
    headers["Vary"] = "Accept-Encoding"
    text = reply.text.encode()
    encoded = _takes_gzip(request.headers.get("accept-encoding", "")) or len(text) > _NEEDS_GZIP
    if encoded:
        headers["Content-Encoding"] = "gzip"
    body = base64.b64encode(gzip.compress(text, compresslevel=1, mtime=0)).decode() if encoded else reply.text
    return {"statusCode": reply.status, "headers": headers, "body": body, "isBase64Encoded": encoded}


def json_error(status: int, text: str, headers: Mapping[str, str] | None = None) -> Reply:
    """The JSON error of requests that reach no contract, and of the gateway's own answers."""
    body = {"error": status, "error_text": text, "message": text}
    return Reply(status, "application/json", json.dumps(body, separators=(",", ":")), headers or {})


def _received_at(milliseconds: object) -> float | None:
    """None under sam local too, whose events all tell when sam itself was started."""
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


def _takes_gzip(accept_encoding: str) -> bool:
    takes = {}
    for choice in accept_encoding.lower().split(","):
        coding, _, parameter = choice.partition(";")
        takes[coding.strip()] = parameter.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return takes.get("gzip", takes.get("x-gzip", takes.get("*", False)))
