"""Capillary's look-ups of a customer by GET."""

from typing import Any

from loyalty.vendors.capillary.items import SOURCES
from loyalty.vendors.capillary.promotion_data import STATES, TYPES
from tools.document import everywhere
from tools.document.parts import JSON, Answers, Schema, answer, array, content, integer, record, ref, text

LOOKUP = "/v2/customers/lookup"

_FAULTS = {
    "400": "A parameter is refused, and the text names it",
    "401": "No credentials, unknown ones (code 401), or an expired token (code 498)",
    "403": "The credentials have no right to read (code 4000)",
    **{status: everywhere.FAULTS[status] for status in ("429", "500")},
    "503": "Storage is busy: repeat the request",
}
_NOT_FOUND = {"status": False, "code": 8015, "message": "Customer not found for the given identifiers"}
_KINDS = "id, mobile, email, externalId or cardnumber, in any case; several with commas between them"


def paths() -> dict[str, Any]:
    """The three look-ups."""
    return {
        LOOKUP: {"get": _get("customerLookup", "Look a customer up", "CustomerLookup")},
        f"{LOOKUP}/customerDetails": {"get": _get("customerDetails", "Read a customer", "CustomerDetails")},
        f"{LOOKUP}/promotionData": {
            "get": _get("promotionData", "Read a customer's promotions", "PromotionData", *_of_promotions())
        },
    }


def schemas() -> dict[str, Schema]:
    """What replies are made of."""
    warnings = array(ref("CapillaryFault"), maxItems=0)
    return {
        "CustomerLookup": record(
            {"entity": integer("The customer's id, which directEarn takes"), "warnings": warnings}
        ),
        "CustomerDetails": _details(warnings),
        "PromotionData": _promotion_data(warnings),
        "LookupError": record({"errors": array(ref("CapillaryFault"), minItems=1)}),
    }


def _details(warnings: Schema) -> Schema:
    profile = {
        "firstName": text(),
        "lastName": text(),
        "identifiers": array(record({"type": text(), "value": text()})),
        "commChannels": array({}, maxItems=0),
        "fields": _texts("The account's own fields, by their names"),
        "source": text(),
    }
    program = {
        "programId": {"type": ["integer", "string"]},
        "programTitle": text(),
        **{name: {"type": "number"} for name in ("redeemed", "expired", "lifetimePoints", "loyaltyPoints")},
    }
    return record(
        {
            "id": integer(),
            "profiles": array(record(profile)),
            "loyaltyInfo": record({"loyaltyType": text(enum=["loyalty", "non_loyalty"])}),
            "segments": {"type": "object", "maxProperties": 0},
            "extendedFields": _texts("All other fields, under our names"),
            "loyaltyProgramDetails": array(record(program), "Memberships by program, but those that count products"),
            "warnings": warnings,
        }
    )


def _promotion_data(warnings: Schema) -> Schema:
    limits = {"maxPointsPerEvent": text(), "pointsPerCustomer": text(), "numberOFTimesPerCustomer": integer()}
    usage = {"currentPointsPerCustomer": text(), "currentNumberOfTimesPerCustomer": integer()}
    restriction = {"kpi": text(), "maxLimit": text(), "currentCustomerUsage": text(), "limitOn": text()}
    restrictions = {
        "issualRestrictions": array(record(restriction), "The promotion's limit for each customer, if it has one"),
        "earnRestrictions": array({}, maxItems=0),
        "redemptionRestrictions": array({}, maxItems=0),
    }
    promotion = {
        "promotionId": integer(),
        "promotionName": text("Where it has one"),
        "programId": {"type": ["integer", "string"]},
        "startDate": text(format="date-time"),
        "endDate": text(format="date-time"),
        "identifier": text("The account's own name for it, else its id"),
        "description": text(),
        "active": {"type": "boolean"},
        "limits": record({**limits, "totalPointsInPromotion": text()}),
        "customerUsage": record({**usage, "currentTotalPointsInPromotion": text()}),
        "pointsOfferType": text(),
        "promotionRestriction": record(restrictions),
        "earns": array(
            record({"earnedId": text(), "earnedAt": text(format="date-time"), "source": text()}),
            "What the customer has, unless includeEarns is false",
        ),
    }
    optional = ["promotionName", "startDate", "endDate", "earns"]
    page = {name: integer(minimum=0) for name in ("pageNumber", "pageSize", "totalEntries", "pageCount")}
    promotions = array(record(promotion, optional), "By id")
    return record(
        {"pageDetails": record(page), "customerId": integer(), "promotions": promotions, "warnings": warnings}
    )


def _texts(description: str) -> Schema:
    return {"type": "object", "description": description, "additionalProperties": text()}


def _of_promotions() -> list[dict[str, Any]]:
    return [
        _query("limit", integer(minimum=0, maximum=100), "Promotions of a page, 10 unless it is said"),
        _query("offset", integer(minimum=0), "Promotions before it"),
        _query("programs", text(), "Programs, with commas between them"),
        _query("promotionType", text(enum=[*TYPES]), "All are DIRECT_ISSUE"),
        _query("promotionStatusForCustomer", text(enum=[*STATES]), "What the customer can do with them now"),
        _query("includeEarns", text(enum=["true", "false"]), "Whether to tell what the customer has"),
    ]


def _query(name: str, schema: Schema, description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": schema, "required": False}


def _needed(name: str, schema: Schema, description: str, example: str) -> dict[str, Any]:
    return {**_query(name, schema, description), "required": True, "example": example}


def _get(name: str, summary: str, schema: str, *parameters: dict[str, Any]) -> dict[str, Any]:
    found = {"oneOf": [ref(schema), ref("LookupError")]}
    body = content(found, JSON, unknown={"errors": [_NOT_FOUND]})
    told = "What was found; or why nothing was, in `errors`, which no other reply with this status has"
    answers: Answers = {
        "200": answer(told, body, "X-Cap-Requestid", "Cache-Control"),
        **{
            status: answer(
                said,
                content(ref("LookupError"), JSON),
                "X-Cap-Requestid",
                "Cache-Control",
                *everywhere.FAULT_HEADERS.get(status, []),
            )
            for status, said in _FAULTS.items()
            if parameters or status != "400"
        },
    }
    whom = [
        _needed("source", text(examples=sorted(SOURCES)), "Where the question comes from, in any case", "INSTORE"),
        _needed("identifierName", text(), _KINDS, "mobile"),
        _needed("identifierValue", text(), "As many; the first pair that finds a customer counts", "12025550101"),
    ]
    return {
        "operationId": name,
        "tags": ["Capillary"],
        "summary": summary,
        "security": [{"basic": []}, {"accessToken": []}, {"bearer": []}],
        "parameters": [*whom, *parameters],
        "responses": everywhere.with_gateway(answers),
    }
