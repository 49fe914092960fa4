"""Clients of the last release: what they may send and rely on is there in the present document too."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from tools.document.breaking import OPEN, breaks
from tools.document.openapi import document
from tools.document.released import PATH, without_explanations

RELEASED = json.loads(PATH.read_text())
PRESENT = json.loads(json.dumps(without_explanations(document())))

BATCH = "/api/v1.1/loyalty/register_member_batch"
EARN = "/v2/promotion/bulk/directEarn"
RESULTS = "GET /jobs/{job_id}/results: 200 application/json"

Document = dict[str, Any]
Change = Callable[[Document], Any]


def changed(change: Change) -> Document:
    copy: Document = deepcopy(RELEASED)
    change(copy)
    return copy


def operation(one: Document, path: str, method: str = "post") -> Document:
    found: Document = one["paths"][path][method]
    return found


def schema(one: Document, name: str) -> Document:
    found: Document = one["components"]["schemas"][name]
    return found


def results(one: Document) -> Document:
    """The schema of a job's results in JSON."""
    content = operation(one, "/jobs/{job_id}/results", "get")["responses"]["200"]["content"]
    found: Document = content["application/json"]["schema"]
    return found


def test_clients_of_the_last_release_lose_nothing() -> None:
    assert breaks(RELEASED, PRESENT) == []


BREAKING: dict[str, tuple[Change, str]] = {
    "path": (lambda one: one["paths"].pop(EARN), f"POST {EARN}: is gone"),
    "method": (lambda one: one["paths"]["/jobs"].pop("get"), "GET /jobs: is gone"),
    "member-of-a-request": (
        lambda one: schema(one, "DirectEarn")["properties"].pop("identifierName"),
        f"POST {EARN}: application/json.identifierName is gone",
    ),
    "required-member": (
        lambda one: (
            schema(one, "DirectEarn")["properties"].update(reason={"type": "string"}),
            schema(one, "DirectEarn")["required"].append("reason"),
        ),
        f"POST {EARN}: application/json.reason is required now",
    ),
    "fewer-values": (
        lambda one: schema(one, "DirectEarn")["properties"]["identifierName"].update(enum=["id"]),
        f"POST {EARN}: application/json.identifierName takes fewer values",
    ),
    "type": (
        lambda one: schema(one, "DirectEarn")["properties"]["identifierName"].update(type="integer"),
        f"POST {EARN}: application/json.identifierName may be ['string'], and only ['integer'] fits",
    ),
    "bound": (
        lambda one: schema(one, "DirectEarn")["properties"]["customers"].update(maxItems=10),
        f"POST {EARN}: application/json.customers: maxItems is lower",
    ),
    "pattern": (
        lambda one: schema(one, "DirectEarn")["properties"]["identifierName"].update(pattern="^i"),
        f"POST {EARN}: application/json.identifierName has another pattern",
    ),
    "format-of-a-request": (
        lambda one: operation(one, BATCH)["requestBody"]["content"].pop("text/xml"),
        f"POST {BATCH}: takes no text/xml any more",
    ),
    "required-parameter": (
        lambda one: one["components"]["parameters"]["Prefer"].update(required=True),
        f"POST {EARN}: the parameter Prefer is required now",
    ),
    "parameter": (
        lambda one: operation(one, EARN)["parameters"].pop(),
        f"POST {EARN}: the parameter Prefer is gone",
    ),
    "member-of-a-reply": (
        lambda one: schema(one, "DirectEarnReply")["properties"].pop("totalCount"),
        f"POST {EARN}: 200 application/json.totalCount is gone",
    ),
    "member-of-a-reply-that-is-optional-now": (
        lambda one: schema(one, "DirectEarnReply")["required"].remove("totalCount"),
        f"POST {EARN}: 200 application/json.totalCount is not always there any more",
    ),
    "type-in-a-reply": (
        lambda one: schema(one, "DirectEarnReply")["properties"]["totalCount"].update(type=["integer", "null"]),
        f"POST {EARN}: 200 application/json.totalCount may be ['integer', 'null'], and only ['integer'] fits",
    ),
    "header-of-a-reply": (
        lambda one: operation(one, EARN)["responses"]["202"]["headers"].pop("Location"),
        f"POST {EARN}: 202 has no Location any more",
    ),
    "format-of-a-reply": (
        lambda one: operation(one, BATCH)["responses"]["200"]["content"].pop("application/xml"),
        f"POST {BATCH}: 200 is not answered in application/xml any more",
    ),
    "further-form-of-a-reply": (
        lambda one: results(one)["anyOf"].append({"type": "integer"}),
        f"{RESULTS}: integer does not fit any more",
    ),
    "form-of-an-open-reply": (
        lambda one: results(one).update(anyOf=results(one)["anyOf"][1:], **{OPEN: True}),
        f"{RESULTS}: #/components/schemas/RegisterMemberReply does not come any more",
    ),
    "member-of-an-open-reply": (
        lambda one: (results(one).update({OPEN: True}), schema(one, "UndoReply")["properties"].pop("first")),
        f"{RESULTS}: #/components/schemas/UndoReply does not come any more",
    ),
}


@pytest.mark.parametrize("name", BREAKING)
def test_a_change_that_takes_something_from_clients_is_found(name: str) -> None:
    change, told = BREAKING[name]
    assert told in breaks(RELEASED, changed(change))


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one["paths"].update({"/new": {"get": {"responses": {}}}}),
        lambda one: operation(one, EARN)["parameters"].append(
            {"name": "X-Job-Label", "in": "header", "schema": {"type": "string"}}
        ),
        lambda one: schema(one, "DirectEarn")["properties"].update(label={"type": "string"}),
        lambda one: schema(one, "DirectEarn")["required"].remove("type"),
        lambda one: schema(one, "DirectEarn")["properties"]["identifierName"].pop("enum"),
        lambda one: schema(one, "DirectEarnReply")["properties"].update(label={"type": "string"}),
        lambda one: operation(one, EARN)["responses"].pop("429"),
        lambda one: results(one).update(anyOf=[*results(one)["anyOf"], {"type": "integer"}], **{OPEN: True}),
    ],
    ids=[
        "path",
        "parameter",
        "member",
        "optional",
        "more-values",
        "member-of-a-reply",
        "fewer-errors",
        "form-of-an-open-reply",
    ],
)
def test_a_change_that_adds_something_is_fine(change: Change) -> None:
    assert breaks(RELEASED, changed(change)) == []
