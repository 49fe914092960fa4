"""The jobs API: what became of requests that went through the queue, and how to take them back."""

from typing import Any

from tools.document import everywhere
from tools.document.parts import (
    JAVASCRIPT,
    JSON,
    PROBLEM,
    TEXT_XML,
    XML,
    Answers,
    Schema,
    answer,
    array,
    content,
    integer,
    nullable,
    record,
    ref,
    text,
)

_JOB_ID = "0f6e2c1a6b5d4c3e9a41d2b7c8e9f001"
_JOB = {
    "job_id": _JOB_ID,
    "operation": "enrol",
    "status": "done",
    "total": 10000,
    "done": 10000,
    "counts": {"0": 9990, "404": 10},
    "submitted_at": "2024-09-01T12:34:56Z",
    "finished_at": "2024-09-01T12:35:04Z",
    "undo": "available",
    "links": {
        name: f"/jobs/{_JOB_ID}{end}" for name, end in [("self", ""), ("results", "/results"), ("undo", "/undo")]
    },
}
_PROBLEM = {"type": "about:blank", "title": "Not Found", "status": 404, "detail": "There is no such job"}
_FAULTS = {
    "400": "A parameter is refused",
    "401": "No credentials, or unknown ones",
    "403": "The credentials have no right to do this",
    "404": "The account has no such job",
    "500": "A fault of the service",
    "503": "Storage is busy: repeat the request",
}
_FAULT_HEADERS = {"401": ["WWW-Authenticate"], "503": ["Retry-After"]}
_CREDENTIALS: list[dict[str, list[str]]] = [{"bearer": []}, {"accessToken": []}, {"basic": []}]


def paths() -> dict[str, Any]:
    """The four calls."""
    return {
        "/jobs": {"get": _list()},
        "/jobs/{job_id}": {"get": _show()},
        "/jobs/{job_id}/results": {"get": _results()},
        "/jobs/{job_id}/undo": {"post": _undo()},
    }


def schemas() -> dict[str, Schema]:
    """What replies are made of."""
    job = {
        "job_id": ref("JobId"),
        "operation": text(enum=["enrol", "import", "earn", "undo"]),
        "status": text(enum=["queued", "running", "done", "failed", "undoing", "undone"]),
        "total": integer("Items", minimum=0),
        "done": integer("Items whose fate is known", minimum=0),
        "counts": {
            "type": "object",
            "description": "Items by the vendor's codes, such as 0 and 404, or new and updated",
            "additionalProperties": integer(minimum=0),
        },
        "submitted_at": text(format="date-time"),
        "finished_at": nullable(text(format="date-time")),
        "undo": text("Whether it can be taken back", enum=["available", "none", "expired"]),
        "links": record({name: text(format="uri-reference") for name in ("self", "results", "undo")}),
    }
    page = {"jobs": array(ref("Job"), maxItems=50), "next": nullable(text("For the parameter next; null at the end"))}
    problem = {"type": text(), "title": text(), "status": integer(), "detail": text("What is wrong")}
    return {
        "Job": record(job),
        "JobList": record(page),
        "Problem": record(problem, description="RFC 9457"),
    }


def parameters() -> dict[str, Any]:
    """The parameter that three calls share."""
    job_id = {"name": "job_id", "in": "path", "required": True, "schema": ref("JobId")}
    return {"JobId": {**job_id, "description": "The id that the answer to the request had"}}


def _list() -> dict[str, Any]:
    one_page = answer("The jobs", content(ref("JobList"), JSON, sample={"jobs": [_JOB], "next": None}))
    query = _query("next", text(), "Where the page before ended")
    return _operation("listJobs", "List the account's jobs, newest first", {"200": one_page, **_faults("404")}, query)


def _show() -> dict[str, Any]:
    answers = {"200": answer("The job", content(ref("Job"), JSON, sample=_JOB)), **_faults()}
    return _operation("showJob", "Show a job", answers, ref("JobId", "parameters"))


def _results() -> dict[str, Any]:
    either = {"oneOf": [ref("RegisterBatchReply"), ref("DirectEarnReply"), ref("ImportReply")]}
    reply = content(either, JSON, XML, TEXT_XML) | content(ref("Jsonp"), JAVASCRIPT)
    answers = {"200": answer("The reply that a waiting client would have had", reply), **_faults()}
    answers["409"] = answer("The job still runs", content(ref("Problem"), PROBLEM), "Retry-After")
    return _operation(
        "jobResults",
        "Read a job's results",
        answers,
        ref("JobId", "parameters"),
        _query("partial", text(enum=["true", "false"]), "true: what there is so far"),
        _query("from", integer(minimum=0), "The first item, from 0"),
        _query("limit", integer(minimum=1), "So many items at most"),
    )


def _undo() -> dict[str, Any]:
    answers = {"202": answer("Taken back by a job of its own", content(ref("Job"), JSON), "Location"), **_faults()}
    answers["409"] = answer("There is nothing to take back, or the job still runs", content(ref("Problem"), PROBLEM))
    answers["422"] = answer("The Idempotency-Key came before with another request", content(ref("Problem"), PROBLEM))
    return _operation(
        "undoJob",
        "Take a job back",
        answers,
        ref("JobId", "parameters"),
        ref("IdempotencyKey", "parameters"),
    )


def _operation(name: str, summary: str, answers: Answers, *parameters: dict[str, Any]) -> dict[str, Any]:
    return {
        "operationId": name,
        "tags": ["Jobs"],
        "summary": summary,
        "security": _CREDENTIALS,
        "parameters": list(parameters),
        "responses": everywhere.with_gateway(answers),
    }


def _query(name: str, schema: Schema, description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _faults(*without: str) -> Answers:
    return {
        status: answer(
            said,
            content(ref("Problem"), PROBLEM, **({"sample": _PROBLEM} if status == "404" else {})),
            *_FAULT_HEADERS.get(status, []),
        )
        for status, said in _FAULTS.items()
        if status not in without
    }
