"""Requests with nothing wrong: those that the events of this project hold, and about a job or task."""

import json
from base64 import b64decode
from typing import Any, NamedTuple
from urllib.parse import urlencode

from tools.local.template import ROOT

_TOKEN = {"Authorization": "Bearer abc123def456"}


class Sent(NamedTuple):
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


def samples() -> list[Sent]:
    """The requests of events/."""
    events = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "events").glob("*.json"))]
    return [_sample(event) for event in events if "httpMethod" in event]


def questions(job_id: str) -> list[Sent]:
    """What may be asked about a job."""
    job = f"/jobs/{job_id}"
    asked = ["/jobs", job, f"{job}/results", f"{job}/results?partial=true&from=0&limit=2"]
    told = [f"{job}/{what}" for what in ("cancel", "retry", "undo")]
    return [*(Sent("GET", path, _TOKEN, b"") for path in asked), *(Sent("POST", path, _TOKEN, b"") for path in told)]


def additions(first: Sent, task_id: str) -> list[Sent]:
    """What may be sent to a task after its first part, which is in JSON: another part, and its end."""
    place = {"task_id": task_id, "next_key": "2"}
    another = json.loads(first.body) | place
    return [first._replace(body=json.dumps(body).encode()) for body in (another, another | {"data": []})]


def _sample(event: dict[str, Any]) -> Sent:
    query, body = event["queryStringParameters"], event["body"] or ""
    headers = {name: value for name, value in event["headers"].items() if name not in ("Host", "User-Agent")}
    path = f"{event['path']}?{urlencode(query)}" if query else event["path"]
    return Sent(event["httpMethod"], path, headers, b64decode(body) if event["isBase64Encoded"] else body.encode())
