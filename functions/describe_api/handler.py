"""GET /openapi.json and GET /docs: the API's description for programs and for people; `make document` writes both."""

from pathlib import Path
from typing import Any

from loyalty.http.page import page_reply
from loyalty.http.request import Reply, read_event, to_proxy

_FOLDER = Path(__file__).parent
_DOCUMENT = Reply(200, "application/json", (_FOLDER / "openapi.json").read_text(encoding="utf-8"))
_PAGE = page_reply((_FOLDER / "docs.html").read_text(encoding="utf-8"))


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer with the document or the page, by the path; no credentials asked."""
    request = read_event(event, context)
    if request.path.endswith("/docs/"):  # its addresses are relative to a page without a slash behind it
        location = {"Location": f"{request.base}/docs"}
        return to_proxy(Reply(308, "text/html; charset=utf-8", '<a href="../docs">The page</a>', location), request)
    return to_proxy(_DOCUMENT if request.path.rstrip("/").endswith("/openapi.json") else _PAGE, request)
