"""Capillary's `POST /v2/customers`."""

from typing import Any

from loyalty.vendors.capillary.items import SOURCES
from tools.document import everywhere
from tools.document.capillary import answered, faults, with_examples
from tools.document.parts import JSON, Schema, array, content, integer, record, ref, text
from tools.document.samples import sample

PATH = "/v2/customers"

_AWARDED = {"entityType": "USER", "rawAwardedPoints": 25.0, "awardedPoints": 25, "type": "points"}
_DONE = {"createdId": 1_000_000_042, "warnings": [], "sideEffects": [_AWARDED]}
_QUEUED = {"warnings": [], "sideEffects": [], "job_id": "0f6e2c1a6b5d4c3e9a41d2b7c8e9f001"}
_EXISTS = {"errors": [{"status": False, "code": 8006, "message": "Customer already exists"}], "warnings": []}
_STATUSES = ("400", "401", "403", "413", "415", "422", "429", "500", "503")


def paths() -> dict[str, Any]:
    """The endpoint."""
    reply = {"anyOf": [ref("AddCustomerReply"), ref("AddCustomerError")]}
    answers = {
        "200": with_examples("Made, or why it was not", reply, {"sample": _DONE, "exists": _EXISTS}, "X-Job-Id"),
        "202": answered("Queued as a job", ref("AddCustomerReply"), _QUEUED, "Location", "X-Job-Id"),
        **faults("AddCustomerError", *_STATUSES),
    }
    operation = {
        "operationId": "addCustomer",
        "tags": ["Capillary"],
        "summary": "Make a customer",
        "description": "Its programs and points are written with it. If any of its identifiers finds a customer, 8006.",
        "security": [{"basic": []}, {"accessToken": []}, {"bearer": []}],
        "parameters": everywhere.POST,
        "requestBody": {"required": True, "content": content(ref("AddCustomer"), JSON, sample=sample("add_customer"))},
        "responses": everywhere.with_gateway(answers, body=True),
    }
    return {PATH: {"post": operation}}


def schemas() -> dict[str, Schema]:
    """What requests and replies are made of."""
    awarded = {
        "entityType": text(const="USER"),
        "rawAwardedPoints": {"type": "number"},
        "awardedPoints": {"type": "number"},
        "type": text(const="points"),
    }
    reply = {
        "createdId": integer("The customer's id"),
        "warnings": array(ref("CapillaryFault")),
        "sideEffects": array(record(awarded), "The points in each program that has some"),
        "job_id": ref("JobId"),
    }
    faults_ = {"errors": array(ref("CapillaryFault"), minItems=1), "warnings": array(ref("CapillaryFault"))}
    return {
        "AddCustomer": _request(),
        "AddCustomerReply": record(reply, ["createdId", "job_id"]),
        "AddCustomerError": record(faults_),
    }


def _request() -> Schema:
    identifier = {
        "type": text("mobile, email, externalId (its code) or cardnumber, in any case", examples=["mobile"]),
        "value": {"type": ["string", "integer"], "examples": ["12025550199"]},
    }
    names = {name: text(maxLength=100) for name in ("firstName", "lastName")}
    profile = {
        **names,
        "identifiers": array(record(identifier), minItems=1),
        "fields": {"type": "object", "description": "Fields of the account's own, by name or as custom_field_<n>"},
        "source": text("Where the customer was registered, in any case", examples=sorted(SOURCES)),
    }
    points = {"type": ["number", "string"], "description": "What it begins with"}
    enrolment = record({"programId": ref("IntegerId"), "loyaltyPoints": points}, ["loyaltyPoints"])
    one = array(record(profile, [*names, "fields"]), "One profile", minItems=1, maxItems=1)
    return record({"profiles": one, "loyaltyProgramEnrollments": array(enrolment)}, ["loyaltyProgramEnrollments"])
