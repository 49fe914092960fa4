"""What operations of an OpenAPI document consist of, as plain data."""

from collections.abc import Iterable, Mapping
from typing import Any

JSON, XML, TEXT_XML, HTML = "application/json", "application/xml", "text/xml", "text/html"
FORM, MULTIPART, JAVASCRIPT = "application/x-www-form-urlencoded", "multipart/form-data", "application/javascript"
PROBLEM = "application/problem+json"

Schema = dict[str, Any]
Content = dict[str, Any]
Answers = dict[str, Any]


def ref(name: str, kind: str = "schemas") -> Schema:
    """A reference to one of the document's components."""
    return {"$ref": f"#/components/{kind}/{name}"}


def text(description: str = "", **more: Any) -> Schema:
    """A string."""
    return _described({"type": "string", **more}, description)


def integer(description: str = "", **more: Any) -> Schema:
    """An integer."""
    return _described({"type": "integer", **more}, description)


def nullable(schema: Schema) -> Schema:
    """The schema, or null."""
    return {**schema, "type": [schema["type"], "null"]}


def array(items: Schema, description: str = "", **more: Any) -> Schema:
    """A list."""
    return _described({"type": "array", "items": items, **more}, description)


def record(properties: Mapping[str, Schema], optional: Iterable[str] = (), **more: Any) -> Schema:
    """An object with these properties, required unless they are named as optional."""
    required = [name for name in properties if name not in set(optional)]
    schema: Schema = {"type": "object", "properties": dict(properties), **more}
    return schema | ({"required": required} if required else {})


def content(schema: Schema, *media_types: str, **examples: Any) -> Content:
    """A body of one schema in some media types; each example is a value under its name."""
    shown = {"examples": {name: {"value": value} for name, value in examples.items()}} if examples else {}
    return {media_type: {"schema": schema, **shown} for media_type in media_types}


def answer(description: str, body: Content, *headers: str) -> Answers:
    """One answer; `X-Request-Id` comes with each, further headers are named."""
    named = {name: ref(name, "headers") for name in ("X-Request-Id", *headers)}
    return {"description": description, "headers": named, "content": body}


def _described(schema: Schema, description: str) -> Schema:
    return {**schema, "description": description} if description else schema
