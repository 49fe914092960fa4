"""The webhook of an account: the calls that set it, and the call that it gets."""

from typing import Any

from loyalty.webhooks.address import LONGEST
from tools.document import everywhere, jobs
from tools.document.parts import JSON, Answers, Schema, answer, content, nullable, record, ref, text

_URL = "https://example.com/loyalty"
_JOB_ID = "0f6e2c1a6b5d4c3e9a41d2b7c8e9f001"
_SET_AT = "2024-09-01T12:34:56Z"
_SHOWN = {
    "url": _URL,
    "set_at": _SET_AT,
    "last_delivered": {"job_id": _JOB_ID, "at": "2024-09-01T12:35:04Z"},
    "last_failed": None,
}
_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - an example
_ANSWERED_SET = {"url": _URL, "secret": _SECRET, "set_at": _SET_AT}
_NONE = {"type": "about:blank", "title": "Not Found", "status": 404, "detail": "The account has no webhook"}
_FAULTS = {
    "400": "The address is refused: the text says why",
    "401": "No credentials, or unknown ones",
    "403": "The credentials have no right to read jobs",
    "404": "The account has no webhook",
    "413": "The body is larger than 64 KB",
    "415": "An encoding that is not read",
    **everywhere.FAULTS,
    "503": "Storage is busy: repeat the request",
}
_ALWAYS = ("401", "403", "429", "500", "503")


def paths() -> dict[str, Any]:
    """The calls that set it."""
    return {"/webhook": {"put": _set(), "get": _show(), "delete": _delete()}}


def webhooks() -> dict[str, Any]:
    """The call that it gets."""
    headers = {
        "webhook-id": "Names what is told, the same at every attempt: what came before needs no second look",
        "webhook-timestamp": "When this attempt was made, in seconds since 1970",
        "webhook-signature": "`v1,` and the HMAC-SHA256 of id, timestamp and body in base64; two of them, with a "
        "blank between, for a day after the secret was changed",
    }
    parameters = [
        {"name": name, "in": "header", "required": True, "description": said, "schema": text()}
        for name, said in headers.items()
    ]
    told = {
        "operationId": "jobEnded",
        "tags": ["Webhook"],
        "summary": "A job is done, failed, cancelled or undone",
        "description": "Signed as Standard Webhooks have it. At least once, in no certain order, with the job as it "
        "is at that moment.",
        "security": [],
        "parameters": parameters,
        "requestBody": {"required": True, "content": content(ref("Job"), JSON)},
        "responses": {"2XX": {"description": "Taken. After anything else the call comes again, for a day"}},
    }
    return {"jobEnded": {"post": told}}


def schemas() -> dict[str, Schema]:
    """What is sent and answered."""
    url = text("Where ends of jobs are told, by https", maxLength=LONGEST, format="uri")
    moment = text(format="date-time")
    delivered = {"job_id": ref("JobId"), "at": moment}
    return {
        "WebhookAddress": record({"url": url}),
        "WebhookSet": record({"url": url, "secret": text("Signs the calls; told this once"), "set_at": moment}),
        "Webhook": record(
            {
                "url": url,
                "set_at": moment,
                "last_delivered": nullable(record(delivered, description="The last call that was taken")),
                "last_failed": nullable(
                    record({**delivered, "reason": text()}, description="The last call that was not")
                ),
            }
        ),
    }


def _set() -> dict[str, Any]:
    done = answer("Set, with a new secret", content(ref("WebhookSet"), JSON, sample=_ANSWERED_SET), "Cache-Control")
    answers = {"200": done, **_faults("400", "413", "415")}
    body = {"required": True, "content": content(ref("WebhookAddress"), JSON, sample={"url": _URL})}
    return {**_operation("setWebhook", "Set the account's webhook", answers, body=True), "requestBody": body}


def _show() -> dict[str, Any]:
    told = answer("The webhook, without its secret", content(ref("Webhook"), JSON, sample=_SHOWN), "Cache-Control")
    return _operation("showWebhook", "Show the account's webhook", {"200": told, **_faults("404")})


def _delete() -> dict[str, Any]:
    answers = {"204": answer("There is none now, whether or not there was one", {}, "Cache-Control"), **_faults()}
    return _operation("deleteWebhook", "Delete the account's webhook", answers)


def _operation(name: str, summary: str, answers: Answers, *, body: bool = False) -> dict[str, Any]:
    return {
        "operationId": name,
        "tags": ["Webhook"],
        "summary": summary,
        "security": [{"bearer": []}, {"accessToken": []}, {"basic": []}],
        "responses": everywhere.with_gateway(answers, body=body),
    }


def _faults(*statuses: str) -> Answers:
    return {
        status: jobs.fault(status, _FAULTS[status], _NONE if status == "404" else None)
        for status in sorted({*_ALWAYS, *statuses})
    }
