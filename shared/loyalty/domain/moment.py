"""Moments as they are stored and told: RFC 3339, in UTC, to the second; sorted as text they are in order of time."""

import re
import time
from datetime import UTC, datetime

_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)", re.ASCII)
_LONGEST = 64  # characters, of which a fraction may have some dozens
_AS_STORED = len("2024-09-01T12:34:56Z")  # a moment of this length is one in UTC to the second


def now() -> str:
    """The present moment."""
    return at(time.time())


def at(seconds: float) -> str:
    """The moment that is so many seconds after the epoch."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def utc(text: str) -> str | None:
    """The stored form of an RFC 3339 date and time with a zone in the years 1 to 9999; None for anything else."""
    if len(text) > _LONGEST or not _RFC_3339.fullmatch(text):
        return None
    upper = text.upper()
    try:
        moment = datetime.fromisoformat(upper)
        if len(upper) == _AS_STORED:
            return upper
        return moment.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"
    except (ValueError, OverflowError):  # 30 February, a leap second, or beyond those years
        return None
