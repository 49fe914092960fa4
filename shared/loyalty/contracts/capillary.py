"""Capillary's bulk issue of promotions, `POST /v2/promotion/bulk/directEarn`.

Source: Capillary's documentation, "Direct earn promotion" of the bulk API v2, its response examples to the
letter. Where it is silent: a fault of the request as a whole is told once for each customer, so that
`totalCount` and `failureCount` always speak of customers.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from loyalty.account import Account, Credential
from loyalty.contracts import capillary_items
from loyalty.contracts.body import decode, read_json
from loyalty.contracts.capillary_items import EntityFault
from loyalty.contracts.contract import Submission
from loyalty.errors import (
    CredentialsError,
    CredentialsExpired,
    CredentialsUnknown,
    InternalError,
    ProgramNotFound,
    PromotionInactive,
    PromotionNotFound,
    RequestError,
    RightMissing,
    StorageBusy,
    too_many_items,
)
from loyalty.operations import earn
from loyalty.operations.earn import Params
from loyalty.outcome import Outcome, Status
from loyalty.request import Reply, Request
from loyalty.settings import Settings

Fault = tuple[int, str]
"""A code and its message."""

_NOT_FOUND = (8015, "Customer not found for the given identifiers")
_BUSY = (8896, "Error occurred while issuing promotion to the customer")
_EXHAUSTED = (8890, "promotion not issued due to config issues or customer exhausted limits")

_ENTITY_FAULTS: dict[type[RequestError], Fault] = {
    ProgramNotFound: (1101, "invalid programId passed"),
    PromotionNotFound: (8874, "promotion id passed is invalid"),
    PromotionInactive: (8892, "promotion is inactive"),
}
_REQUEST_FAULTS: dict[type[RequestError], Fault] = {
    RightMissing: (4000, "Not authorized. Access is denied!"),
    StorageBusy: (503, "Storage is busy, repeat the request"),
}
_EXPIRED_CODE = 498


@dataclass(frozen=True, slots=True)
class Capillary:
    """The endpoint."""

    name = "capillary.direct_earn"
    operation = earn

    def open(self, request: Request) -> "CapillaryExchange":
        """Begin with a request."""
        return CapillaryExchange(request)


DIRECT_EARN = Capillary()


class CapillaryExchange:
    """One request: its headers say who calls, and only then is the body read."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._document: dict[str, Any] = {}
        self._params = Params("", None, None, "")

    def credential(self, _settings: Settings) -> Credential | None:
        """An access token, else Basic."""
        return header_credential(self._request)

    def submission(self, _account: Account, settings: Settings) -> Submission:
        """The customers that are to earn; elements that are themselves wrong are outcomes already."""
        self._document = read_json(decode(self._request.body()))
        customers = self._document.get("customers")
        if isinstance(customers, list) and len(customers) > settings.max_items:
            raise too_many_items(settings.max_items)
        self._params = capillary_items.params(self._document, datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
        if settings.bulk_api_redirection_enabled:
            capillary_items.check_batch_size(customers, settings.bulk_api_batch_size_for_redirection)
        return Submission(self._params, capillary_items.items(self._document.get("identifierName"), customers))

    def reply(self, outcomes: Sequence[Outcome]) -> Reply:
        """The documented reply: one element for each customer."""
        return self._answer([_element(self._params, outcome) for outcome in outcomes])

    def error(self, error: RequestError) -> Reply:
        """A fault that all customers share, as each one's; any other as the errors of an empty answer."""
        fault = (error.code, str(error)) if isinstance(error, EntityFault) else _ENTITY_FAULTS.get(type(error))
        if fault:
            customers = self._document.get("customers")
            count = len(customers) if isinstance(customers, list) and customers else 1
            return self._answer([_failure(*fault)] * count)
        body = {"response": [], "totalCount": 0, "failureCount": 0, **_failure(*_request_fault(error))}
        return json_reply(self._request, error.status, body)

    def _answer(self, elements: Sequence[dict[str, Any]]) -> Reply:
        failures = sum(bool(element["errors"]) for element in elements)
        body = {"response": elements, "totalCount": len(elements), "failureCount": failures}
        return json_reply(self._request, 200, body)


def header_credential(request: Request) -> Credential | None:
    """What the headers identify the caller with: an access token wins over Basic; raises CredentialsUnknown."""
    if token := request.headers.get("x-cap-api-oauth-token", "").strip():
        return Credential("access", token)
    scheme, _, value = request.headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() == "bearer":
        return Credential("access", value.strip())
    if scheme.lower() == "basic":
        try:
            return Credential("basic", base64.b64decode(value.strip(), validate=True).decode())
        except (binascii.Error, UnicodeDecodeError):
            raise CredentialsUnknown from None
    return None


def basic_credential(user: str, password: str) -> Credential:
    """The credential of a user, whose clients send the MD5 of the password in its place (RFC 7617 otherwise)."""
    digest = hashlib.md5(password.encode(), usedforsecurity=False).hexdigest()
    return Credential("basic", f"{user}:{digest}")


def json_reply(request: Request, status: int, body: dict[str, Any]) -> Reply:
    """A reply with the headers that Capillary's clients expect."""
    headers = {"X-Cap-Requestid": request.id}
    if status == CredentialsError.status:
        headers["WWW-Authenticate"] = "Basic"
    if status == StorageBusy.status:
        headers["Retry-After"] = "1"
    return Reply(status, "application/json", json.dumps(body, separators=(",", ":")), headers)


def _request_fault(error: RequestError) -> Fault:
    if isinstance(error, CredentialsExpired):
        return _EXPIRED_CODE, str(error)
    if isinstance(error, CredentialsError):
        return error.status, "Unauthorized"
    if isinstance(error, InternalError):
        return error.status, "Internal error"
    return _REQUEST_FAULTS.get(type(error)) or (error.status, str(error))


def _element(params: Params, outcome: Outcome) -> dict[str, Any]:
    if outcome.status is Status.NOT_FOUND:
        return _failure(*_NOT_FOUND)
    if outcome.status is Status.BUSY:
        return _failure(*_BUSY)
    values = outcome.values or {}
    if outcome.status is Status.INVALID:
        return _failure(values["code"], outcome.reason or "")
    warnings = [_said(*_EXHAUSTED)] if outcome.status is Status.EXHAUSTED else []
    return {"result": _result(params, values), "errors": [], "warnings": warnings}


def _result(params: Params, values: Mapping[str, Any]) -> dict[str, Any]:
    """The promotion is named as the request named it: by its id, else by its identifier."""
    result = {"entityType": "CUSTOMER", "entityId": values["customer_id"]}
    if params.promotion_id is None:
        result["promoIdentifier"] = params.promotion_identifier
    else:
        result["promotionId"] = int(params.promotion_id)
    if values["promotion_name"]:
        result["promotionName"] = values["promotion_name"]
    result["programId"] = int(params.program_id)
    if "earned_id" in values:
        result |= {"issualId": str(values["issue_id"]), "earnedId": str(values["earned_id"])}
    return result


def _failure(code: int, message: str) -> dict[str, Any]:
    return {"errors": [_said(code, message)], "warnings": []}


def _said(code: int, message: str) -> dict[str, Any]:
    return {"status": False, "code": code, "message": message}
