"""Capillary's issue of a promotion to one customer, `POST /v2/promotion/issue`, which names the customer in its URL.

Source: Capillary's documentation, "Issue loyalty promotion", the older form of directEarn. Where it is silent, the
checks and their order are those of directEarn, and the faults of the URL's parameters those of Capillary's look-ups.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from loyalty.domain import moment
from loyalty.domain.account import Account, Caller, Credential
from loyalty.domain.errors import RequestError
from loyalty.domain.outcome import NOT_FOUND, Outcome
from loyalty.domain.text import folded
from loyalty.http.body import MAX_ITEM_BYTES, decode, integer_id, read_json
from loyalty.http.request import Reply, Request
from loyalty.operations.earn.items import KIND, Item, Params
from loyalty.settings import Settings
from loyalty.vendors.capillary import items, replies
from loyalty.vendors.capillary.credentials import header_credential
from loyalty.vendors.capillary.replies import EntityFault
from loyalty.vendors.contract import Answer, Manner, Submission

_KINDS = {"id": "customer_id", "email": "email", "mobile": "phone", "externalid": "code"}
"""By `identifierName` in lower case."""

_WRONG_TYPE = (1212, "Invalid entity type passed.")
_WRONG_NAME = (8013, "Identifier name missing or incorrect")
_WRONG_SOURCE = (8003, "Invalid source")


@dataclass(frozen=True, slots=True)
class IssuePromotion:
    """The endpoint."""

    name = "capillary.issue_promotion"
    kind = KIND
    codes = replies.COUNTED

    def open(self, request: Request) -> "IssueExchange":
        """Begin with a request."""
        return IssueExchange(request)

    def render(self, request: Request, manner: Manner, answer: Answer) -> Reply:
        """The documented reply: what was issued, or why it was not; nothing where no result is asked for."""
        bodies = [_body(manner, outcome, answer.repeat_under) for outcome in answer.outcomes]
        return replies.vendor_reply(request, 200, bodies[0] if bodies else _done([]))

    def queued(self, request: Request, _manner: Manner, job_id: str, location: str) -> Reply:
        """Nothing issued yet, and the job; HTTP status 202."""
        reply = replies.vendor_reply(request, 202, {**_done([]), "job_id": job_id})
        return replace(reply, headers={**reply.headers, "Location": location})


ISSUE_PROMOTION = IssuePromotion()


class IssueExchange:
    """One request: its headers say who calls, its body which promotion, its URL which customer."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._params = Params("", None, None, "")

    def credential(self, _settings: Settings) -> Credential | None:
        """An access token, else Basic."""
        return header_credential(self._request)

    def identified(self, _caller: Caller) -> None:
        """No account changes how replies look."""

    def submission(self, _account: Account, _settings: Settings) -> Submission[Params, Item]:
        """The one customer, or what is wrong with it."""
        document = read_json(decode(self._request.body(MAX_ITEM_BYTES)))
        self._params = _params(document, self._request.query)
        return Submission(self._params, [_item(self._request.query)])

    def manner(self) -> Manner:
        """The program and the promotion, which the reply names."""
        return replies.named(self._params)

    def error(self, error: RequestError) -> Reply:
        """The error; HTTP status 200 for one of the promotion or the customer."""
        fault = replies.entity_fault(error)
        status, told = (200, fault) if fault else (error.status, replies.request_fault(error))
        return replies.vendor_reply(self._request, status, replies.failure(*told))


def _params(document: Mapping[str, Any], query: Mapping[str, str]) -> Params:
    """Type, program and promotion, in Capillary's order of checks; raises EntityFault."""
    if (query.get("type", "").strip() or "CUSTOMER") != "CUSTOMER":
        raise EntityFault(*_WRONG_TYPE)
    program, promotion = document.get("programId"), document.get("promotionId")
    if items.blank(program) or items.blank(promotion):
        raise EntityFault(*items.INSUFFICIENT)
    return Params(integer_id(program) or "", integer_id(promotion) or "", None, moment.now())


def _item(query: Mapping[str, str]) -> Item | Outcome:
    """Who earns; one whose identifier can be nobody's is not found."""
    name, value, source = (query.get(one, "").strip() for one in ("identifierName", "identifierValue", "source"))
    if not (name and value and source):
        return items.refused(*items.EMPTY)
    kind = _KINDS.get(folded(name))
    if kind is None:
        return items.refused(*_WRONG_NAME)
    if (known := items.known_source(source)) is None:
        return items.refused(*_WRONG_SOURCE)
    text = items.identifier(kind, value)
    return Item((kind, text), known) if text else NOT_FOUND


def _body(manner: Manner, outcome: Outcome, repeat_under: str | None) -> dict[str, Any]:
    element = replies.element(manner, outcome, repeat_under)
    values = outcome.values or {}
    if element["errors"]:
        return element
    if element["warnings"]:
        return _done([], element["warnings"])
    return _done(
        [
            {
                "programId": int(manner["program_id"]),
                "issualId": values["issue_id"],
                "earnedId": values["earned_id"],
                "promotionId": int(manner["promotion_id"]),
                "type": "Points promotion",
            }
        ]
    )


def _done(effects: list[dict[str, Any]], warnings: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {"warnings": warnings or [], "errors": [], "sideEffects": effects}
