"""`type=validate_customer_password`: whether a password, or a PIN, is a customer's.

Source: "Customer Validate" (API 1.5), which prints no error. Who does not match is told as who is not there.
"""

import hashlib

from loyalty.domain.account import Account
from loyalty.domain.errors import BadRequest
from loyalty.domain.identifiers import UNIQUE, normalise
from loyalty.domain.profile import SECRETS
from loyalty.operations.read.queries import PASSWORD, Claim
from loyalty.vendors.stickystreet.calls import Content, FormCall
from loyalty.vendors.stickystreet.envelope import Envelope

_NO_MATCH = "Customer and password do not match"


def _read(envelope: Envelope, _account: Account) -> Claim:
    given = {name: text for name in UNIQUE if (text := envelope.text(name))}
    if not given:
        raise BadRequest("code, card_number or customer_username is required")
    secrets = {name: text for name in SECRETS if (text := envelope.text(name.lower()))}
    if not secrets:
        raise BadRequest("customer_password or customer_PIN is required")
    phone = envelope.text("phone")
    identifiers = [(kind, normalise(kind, text) or _nobodys(text)) for kind, text in given.items()]
    return Claim(identifiers, secrets, {"phone": phone} if phone else {})


def _nobodys(text: str) -> str:
    """What to look up for a text that can be no identifier: nobody has it, and it is short enough to be a key."""
    return f"\0{hashlib.sha256(text.encode()).hexdigest()}"


def _write(_envelope: Envelope, _account: Account, is_right: object) -> Content:
    if not is_right:
        raise BadRequest(_NO_MATCH)
    return {}


VALIDATE_CUSTOMER_PASSWORD = FormCall("stickystreet.validate_customer_password", PASSWORD, _read, _write)
