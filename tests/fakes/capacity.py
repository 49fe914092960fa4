"""What DynamoDB charges for: the size of items, in read and write units."""

import math
from typing import Any

_READ_UNIT, _WRITE_UNIT = 4_096, 1_024
MOST_ITEM_BYTES = 400 * 1_024


def item_bytes(item: dict[str, Any]) -> int:
    """About the size of an item: its names and its values."""
    total = 0
    for name, value in item.items():
        total += len(name) + _value_bytes(value)
    return total


def read_units(item: dict[str, Any]) -> float:
    """What reading an item consistently costs, or finding that there is none (an empty one); half of it else."""
    return float(max(1, math.ceil(item_bytes(item) / _READ_UNIT)))


def write_units(item: dict[str, Any]) -> float:
    """What writing an item costs, also when its condition fails."""
    return float(max(1, math.ceil(item_bytes(item) / _WRITE_UNIT)))


def _value_bytes(value: dict[str, Any]) -> int:
    for kind, content in value.items():
        if kind == "S" and content.isascii():  # nearly all are
            return len(content)
        if kind == "M":
            return item_bytes(content)
        if isinstance(content, bytes):
            return len(content)
        return sum(len(text.encode()) for text in (content if kind == "SS" else [str(content)]))
    return 0
