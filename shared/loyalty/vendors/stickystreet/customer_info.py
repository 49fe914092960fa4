"""`type=customer_info`: a customer's fields, and what it has in its campaigns.

Source: "Customer Info" (API 1.5). `show_only_belong_to` is always so: a customer is told only campaigns that it is in.
"""

from loyalty.domain.account import Account
from loyalty.domain.errors import CustomerNotFound
from loyalty.operations.read.known import Known
from loyalty.operations.read.queries import CUSTOMER, Who
from loyalty.vendors.stickystreet import people
from loyalty.vendors.stickystreet.calls import Content, FormCall
from loyalty.vendors.stickystreet.envelope import Envelope

_SWITCHES = ("hide_custom_field", "show_only_belong_to")


def _read(envelope: Envelope, _account: Account) -> Who:
    for switch in _SWITCHES:
        envelope.switch(switch)
    campaign = envelope.text("campaign_id")
    programs = [campaign] if campaign else None
    balances = envelope.switch("include_balances", missing=True)
    return Who([people.named(envelope)], programs if balances else ())


def _write(envelope: Envelope, _account: Account, known: Known | None) -> Content:
    if known is None:
        raise CustomerNotFound
    content: dict[str, object] = {
        "customer": people.told(known, custom_fields=not envelope.switch("hide_custom_field"))
    }
    if envelope.switch("include_balances", missing=True):
        content["campaigns"] = people.held(known)
    return content


CUSTOMER_INFO = FormCall("stickystreet.customer_info", CUSTOMER, _read, _write)
