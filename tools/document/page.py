"""The document as one HTML page, readable without a script; the script searches it and sends its samples."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape

from tools.document.parts import FORM, JSON, MULTIPART
from tools.document.programs import LANGUAGES
from tools.document.requests import LOCAL, credential, example, is_json, operations, requests, resolved, written

Document = Mapping[str, Any]

_FOLDER = Path(__file__).parent
_SCRIPTS = ("page.js", "page_search.js", "page_samples.js", "page_trial.js")


def render(document: Document) -> str:
    """The page, with its style and script in it."""
    environment = Environment(loader=FileSystemLoader(_FOLDER), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"prose": _prose, "shown": _shown, "sent": _sent, "kind": _kind, "target": _target}
    return environment.get_template("page.html.jinja").render(
        document=document,
        sections=_sections(document),
        style=(_FOLDER / "page.css").read_text(encoding="utf-8"),
        script="".join((_FOLDER / name).read_text(encoding="utf-8") for name in _SCRIPTS),
        local=LOCAL,
    )


def _sections(document: Document) -> list[dict[str, Any]]:
    """The operations under their tags, in the document's order, with what they refer to in its place."""
    described = list(_described(document))
    return [{**tag, "operations": [one for one in described if tag["name"] in one["tags"]]} for tag in document["tags"]]


def _described(document: Document) -> Iterator[dict[str, Any]]:
    for method, path, operation in operations(document):
        yield {
            **operation,
            "path": path,
            "method": method,
            "parameters": [resolved(document, one) for one in operation.get("parameters", [])],
            "responses": {status: resolved(document, one) for status, one in operation["responses"].items()},
            "credentials": [_credential(document, one) for one in operation["security"]],
            "credential": credential(document, operation),
            "needed": _needed(document, operation),
            "samples": _samples(document, method, path, operation),
        }


def _samples(document: Document, method: str, path: str, operation: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The programs of each language, each with its media type."""
    found = requests(document, method, path, operation)
    return {
        language: [(one.media_type, write(one, LOCAL)) for one in found]
        for language, write in LANGUAGES.items()
        if found
    }


def _needed(document: Document, operation: Mapping[str, Any]) -> list[str]:
    """The members that a JSON body has whatever its form is."""
    bodies = operation.get("requestBody", {}).get("content", {})
    schema = next((resolved(document, body["schema"]) for name, body in bodies.items() if is_json(name)), {})
    forms = [resolved(document, one) for one in schema.get("oneOf", [schema])]
    return [name for name in forms[0].get("required", []) if all(name in one.get("required", []) for one in forms)]


def _credential(document: Document, choice: Mapping[str, Any]) -> str:
    """Where one of the credentials goes that an operation takes."""
    schemes = [document["components"]["securitySchemes"][name] for name in choice]
    headers = [scheme.get("name") or f"Authorization: {scheme['scheme'].title()}" for scheme in schemes]
    return " and ".join(f"`{header}`" for header in headers) or "in the body"


def _prose(text: str) -> Markup:
    """A description, with what is between back-quotes as code."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped just now


def _shown(value: Any, media_type: str = JSON) -> str:
    """An example as one reads it."""
    if media_type in (FORM, MULTIPART):
        return "\n".join(f"{name}={text}" for name, text in value.items())
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)


def _sent(body: Mapping[str, Any], media_type: str) -> str:
    """The example of a body as a client sends it."""
    return written(example(body), media_type)


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
