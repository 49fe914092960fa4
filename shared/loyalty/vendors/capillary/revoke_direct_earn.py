"""Capillary's bulk revocation, `POST /v2/promotion/bulk/revokeDirectEarn`.

Source: Capillary's documentation, "Revoke Issual of Direct Issue (single/bulk)". Its codes 8903 and 2305 are described
there and not shown, so their texts are ours, and so is 8896. Without earn ids all earns are revoked: so ids that are no
list, an empty one, or in the wrong place are refused, never passed over.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from loyalty.domain.identifiers import Identifier
from loyalty.domain.outcome import Outcome, Status
from loyalty.domain.text import folded
from loyalty.http.body import integer_id
from loyalty.operations.revoke.items import KIND, MOST_EARN_IDS, Item
from loyalty.vendors.capillary import items, replies
from loyalty.vendors.capillary.bulk import Bulk
from loyalty.vendors.capillary.replies import EntityFault, Fault
from loyalty.vendors.contract import CANCELLED, Manner, not_known

_NAME = "earnids"  # Capillary's documentation writes both earnIds and earnIDs
_ACTION = "REVOKE_EARN"

_WRONG_ACTION = (8902, "revoke bulk action passed not supported for loyalty/generic promotion type")
_NOT_EARNED = (8903, "earn ids passed are either invalid or already revoked")
_NOTHING = (2305, "active issued promotion is not available for the customer")
_BUSY = (8896, "Error occurred while revoking the promotion of the customer")

_FAULTS: Mapping[Status, Fault] = {
    Status.EXISTS: _NOT_EARNED,
    Status.IGNORED: _NOTHING,
    Status.BUSY: _BUSY,
}
_COUNTED = {
    Status.UPDATED: "0",
    Status.EXISTS: str(_NOT_EARNED[0]),
    Status.IGNORED: str(_NOTHING[0]),
    Status.NOT_FOUND: replies.COUNTED[Status.NOT_FOUND],
    Status.BUSY: str(_BUSY[0]),
    Status.UNKNOWN: str(_BUSY[0]),
    Status.INVALID: replies.COUNTED[Status.INVALID],
    Status.CANCELLED: CANCELLED,
}


def _check(document: Mapping[str, Any]) -> None:
    """Refuse another action, and earn ids that stand beside the customers; raises EntityFault."""
    action = document.get("bulkAction")
    if not items.blank(action) and action != _ACTION:
        raise EntityFault(*_WRONG_ACTION)
    if misplaced := _names(document):
        raise EntityFault(items.BAD_REQUEST, f"{misplaced[0]} belongs in each element of customers, beside its source")


def _names(document: Mapping[str, Any]) -> list[str]:
    """The fields that are earn ids, whatever their case."""
    return [name for name in document if folded(name) == _NAME]


def _item(identifier: Identifier, _source: str, customer: Mapping[str, Any]) -> Item | Outcome:
    """What is to be revoked of a customer; ids none of which can be an earn's are ids of no earn."""
    given = _names(customer)
    if not given:
        return Item(identifier)
    if len(given) > 1:
        return items.refused(items.BAD_REQUEST, f"{given[0]} and {given[1]} are one parameter: give one of them")
    value = customer[given[0]]
    ids = value if isinstance(value, list) else [value]
    if len(ids) > MOST_EARN_IDS:
        text = f"{given[0]} holds {len(ids)} ids, and may hold {MOST_EARN_IDS}: send the rest in further elements"
        return items.refused(items.BAD_REQUEST, text)
    known = tuple(_earn_ids(ids))
    return Item(identifier, known if len(known) == len(ids) else ())


def _earn_ids(values: list[Any]) -> Iterator[int]:
    for value in values:
        if (text := integer_id(value)) is not None:
            yield int(text)


def _element(manner: Manner, outcome: Outcome, repeat_under: str | None) -> dict[str, Any]:
    if outcome.status is Status.UPDATED:
        values = outcome.values or {}
        result = replies.about(manner, values) | {"revokedEarnIds": values["earn_ids"]}
        return {"result": result, "errors": [], "warnings": []}
    if outcome.status is Status.UNKNOWN:
        return replies.failure(_BUSY[0], not_known("the promotion", "revoked", repeat_under))
    fault = _FAULTS.get(outcome.status)
    return replies.failure(*fault) if fault else replies.element(manner, outcome)


REVOKE_DIRECT_EARN = Bulk("capillary.revoke_direct_earn", KIND, _COUNTED, _item, _element, _check, once=True)
