"""The parameters of directEarn and the elements of its `customers`: normalised, or refused with Capillary's codes."""

from collections.abc import Mapping, Sequence
from typing import Any

from loyalty.domain.errors import quote, refusal
from loyalty.domain.identifiers import name as normal_name
from loyalty.domain.identifiers import normalise
from loyalty.domain.outcome import NOT_FOUND, Outcome, Status
from loyalty.domain.text import LONGEST_WORD
from loyalty.http.body import Hosts, integer_id, too_large
from loyalty.operations.earn.items import Item, Params
from loyalty.vendors.capillary.replies import EntityFault

Items = list[Item | Outcome]

SOURCES = frozenset(
    {
        "ALL",
        "ECOMMERCE",
        "FACEBOOK",
        "INSTORE",
        "JD",
        "LINE",
        "MARTJACK",
        "MOBILE_APP",
        "TAOBAO",
        "TMALL",
        "WEBSITE",
        "WEB_ENGAGE",
        "WECHAT",
    }
)

_KINDS = {"id": "customer_id", "mobile": "phone", "email": "email"}
_EMPTY = (11013, "identifierName, identifierValue, source can not be empty")
_BAD_REQUEST = 400


def params(document: Mapping[str, Any], received_at: str) -> Params:
    """Type, program and promotion, in Capillary's order of checks; raises EntityFault.

    What can't be an id becomes an empty one, which is nobody's, so that the operation says what is unknown.
    """
    _check_type(document.get("type"))
    details = document.get("promotionDetails")
    named = {name: value for name, value in details.items() if not _blank(value)} if isinstance(details, dict) else {}
    if "programId" not in named or not named.keys() & {"promotionId", "promoIdentifier"}:
        raise EntityFault(
            8881, "insufficient parameters passed, program id and one of promotion id/identifier are required"
        )
    return Params(
        program_id=integer_id(named["programId"]) or "",
        promotion_id=integer_id(named["promotionId"]) or "" if "promotionId" in named else None,
        promotion_identifier=_text(named["promoIdentifier"]) if "promoIdentifier" in named else None,
        received_at=received_at,
    )


def items(identifier_name: object, customers: Sequence[object]) -> Items:
    """One item or outcome for each customer, one outcome for none; a fault that all share is the outcome of each."""
    count = max(len(customers), 1)
    if _blank(identifier_name):
        return [_refused(*_EMPTY)] * count
    if not isinstance(identifier_name, str) or identifier_name not in _KINDS:
        fault = refusal("identifierName", "must be id, mobile or email", identifier_name)
        return [_refused(_BAD_REQUEST, fault)] * count
    if not customers:
        return [_refused(_BAD_REQUEST, "customers must be a list of at least one customer")]
    hosts = Hosts()
    for customer in customers if identifier_name == "email" else ():
        hosts.note(customer.get("identifierValue") if isinstance(customer, dict) else None)
    return [_item(identifier_name, customer) for customer in customers]


def check_batch_size(customers: Sequence[object], most: int) -> None:
    """Refuse more customers than bulk API redirection lets through; raises EntityFault."""
    if len(customers) > most:
        raise EntityFault(_BAD_REQUEST, f"a request may hold at most {most} customers, not {len(customers)}")


def _check_type(value: object) -> None:
    if value == "USERGROUP2":
        raise EntityFault(8899, "Cannot enrol/issue to the user group")
    if value != "CUSTOMER":
        raise EntityFault(8901, "invalid entity type passed")


def _item(identifier_name: str, customer: object) -> Item | Outcome:
    if not isinstance(customer, dict):
        return _refused(_BAD_REQUEST, refusal("A customer", "must be an object", customer))
    if too_large(customer):
        return _refused(_BAD_REQUEST, "The customer is larger than 64 KB")
    value, source = customer.get("identifierValue"), customer.get("source")
    if _blank(value) or _blank(source):
        return _refused(*_EMPTY)
    if not isinstance(value, str | int) or isinstance(value, bool):
        return _refused(_BAD_REQUEST, refusal("identifierValue", "must be text or an integer", value))
    known = source.strip().upper() if isinstance(source, str) and len(source) <= LONGEST_WORD else ""
    if known not in SOURCES:
        return _refused(_BAD_REQUEST, f"unknown source {quote(source)}")
    text = _identifier(identifier_name, str(value).strip())
    return NOT_FOUND if text is None else Item((_KINDS[identifier_name], text), known)


def _identifier(name: str, text: str) -> str | None:
    """The identifier as it would be stored; None when no customer can have it."""
    if name == "id":
        return integer_id(text)
    return mobile(text) if name == "mobile" else normalise(_KINDS[name], text)


def mobile(text: str) -> str | None:
    """A phone as it would be stored, which may come without its plus; None for what is none."""
    return normalise("phone", text) or (None if text.startswith(("+", "00")) else normalise("phone", f"+{text}"))


def _refused(code: int, message: str) -> Outcome:
    return Outcome(Status.INVALID, reason=message, values={"code": code})


def _blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _text(value: object) -> str:
    return (normal_name(str(value)) if isinstance(value, str | int) else None) or ""
