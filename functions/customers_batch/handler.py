"""POST /api.php and POST / (GET is answered with what to do instead, at / to a browser with a page of links)."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from loyalty.doors import api_php
from loyalty.http.negotiation import weights
from loyalty.http.page import page_reply
from loyalty.http.request import Request, read_event, to_proxy

_PAGE = page_reply(Path(__file__).with_name("landing.html").read_text(encoding="utf-8"))
_api = api_php.serve()


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer as the contract says, but a browser that looks at the API's own address."""
    if event.get("httpMethod") in ("GET", "HEAD"):
        request = read_event(event, context)
        if _is_a_browser_at_the_root(request):
            headers = {**_PAGE.headers, "Vary": "Accept"}
            return to_proxy(replace(_PAGE, text=_PAGE.text.replace("{base}", request.base), headers=headers), request)
    return _api(event, context)


def _is_a_browser_at_the_root(request: Request) -> bool:
    wants_a_page = weights(request.headers.get("accept", "")).get("text/html", 0.0) > 0
    return wants_a_page and not request.path.strip("/") and not request.query
