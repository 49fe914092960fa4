"""What a function reads from its environment, all of it, once."""

import os
from collections.abc import Mapping
from typing import NamedTuple

from loyalty.errors import ConfigurationError


class Settings(NamedTuple):
    """Table names, and how many items one request may have."""

    accounts_table: str
    customers_table: str
    memberships_table: str
    max_items: int


def load(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings; raises ConfigurationError that names every missing or wrong variable."""
    names = {field: field.upper() for field in Settings._fields}
    missing = [name for name in names.values() if not environment.get(name)]
    if missing:
        raise ConfigurationError(f"environment variable not set: {', '.join(missing)}")
    values = {field: environment[name] for field, name in names.items()}
    max_items = values.pop("max_items")
    if not (max_items.isascii() and max_items.isdigit() and int(max_items)):
        raise ConfigurationError(f"environment variable MAX_ITEMS is not a positive number: {max_items}")
    return Settings(**values, max_items=int(max_items))
