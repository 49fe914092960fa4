"""`type=record_customer`: one customer is made, registered or edited, and becomes a member of campaigns.

Source: "Customer" and "Customer Update" (API 1.5). Where they are silent: what a customer is matched by, what is
blanked, and that `register` says who is registered already. A request is no job, unless it has an Idempotency-Key or
does not wait.
"""

from dataclasses import replace
from typing import Any

from loyalty.domain import moment
from loyalty.domain.account import Account
from loyalty.domain.errors import ProgramInactive, ProgramNotFound, RequestError
from loyalty.domain.outcome import Outcome, Status
from loyalty.domain.quoting import quote
from loyalty.http.request import Reply, Request
from loyalty.operations.import_customers.items import KIND, Overwrite, Params, Row
from loyalty.settings import Settings
from loyalty.vendors.contract import CANCELLED, Answer, Manner, Submission, cancelled, not_known
from loyalty.vendors.stickystreet import record_fields
from loyalty.vendors.stickystreet.envelope import Envelope, EnvelopeExchange
from loyalty.vendors.stickystreet.record_fields import Action
from loyalty.vendors.stickystreet.style import Style, failed, fault_text, reply, style_of

_TELLS = ("code", "card_number")
_WORDS = {
    (Action.NEW, Status.CREATED): "new",
    (Action.EDIT, Status.CREATED): "new",
    (Action.EDIT, Status.UPDATED): "updated",
    (Action.REGISTER, Status.CREATED): "registered",
    (Action.REGISTER, Status.UPDATED): "registered",
}
_EXISTS = {Action.NEW: "Customer already exists", Action.REGISTER: "Customer is already registered"}
_BUSY = "Storage is busy, repeat the request"


_COUNTED = {
    Status.CREATED: "new",
    Status.UPDATED: "updated",
    Status.EXISTS: "failed",
    Status.INVALID: "failed",
    Status.BUSY: "busy",
    Status.UNKNOWN: "busy",
    Status.CANCELLED: CANCELLED,
}


class RecordCustomer:
    """The contract."""

    name = "stickystreet.record_customer"
    kind = KIND
    codes = _COUNTED

    def open(self, request: Request) -> "RecordCustomerExchange":
        """Begin with a request."""
        return self.begin(Envelope(request))

    def begin(self, envelope: Envelope) -> "RecordCustomerExchange":
        """Go on with a request whose type led here."""
        return RecordCustomerExchange(envelope)

    def render(self, _request: Request, manner: Manner, answer: Answer) -> Reply:
        """The customer's code and card, or why it was not recorded; nothing where no part of a job's results is."""
        style, action = style_of(manner), Action(manner.get("action", Action.EDIT))
        if not answer.outcomes:
            return reply(style, {})
        outcome = answer.outcomes[0]
        if word := _WORDS.get((action, outcome.status)):
            return reply(style, {"customer": {"status": word, **_told(style, outcome)}})
        return failed(style, _fault(action, outcome, answer.repeat_under))

    def queued(self, _request: Request, manner: Manner, job_id: str, location: str) -> Reply:
        """A customer that goes through the queue, with HTTP status 200 as always."""
        queued = reply(style_of(manner), {"customer": {"status": "queued", "job_id": job_id}})
        return replace(queued, headers={"Location": location})


RECORD_CUSTOMER = RecordCustomer()


class RecordCustomerExchange(EnvelopeExchange):
    """One request."""

    def submission(self, account: Account, _settings: Settings) -> Submission[Params, Row]:
        """The customer to record."""
        self._envelope.check_size()
        form = self._envelope.fields
        action = record_fields.action(form)
        self._about["action"] = action.value
        campaigns, cards = record_fields.campaigns(form), record_fields.cards(form)
        params = Params(
            campaigns=campaigns,
            overwrite=Overwrite.UPDATE,
            received_at=moment.now(),
            card_digits=cards.digits if cards else None,
            card_prefix=cards.prefix if cards else None,
            card_suffix=cards.suffix if cards else None,
            only=record_fields.ONLY.get(action),
            codes=record_fields.codes(self._envelope, action),
            tells=_TELLS,
        )
        return Submission(params, [record_fields.row(form, account, campaigns)])

    def error(self, error: RequestError) -> Reply:
        """The reply with the error alone."""
        return failed(self._envelope.style, _error_text(error))


def _told(style: Style, outcome: Outcome) -> dict[str, Any]:
    """Code and card, the latter blank where there is none, and a warning if there is one."""
    values = outcome.values or {}
    blank = "" if style.json else None
    return {name: values.get(name, blank) for name in _TELLS} | {
        name: text for name, text in values.items() if name not in _TELLS
    }


def _fault(action: Action, outcome: Outcome, repeat_under: str | None) -> str:
    if outcome.status is Status.EXISTS:
        return _EXISTS[action]
    if outcome.status is Status.UNKNOWN:
        return not_known("the customer", "recorded", repeat_under)
    if outcome.status is Status.CANCELLED:
        return cancelled("the request")
    return _BUSY if outcome.status is Status.BUSY else outcome.reason or ""


def _error_text(error: RequestError) -> str:
    if isinstance(error, ProgramNotFound):
        return record_fields.unknown_campaign(str(error))
    if isinstance(error, ProgramInactive):
        return f"campaign_id names the campaign {quote(str(error))}, which is not active"
    return fault_text(error)
