"""As much PartiQL as the store writes: an INSERT whose values are all parameters."""

import re
from typing import Any

_INSERT = re.compile(r'INSERT INTO "([\w.-]{3,255})" VALUE \{((?:\'\w+\':\?)(?:,\'\w+\':\?)*)\}')


def inserted_item(**statement: Any) -> tuple[str, dict[str, Any]]:
    """The table that a statement inserts into, and the item."""
    insert = _INSERT.fullmatch(statement["Statement"])
    assert insert, statement["Statement"]
    names = re.findall(r"'(\w+)':\?", insert[2])
    return insert[1], dict(zip(names, statement["Parameters"], strict=True))
