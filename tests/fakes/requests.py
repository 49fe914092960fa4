"""Requests to the two endpoints as most tests send them, in JSON and in XML."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.fakes.world import TOKEN

JSON = {"Content-Type": "application/json"}
XML = {"Content-Type": "application/xml"}


def single(**changes: Any) -> dict[str, Any]:
    """A registration of user1 in program 123; a change to None leaves that field out."""
    return _changed(
        {"token": TOKEN, "loyalty_program_id": 123, "matching": "email", "email": "user1@example.com"}, changes
    )


def batch(data: Any, **changes: Any) -> dict[str, Any]:
    """A batch for program 123, matched by e-mail; a change to None leaves that field out."""
    return _changed({"token": TOKEN, "loyalty_program_id": 123, "matching": "email", "data": data}, changes)


def emails(*names: str) -> list[dict[str, str]]:
    """The elements for customers by the first part of their address."""
    return [{"email": f"{name}@example.com"} for name in names]


def as_xml(document: Mapping[str, Any]) -> str:
    """The same request in XML, a list as `<data><item>…`."""
    return f"<xml>{_elements(document)}</xml>"


def as_json(document: Mapping[str, Any]) -> str:
    """The same request in JSON."""
    return json.dumps(document)


def _changed(fields: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (fields | changes).items() if value is not None}


def _elements(fields: Mapping[str, Any]) -> str:
    return "".join(f"<{name}>{_content(value)}</{name}>" for name, value in fields.items())


def _content(value: Any) -> str:
    if isinstance(value, str):
        return value.replace("&", "&amp;").replace("<", "&lt;")
    if isinstance(value, Sequence):
        return "".join(f"<item>{_content(item)}</item>" for item in value)
    if isinstance(value, Mapping):
        return _elements(value)
    return "" if value is None else str(value)
