"""Balances as files hold them: a number, or for products a JSON object of counts by name."""

import json
import re

from loyalty.domain import identifiers
from loyalty.domain.account import Balance
from loyalty.domain.quoting import refusal
from loyalty.operations.import_customers import items as import_items

from .rows import RowRefused

_COUNT = re.compile("[0-9]{1,15}")


def read(kind: str, text: str, *, decimal_comma: bool = False) -> Balance:
    """A balance of a program that counts `kind`; raises RowRefused, with `decimal_comma` for `1.000` too."""
    if decimal_comma and import_items.is_ambiguous(text):
        raise RowRefused(import_items.ambiguous("balance", text))
    if kind == "product":
        return _products(text)
    if import_items.amount_fault("balance", kind, text):
        raise RowRefused(refusal("balance", f"must be an amount of {kind}, 0 or more", text))
    return import_items.balance(kind, text)


def _products(text: str) -> Balance:
    try:
        counts = json.loads(text)
    except ValueError:
        counts = None
    if not isinstance(counts, dict) or not all(map(_is_count, counts.items())):
        raise RowRefused(refusal("balance", 'must be counts by product, as {"coffee": 3}', text))
    return {name: str(count) for name, count in counts.items()}


def _is_count(item: tuple[str, object]) -> bool:
    name, count = item
    return identifiers.name(name) == name and _COUNT.fullmatch(str(count)) is not None
