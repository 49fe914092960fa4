"""Capillary's bulk issue of promotions, and the token that its clients may come with."""

from typing import Any

from loyalty.vendors.capillary.items import SOURCES
from tools.document import everywhere
from tools.document.parts import JSON, Answers, Schema, answer, array, content, integer, record, ref, text
from tools.document.samples import sample

EARN, TOKEN = "/v2/promotion/bulk/directEarn", "/v3/oauth/token/generate"

_IDS = {"promotionId": 56799, "promotionName": "Welcome back", "programId": 469, "issualId": "6112260697711105"}
_EARNED = {"result": {"entityType": "CUSTOMER", "entityId": 98662653, **_IDS, "earnedId": "1"}}
_UNKNOWN = {"status": False, "code": 8015, "message": "Customer not found for the given identifiers"}
_ANSWER = {
    "response": [{**_EARNED, "errors": [], "warnings": []}, {"errors": [_UNKNOWN], "warnings": []}],
    "totalCount": 2,
    "failureCount": 1,
}
_QUEUED = {"response": [], "totalCount": 0, "failureCount": 0, "job_id": "0f6e2c1a6b5d4c3e9a41d2b7c8e9f001"}
_TOKEN = {"data": {"accessToken": "6cWk3v0Tq5m1xWmYyqk3b1Z5r0m3oXh2c1Jm9b4nQxE", "ttlSeconds": 3600}, "errors": None}
_WRONG_PAIR = {"data": None, "errors": [{"code": 320001, "message": "Invalid client key and secret"}]}
_FAULTS = {
    "400": "The body is no JSON object",
    "401": "No credentials, unknown ones (code 401), or an expired token (code 498)",
    "403": "The credentials have no right to earn (code 4000)",
    "413": "Too many customers or bytes",
    "415": "An encoding that is not read",
    **everywhere.FAULTS,
}


def paths() -> dict[str, Any]:
    """The two endpoints."""
    return {EARN: {"post": _earn()}, TOKEN: {"post": _token()}}


def schemas() -> dict[str, Schema]:
    """What requests and replies are made of."""
    fault = {"status": {"const": False}, "code": integer("Capillary's code"), "message": text()}
    told = {"errors": array(ref("CapillaryFault")), "warnings": array(ref("CapillaryFault"))}
    totals = {"totalCount": integer(minimum=0), "failureCount": integer(minimum=0)}
    pair = {"accessToken": text(), "ttlSeconds": integer("Seconds that the token serves")}
    token_fault = record({"code": integer(), "message": text()})
    return {
        "DirectEarn": request(),
        "CapillaryFault": record(fault),
        "EarnElement": record({"result": _result(), **told}, ["result"]),
        "DirectEarnReply": record(
            {"response": array(ref("EarnElement")), **totals, "job_id": ref("JobId")}, ["job_id"]
        ),
        "CapillaryError": record({"response": array({}, maxItems=0), **totals, **told}),
        "IssueToken": record({"key": text("A client's key"), "secret": text("Its secret", format="password")}),
        "IssueTokenReply": record({"data": record(pair), "errors": {"type": "null"}}),
        "IssueTokenError": record({"data": {"type": "null"}, "errors": array(token_fault, minItems=1)}),
    }


def request(**more: Schema) -> Schema:
    """The body of a bulk request; each customer may have `more` fields."""
    details = {
        "programId": ref("IntegerId"),
        "promotionId": ref("IntegerId"),
        "promoIdentifier": text("Names the promotion where there is no promotionId"),
    }
    customer = {
        "identifierValue": {"type": ["string", "integer"], "description": "The identifier", "examples": ["98662653"]},
        "source": text("Where the customer was registered, in any case", examples=sorted(SOURCES)),
    }
    return record(
        {
            "type": text("The kind of entity: customers, nothing else", const="CUSTOMER"),
            "promotionDetails": record(details, ["promotionId", "promoIdentifier"]),
            "identifierName": text("What kind of identifier the customers have", enum=["id", "mobile", "email"]),
            "customers": array(record(customer | more, more), minItems=1),
        }
    )


def _result() -> Schema:
    named = {
        "entityType": text(const="CUSTOMER"),
        "entityId": integer("The customer's id"),
        "promotionId": integer("The promotion, when the request named it so"),
        "promoIdentifier": text("The promotion, when the request named it so"),
        "promotionName": text("The promotion's name, when it has one"),
        "programId": integer(),
        "issualId": text("The same for all earns of a customer and promotion", pattern="^[0-9]+$"),
        "earnedId": text("Unique in the account; missing when nothing was earned", pattern="^[0-9]+$"),
    }
    return record(named, ["promotionId", "promoIdentifier", "promotionName", "issualId", "earnedId"])


def _earn() -> dict[str, Any]:
    reply = ref("DirectEarnReply")
    answers = {
        "200": answered("Done, with an element for each customer, also when all failed", reply, _ANSWER, "X-Job-Id"),
        "202": answered("Queued as a job", reply, _QUEUED, "Location", "X-Job-Id"),
        **faults("CapillaryError"),
    }
    return {
        "operationId": "directEarn",
        "tags": ["Capillary"],
        "summary": "Issue a promotion to customers",
        "description": "Every element of `customers` is an attempt of its own, so that a customer who comes twice "
        "earns twice, up to the promotion's limit; then the element has no `earnedId` and the warning 8890.",
        "security": [{"basic": []}, {"accessToken": []}, {"bearer": []}],
        "parameters": everywhere.POST,
        "requestBody": {"required": True, "content": content(ref("DirectEarn"), JSON, sample=sample("direct_earn"))},
        "responses": everywhere.with_gateway(answers, body=True),
    }


def _token() -> dict[str, Any]:
    too_many = "Too many wrong credentials from this address, or tokens for this client, in this minute"
    wrong_pair = answered("No such key and secret", ref("IssueTokenError"), _WRONG_PAIR, "WWW-Authenticate")
    answers = {
        "200": answered("A token", ref("IssueTokenReply"), _TOKEN, "Cache-Control"),
        **faults("IssueTokenError", "400", "413", "415", "500", "503"),
        "401": wrong_pair,
        "429": answered(too_many, ref("IssueTokenError"), None, "Retry-After"),
    }
    return {
        "operationId": "issueToken",
        "tags": ["Capillary"],
        "summary": "Get an access token",
        "description": "A client's key and secret for a token with the rights of that client, for `ttlSeconds`.",
        "security": [],
        "requestBody": {"required": True, "content": content(ref("IssueToken"), JSON, sample=sample("issue_token"))},
        "responses": everywhere.with_gateway(answers, body=True),
    }


def faults(schema: str, *statuses: str) -> Answers:
    """The answers that are faults, in the form of this schema; without statuses all that an endpoint may have."""
    return {
        status: answered(_FAULTS[status], ref(schema), None, *everywhere.FAULT_HEADERS.get(status, []))
        for status in statuses or _FAULTS
    }


def answered(description: str, schema: Schema, example: Any, *more_headers: str) -> Answers:
    """One answer, with an example where there is one."""
    return with_examples(description, schema, {} if example is None else {"sample": example}, *more_headers)


def with_examples(description: str, schema: Schema, examples: dict[str, Any], *more_headers: str) -> Answers:
    """One answer, with examples by name."""
    return answer(description, content(schema, JSON, **examples), "X-Cap-Requestid", *more_headers)
