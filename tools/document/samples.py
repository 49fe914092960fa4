"""The requests that the vendors' documentation prints, from the events of this project."""

import json
from typing import Any
from urllib.parse import parse_qsl

from tools.local.template import ROOT


def sample(event: str) -> Any:
    """The body of an event: JSON as data, a form as its fields, XML as it is."""
    described = json.loads((ROOT / "events" / f"{event}.json").read_text(encoding="utf-8"))
    body, media_type = described["body"], described["headers"]["Content-Type"]
    if media_type == "application/json":
        return json.loads(body)
    if media_type == "application/x-www-form-urlencoded":
        return dict(parse_qsl(body, strict_parsing=True))
    return body
