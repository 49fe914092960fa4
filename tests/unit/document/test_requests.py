"""The requests that samples and the collection are made of, whatever the document has."""

from typing import Any

import pytest

from tests.fakes.described import DOCUMENT
from tools.document.requests import Credential, credential, operations, requests

SCHEMES = DOCUMENT["components"]["securitySchemes"]
TEXT = {"type": "string"}


def described(**operation: Any) -> list[Any]:
    """The requests of an operation that has this."""
    whole = {"operationId": "x", "summary": "", "tags": ["t"], "security": [], "responses": {}, **operation}
    return requests(DOCUMENT, "POST", "/x/{id}", whole)


def test_every_endpoint_has_a_request_and_no_refused_get_is_one() -> None:
    # GIVEN the operations that somebody would call
    found = {(method, path): requests(DOCUMENT, method, path, one) for method, path, one in operations(DOCUMENT)}
    # THEN each has a sample, and a form at most one that is not JSON
    assert [place for place, samples in found.items() if not samples] == []
    assert {"/api.php", "/"} & {path for method, path in found if method == "GET"} == set()


@pytest.mark.parametrize(
    ("parameter", "shown"),
    [
        ({"example": "a", "schema": {**TEXT, "examples": ["b"]}}, "a"),
        ({"schema": {**TEXT, "examples": ["b"]}}, "b"),
        ({"schema": {**TEXT, "enum": ["c", "d"]}}, "c"),
        ({"schema": {**TEXT, "const": "e"}}, "e"),
        ({"schema": {"type": "integer", "default": 0}}, "0"),
        ({"schema": TEXT}, "ID"),
    ],
)
def test_a_required_parameter_has_the_value_that_its_description_suggests(
    parameter: dict[str, Any], shown: str
) -> None:
    (request,) = described(parameters=[{"name": "id", "in": "path", "required": True, **parameter}])
    assert request.target == f"/x/{shown}"


def test_an_optional_parameter_is_left_out_unless_it_has_an_example() -> None:
    named = [{"name": "a", "in": "query", "schema": TEXT}, {"name": "b", "in": "query", "example": "c", "schema": TEXT}]
    (request,) = described(parameters=named)
    assert request.query == {"b": "c"}


def test_a_body_has_a_request_for_each_form_that_is_written_in_another_way() -> None:
    # GIVEN a body that is the same in two of its formats, and one that is the parts of a form
    bodies = {"application/json": {"a": "b"}, "application/xml": "<a/>", "text/xml": "<a/>", "multipart/form-data": {}}
    content = {name: {"schema": {}, "examples": {"any": {"value": body}}} for name, body in bodies.items()}
    # THEN each form is there once
    found = described(requestBody={"content": content})
    assert [(one.media_type, one.sent) for one in found] == [
        ("application/json", '{\n  "a": "b"\n}'),
        ("application/xml", "<a/>"),
    ]


def test_a_body_without_an_example_has_no_request() -> None:
    assert described(requestBody={"content": {"application/octet-stream": {"schema": {}}}}) == []


@pytest.mark.parametrize(
    ("security", "asked", "headers"),
    [
        ([], None, {}),
        ([{}, {"bearer": []}], Credential("Authorization", ("Bearer",), is_required=False), {}),
        (
            [{"bearer": []}, {"basic": []}],
            Credential("Authorization", ("Bearer", "Basic"), is_required=True),
            {"Authorization": "Bearer abc123def456"},
        ),
        (
            [{"accessToken": []}, {"basic": []}],
            Credential("Authorization", ("Basic",), is_required=True),
            {"Authorization": "Basic c3RvcmUuc2VydmVyOjhhMTZhNmI3MDUwNWViMWYxZmY3Y2RjMGNkNTU1OWE3"},
        ),
        ([{"apiAccessKey": []}], Credential("api_access_key", (), is_required=True), {"api_access_key": "YOUR-KEY"}),
    ],
)
def test_credentials_go_where_the_operation_asks_for_them(
    security: list[Any], asked: Credential | None, headers: dict[str, str]
) -> None:
    assert credential(DOCUMENT, {"security": security}) == asked
    assert [one.headers for one in described(security=security)] == [headers]
