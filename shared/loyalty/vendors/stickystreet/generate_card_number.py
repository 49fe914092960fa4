"""`type=generate_card_number`: a card number that nobody has, which is not reserved.

Source: "Customer Card Number" (API 1.5).
"""

from loyalty.domain.account import Account
from loyalty.domain.cards import Cards
from loyalty.domain.errors import BadRequest
from loyalty.operations.import_customers.items import KIND
from loyalty.operations.read.queries import FREE_CARD
from loyalty.vendors.stickystreet import record_fields
from loyalty.vendors.stickystreet.calls import Content, FormCall
from loyalty.vendors.stickystreet.envelope import Envelope

_DIGITS = "how_many_digits"
_USUAL = Cards(16)


def _read(envelope: Envelope, _account: Account) -> Cards:
    form = envelope.fields
    return record_fields.cards({**form, _DIGITS: envelope.text(_DIGITS) or str(_USUAL.digits)}, _DIGITS) or _USUAL


def _write(_envelope: Envelope, _account: Account, number: str | None) -> Content:
    if number is None:
        raise BadRequest("No free card number was found: ask for more digits")
    return {"customer": {"card_number": number}}


GENERATE_CARD_NUMBER = FormCall("stickystreet.generate_card_number", FREE_CARD, _read, _write, rights=(KIND.right,))
