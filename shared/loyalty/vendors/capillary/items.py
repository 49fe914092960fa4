"""The parameters of bulk requests and the elements of `customers`: normalised, or refused with Capillary's codes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from loyalty.domain.identifiers import Identifier, normalise
from loyalty.domain.identifiers import name as normal_name
from loyalty.domain.outcome import NOT_FOUND, Outcome, Status
from loyalty.domain.quoting import quote, refusal
from loyalty.domain.text import LONGEST_WORD
from loyalty.http.body import Hosts, integer_id, too_large
from loyalty.operations.earn.items import Params
from loyalty.operations.kind import Item
from loyalty.vendors.capillary.replies import EntityFault

Make = Callable[[Identifier, str, Mapping[str, Any]], Item | Outcome]
"""Makes an item of a customer's normalised identifier and source, and of what else its element says."""

SOURCES = (
    *("INSTORE", "ECOMMERCE", "WEBSITE", "MOBILE_APP", "ALL", "FACEBOOK", "LINE", "WECHAT"),
    *("WEB_ENGAGE", "MARTJACK", "TMALL", "TAOBAO", "JD"),
)
"""Where customers come from, as the vendor calls it."""

KINDS = {"id": "customer_id", "mobile": "phone", "email": "email"}
"""The kinds of identifier by what a request calls them."""

INSUFFICIENT = (8881, "insufficient parameters passed, program id and one of promotion id/identifier are required")
EMPTY = (11013, "identifierName, identifierValue, source can not be empty")

BAD_REQUEST = 400
_MOST_HINTED = 1_000  # customers of a request whose errors list all sources: replies about many stay small


def params(document: Mapping[str, Any], received_at: str) -> Params:
    """Type, program and promotion, in Capillary's order of checks; raises EntityFault.

    What can't be an id becomes an empty one, which is nobody's, so that the operation says what is unknown.
    """
    _check_type(document.get("type"))
    details = document.get("promotionDetails")
    named = {name: value for name, value in details.items() if not blank(value)} if isinstance(details, dict) else {}
    if "programId" not in named or not named.keys() & {"promotionId", "promoIdentifier"}:
        raise EntityFault(*INSUFFICIENT)
    return Params(
        program_id=integer_id(named["programId"]) or "",
        promotion_id=integer_id(named["promotionId"]) or "" if "promotionId" in named else None,
        promotion_identifier=_text(named["promoIdentifier"]) if "promoIdentifier" in named else None,
        received_at=received_at,
    )


def items(identifier_name: object, customers: Sequence[object], make: Make[Item]) -> list[Item | Outcome]:
    """One item or outcome for each customer, one outcome for none; a fault that all share is the outcome of each."""
    count = max(len(customers), 1)
    if blank(identifier_name):
        return [refused(*EMPTY)] * count
    if not isinstance(identifier_name, str) or identifier_name not in KINDS:
        fault = refusal("identifierName", "must be id, mobile or email", identifier_name)
        return [refused(BAD_REQUEST, fault)] * count
    if not customers:
        return [refused(BAD_REQUEST, "customers must be a list of at least one customer")]
    hosts = Hosts()
    for customer in customers if identifier_name == "email" else ():
        hosts.note(customer.get("identifierValue") if isinstance(customer, dict) else None)
    hint = f"; one of {', '.join(SOURCES)}" if len(customers) <= _MOST_HINTED else ""
    return [_item(identifier_name, customer, make, hint) for customer in customers]


def check_batch_size(customers: Sequence[object], most: int) -> None:
    """Refuse more customers than bulk API redirection lets through; raises EntityFault."""
    if len(customers) > most:
        raise EntityFault(BAD_REQUEST, f"the request holds {len(customers)} customers, and may hold {most}")


def _check_type(value: object) -> None:
    if value == "USERGROUP2":
        raise EntityFault(8899, "Cannot enrol/issue to the user group")
    if value != "CUSTOMER":
        raise EntityFault(8901, "invalid entity type passed")


def _item(identifier_name: str, customer: object, make: Make[Item], hint: str) -> Item | Outcome:
    if not isinstance(customer, dict):
        return refused(BAD_REQUEST, refusal("A customer", "must be an object", customer))
    if too_large(customer):
        return refused(BAD_REQUEST, "The customer is larger than 64 KB")
    value, source = customer.get("identifierValue"), customer.get("source")
    if blank(value) or blank(source):
        return refused(*EMPTY)
    if not isinstance(value, str | int) or isinstance(value, bool):
        return refused(BAD_REQUEST, refusal("identifierValue", "must be text or an integer", value))
    if (known := known_source(source)) is None:
        return refused(BAD_REQUEST, f"unknown source {quote(source)}{hint}")
    kind = KINDS[identifier_name]
    text = identifier(kind, str(value).strip())
    return NOT_FOUND if text is None else make((kind, text), known, customer)


def known_source(source: object) -> str | None:
    """A source as it is stored; None for what is none."""
    text = source.strip().upper() if isinstance(source, str) and len(source) <= LONGEST_WORD else ""
    return text if text in SOURCES else None


def identifier(kind: str, text: str) -> str | None:
    """An identifier as it would be stored, a mobile also without its plus; None when no customer can have it."""
    if kind == "customer_id":
        return integer_id(text)
    return mobile(text) if kind == "phone" else normalise(kind, text)


def mobile(text: str) -> str | None:
    """A phone as it would be stored, which may come without its plus; None for what is none."""
    return normalise("phone", text) or (None if text.startswith(("+", "00")) else normalise("phone", f"+{text}"))


def refused(code: int, message: str) -> Outcome:
    """A customer that is itself wrong, with Capillary's code for that."""
    return Outcome(Status.INVALID, reason=message, values={"code": code})


def blank(value: object) -> bool:
    """Whether a parameter is as good as not there."""
    return value is None or (isinstance(value, str) and not value.strip())


def _text(value: object) -> str:
    return (normal_name(str(value)) if isinstance(value, str | int) else None) or ""
