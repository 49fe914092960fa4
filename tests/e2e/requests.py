"""Requests to the local stack as clients send them, and the samples of the documentation from events/."""

import http.client
import json
from typing import Any, NamedTuple

from tools.local.template import ROOT

SINGLE = "/api/v1.1/loyalty/register_member"
BATCH = "/api/v1.1/loyalty/register_member_batch"
TOKEN = "abc123def456"


class Reply(NamedTuple):
    """A whole reply, as it came."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


class Sample(NamedTuple):
    """A request as the documentation prints it."""

    path: str
    media_type: str
    body: bytes


def sample(name: str) -> Sample:
    """The request in an event of events/."""
    event = json.loads((ROOT / "events" / f"{name}.json").read_text(encoding="utf-8"))
    return Sample(event["path"], event["headers"]["Content-Type"], event["body"].encode())


def post(stack: Any, path: str, body: bytes, **headers: str) -> Reply:
    """One request on a connection of its own; header names have underscores for dashes."""
    return send(stack, "POST", path, body, **headers)


def get(stack: Any, path: str, **headers: str) -> Reply:
    """The same, for reading."""
    return send(stack, "GET", path, None, **headers)


def send(stack: Any, method: str, path: str, body: bytes | None = None, **headers: str) -> Reply:
    """The same, by any method."""
    connection = http.client.HTTPConnection(stack.url.removeprefix("http://"), timeout=60)
    try:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        reply = connection.getresponse()
        return Reply(reply.status, reply.headers, reply.read())
    finally:
        connection.close()
