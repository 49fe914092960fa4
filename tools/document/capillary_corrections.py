"""Capillary's issue to a single customer, and the revocation of what was issued."""

from typing import Any

from loyalty.vendors.capillary.items import SOURCES
from tools.document import everywhere
from tools.document.capillary import answered, faults, request
from tools.document.parts import JSON, Schema, array, content, integer, record, ref, text
from tools.document.samples import sample

REVOKE, ISSUE = "/v2/promotion/bulk/revokeDirectEarn", "/v2/promotion/issue"

_SECURITY: list[dict[str, list[str]]] = [{"basic": []}, {"accessToken": []}, {"bearer": []}]
_ABOUT = {"entityType": "CUSTOMER", "entityId": 98662653, "promotionId": 56799, "programId": 469}
_REVOKED = {"result": {**_ABOUT, "revokedEarnIds": [32, 34]}, "errors": [], "warnings": []}
_NOTHING = {"status": False, "code": 2305, "message": "active issued promotion is not available for the customer"}
_ANSWER = {
    "response": [_REVOKED, {"errors": [_NOTHING], "warnings": []}],
    "totalCount": 2,
    "failureCount": 1,
}
_QUEUED = {"response": [], "totalCount": 0, "failureCount": 0, "job_id": "0f6e2c1a6b5d4c3e9a41d2b7c8e9f001"}
_EFFECT = {"programId": 2750, "issualId": 809, "earnedId": 764, "promotionId": 201436, "type": "Points promotion"}
_ISSUED: dict[str, Any] = {"warnings": [], "errors": [], "sideEffects": [_EFFECT]}
_WAITS = {**_ISSUED, "sideEffects": [], "job_id": _QUEUED["job_id"]}
_NAMES = ["id", "email", "mobile", "externalId"]


def paths() -> dict[str, Any]:
    """The two endpoints."""
    return {REVOKE: {"post": _revoke()}, ISSUE: {"post": _issue()}}


def schemas() -> dict[str, Schema]:
    """What requests and replies are made of."""
    told = {"errors": array(ref("CapillaryFault")), "warnings": array(ref("CapillaryFault"))}
    totals = {"totalCount": integer(minimum=0), "failureCount": integer(minimum=0)}
    ids = "Which earns to revoke; without it all that the customer has of the promotion. earnIDs is the same"
    effect = {
        "programId": integer(),
        "issualId": integer("The same for all earns of a customer and promotion"),
        "earnedId": integer("Unique in the account"),
        "promotionId": integer(),
        "type": text(const="Points promotion"),
    }
    return {
        "RevokeDirectEarn": _with_action(request(earnIds=array(ref("IntegerId"), ids, minItems=1, maxItems=50))),
        "RevokeElement": record({"result": _result(), **told}, ["result"]),
        "RevokeDirectEarnReply": record(
            {"response": array(ref("RevokeElement")), **totals, "job_id": ref("JobId")}, ["job_id"]
        ),
        "IssuePromotion": record({"programId": ref("IntegerId"), "promotionId": ref("IntegerId")}),
        "IssuePromotionReply": record(
            {**told, "sideEffects": array(record(effect), maxItems=1), "job_id": ref("JobId")},
            ["sideEffects", "job_id"],
        ),
        "IssuePromotionError": record(told),
    }


def _with_action(body: Schema) -> Schema:
    action = text("What is done with the earns", enum=["REVOKE_EARN"])
    return {**body, "properties": {**body["properties"], "bulkAction": action}}


def _result() -> Schema:
    named = {
        "entityType": text(const="CUSTOMER"),
        "entityId": integer("The customer's id"),
        "promotionId": integer("The promotion, when the request named it so"),
        "promoIdentifier": text("The promotion, when the request named it so"),
        "programId": integer(),
        "revokedEarnIds": array(integer(), "The earns that were revoked"),
    }
    return record(named, ["promotionId", "promoIdentifier"])


def _revoke() -> dict[str, Any]:
    reply = ref("RevokeDirectEarnReply")
    answers = {
        "200": answered("Done, with an element for each customer, also when all failed", reply, _ANSWER, "X-Job-Id"),
        "202": answered("Queued as a job", reply, _QUEUED, "Location", "X-Job-Id"),
        **faults("CapillaryError"),
    }
    return {
        "operationId": "revokeDirectEarn",
        "tags": ["Capillary"],
        "summary": "Revoke what customers earned of a promotion",
        "description": "All earns that an element names are revoked, or none. Their places under the promotion's "
        "limit are free at once. An undo of the job gives them back, as far as there are places.",
        "security": _SECURITY,
        "parameters": everywhere.POST,
        "requestBody": {
            "required": True,
            "content": content(ref("RevokeDirectEarn"), JSON, sample=sample("revoke_direct_earn")),
        },
        "responses": everywhere.with_gateway(answers, body=True),
    }


def _issue() -> dict[str, Any]:
    reply = ref("IssuePromotionReply")
    answers = {
        "200": answered("Issued, or why it was not", reply, _ISSUED, "X-Job-Id"),
        "202": answered("Queued as a job", reply, _WAITS, "Location", "X-Job-Id"),
        **faults("IssuePromotionError"),
    }
    return {
        "operationId": "issuePromotion",
        "tags": ["Capillary"],
        "summary": "Issue a promotion to one customer",
        "description": "The older form of directEarn. Once the customer has had the promotion as often as its limit "
        "allows, `sideEffects` is empty and the warning 8890 says so.",
        "security": _SECURITY,
        "parameters": [
            _parameter("identifierName", "Kind of identifier, in any case", "mobile", _NAMES),
            _parameter("identifierValue", "The identifier", "12025550101"),
            _parameter("source", "Where the customer was registered, in any case", "INSTORE", sorted(SOURCES)),
            _parameter("type", "The kind of entity", "CUSTOMER", ["CUSTOMER"], required=False),
            *everywhere.POST,
        ],
        "requestBody": {
            "required": True,
            "content": content(ref("IssuePromotion"), JSON, sample=sample("issue_promotion")),
        },
        "responses": everywhere.with_gateway(answers, body=True),
    }


def _parameter(
    name: str, description: str, example: str, values: list[str] | None = None, *, required: bool = True
) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": required,
        "description": description,
        "schema": text(examples=values) if values else text(),
        "example": example,
    }
