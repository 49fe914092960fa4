"""Balances as they are told: a decimal without places that are zero, dollars with two, as many of a product."""

from collections.abc import Mapping
from decimal import Decimal

from loyalty.domain.account import Balance, Program

NO_BALANCE = "0"


def amount(program: Program, balance: Balance | None) -> str:
    """The one number of a balance, `25`, `0.5` or, of dollars, `9.90`; of products how many there are together."""
    number = total(balance)
    if program.kind == "dollars":
        return f"{number:.2f}"
    return plain(number)


def total(balance: Balance | None) -> Decimal:
    """The one number of a balance."""
    if isinstance(balance, Mapping):
        return sum((Decimal(count) for count in balance.values()), Decimal())
    return Decimal(balance or NO_BALANCE)


def counts(balance: Balance | None) -> Mapping[str, str]:
    """How many of which product; none where a balance is a number."""
    return balance if isinstance(balance, Mapping) else {}


def plain(number: Decimal) -> str:
    """A number without an exponent, and without places that are zero."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
