"""What Capillary's endpoints under `/v2/promotion/bulk` have in common: one promotion, and a list of customers.

Source: Capillary's documentation of the bulk API v2, its response examples to the letter. Where it is silent: a fault
of the request as a whole is told once for each customer, so that `totalCount` and `failureCount` always speak of
customers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic

from loyalty.domain import moment
from loyalty.domain.account import Account, Caller, Credential
from loyalty.domain.errors import RequestError, too_many_items
from loyalty.domain.outcome import Outcome, Status
from loyalty.http.body import decode, read_json
from loyalty.http.request import Reply, Request
from loyalty.operations.earn.items import Params
from loyalty.operations.kind import Item, Kind
from loyalty.settings import Settings
from loyalty.vendors.capillary import items as capillary_items
from loyalty.vendors.capillary import replies as capillary_replies
from loyalty.vendors.capillary.credentials import header_credential
from loyalty.vendors.capillary.items import Make
from loyalty.vendors.contract import Answer, Manner, Submission

Element = Callable[[Manner, Outcome, str | None], dict[str, Any]]
"""Makes one customer's element of the answer; where it is not known, the last is the key to repeat the request with."""


def _nothing_more(_document: Mapping[str, Any]) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Bulk(Generic[Item]):
    """One endpoint: what its requests ask for, and its `element` of the answer.

    `make` makes an item of a customer; `check` raises the EntityFault of what else a request must not hold. A request
    that takes something away has each name `once`: elsewhere the last of several counts.
    """

    name: str
    kind: Kind[Params, Item]
    codes: Mapping[Status, str]
    make: Make[Item]
    element: Element
    check: Callable[[Mapping[str, Any]], None] = _nothing_more
    once: bool = False

    def open(self, request: Request) -> "BulkExchange[Item]":
        """Begin with a request."""
        return BulkExchange(self, request)

    def render(self, request: Request, manner: Manner, answer: Answer) -> Reply:
        """The documented reply: one element for each customer."""
        elements = [self.element(manner, outcome, answer.repeat_under) for outcome in answer.outcomes]
        return capillary_replies.answer(request, elements)

    def queued(self, request: Request, _manner: Manner, job_id: str, location: str) -> Reply:
        """Nothing answered yet, and the job; HTTP status 202."""
        return capillary_replies.queued(request, job_id, location)


class BulkExchange(Generic[Item]):
    """One request: its headers say who calls, and only then is the body read."""

    def __init__(self, contract: Bulk[Item], request: Request) -> None:
        self._contract, self._request = contract, request
        self._customers: list[Any] = []
        self._params = Params("", None, None, "")

    def credential(self, _settings: Settings) -> Credential | None:
        """An access token, else Basic."""
        return header_credential(self._request)

    def identified(self, _caller: Caller) -> None:
        """No account changes how replies look."""

    def submission(self, _account: Account, settings: Settings) -> Submission[Params, Item]:
        """The customers that it is about; elements that are themselves wrong are outcomes already."""
        document = read_json(decode(self._request.body()), once=self._contract.once)
        if isinstance(customers := document.get("customers"), list):
            self._customers = customers
        if len(self._customers) > settings.max_items:
            raise too_many_items(settings.max_items)
        self._params = capillary_items.params(document, moment.now())
        self._contract.check(document)
        if settings.bulk_api_redirection_enabled:
            capillary_items.check_batch_size(self._customers, settings.bulk_api_batch_size_for_redirection)
        items = capillary_items.items(document.get("identifierName"), self._customers, self._contract.make)
        return Submission(self._params, items)

    def manner(self) -> Manner:
        """How the request named program and promotion, since the reply names them so; not when, which varies."""
        return capillary_replies.named(self._params)

    def error(self, error: RequestError) -> Reply:
        """A fault that all customers share, as each one's; any other as the error of an empty answer."""
        fault = capillary_replies.entity_fault(error)
        if fault is None:
            return capillary_replies.refuse(self._request, error)
        return capillary_replies.answer(
            self._request, [capillary_replies.failure(*fault)] * max(len(self._customers), 1)
        )
