"""API Gateway's proxy event to a `Request`, and a `Reply` back to what the gateway expects.

Follows AWS's "Lambda proxy integration" of REST APIs, with every media type treated as binary: bodies
arrive in base64, plain or gzip-encoded.
"""

import base64
import gzip
import json
import uuid
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from loyalty.errors import BadRequest, TooLarge, UnsupportedMediaType

MAX_BODY_BYTES = 10_000_000
"""Bytes of a body after inflating."""

_MOST_GZIP_MEMBERS = 100
"""Members of one gzip stream; each further one costs a copy of the rest."""

_WORTH_GZIP = 1_024
"""Bytes of a reply below which compressing costs more than it saves."""


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request: header names in lower case, the body still as the gateway sent it."""

    method: str
    path: str
    headers: Mapping[str, str]
    id: str
    encoded_body: str = field(default="", repr=False)
    is_base64: bool = False

    def body(self) -> bytes:
        """The body, decoded and inflated.

        Raises BadRequest for broken base64 or gzip, TooLarge beyond MAX_BODY_BYTES (inflating stops
        there, so a gzip bomb costs no memory) and UnsupportedMediaType for another encoding.
        """
        sent = _decode_base64(self.encoded_body) if self.is_base64 else self.encoded_body.encode("utf-8", "replace")
        encoding = self.headers.get("content-encoding", "").strip().lower()
        if encoding in ("gzip", "x-gzip"):
            return _inflate(sent)
        if encoding not in ("", "identity"):
            raise UnsupportedMediaType("Content-Encoding must be gzip or identity")
        if len(sent) > MAX_BODY_BYTES:
            raise _too_many_bytes()
        return sent


@dataclass(frozen=True, slots=True)
class Reply:
    """What the client gets: an HTTP status, a content type, text, and further headers."""

    status: int
    content_type: str
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)


def read_event(event: Mapping[str, Any]) -> Request:
    """The request in a proxy event; whatever the gateway leaves out is empty."""
    context = event.get("requestContext") or {}
    return Request(
        method=event.get("httpMethod") or "",
        path=event.get("path") or "",
        headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
        id=context.get("requestId") or str(uuid.uuid4()),
        encoded_body=event.get("body") or "",
        is_base64=bool(event.get("isBase64Encoded")),
    )


def to_proxy(reply: Reply, request: Request) -> dict[str, Any]:
    """The proxy response: gzip-encoded where the client takes that and it pays."""
    headers = {
        "Content-Type": reply.content_type,
        "X-Content-Type-Options": "nosniff",
        "X-Request-Id": request.id,
        **reply.headers,
    }
    body = reply.text
    encoded = len(body) >= _WORTH_GZIP and _takes_gzip(request.headers.get("accept-encoding", ""))
    if encoded:
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        body = base64.b64encode(gzip.compress(body.encode(), compresslevel=1, mtime=0)).decode()
    return {"statusCode": reply.status, "headers": headers, "body": body, "isBase64Encoded": encoded}


def json_error(status: int, text: str, headers: Mapping[str, str] | None = None) -> Reply:
    """The JSON error of requests that reach no contract, and of the gateway's own answers."""
    body = {"error": status, "error_text": text, "message": text}
    return Reply(status, "application/json", json.dumps(body, separators=(",", ":")), headers or {})


def _too_many_bytes() -> TooLarge:
    return TooLarge("A request may hold at most 10 MB; send the rest in further requests")


def _decode_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:  # also what is no ASCII
        raise BadRequest("The body is not valid base64") from None


def _inflate(data: bytes) -> bytes:
    """All members of a gzip stream (RFC 1952), at most MAX_BODY_BYTES."""
    inflated = bytearray()
    for _ in range(_MOST_GZIP_MEMBERS):
        member = zlib.decompressobj(wbits=31)
        try:
            inflated += member.decompress(data, MAX_BODY_BYTES + 1 - len(inflated))
        except zlib.error:
            raise BadRequest("The body is not valid gzip") from None
        if len(inflated) > MAX_BODY_BYTES:
            raise _too_many_bytes()
        if not member.eof:
            raise BadRequest("The body is not valid gzip: it ends too early")
        data = member.unused_data
        if not data:
            return bytes(inflated)
    raise BadRequest("The body is not valid gzip: it has too many members")


def _takes_gzip(accept_encoding: str) -> bool:
    for choice in accept_encoding.lower().split(","):
        coding, _, parameter = choice.partition(";")
        if coding.strip() in ("gzip", "x-gzip", "*"):
            return parameter.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
