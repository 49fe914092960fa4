"""What Sticky Street's types that read are answered with; every value is text."""

from typing import Any

from loyalty.vendors.stickystreet.people import TOLD
from tools.document.parts import Schema, array, record, ref, text

_WRAPPED: dict[str, Any] = {"xml": {"wrapped": True}}
_SETTINGS = ("points_ratio", "reward_ratio", "earned_per_event", "currency", "glyph", "created_stamp")


def schemas() -> dict[str, Schema]:
    """The reply, and what it is made of."""
    reply = {
        "status": text("no_match: a search found nobody", enum=["success", "no_match"], xml={"attribute": True}),
        "campaigns": _list("campaign", ref("Campaign")),
        "pagination": record({"total": text(), "offset": text()}),
        "customer": {"anyOf": [ref("FoundCustomer"), record({"card_number": text("One that nobody has")})]},
        "customers": _list("customer", ref("FoundCustomer")),
        "campaign": ref("BalanceOfCampaign"),
        "account": record(
            {name: text() for name in ("account_id", "biz_name", "language", "symbol", "glyph", "created")}
        ),
        "fields": ref("CustomFields"),
    }
    return {
        "ReadReply": record(reply, [name for name in reply if name != "status"], xml={"name": "response"}),
        "Campaign": record(_campaign(), [*_SETTINGS, "item", "balance", "balances", "available_rewards"]),
        "FoundCustomer": _customer(),
        "BalanceOfCampaign": _balance(),
    }


def _campaign() -> dict[str, Schema]:
    """A campaign, with its settings in a list of campaigns, with what a member has in a customer's."""
    reward = record({"id": text(), "level": text(), "description": text()})
    return {
        "id": text(),
        "name": text(),
        "type": text(enum=["points", "giftcard", "earned", "events", "buyx"]),
        **{name: text() for name in _SETTINGS},
        "item": array(record({"id": text(), "description": text()}), "Products of a buyx campaign"),
        "balance": text("What the customer has"),
        "balances": _products(),
        "available_rewards": _list("reward", reward),
    }


def _customer() -> Schema:
    fields = {**{name: text() for name in TOLD}, "registered": text(enum=["Y", "N"])}
    ids = {"profile_id": text("Ours"), "customer_id": text("Ours")}
    further = {"^custom_field_[0-9]+$": text("The account's further fields")}
    campaigns = {"campaigns": _list("campaign", ref("Campaign"))}
    return record({**fields, **ids, **campaigns}, ["custom_field", "campaigns"], patternProperties=further)


def _balance() -> Schema:
    customer = {
        "code": text(),
        "card_number": text(),
        "balance": text("Missing where the campaign counts products"),
        "balances": _products(),
        "transactions": array({}, maxItems=0),
    }
    named = {name: text() for name in ("campaign_id", "campaign_type", "campaign_name")}
    return record({**named, "customer": record(customer, ["balance", "balances"])})


def _products() -> Schema:
    return _list("item", record({"id": text(), "description": text(), "quantity": text()}))


def _list(name: str, item: Schema) -> Schema:
    return array({**item, "xml": {"name": name}}, **_WRAPPED)
