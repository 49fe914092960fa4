"""The customer of `POST /v2/customers` to a row of an import: its identifiers, names and fields, and its credits."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from loyalty.domain.account import Account
from loyalty.domain.identifiers import custom_field, normalise, refused_as
from loyalty.domain.outcome import Outcome, Status
from loyalty.domain.profile import settle, unique_kinds
from loyalty.domain.quoting import quote, refusal
from loyalty.domain.text import LONGEST_WORD
from loyalty.http.body import integer_id
from loyalty.operations.import_customers.items import Row
from loyalty.vendors.capillary.items import known_source, mobile
from loyalty.vendors.capillary.replies import EntityFault

REFUSED = (8014, "Error in customer registration")
MOST_ENROLMENTS = 50
LONGEST_NAME = 100

_NO_SOURCE = (3217, "Source is invalid.")
_BAD_REQUEST = 400
_KINDS = {"mobile": "phone", "email": "email", "externalid": "code", "cardnumber": "card_number"}
_NAMES = {"firstName": "first_name", "lastName": "last_name"}
_MOST_PLACES, _MOST_DIGITS = 6, 15
_NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_LONGEST_NUMBER = 100
_ENROLMENTS = "loyaltyProgramEnrollments"


_Sent = tuple[str, str]
"""A field's name for its sender, and its text."""


class _Wrong(Exception):
    """What is wrong with a customer: its code and the reason."""

    def __init__(self, reason: str, code: int = _BAD_REQUEST) -> None:
        super().__init__(reason)
        self.code = code


def enrolments(value: object) -> dict[str, str]:
    """The credit in each program, as text, empty where there is none; raises EntityFault.

    What can't be a program's id becomes an empty one, which is nobody's, so that the operation says what is unknown.
    """
    found: dict[str, str] = {}
    if value is not None and not isinstance(value, list):
        raise EntityFault(_BAD_REQUEST, refusal(_ENROLMENTS, "must be a list", value))
    for one in value or ():
        if not isinstance(one, dict):
            raise EntityFault(_BAD_REQUEST, refusal(f"Each of {_ENROLMENTS}", "must be an object", one))
        program = integer_id(one.get("programId")) or ""
        if program in found:
            raise EntityFault(_BAD_REQUEST, f"{_ENROLMENTS} names the program {quote(program)} twice")
        found[program] = _points(one.get("loyaltyPoints"))
    if len(found) > MOST_ENROLMENTS:
        raise EntityFault(_BAD_REQUEST, f"{_ENROLMENTS} may hold at most {MOST_ENROLMENTS} programs")
    return found


def row(profiles: object, credit_of: Mapping[str, str], account: Account) -> Row | Outcome:
    """The customer, or what is wrong with it."""
    try:
        profile = _profile(profiles)
        fields = _identifiers(profile.get("identifiers"))
        fields |= _settled(_names(profile) | _fields(profile.get("fields"), account), account)
    except _Wrong as wrong:
        return Outcome(Status.INVALID, reason=str(wrong), values={"code": wrong.code})
    return Row(fields, by=(), credits={program: points for program, points in credit_of.items() if points} or None)


def _settled(given: Mapping[str, _Sent], account: Account) -> dict[str, str]:
    """Fields as they are stored."""
    fields, unique = dict[str, str](), frozenset(unique_kinds(account))
    for field, (called, text) in given.items():
        fields[field], fault = settle(field, text, unique, called)
        if fault:
            raise _Wrong(fault)
    return fields


def _profile(profiles: object) -> Mapping[str, Any]:
    if not isinstance(profiles, list) or len(profiles) != 1:
        raise _Wrong("profiles must be a list of one profile")
    if not isinstance(profiles[0], dict):
        raise _Wrong(refusal("The profile", "must be an object", profiles[0]))
    if known_source(profiles[0].get("source")) is None:
        raise _Wrong(_NO_SOURCE[1], _NO_SOURCE[0])
    found: Mapping[str, Any] = profiles[0]
    return found


def _identifiers(value: object) -> dict[str, str]:
    if not isinstance(value, list) or not value:
        raise _Wrong("identifiers must be a list of at least one identifier", REFUSED[0])
    fields: dict[str, str] = {}
    for one in value:
        kind, text = _identifier(one)
        if kind in fields:
            raise _Wrong(f"identifiers has two of the type {quote(one['type'])}", REFUSED[0])
        fields[kind] = text
    return fields


def _identifier(one: object) -> tuple[str, str]:
    if not isinstance(one, dict):
        raise _Wrong(refusal("An identifier", "must be an object", one), REFUSED[0])
    name, value = one.get("type"), one.get("value")
    kind = _KINDS.get(name.strip().lower()) if isinstance(name, str) and len(name) <= LONGEST_WORD else None
    if kind is None:
        fault = refusal("The type of an identifier", "must be mobile, email, externalId or cardnumber", name)
        raise _Wrong(fault, REFUSED[0])
    text = _text(str(name), value, REFUSED[0]).strip()
    normal = mobile(text) if kind == "phone" else normalise(kind, text)
    if normal is None:
        raise _Wrong(refused_as(str(name), kind, text), REFUSED[0])
    return kind, normal


def _names(profile: Mapping[str, Any]) -> dict[str, _Sent]:
    fields: dict[str, _Sent] = {}
    for name, field in _NAMES.items():
        text = _text(name, profile.get(name)).strip()
        if len(text) > LONGEST_NAME:
            raise _Wrong(refusal(name, f"must have at most {LONGEST_NAME} characters", text))
        fields |= {field: (name, text)} if text else {}
    return fields


def _fields(value: object, account: Account) -> dict[str, _Sent]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _Wrong(refusal("fields", "must be an object", value))
    numbered = {custom_field(field.number): custom_field(field.number) for field in account.custom_fields}
    names = {field.name: custom_field(field.number) for field in account.custom_fields} | numbered
    given = {names[name]: (name, _text(name, one).strip()) for name, one in value.items() if name in names}
    return {field: (name, text) for field, (name, text) in given.items() if text}


def _text(name: str, value: object, code: int = _BAD_REQUEST) -> str:
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise _Wrong(refusal(name, "must be text or an integer", value), code)
    return value


def _points(value: object) -> str:
    """A credit as text, empty for none or 0; raises EntityFault."""
    if value is None:
        return ""
    written = isinstance(value, int | float | str) and not isinstance(value, bool)
    text = str(value).strip()[: _LONGEST_NUMBER + 1] if written else ""
    number = Decimal(text) if _NUMBER.fullmatch(text) and len(text) <= _LONGEST_NUMBER else None
    if number is None or number.adjusted() >= _MOST_DIGITS or _places(number):
        fault = f"must be a number of points, 0 or more, with at most {_MOST_PLACES} places"
        raise EntityFault(_BAD_REQUEST, refusal("loyaltyPoints", fault, value))
    return f"{number.normalize():f}" if number else ""


def _places(number: Decimal) -> bool:
    """Whether it has more places than a balance."""
    return number != round(number, _MOST_PLACES)
