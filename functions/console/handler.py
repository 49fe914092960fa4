"""GET /console: the page to watch jobs; without data or credentials of its own, it calls the jobs API."""

from pathlib import Path
from typing import Any

from loyalty.http.page import inlined, page_reply
from loyalty.http.request import read_event, to_proxy

_PAGE = page_reply(inlined(Path(__file__).with_name("page.html")))


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer with the page."""
    return to_proxy(_PAGE, read_event(event, context))
