"""GET /console: the page to watch jobs and send files; without data or credentials of its own, it calls the API."""

from functools import cache
from pathlib import Path
from typing import Any

from loyalty.doors.storage_address import storage_address
from loyalty.http.page import inlined, page_reply
from loyalty.http.request import Reply, read_event, to_proxy


@cache
def _page() -> Reply:
    """The page, which sends files straight to where they are stored."""
    return page_reply(inlined(Path(__file__).with_name("page.html")), [storage_address()])


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer with the page."""
    return to_proxy(_page(), read_event(event, context))
