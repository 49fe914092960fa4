"""What the service says about itself: its health, this document, and its pages."""

from typing import Any

from loyalty import __version__
from tools.document import everywhere
from tools.document.parts import HTML, JSON, Content, Schema, answer, content, record, text

_HEALTH = {"status": "ok", "version": __version__}


def paths() -> dict[str, Any]:
    """The endpoints that ask for no credentials."""
    page = content(text(), HTML)
    return {
        "/health": {
            "get": _operation("health", "Ask whether the API is there", content(_health(), JSON, sample=_HEALTH))
        },
        "/openapi.json": {"get": _operation("openapi", "This document", content({"type": "object"}, JSON))},
        "/docs": {"get": _operation("docs", "This document as a page", page)},
        "/console": {"get": _operation("console", "A page to look customers up, send files and watch jobs on", page)},
    }


def _health() -> Schema:
    return record({"status": text(const="ok"), "version": text("The deployed version")})


def _operation(name: str, summary: str, body: Content) -> dict[str, Any]:
    return {
        "operationId": name,
        "tags": ["Service"],
        "summary": summary,
        "security": [],
        "responses": everywhere.with_gateway({"200": answer(summary, body)}),
    }
