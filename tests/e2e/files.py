"""Jobs of files as clients make them: asked for, sent to the URL that was signed, and their results fetched."""

import http.client
import json
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tests.e2e.requests import TOKEN, Reply, get, post
from tests.e2e.waiting import until

BEARER = f"Bearer {TOKEN}"


class Upload(NamedTuple):
    """A job that waits for its file, and how that is to be sent."""

    job_id: str
    url: str
    headers: dict[str, str]


def ask(stack: Any, operation: str, params: dict[str, Any], **headers: str) -> Upload:
    """Ask for a job of a file."""
    body = json.dumps({"operation": operation, "name": "rows.csv", "params": params}).encode()
    reply = post(stack, "/files", body, Authorization=BEARER, Content_Type="application/json", **headers)
    assert reply.status == 201, reply
    created = json.loads(reply.body)
    return Upload(created["job_id"], created["upload"]["url"], created["upload"]["headers"])


def send(upload: Upload, content: bytes, *, signed: bool = True) -> int:
    """Send the file; the HTTP status."""
    return at_url("PUT", upload.url, content, upload.headers if signed else {}).status


def results(stack: Any, job_id: str, query: str = "") -> str:
    """A file of results, once it is written."""

    def look() -> Reply | None:
        reply = get(stack, f"/jobs/{job_id}/results{query}", Authorization=BEARER)
        assert reply.status in (202, 303), reply
        return reply if reply.status == 303 else None

    reply = until(look)
    assert reply
    fetched = at_url("GET", reply.headers["Location"])
    assert fetched.status == 200, fetched
    return fetched.body.decode()


def at_url(method: str, url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Reply:
    """A request to a URL that was signed, which is on this machine."""
    parts = urlsplit(url)
    assert parts.hostname == "127.0.0.1"
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    try:
        connection.request(method, f"{parts.path}?{parts.query}", body, headers or {})
        reply = connection.getresponse()
        return Reply(reply.status, reply.headers, reply.read())
    finally:
        connection.close()
