"""`GET /v2/customers/lookup/customerDetails`: a customer's names, identifiers, fields and points.

Source: Capillary's documentation, "Get customer details". Custom fields are `fields`, our others `extendedFields`;
programs that count products have no points to tell.
"""

from typing import Any

from loyalty.domain import balances
from loyalty.domain.account import Account
from loyalty.domain.customer import Customer
from loyalty.domain.identifiers import custom_field
from loyalty.domain.profile import NAMES, SECRETS
from loyalty.operations.read.known import Known, Member
from loyalty.operations.read.queries import CUSTOMER, Who
from loyalty.vendors.capillary import lookups
from loyalty.vendors.capillary.lookups import Lookup, Parameters

_IDENTIFIERS = {"email": "email", "phone": "mobile", "code": "externalId", "card_number": "cardnumber"}
"""Fields that are identifiers, and what the vendor calls them."""


def _read(parameters: Parameters, _account: Account) -> Who:
    return Who(lookups.identifiers(parameters), programs=None)


def _write(parameters: Parameters, account: Account, known: Known | None) -> dict[str, Any]:
    if known is None:
        raise lookups.not_found()
    members = [one for one in known.memberships if one.program.kind != "product"]
    return {
        "id": known.customer.customer_id,
        "profiles": [_profile(account, known.customer, lookups.source(parameters))],
        "loyaltyInfo": {"loyaltyType": "loyalty" if known.memberships else "non_loyalty"},
        "segments": {},
        "extendedFields": _further(account, known.customer),
        "loyaltyProgramDetails": [_points(one) for one in members],
        "warnings": [],
    }


def _profile(account: Account, customer: Customer, source: str) -> dict[str, Any]:
    fields = customer.fields
    return {
        "firstName": fields.get("first_name", ""),
        "lastName": fields.get("last_name", ""),
        "identifiers": [
            {"type": called, "value": fields[name].removeprefix("+") if name == "phone" else fields[name]}
            for name, called in _IDENTIFIERS.items()
            if name in fields
        ],
        "commChannels": [],
        "fields": {name: fields[kind] for name, kind in _custom(account).items() if kind in fields},
        "source": source,
    }


def _further(account: Account, customer: Customer) -> dict[str, str]:
    """The fields that have no place of the vendor's own."""
    told = {*NAMES, *SECRETS, *_IDENTIFIERS, *_custom(account).values()}
    return {name: text for name, text in sorted(customer.fields.items()) if name not in told}


def _custom(account: Account) -> dict[str, str]:
    """The account's own fields: the stored name of each by the name that people gave it."""
    return {one.name: custom_field(one.number) for one in account.custom_fields}


def _points(member: Member) -> dict[str, Any]:
    points = float(balances.total(member.balance))
    return {
        "programId": lookups.program_id(member.program.id),
        "programTitle": member.program.name,
        "redeemed": 0.0,
        "expired": 0.0,
        "lifetimePoints": points,
        "loyaltyPoints": points,
    }


CUSTOMER_DETAILS = Lookup("capillary.customer_details", CUSTOMER, _read, _write)
