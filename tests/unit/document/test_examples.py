"""The examples of the description: they fit the schemas beside them, and those of requests work as printed."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from jsonschema import Draft202012Validator

from tests.fakes.capillary import basic
from tests.fakes.described import DOCUMENT, OPERATIONS, Answered, assert_described, read, resolved
from tests.fakes.gateway import ADD, EARN, FILES, ISSUE, REVOKE
from tests.fakes.world import TOKEN, World

FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
CREDENTIALS = {
    **dict.fromkeys((EARN, REVOKE, ISSUE, ADD), basic()),
    FILES: {"Authorization": f"Bearer {TOKEN}"},
}
"""The headers of endpoints whose examples have no credentials in them."""


def shown(content: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], Any]]:
    """The media type, schema and value of each example of a body."""
    for media_type, body in content.items():
        for example in body.get("examples", {}).values():
            yield media_type, body["schema"], example["value"]


REQUESTS = [
    (method, path, *example)
    for (method, path), operation in OPERATIONS.items()
    for example in shown(operation.get("requestBody", {}).get("content", {}))
]
REPLIES = [
    (operation["operationId"], status, *example)
    for operation in OPERATIONS.values()
    for status, response in operation["responses"].items()
    for example in shown(resolved(response)["content"])
]


def query(method: str, path: str) -> str:
    """The examples of an operation's parameters in the URL, with a question mark."""
    named = [resolved(one) for one in OPERATIONS[method, path].get("parameters", [])]
    given = {one["name"]: one["example"] for one in named if one["in"] == "query"}
    return f"?{urlencode(given)}" if given else ""


def faults(media_type: str, schema: dict[str, Any], value: Any) -> list[str]:
    data = read(media_type, value, schema) if media_type.endswith("xml") else value
    validator = Draft202012Validator({**schema, "components": DOCUMENT["components"]})
    return [f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(data)]


@pytest.mark.parametrize(("operation", "status", "media_type", "schema", "value"), REPLIES)
def test_the_example_of_a_reply_fits_its_schema(
    operation: str, status: str, media_type: str, schema: dict[str, Any], value: Any
) -> None:
    assert faults(media_type, schema, value) == [], (operation, status)


@pytest.mark.parametrize(("method", "path", "media_type", "schema", "value"), REQUESTS)
def test_the_example_of_a_request_fits_its_schema_and_works(
    method: str, path: str, media_type: str, schema: dict[str, Any], value: Any
) -> None:
    # GIVEN an example that fits the schema beside it
    assert faults(media_type, schema, value) == []
    # WHEN it is sent, as a form where it stands for one
    body, sent_as = (urlencode(value), FORM) if media_type in (FORM, MULTIPART) else (value, media_type)
    headers = {"Content-Type": sent_as, **CREDENTIALS.get(path, {})}
    if method == "PUT":
        reply = World().set_webhook(body)
    else:
        reply = World().send("/api.php" if path == "/" else f"{path}{query(method, path)}", body, headers)
    # THEN it is done
    assert reply.status == (201 if path == FILES else 200)
    assert '<response status="error">' not in reply.body
    assert_described(method, path, Answered(*reply))


def test_every_request_with_a_body_has_an_example_in_each_of_its_formats() -> None:
    bodies = [operation["requestBody"]["content"] for operation in OPERATIONS.values() if "requestBody" in operation]
    assert all(body["examples"] for content in bodies for body in content.values())
