"""`type=customer_balance` (`balance` too): what a customer has in one campaign.

Source: "Customer Balance" (API 1.5). A balance has no history yet, so `transactions` is empty.
"""

from typing import Any

from loyalty.domain.account import Account
from loyalty.domain.errors import BadRequest, CustomerNotFound
from loyalty.operations.read.known import Held
from loyalty.operations.read.queries import MEMBERSHIP, MemberOf
from loyalty.vendors.stickystreet import campaigns, people
from loyalty.vendors.stickystreet.calls import Content, FormCall
from loyalty.vendors.stickystreet.envelope import Envelope

_MOST_TRANSACTIONS = 1_000


def _read(envelope: Envelope, _account: Account) -> MemberOf:
    campaign = envelope.text("campaign_id")
    if not campaign:
        raise BadRequest("campaign_id is required")
    envelope.number("transactions_number", missing=_MOST_TRANSACTIONS, most=_MOST_TRANSACTIONS)
    return MemberOf(campaign, [people.named(envelope)])


def _write(_envelope: Envelope, _account: Account, held: Held) -> Content:
    if held.customer is None:
        raise CustomerNotFound
    if held.member is None:
        raise BadRequest("Customer is not in this campaign")
    fields, told = held.customer.fields, campaigns.held(held.member)
    customer: dict[str, Any] = {name: fields.get(name, "") for name in people.NAMING}
    customer |= {name: told[name] for name in ("balance", "balances") if name in told}
    return {
        "campaign": {
            "campaign_id": told["id"],
            "campaign_type": told["type"],
            "campaign_name": told["name"],
            "customer": customer | {"transactions": []},
        }
    }


CUSTOMER_BALANCE = FormCall("stickystreet.customer_balance", MEMBERSHIP, _read, _write)
