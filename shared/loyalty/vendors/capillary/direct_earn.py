"""Capillary's bulk issue of promotions, `POST /v2/promotion/bulk/directEarn`.

Source: Capillary's documentation, "Direct earn promotion" of the bulk API v2, its response examples to the
letter. Where it is silent: a fault of the request as a whole is told once for each customer, so that
`totalCount` and `failureCount` always speak of customers.
"""

from dataclasses import dataclass
from typing import Any

from loyalty.domain import moment
from loyalty.domain.account import Account, Caller, Credential
from loyalty.domain.errors import RequestError, too_many_items
from loyalty.http.body import decode, read_json
from loyalty.http.request import Reply, Request
from loyalty.operations.earn.items import KIND, Item, Params
from loyalty.settings import Settings
from loyalty.vendors.capillary import items as capillary_items
from loyalty.vendors.capillary import replies as capillary_replies
from loyalty.vendors.capillary.credentials import header_credential
from loyalty.vendors.contract import Answer, Manner, Submission


@dataclass(frozen=True, slots=True)
class Capillary:
    """The endpoint."""

    name = "capillary.direct_earn"
    kind = KIND
    codes = capillary_replies.COUNTED

    def open(self, request: Request) -> "CapillaryExchange":
        """Begin with a request."""
        return CapillaryExchange(request)

    def render(self, request: Request, manner: Manner, answer: Answer) -> Reply:
        """The documented reply: one element for each customer."""
        elements = [capillary_replies.element(manner, outcome, answer.repeat_under) for outcome in answer.outcomes]
        return capillary_replies.answer(request, elements)

    def queued(self, request: Request, _manner: Manner, job_id: str, location: str) -> Reply:
        """Nothing answered yet, and the job; HTTP status 202."""
        return capillary_replies.queued(request, job_id, location)


DIRECT_EARN = Capillary()


class CapillaryExchange:
    """One request: its headers say who calls, and only then is the body read."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._customers: list[Any] = []
        self._params = Params("", None, None, "")

    def credential(self, _settings: Settings) -> Credential | None:
        """An access token, else Basic."""
        return header_credential(self._request)

    def identified(self, _caller: Caller) -> None:
        """No account changes how replies look."""

    def submission(self, _account: Account, settings: Settings) -> Submission[Params, Item]:
        """The customers that are to earn; elements that are themselves wrong are outcomes already."""
        document = read_json(decode(self._request.body()))
        if isinstance(customers := document.get("customers"), list):
            self._customers = customers
        if len(self._customers) > settings.max_items:
            raise too_many_items(settings.max_items)
        self._params = capillary_items.params(document, moment.now())
        if settings.bulk_api_redirection_enabled:
            capillary_items.check_batch_size(self._customers, settings.bulk_api_batch_size_for_redirection)
        return Submission(self._params, capillary_items.items(document.get("identifierName"), self._customers))

    def manner(self) -> Manner:
        """How the request named program and promotion, since the reply names them so; not when, which varies."""
        return {name: value for name, value in self._params._asdict().items() if name != "received_at"}

    def error(self, error: RequestError) -> Reply:
        """A fault that all customers share, as each one's; any other as the error of an empty answer."""
        fault = capillary_replies.entity_fault(error)
        if fault is None:
            return capillary_replies.refuse(self._request, error)
        return capillary_replies.answer(
            self._request, [capillary_replies.failure(*fault)] * max(len(self._customers), 1)
        )
