"""What Sticky Street's types that read are answered with; every value is text."""

from typing import Any

from loyalty.vendors.stickystreet.people import TOLD
from tools.document.parts import Schema, array, record, ref, text

_WRAPPED: dict[str, Any] = {"xml": {"wrapped": True}}
_Y_N = ["Y", "N"]
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


def parameters() -> dict[str, Schema]:
    """What these types take beside the parameters of all."""
    said = {
        "campaign_id": "A campaign, of customer_info and customer_balance",
        "code": "A customer's code",
        "card_number": "A customer's card, where there is no code",
        "customer_username": "A customer's name for itself: in a search, or with its password",
        "email": "A customer's address, in a search",
        "phone": "A customer's phone, in a search, or with its password",
        "customer_password": "What validate_customer_password is about",
        "customer_PIN": "The same",
        "find_customer": "Words, of customer_find: blanks mean and, commas or; one of them an identifier in full",
        "type_restrict": "Types of campaigns, of campaigns_list, with commas between them",
    }
    chosen = {
        "exact_match": text("Of a search: whole texts only", enum=["sensitive", "insensitive"]),
        "include_balances": text("Whether to tell campaigns and balances", enum=_Y_N),
        "hide_custom_field": text("Whether to leave the account's own fields out", enum=_Y_N),
        "action": text("Of manage_fields and transaction_fields", enum=["list"]),
    }
    numbers = {
        "offset": "Campaigns before those that are listed",
        "length": "Campaigns to list",
        "transactions_number": "Transactions to tell, of customer_balance",
        "how_many_digits": "Digits, 4 to 19, of generate_card_number",
        "card_number_prefix": "What it begins with",
        "card_number_suffix": "What it ends with",
    }
    return {
        **{name: text(words) for name, words in said.items()},
        **chosen,
        **{name: text(words, pattern="^[0-9]*$") for name, words in numbers.items()},
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
