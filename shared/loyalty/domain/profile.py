"""The fields that a customer's profile can have, and what may stand in each.

Source: "Batch Import Customers" (API 1.5), its list of headers and its notes.
"""

import re
from collections.abc import Collection, Mapping
from datetime import date

from loyalty.domain.account import Account
from loyalty.domain.identifiers import SHARED, UNIQUE, custom_field, known, normalise, refused_as
from loyalty.domain.quoting import quote, refusal
from loyalty.domain.text import control_fault

NAMES = ("first_name", "last_name")
ADDRESS = ("street1", "street2", "city", "state", "postal_code", "country")
SECRETS = ("customer_password", "customer_PIN")
"""Fields of which only a salted, slow hash is stored (see `passwords`)."""

STANDARD = (*UNIQUE, *SHARED, *NAMES, *ADDRESS, "custom_date", *SECRETS)
"""The fields that customers of every account have."""

REGISTERED = "registered"
"""A field that is Y from when the customer was registered on, see `Only.UNREGISTERED`, and else blank."""

MIGRATED = ("profile_id", "customer_id")
"""Ids that we generate, unless a caller with the right to migrate brings its own."""

MIGRATING = (*MIGRATED, REGISTERED)
"""What only a caller with the right to migrate gives: the ids, and that a customer is registered."""

AUTO_ADD = "auto_add"
"""The credit that a new member begins with, in a column beside the fields."""

_ONE_LINE = frozenset(map(str.lower, (*STANDARD, *MIGRATING, AUTO_ADD))) - {"street1", "street2"}

MAX_BYTES = 256 * 1024
"""Size of a customer's fields together; the store's limit for a whole item is 400 KB."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CUSTOMER_ID = re.compile(r"[1-9][0-9]{0,14}")


def unique_kinds(account: Account) -> tuple[str, ...]:
    """The kinds of identifier that belong to one customer only."""
    matching = (custom_field(field.number) for field in account.custom_fields if field.match)
    return (*UNIQUE, *MIGRATED, *matching)


def settle(field: str, text: str, unique: frozenset[str], called: str | None = None) -> tuple[str, str | None]:
    """A field's value as it is stored, and what is wrong with it, or None, where it is `called` as its sender does."""
    name = called or field
    if field == "customer_id":
        return text, None if _CUSTOMER_ID.fullmatch(text) else refusal(name, "must be a number up to 15 digits", text)
    if field == "custom_date":
        return text, None if _is_date(text) else refusal(name, "must be a date as YYYY-MM-DD", text)
    if field == REGISTERED:
        return text.upper(), None if text in ("Y", "y") else refusal(name, "must be Y or blank", text)
    if field == "email" or field in unique:
        spelling = normalise(field, text)
        return spelling or text, None if spelling else refused_as(name, field, text)
    if ("\n" in text or "\r" in text) and not may_hold_lines(field):
        return text, f"{name} holds a line end"
    fault = control_fault(text)
    return text, fault and f"{name} {fault}"


def warning(fields: Mapping[str, str]) -> str | None:
    """What the sender of valid fields should know all the same: that a phone finds nobody."""
    phone = fields.get("phone", "")
    if not phone.startswith(("+", "00")) or known("phone", phone):
        return None
    return f"phone {quote(phone)} is no international number, so the customer is not found by it"


def found_otherwise(fields: Mapping[str, str], finds: Collection[str]) -> str | None:
    """What who records a single customer should know: which of its fields find another one, as not among `finds`."""
    brought = [kind for kind in SHARED if normalise(kind, fields.get(kind, "")) and kind not in finds]
    taken = [f"{kind} {quote(fields[kind])}" for kind in brought]
    return " and ".join(taken) + f" find{'s' * (len(taken) == 1)} another customer, who had it first" if taken else None


def may_hold_lines(field: str) -> bool:
    """Whether a text of several lines may stand in a field: in streets and in the account's own fields."""
    return field.lower() not in _ONE_LINE


def _is_date(text: str) -> bool:
    try:
        return bool(_DATE.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False
