"""`GET /v2/customers/lookup/promotionData`: the account's promotions, and what a customer has of each.

Source: Capillary's documentation, "Get customer's promotions". `earns`, which nothing else tells afterwards, is ours;
`includeEarns=false` leaves it out. Points that promotions give are no matter here, so what limits them is 0.
"""

from typing import Any

from loyalty.domain import moment
from loyalty.domain.account import Account, Promotion
from loyalty.domain.errors import ParameterError
from loyalty.operations.read.known import Known, Usage
from loyalty.operations.read.queries import CUSTOMER, Who
from loyalty.vendors.capillary import lookups
from loyalty.vendors.capillary.lookups import Lookup, Parameters

_DIRECT = "DIRECT_ISSUE"
TYPES = (_DIRECT, "GENERIC", "ENROL_AND_ISSUE")
STATES = ("AVAILABLE_TO_EARN", "AVAILABLE_TO_REDEEM", "AVAILABLE_TO_ENROL", "EXPIRED")
_USUAL_PAGE, _LARGEST_PAGE, _LAST = 10, 100, 1_000_000
_LIMITS = {
    "maxPointsPerEvent": "0",
    "pointsPerCustomer": "0",
    "numberOFTimesPerCustomer": 0,
    "totalPointsInPromotion": "0",
}
_USED = {"currentPointsPerCustomer": "0", "currentNumberOfTimesPerCustomer": 0, "currentTotalPointsInPromotion": "0"}


def _read(parameters: Parameters, _account: Account) -> Who:
    wanted = lookups.identifiers(parameters)
    _page(parameters)
    _choice(parameters, "promotionType", TYPES)
    _choice(parameters, "promotionStatusForCustomer", STATES)
    _choice(parameters, "includeEarns", ("true", "false"))
    programs = [name for part in parameters.get("programs", "").split(",") if (name := part.strip())]
    return Who(wanted, promotions_of=programs or None)


def _write(parameters: Parameters, _account: Account, known: Known | None) -> dict[str, Any]:
    if known is None:
        raise lookups.not_found()
    wish = _choice(parameters, "promotionStatusForCustomer", STATES)
    usages = sorted(known.usages, key=lambda usage: int(usage.promotion.id))
    if _choice(parameters, "promotionType", TYPES) not in (None, _DIRECT):
        usages = []
    chosen = [usage for usage in usages if wish is None or wish in _states(usage)]
    limit, offset = _page(parameters)
    with_earns = _choice(parameters, "includeEarns", ("true", "false")) != "false"
    return {
        "pageDetails": {
            "pageNumber": offset // limit if limit else 0,
            "pageSize": limit,
            "totalEntries": len(chosen),
            "pageCount": -(-len(chosen) // limit) if limit else 0,
        },
        "customerId": known.customer.customer_id,
        "promotions": [_promotion(one, with_earns=with_earns) for one in chosen[offset : offset + limit]],
        "warnings": [],
    }


def _page(parameters: Parameters) -> tuple[int, int]:
    limit = lookups.number(parameters, "limit", missing=_USUAL_PAGE, most=_LARGEST_PAGE)
    return limit, lookups.number(parameters, "offset", missing=0, most=_LAST)


def _choice(parameters: Parameters, name: str, choices: tuple[str, ...]) -> str | None:
    """One of these words, None where none is given; raises ParameterError."""
    if not (text := parameters.get(name, "").strip()):
        return None
    if text not in choices:
        raise ParameterError(name, f"must be one of {', '.join(choices)}", text)
    return text


def _states(usage: Usage) -> set[str]:
    """What can be done with a promotion now."""
    promotion, now, had = usage.promotion, moment.now(), len(usage.earns)
    has_place = promotion.limit is None or had < promotion.limit
    states = {"AVAILABLE_TO_EARN"} if usage.is_open and promotion.open_at(now) and has_place else set()
    if had:
        states.add("AVAILABLE_TO_REDEEM")
    if promotion.end is not None and promotion.end <= now:
        states.add("EXPIRED")
    return states


def _promotion(usage: Usage, *, with_earns: bool) -> dict[str, Any]:
    promotion = usage.promotion
    told: dict[str, Any] = {
        "promotionId": int(promotion.id),
        "promotionName": promotion.name,
        "programId": lookups.program_id(promotion.program_id),
        "startDate": _date(promotion.start),
        "endDate": _date(promotion.end),
        "identifier": promotion.identifier or promotion.id,
        "description": "",
        "active": promotion.active,
        "limits": _LIMITS,
        "customerUsage": _USED,
        "pointsOfferType": "LOYALTY",
        "promotionRestriction": {
            "issualRestrictions": _restrictions(promotion, len(usage.earns)),
            "earnRestrictions": [],
            "redemptionRestrictions": [],
        },
    }
    if with_earns:
        told["earns"] = [
            {"earnedId": str(one.earned_id), "earnedAt": one.earned_at, "source": one.source} for one in usage.earns
        ]
    return {name: value for name, value in told.items() if value is not None}


def _restrictions(promotion: Promotion, had: int) -> list[dict[str, str]]:
    if promotion.limit is None:
        return []
    limit = {"maxLimit": str(promotion.limit), "currentCustomerUsage": str(had)}
    return [{"kpi": "NUMBER_OF_ISSUALS", **limit, "limitOn": "CUSTOMER"}]


def _date(text: str | None) -> str | None:
    """A moment with milliseconds, as the vendor writes dates."""
    return text and f"{text.removesuffix('Z')}.000Z"


PROMOTION_DATA = Lookup("capillary.promotion_data", CUSTOMER, _read, _write)
