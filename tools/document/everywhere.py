"""What holds for many operations: headers, and the answers that the gateway gives in any operation's place."""

from typing import Any

from loyalty.doors.headers import LONGEST_LABEL
from tools.document.parts import JSON, Answers, Schema, answer, content, ref, text

POST = [ref("IdempotencyKey", "parameters"), ref("Prefer", "parameters"), ref("JobLabel", "parameters")]
"""What every request that changes something may carry."""

FAULTS = {
    "422": "The Idempotency-Key came before with another request",
    "429": "Too many wrong credentials from this address in this minute",
    "500": "A fault of the service",
    "503": "Storage is busy, or a request with this Idempotency-Key still runs: repeat the request",
}
"""What these statuses mean at any endpoint."""

FAULT_HEADERS = {"401": ["WWW-Authenticate"], "429": ["Retry-After"], "503": ["Retry-After"]}
"""The headers that come with a fault."""

_GATEWAY = {
    "413": ("TooLarge", "The request body is larger than 4.7 MB"),
    "429": ("TooManyRequests", "Too many requests, repeat in a moment"),
    "500": ("Fault", "Internal error"),
    "504": ("NoAnswerInTime", "The service did not answer in time"),
}
"""The component and the words of the gateway's own answers."""


def with_gateway(answers: Answers, *, body: bool = False) -> Answers:
    """An operation's answers and the gateway's; where both have one of a status, it has either's form.

    Only a request with a body can be too large for the gateway.
    """
    own = {status: ref(name, "responses") for status, (name, _) in _GATEWAY.items() if body or status != "413"}
    gateways = responses()
    both = {
        status: _either(answers[status], gateways[name])
        for status, (name, _) in _GATEWAY.items()
        if status in own and status in answers
    }
    return dict(sorted({**own, **answers, **both}.items()))


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
            "description": "`respond-async`: the request goes through the queue, and is answered at once with its job.",
            "schema": text(enum=["respond-async"]),
        },
        "JobLabel": {
            "name": "X-Job-Label",
            "in": "header",
            "description": "What the job is called, if the request becomes one: `GET /jobs` finds it by that.",
            "schema": text(minLength=1, maxLength=LONGEST_LABEL, pattern="^[ -~]+$"),
        },
    }


def components() -> dict[str, Any]:
    """The reply headers, by name."""
    identify = "How to identify oneself; behind AWS's gateway it is called x-amzn-Remapped-WWW-Authenticate"
    return {
        "X-Request-Id": _header("The id that the request has in the log", text()),
        "X-Job-Id": _header("The job that has the results, where there is one", ref("JobId"), required=False),
        "X-Cap-Requestid": _header("The same, under Capillary's name", text()),
        "Cache-Control": _header("no-store: nobody on the way is to keep the reply", text()),
        "Retry-After": _header("Seconds to wait before repeating the request", text(pattern="^[0-9]+$")),
        "WWW-Authenticate": _header(identify, text(), required=False),
        "Location": _header("The job's address, the stage included", text(format="uri-reference")),
    }


def responses() -> dict[str, Any]:
    """The gateway's own answers, by component name."""
    found = {}
    for status, (name, words) in _GATEWAY.items():
        sample = {"error": int(status), "error_text": words, "message": words}
        retry = ["Retry-After"] if status == "429" else []
        found[name] = answer(words, content(ref("GatewayError"), JSON, sample=sample), *retry)
    return found


def _header(description: str, schema: Schema, *, required: bool = True) -> dict[str, Any]:
    return {"description": description, "required": required, "schema": schema}


def _either(own: Answers, gateways: Answers) -> Answers:
    """The headers of both, and the gateway's body beside the operation's own."""
    mine, theirs = own["content"].get(JSON), gateways["content"][JSON]
    in_json = {**mine, "schema": {"anyOf": [mine["schema"], theirs["schema"]]}} if mine else theirs
    headers = {name: header for name, header in own["headers"].items() if name in gateways["headers"]}
    return {**own, "headers": headers, "content": {**own["content"], JSON: in_json}}
