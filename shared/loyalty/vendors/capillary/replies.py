"""What Capillary's clients get: an element for each customer, codes and texts of the documentation to the letter."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from loyalty.domain.account import BASIC
from loyalty.domain.errors import (
    CredentialsError,
    CredentialsExpired,
    CustomerNotFound,
    InternalError,
    ProgramNotFound,
    PromotionInactive,
    PromotionNotFound,
    RequestError,
    RightMissing,
    StorageBusy,
)
from loyalty.domain.outcome import Outcome, Status
from loyalty.http.request import Reply, Request, json_reply
from loyalty.operations.earn.items import Params
from loyalty.vendors.contract import CANCELLED, Manner, cancelled, not_known

Fault = tuple[int, str]
"""A code and its message."""

NOT_FOUND = (8015, "Customer not found for the given identifiers")
_BUSY = (8896, "Error occurred while issuing promotion to the customer")
_EXHAUSTED = (8890, "promotion not issued due to config issues or customer exhausted limits")

_INVALID = 400

_ENTITY_FAULTS: dict[type[RequestError], Fault] = {
    ProgramNotFound: (1101, "invalid programId passed"),
    PromotionNotFound: (8874, "promotion id passed is invalid"),
    PromotionInactive: (8892, "promotion is inactive"),
}
COUNTED = {
    Status.CREATED: "0",
    Status.EXHAUSTED: str(_EXHAUSTED[0]),
    Status.NOT_FOUND: str(NOT_FOUND[0]),
    Status.BUSY: str(_BUSY[0]),
    Status.UNKNOWN: str(_BUSY[0]),
    Status.INVALID: str(_INVALID),
    Status.CANCELLED: CANCELLED,
}
"""The codes that customers are counted under; those that are themselves wrong have one together."""

_EXPIRED_CODE = 498
_NO_RIGHT = (4000, "Not authorized. Access is denied!")


class EntityFault(RequestError):
    """A fault of the request that is answered as the fault of each customer in it, with HTTP status 200."""

    status = 200

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def answer(request: Request, elements: Sequence[dict[str, Any]]) -> Reply:
    """The documented reply: totals, and one element for each customer."""
    failures = sum(bool(element["errors"]) for element in elements)
    return vendor_reply(request, 200, {"response": elements, "totalCount": len(elements), "failureCount": failures})


def queued(request: Request, job_id: str, location: str) -> Reply:
    """The reply to a request that goes on as a job."""
    body = {"response": [], "totalCount": 0, "failureCount": 0, "job_id": job_id}
    reply = vendor_reply(request, 202, body)
    return replace(reply, headers={**reply.headers, "Location": location})


def refuse(request: Request, error: RequestError) -> Reply:
    """The reply to a request that was not done, with the error beside an empty answer."""
    body = {"response": [], "totalCount": 0, "failureCount": 0, **failure(*request_fault(error))}
    return vendor_reply(request, error.status, body)


def refuse_call(request: Request, error: RequestError) -> Reply:
    """The reply to a call about one customer that was not done: the error alone."""
    return vendor_reply(request, error.status, failure(*request_fault(error)))


def unserved(request: Request, status: int, text: str, headers: Mapping[str, str]) -> Reply:
    """The reply to a path or method that Capillary does not have, in the form of its version."""
    if request.path.startswith("/v3"):
        body: dict[str, Any] = {"data": None, "errors": [{"code": status, "message": text}]}
    else:
        body = {"response": [], "totalCount": 0, "failureCount": 0, **failure(status, text)}
    reply = vendor_reply(request, status, body)
    return replace(reply, headers={**reply.headers, **headers})


def refuse_lookup(request: Request, error: RequestError) -> Reply:
    """The reply to a look-up that told nothing: who is not found, or asked for in a wrong way, with HTTP status 200."""
    if isinstance(error, CustomerNotFound):
        fault, status = NOT_FOUND, 200
    elif isinstance(error, EntityFault):
        fault, status = (error.code, str(error)), error.status
    else:
        fault, status = request_fault(error), error.status
    return vendor_reply(request, status, {"errors": [said(*fault)]})


def vendor_reply(request: Request, status: int, body: dict[str, Any]) -> Reply:
    """A reply with the headers that Capillary's clients expect."""
    headers = {"X-Cap-Requestid": request.id}
    if status == CredentialsError.status:
        headers["WWW-Authenticate"] = BASIC
    return json_reply(status, body, headers)


def element(manner: Manner, outcome: Outcome, repeat_under: str | None = None) -> dict[str, Any]:
    """One customer's element of the answer; where it is not known, `repeat_under` is the key to repeat it with."""
    if outcome.status is Status.NOT_FOUND:
        return failure(*NOT_FOUND)
    if outcome.status is Status.BUSY:
        return failure(*_BUSY)
    if outcome.status is Status.UNKNOWN:
        return failure(_BUSY[0], not_known("the promotion", "issued", repeat_under))
    if outcome.status is Status.CANCELLED:
        return failure(_BUSY[0], cancelled("this customer"))
    values = outcome.values or {}
    if outcome.status is Status.INVALID:
        return failure(values.get("code", _INVALID), outcome.reason or "")
    warnings = [said(*_EXHAUSTED)] if outcome.status is Status.EXHAUSTED else []
    return {"result": _result(manner, values), "errors": [], "warnings": warnings}


def entity_fault(error: RequestError) -> Fault | None:
    """The code and text of a fault that all customers share, None for a fault of any other kind."""
    return (error.code, str(error)) if isinstance(error, EntityFault) else _ENTITY_FAULTS.get(type(error))


def failure(code: int, message: str) -> dict[str, Any]:
    """An element, or the part of an empty answer, that holds one error."""
    return {"errors": [said(code, message)], "warnings": []}


def plain_fault(error: RequestError) -> Fault:
    """The HTTP status as the code, with a text fit for any of Capillary's endpoints."""
    if isinstance(error, InternalError):
        return error.status, "Internal error"
    if isinstance(error, StorageBusy):
        return error.status, "Storage is busy, repeat the request"
    return error.status, str(error)


def request_fault(error: RequestError) -> Fault:
    """The code and text of a fault of the request as a whole."""
    if isinstance(error, CredentialsExpired):
        return _EXPIRED_CODE, str(error)
    if isinstance(error, CredentialsError):
        return error.status, "Unauthorized"
    return _NO_RIGHT if isinstance(error, RightMissing) else plain_fault(error)


def about(manner: Manner, values: Mapping[str, Any]) -> dict[str, Any]:
    """Whom and which promotion an element is about, this as the request named it: by its id, else its identifier."""
    result = {"entityType": "CUSTOMER", "entityId": values["customer_id"]}
    if manner.get("promotion_id") is None:
        result["promoIdentifier"] = manner["promotion_identifier"]
    else:
        result["promotionId"] = int(manner["promotion_id"])
    if values.get("promotion_name"):
        result["promotionName"] = values["promotion_name"]
    result["programId"] = int(manner["program_id"])
    return result


def named(params: Params) -> Manner:
    """How a request names program and promotion."""
    return {name: value for name, value in params._asdict().items() if name != "received_at"}


def _result(manner: Manner, values: Mapping[str, Any]) -> dict[str, Any]:
    result = about(manner, values)
    if "earned_id" in values:
        result |= {"issualId": str(values["issue_id"]), "earnedId": str(values["earned_id"])}
    return result


def said(code: int, message: str) -> dict[str, Any]:
    """An error or a warning."""
    return {"status": False, "code": code, "message": message}
