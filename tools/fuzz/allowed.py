"""Whether an answer is one that the description allows."""

import http.client
import json
import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

from tools.fuzz.samples import Sent
from tools.local.template import ROOT

_DOCUMENT = json.loads((ROOT / "functions" / "describe_api" / "openapi.json").read_text(encoding="utf-8"))
_ELSEWHERE = {"308", "404", "405", "413", "429", "504"}
"""What a path or method that is not described may be answered with, or the gateway answers by itself."""
_SERVER_FAULT = 500


def fault(sent: Sent, reply: http.client.HTTPResponse, body: bytes) -> str | None:
    """What is wrong with the answer to a request, None when nothing is."""
    if reply.status >= _SERVER_FAULT:
        return f"HTTP status {reply.status}"
    if b"Traceback" in body:
        return "a traceback"
    if not reply.headers["X-Request-Id"]:
        return "no X-Request-Id"
    described = _DOCUMENT["paths"].get(_route(sent.path), {}).get(_method(sent.method), {})
    if str(reply.status) not in {*described.get("responses", {}), *_ELSEWHERE}:
        return f"HTTP status {reply.status}, which is not described"
    return _unreadable(reply.headers.get_content_type(), body) if body else None


def _method(method: str) -> str:
    """The method as the description has it: HEAD is GET without a body."""
    return "get" if method == "HEAD" else method.lower()


def _route(path: str) -> str:
    bare = re.sub("^/jobs/[^/]+", "/jobs/{job_id}", path.partition("?")[0])
    return re.sub("^/customers/[^/]+", "/customers/{profile_id}", bare)


def _unreadable(media_type: str, body: bytes) -> str | None:
    try:
        _READ[media_type](body)
    except KeyError:
        return f"Content-Type {media_type}"
    except (ValueError, ET.ParseError) as error:
        return f"{media_type} that can't be read: {error}"
    return None


def _read_text(body: bytes) -> Any:
    return body.decode()


_READ: dict[str, Callable[[bytes], Any]] = {
    "application/json": json.loads,
    "application/problem+json": json.loads,
    "application/xml": ET.fromstring,
    "text/xml": ET.fromstring,
    "application/javascript": _read_text,
    "text/html": _read_text,
}
