"""`auto_add`: what a new member of the first campaign begins with, by the kind of that campaign.

Source: "Batch Import Customers" (API 1.5), the last note; the number formats are ours.
"""

import re
from decimal import Decimal

from loyalty.domain.errors import quote, refusal
from loyalty.domain.identifiers import name
from loyalty.store.tables.memberships import Balance

_SHAPES = {
    "points": (re.compile(r"[0-9]{1,15}(\.[0-9]{1,6})?"), "must be a number of points, 0 or more"),
    "dollars": (re.compile(r"[0-9]{1,15}(\.[0-9]{1,2})?"), "must be an amount of dollars, 0 or more, with 2 places"),
    "visits": (re.compile(r"[0-9]{1,15}"), "must be a whole number of visits, 0 or more"),
}


def fault(kind: str, auto_add: str) -> str | None:
    """What is wrong with this text for a campaign of this kind, or None."""
    if kind == "product":
        return None if name(auto_add) else refusal("auto_add", "must be a product's name", auto_add)
    shape, expected = _SHAPES[kind]
    return None if shape.fullmatch(auto_add) else refusal("auto_add", expected, auto_add)


def is_ambiguous(amount: str) -> bool:
    """Whether an amount is one number to who has a decimal point, and another to who parts thousands by dots."""
    return bool(re.fullmatch(r"[0-9]{1,3}(\.[0-9]{3})+", amount))


def ambiguous(name: str, amount: str) -> str:
    """What is wrong with such an amount of the parameter `name`, where it came with a decimal comma."""
    thousands, fraction = amount.replace(".", ""), f"{amount}0"
    return (
        f"{name} {quote(amount)} is ambiguous where a comma is decimal: write {thousands}, or {fraction} for a fraction"
    )


def balance(kind: str, auto_add: str) -> Balance:
    """The balance that a valid `auto_add` gives: a decimal as text, or how many of which product."""
    if kind == "product":
        return {name(auto_add) or auto_add: "1"}
    return f"{Decimal(auto_add):.2f}" if kind == "dollars" else f"{Decimal(auto_add):f}"
