"""Request headers that all doors read: under which key a request is done once, and what its job is called."""

from loyalty.domain.errors import BadRequest
from loyalty.http.request import Request

LONGEST_KEY, LONGEST_LABEL = 255, 100
"""Characters."""


def is_printable(text: str, longest: int) -> bool:
    """Whether a text has so many characters at most, all of printable ASCII: what a header can bring."""
    return len(text) <= longest and text.isascii() and text.isprintable()


def idempotency_key(request: Request) -> str | None:
    """Under which a request is done once; raises BadRequest."""
    return _printable(request, "Idempotency-Key", LONGEST_KEY)


def job_label(request: Request) -> str | None:
    """What the client calls the job that the request may become; raises BadRequest."""
    return _printable(request, "X-Job-Label", LONGEST_LABEL)


def _printable(request: Request, name: str, longest: int) -> str | None:
    text = request.headers.get(name.lower(), "").strip()
    if not is_printable(text, longest):
        raise BadRequest(f"{name} must be at most {longest} characters of printable ASCII")
    return text or None
