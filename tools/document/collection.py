"""`make collection`: the document as a Postman collection (v2.1), which Bruno and newman read as well.

What a reader has to fill in are its variables. They begin with the demo account's values, so that it works as it is
against the stack of `make run`.
"""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from tools.document.openapi import document
from tools.document.parts import FORM
from tools.document.requests import (
    LOCAL,
    Credential,
    Document,
    Request,
    credential,
    is_json,
    operations,
    requests,
    resolved,
)
from tools.local import port
from tools.local.template import ROOT

FILE = ROOT / "build" / "loyalty.postman_collection.json"

_SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
_VARIABLES = {
    "token": "abc123def456",
    "user": "store.server",
    "password": "8a16a6b70505eb1f1ff7cdc0cd5559a7",
    "user_api_key": "1959caadac9b13dcb3",
    "client_secret": "demo-secret",
    "job_id": "0f6e2c1a6b5d4c3e9a41d2b7c8e9f001",
}
"""The values of the demo account that stand in the document's examples, by the variables that take their places."""

_AUTH = {"Bearer": {"token": "{{token}}"}, "Basic": {"username": "{{user}}", "password": "{{password}}"}}

_KEEP_JOB = """\
const job = pm.response.headers.get("X-Job-Id");
if (job) pm.collectionVariables.set("job_id", job);"""
"""So that the requests about a job are about the last one that a reply named."""


def collection(described: Document, url: str) -> dict[str, Any]:
    """The collection: a folder for each tag, in it a request for each form of an operation's body."""
    about = described["info"]
    folders = {tag["name"]: {"name": tag["name"], "description": tag["description"]} for tag in described["tags"]}
    items: dict[str, list[Any]] = {name: [] for name in folders}
    for method, path, operation in operations(described):
        items[operation["tags"][0]] += _items(described, method, path, operation)
    return {
        "info": {"name": about["title"], "description": about["description"], "schema": _SCHEMA},
        "variable": [{"key": name, "value": value} for name, value in {"baseUrl": url, **_VARIABLES}.items()],
        "event": [_script(_KEEP_JOB)],
        "item": [{**folder, "item": items[name]} for name, folder in folders.items() if items[name]],
    }


def _items(described: Document, method: str, path: str, operation: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    asked = credential(described, operation)
    named = [resolved(described, one) for one in operation.get("parameters", [])]
    statuses = [int(status) for status in operation["responses"] if int(status) < 500]  # noqa: PLR2004 - HTTP's
    answered = f'pm.test("the answer is a documented one", () => pm.expect(pm.response.code).to.be.oneOf({statuses}));'
    for place, request in enumerate(requests(described, method, path, operation)):
        form = "" if not place else f" ({request.media_type})"
        yield {
            "name": f"{request.summary}{form}",
            "event": [_script(answered)],
            "request": {
                "method": method,
                "description": operation.get("description", ""),
                "url": _url(request, named),
                "header": _headers(request, asked, named),
                "auth": _auth(asked),
                **_body(request),
            },
        }


def _url(request: Request, named: list[dict[str, Any]]) -> dict[str, Any]:
    """The address; path parameters are Postman's own, and optional ones of the query are there, switched off."""
    path = request.path.replace("{", ":").replace("}", "")
    query = [_pair(one, request.query) for one in named if one["in"] == "query"]
    given = "&".join(f"{one['key']}={one['value']}" for one in query if "disabled" not in one)
    return {
        "raw": "{{baseUrl}}" + path + (f"?{given}" if given else ""),
        "host": ["{{baseUrl}}"],
        "path": path.removeprefix("/").split("/"),
        "query": query,
        "variable": [_pair(one, request.places) for one in named if one["in"] == "path"],
    }


def _headers(request: Request, asked: Credential | None, named: list[dict[str, Any]]) -> list[dict[str, Any]]:
    secret = asked.header if asked and asked.schemes else ""
    sent = {name: value for name, value in request.headers.items() if name != secret}
    return [{"key": name, "value": _varied(value)} for name, value in sent.items()] + [
        _pair(one, {}) for one in named if one["in"] == "header"
    ]


def _pair(parameter: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    name = parameter["name"]
    off = {} if name in given else {"disabled": True}
    described = parameter.get("description", "")
    return {"key": name, "value": _varied(given.get(name, "")), "description": described, **off}


def _auth(asked: Credential | None) -> dict[str, Any]:
    """Postman's own form of credentials; none where they are in the body, as in the example."""
    if asked is None or not asked.is_required or not asked.schemes:
        return {"type": "noauth"}
    kind = asked.schemes[0]
    values = [{"key": name, "value": value, "type": "string"} for name, value in _AUTH[kind].items()]
    return {"type": kind.lower(), kind.lower(): values}


def _body(request: Request) -> dict[str, Any]:
    if request.body is None:
        return {}
    if request.media_type == FORM:
        fields = [{"key": name, "value": _varied(value)} for name, value in request.body.items()]
        return {"body": {"mode": "urlencoded", "urlencoded": fields}}
    language = "json" if is_json(request.media_type) else "xml"
    raw = {"mode": "raw", "raw": _varied(request.sent), "options": {"raw": {"language": language}}}
    return {"body": raw}


def _script(source: str) -> dict[str, Any]:
    return {"listen": "test", "script": {"type": "text/javascript", "exec": source.splitlines()}}


def _varied(text: str) -> str:
    for name, value in _VARIABLES.items():
        text = text.replace(value, f"{{{{{name}}}}}")
    return text


def main() -> int:
    """Write the file, for the API at URL of the environment, or on this machine at PORT, and say where it is.

    1 with one line on stderr for a PORT that is none.
    """
    try:
        url = os.environ.get("URL", "").rstrip("/") or _local(os.environ.get("PORT", ""))
    except port.PortError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(collection(document(), url), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    sys.stdout.write(f"{FILE.relative_to(ROOT)}\n")
    return 0


def _local(named: str) -> str:
    """The address of the stack of `make run`, at the port that is named or else the usual one; raises PortError."""
    return f"http://{port.LOOPBACK}:{port.parse(named)}" if named else LOCAL


if __name__ == "__main__":
    sys.exit(main())
