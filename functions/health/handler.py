"""GET /health: the deployed version, no credentials asked."""

from typing import Any

from loyalty import __version__
from loyalty.http.request import json_reply, read_event, to_proxy
from loyalty.http.writing import SPACED

_REPLY = json_reply(200, {"status": "ok", "version": __version__}, style=SPACED)


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer that the API is there; the store is not asked."""
    return to_proxy(_REPLY, read_event(event, context))
