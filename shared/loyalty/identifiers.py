"""Identifiers: how a customer is looked up, and the one spelling under which each is stored.

Kinds are `profile_id`, `customer_id`, `code`, `card_number`, `customer_username`, `email`, `phone`
and `custom_field_<n>` for an account's match fields. Everything that writes or reads an identifier
goes through `normalise`, so that `" User@Example.com"` finds `user@example.com`.
"""

import re

Identifier = tuple[str, str]
"""An identifier's kind and its normalised text."""

UNIQUE = ("code", "card_number", "customer_username")
"""Kinds that belong to one customer of an account only, as match fields, customer_id and profile_id also do."""

SHARED = ("email", "phone")
"""Kinds that several customers may carry; they find the one that brought them first."""

LONGEST = 256
"""Characters of an identifier, after normalising."""

_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f-\x9f\ud800-\udfff]+@[^@\s\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_LONGEST_EMAIL = 254
_PHONE = re.compile(r"\+(?!0+\Z)[0-9]{7,15}")
_PHONE_PUNCTUATION = re.compile(r"[\s.()\[\]-]+")
_UNSTORABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")

_EXPECTED = {
    "email": "must be an e-mail address of at most 254 characters",
    "phone": "must be a phone number in international format",
}


def normalise(kind: str, text: str) -> str | None:
    """The spelling under which an identifier is stored, or None when `text` is none of that kind."""
    if kind == "email":
        return _email(text)
    if kind == "phone":
        return _phone(text)
    text = text.strip()
    return text if 0 < len(text) <= LONGEST and not _UNSTORABLE.search(text) else None


def expected(kind: str) -> str:
    """What an identifier of this kind must be, as the middle of an error text."""
    return _EXPECTED.get(kind, f"must be text of 1 to {LONGEST} characters without control characters")


def custom_field(number: int) -> str:
    """The kind of the account's custom field `number`."""
    return f"custom_field_{number}"


def _email(text: str) -> str | None:
    text = text.strip().lower()
    return text if len(text) <= _LONGEST_EMAIL and _EMAIL.fullmatch(text) else None


def _phone(text: str) -> str | None:
    text = _PHONE_PUNCTUATION.sub("", text)
    if text.startswith("00"):
        text = "+" + text[2:]
    return text if _PHONE.fullmatch(text) else None
