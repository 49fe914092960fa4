"""The parameters of `record_customer`: what is to be done, in which campaigns, and the customer's fields.

Source: "Customer" and "Customer Update" (API 1.5). Names match in any case, so they come in lower case. `custom1` and a
`custom_date` of zeros are what a panel sends; a number may have a decimal comma.
"""

import re
from collections.abc import Mapping
from enum import StrEnum

from loyalty.domain.account import Account
from loyalty.domain.cards import LEAST_DIGITS, MOST_DIGITS, Cards
from loyalty.domain.errors import BadRequest, ParameterError
from loyalty.domain.identifiers import Identifier, custom_field
from loyalty.domain.outcome import Outcome, invalid
from loyalty.domain.profile import AUTO_ADD, SECRETS, settle, unique_kinds
from loyalty.domain.quoting import quote
from loyalty.domain.text import SPACES, folded, is_blank
from loyalty.http.body import Hosts
from loyalty.operations.import_customers.items import Codes, Only, Row, ambiguous, is_ambiguous
from loyalty.vendors.stickystreet.columns import known_fields
from loyalty.vendors.stickystreet.envelope import COMMON, Envelope
from loyalty.vendors.stickystreet.params import LONGEST_CAMPAIGN, MOST_CAMPAIGNS

_MATCHING = ("code", "card_number")
_NEVER_BLANKED = ("code", *SECRETS)
"""A customer keeps its code; and forms send an empty box for a password that nobody typed."""

_PARAMETERS = COMMON | {"customer_action", "campaign_id", "new_code", "send_no_email"}
"""What is no field of a customer, even if the account has one of that name: a user_id is whose request it is."""

_NO_DATE = "0000-00-00"
_ALIASES = {"custom1": custom_field(1)}
_NUMBER = re.compile(r"([0-9]*)[.,]([0-9]+)")
_MOST_COMMAS = 1_000


class Action(StrEnum):
    """What is done with the customer."""

    NEW = "new"
    REGISTER = "register"
    EDIT = "edit"


ONLY = {Action.NEW: Only.NEW, Action.REGISTER: Only.UNREGISTERED}
"""The customers with whom that is done; an edit makes who is not there."""

Fields = Mapping[str, str]


def action(form: Fields) -> Action:
    """What is to be done; raises BadRequest."""
    text = form.get("customer_action", "").strip()
    if not text:
        raise BadRequest("customer_action is required: new, register or edit")
    if folded(text) not in frozenset(Action):
        raise ParameterError("customer_action", "must be new, register or edit", text)
    return Action(folded(text))


def campaigns(form: Fields) -> tuple[str, ...]:
    """The campaigns that the customer becomes a member of, each once, between commas; raises BadRequest."""
    text = form.get("campaign_id", "")
    names = dict.fromkeys(name for part in text.split(",", _MOST_COMMAS) if (name := part.strip(f"\t|{SPACES}")))
    if len(names) > MOST_CAMPAIGNS:
        raise BadRequest(f"campaign_id names more than {MOST_CAMPAIGNS} campaigns: {quote(text)}")
    for name in names:
        if len(name) > LONGEST_CAMPAIGN:
            raise BadRequest(unknown_campaign(name))
    return tuple(names)


def unknown_campaign(name: str) -> str:
    """The error about a campaign that the account does not have."""
    return f"campaign_id names an unknown campaign, {quote(name)}"


def cards(form: Fields, digits: str = "card_number_generate") -> Cards | None:
    """The card number to generate, of as many digits as that parameter says, None for none; raises ParameterError."""
    text = form.get(digits, "").strip()
    if not text:
        return None
    if not re.fullmatch("[0-9]{1,2}", text) or not LEAST_DIGITS <= int(text) <= MOST_DIGITS:
        fault = f"must be a number of digits, {LEAST_DIGITS} to {MOST_DIGITS}"
        raise ParameterError(digits, fault, text)
    prefix, suffix = (_digits(form, name) for name in ("card_number_prefix", "card_number_suffix"))
    if len(prefix) + len(suffix) >= int(text):
        raise BadRequest(f"card_number_prefix and card_number_suffix leave no digit of {int(text)} to generate")
    return Cards(int(text), prefix, suffix)


def codes(envelope: Envelope, asked: Action) -> Codes | None:
    """Which code the customer gets; raises ParameterError."""
    if envelope.switch("new_code"):
        return Codes.ANOTHER
    return None if asked is Action.EDIT else Codes.CARD_NUMBER


def row(form: Fields, account: Account, into: tuple[str, ...]) -> Row | Outcome:
    """The customer, or what is wrong with it; raises BadRequest for a credit without a campaign."""
    names, unique = {**known_fields(account), **_ALIASES}, frozenset(unique_kinds(account))
    sent = {names[name]: text.strip() for name, text in form.items() if name in names and name not in _PARAMETERS}
    Hosts().note(sent.get("email"))
    credit = _credit(sent.pop(AUTO_ADD, ""), into)
    called = {field: name for name, field in names.items() if name in form and name != field.lower()}
    fields = {field: text for field, text in sent.items() if not _is_empty(field, text)}
    for field, text in fields.items():
        fields[field], fault = settle(field, text, unique, called.get(field))
        if fault:
            return invalid(fault)
    if not fields:
        return invalid("No field of the customer is given")
    blank = tuple(field for field in sent if field not in fields and field not in _NEVER_BLANKED)
    return Row(fields, credit, by=_by(fields), blank=blank)


def _by(fields: Fields) -> tuple[Identifier, ...]:
    """What the customer is matched by: its code, else its card; without them it is a new one."""
    return next((((kind, fields[kind]),) for kind in _MATCHING if kind in fields), ())


def _credit(text: str, into: tuple[str, ...]) -> str | None:
    if is_blank(text):
        return None
    if not into:
        raise BadRequest("auto_add is given, and no campaign_id to add it to")
    number = _NUMBER.fullmatch(text)
    if number is None:
        return text
    amount = f"{number[1] or '0'}.{number[2]}"
    if "," in text and is_ambiguous(amount):
        raise BadRequest(ambiguous(AUTO_ADD, amount))
    return amount


def _is_empty(field: str, text: str) -> bool:
    return is_blank(text) or (field == "custom_date" and text == _NO_DATE)


def _digits(form: Fields, name: str) -> str:
    text = form.get(name, "").strip()
    if text and not (text.isascii() and text.isdigit()):
        raise ParameterError(name, "must be digits", text)
    return text
