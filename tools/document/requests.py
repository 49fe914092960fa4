"""The requests that the document's examples make: what code samples, the Postman collection and the page all show."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from tools.document.parts import FORM, JSON, MULTIPART

Document = Mapping[str, Any]

LOCAL = "http://127.0.0.1:3000"
"""Where samples send requests: the stack of `make run`. The page puts its own address in its place."""

INTERNAL = "x-internal"
"""Marks an operation that is described and that nobody would call, such as a refused GET."""

_TOKEN = "Bearer abc123def456"  # noqa: S105 - of the demo account
_STORE = "Basic c3RvcmUuc2VydmVyOjhhMTZhNmI3MDUwNWViMWYxZmY3Y2RjMGNkNTU1OWE3"
_SCHEMES = {"bearer": _TOKEN, "basic": _STORE}
"""What the demo account has for each HTTP scheme."""


class Credential(NamedTuple):
    """The header that an operation's credentials go into.

    `schemes` are those that may begin its value, none where it is a bare key; without `is_required` the body may have
    the credentials instead.
    """

    header: str
    schemes: tuple[str, ...]
    is_required: bool


class Request(NamedTuple):
    """One request: `path` with its parameters in braces, `body` as data, None where there is none."""

    operation: str
    summary: str
    tag: str
    method: str
    path: str
    places: dict[str, str]
    query: dict[str, str]
    headers: dict[str, str]
    media_type: str
    body: Any

    @property
    def target(self) -> str:
        """The path and the query, as they are sent."""
        path = self.path
        for name, value in self.places.items():
            path = path.replace(f"{{{name}}}", quote(value, safe=""))
        return f"{path}?{urlencode(self.query)}" if self.query else path

    @property
    def sent(self) -> str:
        """The body as it is sent: a form encoded, JSON over several lines."""
        return written(self.body, self.media_type)


def operations(document: Document) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The method, path and description of each operation that somebody would call."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if not operation.get(INTERNAL):
                yield method.upper(), path, operation


def resolved(document: Document, part: Mapping[str, Any]) -> dict[str, Any]:
    """A part of the document, or what it refers to."""
    found: Any = part
    while "$ref" in found:
        names, found = found["$ref"].removeprefix("#/").split("/"), document
        for name in names:
            found = found[name]
    return dict(found)


def credential(document: Document, operation: Mapping[str, Any]) -> Credential | None:
    """Where its credentials go in a header; None where it asks for none. HTTP's own header is preferred."""
    schemes = document["components"]["securitySchemes"]
    asked = [schemes[name] for choice in operation["security"] for name in choice]
    if not asked:
        return None
    http = tuple(scheme["scheme"].title() for scheme in asked if scheme["type"] == "http")
    return Credential("Authorization" if http else asked[0]["name"], http, {} not in operation["security"])


def requests(document: Document, method: str, path: str, operation: Mapping[str, Any]) -> list[Request]:
    """The requests of an operation: one for each form of its body that is written in another way, or one without."""
    given = {"path": {}, "query": {}, **_parameters(document, operation)}
    bodies = _bodies(operation)
    if "requestBody" in operation and not bodies:
        return []  # nothing that a sample could show
    return [
        Request(
            operation["operationId"],
            operation["summary"],
            operation["tags"][0],
            method,
            path,
            given["path"],
            given["query"],
            ({"Content-Type": media_type} if media_type else {}) | _credentials(document, operation),
            media_type,
            body,
        )
        for media_type, body in bodies or [("", None)]
    ]


def example(body: Mapping[str, Any]) -> Any:
    """The first example of a body, empty where there is none."""
    return next((one["value"] for one in body.get("examples", {}).values()), "")


def written(value: Any, media_type: str) -> str:
    """An example as a client sends it."""
    if value is None:
        return ""
    if media_type == FORM:
        return urlencode(value)
    return json.dumps(value, indent=2, ensure_ascii=False) if is_json(media_type) else str(value)


def _parameters(document: Document, operation: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """The values of the parameters that are required or have an example, by where they go."""
    found: dict[str, dict[str, str]] = {}
    for one in (resolved(document, one) for one in operation.get("parameters", [])):
        if one.get("required") or "example" in one:
            found.setdefault(one["in"], {})[one["name"]] = _value(document, one)
    return found


def _value(document: Document, parameter: Mapping[str, Any]) -> str:
    """An example of it, else its name in capitals for the reader to replace."""
    schema = resolved(document, parameter["schema"])
    examples = [schema.get("const"), *schema.get("examples", []), *schema.get("enum", []), schema.get("default")]
    usable = [one for one in (parameter.get("example"), *examples) if one is not None]
    return str(usable[0]) if usable else str(parameter["name"]).upper()


def _credentials(document: Document, operation: Mapping[str, Any]) -> dict[str, str]:
    """The demo account's, where they can't stand in the body."""
    asked = credential(document, operation)
    if asked is None or not asked.is_required:
        return {}
    return {asked.header: _SCHEMES[asked.schemes[0].lower()] if asked.schemes else "YOUR-KEY"}


def _bodies(operation: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The media types and examples of the body, one of those that have the same example; not as parts of a form."""
    found: list[tuple[str, Any]] = []
    for media_type, body in operation.get("requestBody", {}).get("content", {}).items():
        shown = example(body)
        if media_type != MULTIPART and shown != "" and shown not in [value for _, value in found]:
            found.append((media_type, shown))
    return found


def is_json(media_type: str) -> bool:
    """Whether a body of this type is JSON."""
    return media_type == JSON or media_type.endswith("+json")
