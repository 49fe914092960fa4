"""Moments as they are stored and told: RFC 3339, in UTC, to the second; as texts they sort as they follow."""

import time
from datetime import UTC, datetime


def now() -> str:
    """The present moment."""
    return at(time.time())


def at(seconds: float) -> str:
    """The moment that is so many seconds after the epoch."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
