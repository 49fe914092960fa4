"""Our own API to look up customers, programs and promotions."""

from typing import Any

from tools.document import everywhere
from tools.document.jobs import fault, query
from tools.document.parts import JSON, Answers, Schema, answer, array, content, integer, nullable, record, ref, text

_SECURITY: list[dict[str, list[str]]] = [{"bearer": []}, {"accessToken": []}, {"basic": []}]
_NO_CUSTOMER = {"type": "about:blank", "title": "Not Found", "status": 404, "detail": "Customer not found"}


def paths() -> dict[str, Any]:
    """The four calls."""
    kinds = "profile_id, customer_id, code, card_number, … or the name of a match field"
    whom = [
        {**query("kind", text(), kinds), "required": True, "example": "email"},
        {**query("value", text(), "The identifier, in any spelling"), "required": True, "example": "user1@example.com"},
    ]
    profile_id = {
        "name": "profile_id",
        "in": "path",
        "description": "The customer's identifier, as replies name it",
        "required": True,
        "schema": text(),
        "example": "profile123",
    }
    return {
        "/customers": {"get": _get("findCustomers", "Find a customer", "FoundCustomers", whom, "400")},
        "/customers/{profile_id}": {"get": _get("showCustomer", "Show a customer", "Customer", [profile_id], "404")},
        "/programs": {"get": _get("listPrograms", "List the account's programs", "Programs", [])},
        "/promotions": {"get": _get("listPromotions", "List the account's promotions", "Promotions", [])},
    }


def schemas() -> dict[str, Schema]:
    """What replies are made of."""
    moment, decimal = text(format="date-time"), text(pattern=r"^-?[0-9]+(\.[0-9]+)?$")
    writer = text("The job that wrote it, or the request where it was none")
    head = {
        "profile_id": text(),
        "customer_id": integer(),
        "links": record({"self": text(format="uri-reference")}),
    }
    membership = {
        "program": text(),
        "registered_at": moment,
        "balance": {"anyOf": [decimal, {"type": "object", "additionalProperties": decimal}, {"type": "null"}]},
        "written_by": writer,
    }
    earn = {
        "promotion": text(),
        "program": text(),
        "earned_id": integer(),
        "earned_at": moment,
        "source": text(),
        "written_by": writer,
    }
    customer = {
        **head,
        "fields": {"type": "object", "additionalProperties": text()},
        "created_by": writer,
        "written_by": writer,
        "memberships": array(record(membership)),
        "earns": array(record(earn)),
    }
    promotion = {
        "promotion": text(),
        "program": text(),
        "name": nullable(text()),
        "active": {"type": "boolean"},
        "start": nullable(moment),
        "end": nullable(moment),
        "identifier": nullable(text()),
        "limit": nullable(integer("The most times that one customer may earn it", minimum=0)),
    }
    return {
        "FoundCustomers": record({"customers": array(record(head), "One, or none", maxItems=1)}),
        "Customer": record(customer),
        "Programs": record({"programs": array(_program())}),
        "Promotions": record({"promotions": array(record(promotion))}),
    }


def _program() -> Schema:
    settings = {
        "currency": text(),
        "glyph": text(),
        "currencies": array(text(), "What its points are called"),
        "points_ratio": text(),
        "reward_ratio": text(),
        "earned_per_event": text(),
        "rewards": array(record({"id": text(), "level": text(), "description": text()})),
        "products": array(record({"id": text(), "name": text()})),
        "created_at": text(format="date-time"),
    }
    head = {
        "program": text(),
        "name": text(),
        "active": {"type": "boolean"},
        "kind": text("What its balances count", enum=["points", "dollars", "visits", "product"]),
    }
    return record({**head, **settings}, list(settings))


def _get(name: str, summary: str, schema: str, parameters: list[dict[str, Any]], *statuses: str) -> dict[str, Any]:
    answers: Answers = {
        "200": answer(summary, content(ref(schema), JSON), "Cache-Control"),
        **{status: fault(status) for status in sorted({"401", "403", "429", "500", "503", *statuses})},
    }
    if "404" in statuses:
        answers["404"] = fault("404", "The account has no such customer", _NO_CUSTOMER)
    return {
        "operationId": name,
        "tags": ["Reading"],
        "summary": summary,
        "security": _SECURITY,
        "parameters": parameters,
        "responses": everywhere.with_gateway(answers),
    }
