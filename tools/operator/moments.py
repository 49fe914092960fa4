"""Moments as people write them on a command line."""

import re
import time
from datetime import date

from loyalty.domain import moment

from .faults import OperatorError

_AGO = re.compile("([0-9]{1,6})([mhd])")
_SECONDS = {"m": 60, "h": 3600, "d": 86_400}
_MOMENT = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?")


def since(text: str | None) -> str:
    """The moment that a text names, as the API writes moments (UTC), empty for none; raises OperatorError."""
    if text is None:
        return ""
    if ago := _AGO.fullmatch(text):
        return moment.at(time.time() - int(ago[1]) * _SECONDS[ago[2]])
    try:
        date.fromisoformat(text[:10])
    except ValueError:
        text = ""
    if not _MOMENT.fullmatch(text):
        raise OperatorError("--since takes a day (2026-01-31), a moment (2026-01-31T08:00:00Z), or 30m, 2h or 3d")
    return text
