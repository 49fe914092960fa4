"""Customers as Sticky Street's calls name and tell them."""

from collections.abc import Sequence
from typing import Any

from loyalty.domain.errors import BadRequest
from loyalty.domain.identifiers import Identifier, custom_field, normalise, refused
from loyalty.domain.profile import ADDRESS, NAMES, REGISTERED
from loyalty.operations.read.known import Known
from loyalty.vendors.stickystreet import campaigns
from loyalty.vendors.stickystreet.envelope import Envelope

NAMING = ("code", "card_number")
"""The parameters that name a customer, of which the first that is given decides."""

_FIRST_CUSTOM_FIELD = "custom_field"
TOLD = (
    *("code", "card_number", *NAMES, "phone", "email", *ADDRESS, "custom_date"),
    *(_FIRST_CUSTOM_FIELD, "customer_username"),
)
"""The fields that are told of each customer, blank where it has none."""
_IS_SET = {True: "Y", False: "N"}


def named(envelope: Envelope, parameters: Sequence[str] = NAMING) -> Identifier:
    """Whom the form names; raises BadRequest where it names nobody, or by what can be nobody's."""
    for parameter in parameters:
        if text := envelope.text(parameter):
            if spelling := normalise(parameter, text):
                return parameter, spelling
            raise BadRequest(refused(parameter, text))
    raise BadRequest(f"{' or '.join(parameters)} is required")


def told(known: Known, *, custom_fields: bool = True) -> dict[str, Any]:
    """A customer's fields, each of them, blank where it has none; without secrets."""
    customer = known.customer
    has = dict(customer.fields)
    has[_FIRST_CUSTOM_FIELD] = has.pop(custom_field(1), "")
    fields = {name: has.get(name, "") for name in TOLD if custom_fields or name != _FIRST_CUSTOM_FIELD}
    fields["registered"] = _IS_SET[has.get(REGISTERED) == "Y"]
    if custom_fields:
        fields |= dict(sorted((name, text) for name, text in has.items() if name.startswith("custom_field_")))
    return fields | {"profile_id": customer.profile_id, "customer_id": str(customer.customer_id)}


def held(known: Known) -> list[dict[str, Any]]:
    """The campaigns that a customer is in, with what it has there."""
    return [campaigns.held(member) for member in known.memberships]
