"""The document as one HTML page, readable without a script; a few lines of script send a sample and show the answer."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape

from tools.document.parts import FORM, JSON, MULTIPART

Document = Mapping[str, Any]

_FOLDER = Path(__file__).parent


def render(document: Document) -> str:
    """The page, with its style and script in it."""
    environment = Environment(loader=FileSystemLoader(_FOLDER), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"prose": _prose, "shown": _shown, "sent": _sent, "kind": _kind, "target": _target}
    return environment.get_template("page.html.jinja").render(
        document=document,
        sections=_sections(document),
        style=(_FOLDER / "page.css").read_text(encoding="utf-8"),
        script=(_FOLDER / "page.js").read_text(encoding="utf-8"),
    )


def _sections(document: Document) -> list[dict[str, Any]]:
    """The operations under their tags, in the document's order, with what they refer to in its place."""
    operations = list(_operations(document))
    return [
        {**tag, "operations": [one for one in operations if tag["name"] in one["tags"]]} for tag in document["tags"]
    ]


def _operations(document: Document) -> Iterator[dict[str, Any]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield {
                **operation,
                "path": path,
                "method": method.upper(),
                "parameters": [_resolved(document, one) for one in operation.get("parameters", [])],
                "responses": {status: _resolved(document, one) for status, one in operation["responses"].items()},
                "credentials": [_credential(document, one) for one in operation["security"]],
            }


def _credential(document: Document, choice: Mapping[str, Any]) -> str:
    """Where one of the credentials goes that an operation takes."""
    schemes = [document["components"]["securitySchemes"][name] for name in choice]
    headers = [scheme.get("name") or f"Authorization: {scheme['scheme'].title()}" for scheme in schemes]
    return " and ".join(f"`{header}`" for header in headers) or "in the body"


def _resolved(document: Document, part: dict[str, Any]) -> Any:
    if "$ref" not in part:
        return part
    found: Any = document
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return found


def _prose(text: str) -> Markup:
    """A description, with what is between back-quotes as code."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped just now


def _shown(value: Any, media_type: str = JSON) -> str:
    """An example as one reads it."""
    if media_type in (FORM, MULTIPART):
        return "\n".join(f"{name}={text}" for name, text in value.items())
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)


def _sent(value: Any, media_type: str) -> str:
    """An example as a client sends it."""
    return urlencode(value) if media_type == FORM else _shown(value)


def _kind(schema: Mapping[str, Any]) -> str:
    """What may stand there, in a few words."""
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " or ".join(map(str, schema["enum"]))
    kinds = schema.get("type", [one.get("type", _target(one)) for one in schema.get("anyOf", [])])
    named = kinds if isinstance(kinds, str) else " or ".join(kinds)
    return f"{named}, {schema['format']}" if "format" in schema else named


def _target(schema: Mapping[str, Any]) -> str:
    """The name of the component that a schema refers to, empty when it stands for itself."""
    return str(schema.get("$ref", "")).rpartition("/")[2]
