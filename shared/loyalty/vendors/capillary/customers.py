"""Capillary's `POST /v2/customers`: one customer is made, and becomes a member of programs with a credit in each.

Source: Capillary's documentation, "Add customer". Of its profiles there is one; enrolments are written with the
customer, or nothing is. An identifier that finds anybody already is 8006.
"""

from dataclasses import replace
from typing import Any

from loyalty.domain import moment
from loyalty.domain.account import Account, Caller, Credential
from loyalty.domain.errors import ProgramInactive, RequestError
from loyalty.domain.outcome import RETRYABLE, Outcome, Status
from loyalty.http.body import MAX_ITEM_BYTES, decode, read_json
from loyalty.http.request import Reply, Request
from loyalty.operations.import_customers.items import KIND, Only, Overwrite, Params, Row
from loyalty.settings import Settings
from loyalty.vendors.capillary import customer_rows
from loyalty.vendors.capillary.credentials import header_credential
from loyalty.vendors.capillary.customer_rows import REFUSED
from loyalty.vendors.capillary.replies import entity_fault, failure, refuse_call, said, vendor_reply
from loyalty.vendors.contract import CANCELLED, Answer, Manner, Submission, cancelled, not_known

_EXISTS = (8006, "Customer already exists")
_BUSY = "Storage is busy, repeat the request"
_COUNTED = {
    Status.CREATED: "0",
    Status.EXISTS: str(_EXISTS[0]),
    Status.INVALID: "400",
    Status.BUSY: "503",
    Status.UNKNOWN: "503",
    Status.CANCELLED: CANCELLED,
}


class AddCustomer:
    """The endpoint."""

    name = "capillary.add_customer"
    kind = KIND
    codes = _COUNTED

    def open(self, request: Request) -> "AddCustomerExchange":
        """Begin with a request."""
        return AddCustomerExchange(request)

    def render(self, request: Request, manner: Manner, answer: Answer) -> Reply:
        """The customer's id and the points that it was given; no id where no part of a job's results is asked for."""
        if not answer.outcomes:
            return vendor_reply(request, 200, {"warnings": [], "sideEffects": []})
        outcome = answer.outcomes[0]
        if outcome.status is Status.CREATED:
            return vendor_reply(request, 200, _created(manner, outcome))
        if outcome.status in RETRYABLE:
            texts = {Status.BUSY: _BUSY, Status.CANCELLED: cancelled("the request")}
            text = texts.get(outcome.status) or not_known("the customer", "registered", answer.repeat_under)
            reply = vendor_reply(request, 503, failure(503, text))
            return replace(reply, headers={**reply.headers, "Retry-After": "1"})
        return vendor_reply(request, 200, _failed(outcome))

    def queued(self, request: Request, _manner: Manner, job_id: str, location: str) -> Reply:
        """No customer yet, and the job; HTTP status 202."""
        reply = vendor_reply(request, 202, {"warnings": [], "sideEffects": [], "job_id": job_id})
        return replace(reply, headers={**reply.headers, "Location": location})


ADD_CUSTOMER = AddCustomer()


class AddCustomerExchange:
    """One request: its headers say who calls, and only then is the body read."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._points: list[str] = []

    def credential(self, _settings: Settings) -> Credential | None:
        """An access token, else Basic."""
        return header_credential(self._request)

    def identified(self, _caller: Caller) -> None:
        """No account changes how replies look."""

    def submission(self, account: Account, _settings: Settings) -> Submission[Params, Row]:
        """The customer to make, or why it can't be."""
        document = read_json(decode(self._request.body(MAX_ITEM_BYTES)))
        enrolments = customer_rows.enrolments(document.get("loyaltyProgramEnrollments"))
        self._points = [points for points in enrolments.values() if points]
        row = customer_rows.row(document.get("profiles"), enrolments, account)
        params = Params(tuple(enrolments), Overwrite.UPDATE, moment.now(), only=Only.STRANGERS, tells=("customer_id",))
        return Submission(params, [row])

    def manner(self) -> Manner:
        """The credits, since the reply tells them."""
        return {"points": self._points}

    def error(self, error: RequestError) -> Reply:
        """The error alone; a program that is not there is the customer's, as at directEarn."""
        if isinstance(error, ProgramInactive):
            return vendor_reply(self._request, 200, failure(400, f"program {error} is not active"))
        if (fault := entity_fault(error)) is not None:
            return vendor_reply(self._request, 200, failure(*fault))
        return refuse_call(self._request, error)


def _created(manner: Manner, outcome: Outcome) -> dict[str, Any]:
    customer_id = int((outcome.values or {})["customer_id"])
    effects = [_awarded(float(points)) for points in manner.get("points", ())]
    return {"createdId": customer_id, "warnings": [], "sideEffects": effects}


def _awarded(points: float) -> dict[str, Any]:
    whole = int(points) if points.is_integer() else points
    return {"entityType": "USER", "rawAwardedPoints": points, "awardedPoints": whole, "type": "points"}


def _failed(outcome: Outcome) -> dict[str, Any]:
    """The error; the documentation's text for a bad identifier says nothing of it, so a warning does."""
    if outcome.status is Status.EXISTS:
        return failure(*_EXISTS)
    code, reason = (outcome.values or {}).get("code", 400), outcome.reason or ""
    if code != REFUSED[0]:
        return failure(code, reason)
    return {**failure(*REFUSED), "warnings": [said(code, reason)]}
