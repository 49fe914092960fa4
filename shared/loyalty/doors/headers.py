"""Request headers that all doors read: under which key a request is done once, and what its job is called."""

from loyalty.domain.errors import BadRequest
from loyalty.http.request import Request

LONGEST_KEY, LONGEST_LABEL = 255, 100
"""Characters."""


def idempotency_key(request: Request) -> str | None:
    """Under which a request is done once; raises BadRequest."""
    return _printable(request, "Idempotency-Key", LONGEST_KEY)


def job_label(request: Request) -> str | None:
    """What the client calls the job that the request may become; raises BadRequest."""
    return _printable(request, "X-Job-Label", LONGEST_LABEL)


def _printable(request: Request, name: str, longest: int) -> str | None:
    text = request.headers.get(name.lower(), "").strip()
    if len(text) > longest or not text.isascii() or not text.isprintable():
        raise BadRequest(f"{name} must be at most {longest} characters of printable ASCII")
    return text or None
