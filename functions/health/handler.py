"""GET /health: the deployed version, no credentials asked."""

import json
from typing import Any

from loyalty import __version__
from loyalty.http.request import Reply, read_event, to_proxy

_BODY = json.dumps({"status": "ok", "version": __version__})


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer that the API is there; the store is not asked."""
    return to_proxy(Reply(200, "application/json", _BODY), read_event(event, context))
