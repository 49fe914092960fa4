"""Headers that many operations share, and the answers that the gateway gives in any operation's place."""

from typing import Any

from tools.document.parts import Answers, Schema, ref, text

POST = [ref("IdempotencyKey", "parameters"), ref("Prefer", "parameters")]
"""What every request that changes something may carry."""

GATEWAY: Answers = {"429": ref("TooManyRequests", "responses"), "504": ref("NoAnswerInTime", "responses")}


def parameters() -> dict[str, Any]:
    """The request headers, by component name."""
    return {
        "IdempotencyKey": {
            "name": "Idempotency-Key",
            "in": "header",
            "description": "The same request with the same key within 24 hours gets the first answer again and does "
            "nothing; another request with it gets 422, and one that comes while the first runs 503.",
            "schema": text(minLength=1, maxLength=255, pattern="^[!-~]+$"),
        },
        "Prefer": {
            "name": "Prefer",
            "in": "header",
            "description": "`respond-async`: a request that goes through the queue is answered at once, with its job.",
            "schema": text(enum=["respond-async"]),
        },
    }


def components() -> dict[str, Any]:
    """The reply headers, by name."""
    return {
        "X-Request-Id": _header("The id that the request has in the log", text()),
        "X-Cap-Requestid": _header("The same, under Capillary's name", text()),
        "Retry-After": _header("Seconds to wait before repeating the request", text(pattern="^[0-9]+$")),
        "WWW-Authenticate": _header(
            "How to identify oneself; behind AWS's gateway x-amzn-Remapped-WWW-Authenticate", text()
        ),
        "Location": _header("The job's address, the stage included", text(format="uri-reference")),
    }


def _header(description: str, schema: Schema) -> dict[str, Any]:
    return {"description": description, "schema": schema}
