"""Sticky Street's `customer_delete` (API 1.5): a customer is erased for good, whatever its code finds of it.

Source: "Customer Delete", which names the code and no errors. Beyond it: the answer where the customer is still being
erased, with the job that does it.
"""

from dataclasses import replace

from loyalty.domain.account import Account
from loyalty.domain.errors import BadRequest
from loyalty.domain.identifiers import normalise, refused
from loyalty.domain.outcome import Outcome, Status, invalid
from loyalty.http.request import Reply, Request
from loyalty.operations.erase.items import KIND, Item, Params
from loyalty.settings import Settings
from loyalty.vendors.contract import CANCELLED, Answer, Manner, Submission, cancelled
from loyalty.vendors.stickystreet.envelope import Envelope, EnvelopeExchange
from loyalty.vendors.stickystreet.style import failed, reply, style_of

_FAULTS = {
    Status.NOT_FOUND: "Customer not found",
    Status.BUSY: "Storage is busy, repeat the request",
    Status.UNKNOWN: "Storage is busy, repeat the request",
    Status.CANCELLED: cancelled("the request"),
}
_COUNTED = {
    Status.REMOVED: "deleted",
    Status.NOT_FOUND: "not found",
    Status.INVALID: "failed",
    Status.BUSY: "busy",
    Status.UNKNOWN: "busy",
    Status.CANCELLED: CANCELLED,
}


class CustomerDelete:
    """The call."""

    name = "stickystreet.customer_delete"
    kind = KIND
    codes = _COUNTED

    def open(self, request: Request) -> "CustomerDeleteExchange":
        """Begin with a request."""
        return self.begin(Envelope(request))

    def begin(self, envelope: Envelope) -> "CustomerDeleteExchange":
        """Go on with a request whose type led here."""
        return CustomerDeleteExchange(envelope)

    def render(self, _request: Request, manner: Manner, answer: Answer) -> Reply:
        """The documented reply, with the code that was asked for; nothing where a part without it is asked for."""
        style = style_of(manner)
        if not answer.outcomes:
            return reply(style, {})
        outcome = answer.outcomes[0]
        if outcome.status is not Status.REMOVED:
            return failed(style, _FAULTS.get(outcome.status) or outcome.reason or "")
        return reply(style, {"customer": {"status": "deleted", "code": manner.get("code", "")}})

    def queued(self, _request: Request, manner: Manner, job_id: str, location: str) -> Reply:
        """The customer is still being erased; HTTP status 200 as always."""
        told = reply(style_of(manner), {"customer": {"status": "queued", "job_id": job_id}})
        return replace(told, headers={"Location": location})


CUSTOMER_DELETE = CustomerDelete()


class CustomerDeleteExchange(EnvelopeExchange):
    """One request."""

    def submission(self, _account: Account, _settings: Settings) -> Submission[Params, Item]:
        """Whom to erase."""
        self._envelope.check_size()
        self._envelope.check_once()
        code = self._envelope.text("code")
        if not code:
            raise BadRequest("code is required")
        self._about["code"] = code
        normal = normalise("code", code)
        named: Item | Outcome = Item(("code", normal)) if normal else invalid(refused("code", code))
        return Submission(Params(), [named])
