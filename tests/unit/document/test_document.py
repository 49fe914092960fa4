"""The description of the API: valid, complete, and the same that the function serves."""

import gzip
import json
import re
from base64 import b64encode
from hashlib import sha256
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.fakes.functions import load_handler
from tests.fakes.gateway import FakeContext, Reply, proxy_event, reply_of
from tools.document.generated import files
from tools.document.openapi import document
from tools.local import template

DOCUMENT = document()
FILES = {path.name: (path, text) for path, text in files().items()}


def ask(path: str, **headers: str) -> Reply:
    event = proxy_event(headers=headers, method="GET", path=path)
    return reply_of(load_handler("describe_api")(event, FakeContext()))


def references(part: Any) -> set[str]:
    """All that a part of the document refers to."""
    if isinstance(part, dict):
        inner = {target for value in part.values() for target in references(value)}
        return inner | ({part["$ref"]} if isinstance(part.get("$ref"), str) else set())
    return {target for value in part for target in references(value)} if isinstance(part, list) else set()


def test_it_is_valid_openapi() -> None:
    assert list(OpenAPIV31SpecValidator(json.loads(json.dumps(DOCUMENT))).iter_errors()) == []


@pytest.mark.parametrize("name", FILES)
def test_the_file_that_is_served_is_not_stale(name: str) -> None:
    path, text = FILES[name]
    assert path.read_text(encoding="utf-8") == text, "run make document"


def test_it_describes_every_route_of_the_template() -> None:
    # GIVEN the routes, those aside that answer what there is not
    routes = {route for route in template.routes(template.load()) if route.function != "NotFoundFunction"}
    # THEN each is described, and nothing else; HEAD is GET without a body
    routes = {route for route in routes if route.method != "HEAD"}
    described = {(method.upper(), path) for path, item in DOCUMENT["paths"].items() for method in item}
    assert described == {(route.method, route.path) for route in routes}


def test_every_component_is_used() -> None:
    # GIVEN the components
    components = DOCUMENT["components"]
    named = {f"#/components/{kind}/{name}" for kind in components for name in components[kind]}
    # THEN something refers to each, and every credential is asked for somewhere
    operations = [operation for item in DOCUMENT["paths"].values() for operation in item.values()]
    schemes = {scheme for operation in operations for choice in operation["security"] for scheme in choice}
    assert named - references(DOCUMENT) == {f"#/components/securitySchemes/{name}" for name in schemes}


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does() -> None:
    operations = [operation for item in DOCUMENT["paths"].values() for operation in item.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert all(operation["summary"] for operation in operations)


def test_the_document_is_served_as_it_is() -> None:
    # WHEN somebody asks for it, without credentials
    reply = ask("/openapi.json")
    # THEN it comes whole
    assert (reply.status, reply.headers["Content-Type"], reply.json()) == (200, "application/json", DOCUMENT)


def test_the_page_is_served_small_and_may_load_nothing() -> None:
    # WHEN a browser asks for it
    reply = ask("/docs", **{"Accept-Encoding": "gzip"})
    page = FILES["docs.html"][1]
    # THEN it comes in gzip
    assert (reply.status, reply.headers["Content-Type"], reply.body) == (200, "text/html; charset=utf-8", page)
    assert len(gzip.compress(page.encode())) < 40_000
    assert reply.headers["Content-Encoding"] == "gzip"
    # AND may run what is in it, ask the API that served it, and nothing else
    sources = {}
    for kind in ("style", "script"):
        inline = re.search(f"<{kind}>(.*?)</{kind}>", page, re.DOTALL)
        assert inline
        sources[kind] = f"'sha256-{b64encode(sha256(inline[1].encode()).digest()).decode()}'"
    assert reply.headers["Content-Security-Policy"] == (
        f"default-src 'none'; style-src {sources['style']}; script-src {sources['script']}; connect-src 'self'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types xml-reply"
    )


def test_the_page_names_nothing_elsewhere() -> None:
    # GIVEN what the page refers to
    targets = re.findall(r'(?:href|src|action)="([^"]*)"', FILES["docs.html"][1])
    # THEN it is in the page itself, or beside it
    assert all(target.startswith("#") or target in ("openapi.json", "data:,") for target in targets)
    assert {target for target in targets if target.startswith("#")} <= {
        f"#{name}" for name in re.findall(r'id="([^"]*)"', FILES["docs.html"][1])
    }
