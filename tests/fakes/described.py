"""Replies held against the OpenAPI document: nothing in them that it does not describe, and all that it promises."""

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

from jsonschema import Draft202012Validator

from tools.document.openapi import document

Schema = dict[str, Any]

DOCUMENT = json.loads(json.dumps(document()))
OPERATIONS: dict[tuple[str, str], dict[str, Any]] = {
    (method.upper(), path): operation for path, item in DOCUMENT["paths"].items() for method, operation in item.items()
}


def closed(schema: Any) -> Any:
    """The same schema, refusing what it does not name: the document promises that clients may get more one day."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: closed(one) for name, one in schema.items()}
    return {"additionalProperties": False, **inner} if isinstance(schema.get("properties"), dict) else inner


COMPONENTS = closed(DOCUMENT["components"])


class Answered(NamedTuple):
    """What a client got."""

    status: int
    headers: Mapping[str, str]
    body: str


def assert_described(method: str, path: str, reply: Answered) -> None:
    """The document has this status for the operation, and the reply is as it says there, member by member."""
    operation = OPERATIONS[method, path]
    assert str(reply.status) in operation["responses"], f"{operation['operationId']} answers {reply.status}"
    response = resolved(operation["responses"][str(reply.status)])
    headers = {name.lower() for name in reply.headers}
    assert {name.lower() for name, header in response["headers"].items() if resolved(header)["required"]} <= headers
    assert "x-job-id" not in headers or "X-Job-Id" in response["headers"]
    if not response["content"]:
        assert reply.body == ""
        return
    media_type = reply.headers["Content-Type"].partition(";")[0]
    schema = response["content"][media_type]["schema"]
    validator = Draft202012Validator({**closed(schema), "components": COMPONENTS})
    faults = validator.iter_errors(read(media_type, reply.body, schema))
    assert [f"{fault.json_path}: {fault.message}" for fault in faults] == [], reply.body


def resolved(part: Schema) -> Schema:
    """What a reference leads to; anything else as it is."""
    found: Any = part
    while "$ref" in found:
        target, found = found["$ref"], DOCUMENT
        for name in target.removeprefix("#/").split("/"):
            found = found[name]
    return dict(found)


def read(media_type: str, body: str, schema: Schema) -> Any:
    """A body as data, XML by the hints of its schema."""
    if media_type.endswith("json"):
        return json.loads(body)
    return from_xml(ET.fromstring(body), schema) if media_type.endswith("xml") else body  # noqa: S314 - our own


def from_xml(element: ET.Element, schema: Schema) -> Any:
    """An element's value: XML has texts only, so the schema says what they stand for."""
    found = _choice(element, resolved(schema))
    if found.get("type") == "array":
        return [from_xml(child, found["items"]) for child in element]
    if "properties" in found:
        members = {name: _text(value, found["properties"][name]) for name, value in element.attrib.items()}
        children = [(child, found["properties"].get(child.tag, {})) for child in element]
        return members | {child.tag: from_xml(child, inner) for child, inner in children}
    return _text(element.text, found)


def _choice(element: ET.Element, schema: Schema) -> Schema:
    """Of several schemas the one that names all that is there."""
    alternatives = schema.get("oneOf") or schema.get("anyOf") or [schema]
    choices = [resolved(one) for one in alternatives]
    named = set(element.attrib).union(child.tag for child in element)
    return next((one for one in choices if named <= set(one.get("properties", ()))), choices[0])


def _text(text: str | None, schema: Schema) -> Any:
    kinds = resolved(schema).get("type", "string")
    if text is None:
        return None if "null" in kinds else ""
    return int(text) if "integer" in kinds and re.fullmatch("-?[0-9]+", text) else text
