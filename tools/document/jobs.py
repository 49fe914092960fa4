"""The jobs API: what became of requests that went through the queue, and how to take them back."""

from typing import Any

from loyalty.domain.job import JobStatus, Retry, Undo
from loyalty.doors.headers import LONGEST_LABEL
from loyalty.doors.job_filters import MOST, ORDINARY
from loyalty.operations.enrol.items import KIND as ENROL
from loyalty.operations.registry import OPERATIONS
from loyalty.vendors.jobs_api import UNDO
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

_ACTIONS = ("results", "cancel", "retry", "undo")
_JOB_ID = "0f6e2c1a6b5d4c3e9a41d2b7c8e9f001"
_JOB = {
    "job_id": _JOB_ID,
    "operation": ENROL.name,
    "label": "spring-2024",
    "dry_run": False,
    "status": "done",
    "total": 10000,
    "done": 10000,
    "counts": {"0": 9990, "404": 10},
    "submitted_at": "2024-09-01T12:34:56Z",
    "finished_at": "2024-09-01T12:35:04Z",
    "undo": "available",
    "retry": "none",
    "links": {"self": f"/jobs/{_JOB_ID}", **{name: f"/jobs/{_JOB_ID}/{name}" for name in _ACTIONS}},
}
_PROBLEM = {"type": "about:blank", "title": "Not Found", "status": 404, "detail": "There is no such job"}
_FAULTS = {
    "400": "A parameter is refused",
    "401": "No credentials, or unknown ones",
    "403": "The credentials have no right to do this",
    "404": "The account has no such job",
    "406": "The results are too large to be sent at once: ask for parts of them, or accept gzip",
    "409": "The job is not finished yet, or there is nothing to do this with",
    **everywhere.FAULTS,
    "503": "Storage is busy: repeat the request",
}
_STATUSES = (
    "uploading: its file has not arrived; splitting: that is read; failed: see error, or its request died before all"
    " was sent, which repeating it completes; cancelling: until the chunks under way have ended"
)
_OUTCOMES = ("400", "404", "409", "503")
"""Statuses that a single registration may have."""
_ALWAYS = ("401", "403", "429", "500", "503")
_CREDENTIALS: list[dict[str, list[str]]] = [{"bearer": []}, {"accessToken": []}, {"basic": []}]


def paths() -> dict[str, Any]:
    """The calls."""
    return {
        "/jobs": {"get": _list()},
        "/jobs/{job_id}": {"get": _show()},
        "/jobs/{job_id}/results": {"get": _results()},
        "/jobs/{job_id}/cancel": {"post": _cancel()},
        "/jobs/{job_id}/retry": {"post": _retry()},
        "/jobs/{job_id}/undo": {"post": _undo()},
    }


def schemas() -> dict[str, Schema]:
    """What replies are made of."""
    job = {
        "job_id": ref("JobId"),
        "operation": text(enum=sorted(OPERATIONS)),
        "label": nullable(text("What its sender called it, in the header X-Job-Label", maxLength=LONGEST_LABEL)),
        "dry_run": {"type": "boolean", "description": "Whether it only checks: then nothing is written"},
        "status": text(_STATUSES, enum=[*JobStatus]),
        "total": integer("Items", minimum=0),
        "done": integer("Items whose fate is known, but for those that were cancelled", minimum=0),
        "counts": {
            "type": "object",
            "description": "Items by the vendor's codes, such as 0 and 404, or new and updated",
            "additionalProperties": integer(minimum=0),
        },
        "submitted_at": text(format="date-time"),
        "finished_at": nullable(text(format="date-time")),
        "undo": text("Whether it can be taken back", enum=[*Undo]),
        "retry": text("Whether some of its items can be tried again", enum=[*Retry]),
        "file": text("What its file is called, where its items come in one"),
        "error": text("Why it failed as a whole"),
        "links": ref("JobLinks"),
    }
    links = {
        **{name: text(format="uri-reference") for name in ("self", *_ACTIONS)},
        "undoes": text("The job that this one takes back", format="uri-reference"),
        "undone_by": text("The job that takes this one back", format="uri-reference"),
    }
    about = {"job_id": ref("JobId")}
    writing = {**about, "status": text("Asked again in a moment, they are there", enum=["writing"])}
    written = {**about, "url": text("Where they are", format="uri"), "expires_at": text(format="date-time")}
    page = {"jobs": array(ref("Job"), maxItems=MOST), "next": nullable(text("For the parameter next; null at the end"))}
    problem = {"type": text(), "title": text(), "status": integer(), "detail": text("What is wrong")}
    undone = array(
        text(enum=[*dict.fromkeys(UNDO.codes.values())]), "What became of each item of the job that was taken back"
    )
    taken_back = {"job_id": ref("JobId"), "first": integer("The first item's place, from 0", minimum=0)}
    return {
        "Job": record(job, optional=("file", "error")),
        "JobLinks": record(links, optional=("undoes", "undone_by")),
        "ResultsAreWritten": record(writing),
        "ResultsFile": record(written),
        "JobList": record(page),
        "UndoReply": record({**taken_back, "results": undone}),
        "Problem": record(problem, description="RFC 9457"),
    }


def parameters() -> dict[str, Any]:
    """The parameter that three calls share."""
    job_id = {"name": "job_id", "in": "path", "required": True, "schema": ref("JobId"), "example": _JOB_ID}
    return {"JobId": {**job_id, "description": "The id that the answer to the request had"}}


def _list() -> dict[str, Any]:
    one_page = answer("The jobs", content(ref("JobList"), JSON, sample={"jobs": [_JOB], "next": None}))
    moment = text("A day, or an RFC 3339 date and time with a zone", examples=["2024-09-01", "2024-09-01T12:34:56Z"])
    chosen = [
        query("status", text(enum=[*JobStatus]), "Only jobs of this status"),
        query("operation", text(enum=sorted(OPERATIONS)), "Only jobs of this operation"),
        query("label", text(minLength=1, maxLength=LONGEST_LABEL), "Only jobs that were called exactly so"),
        query("from", moment, "Only jobs that were submitted then or later"),
        query("to", moment, "Only jobs that were submitted before"),
        query("limit", integer(minimum=1, maximum=MOST, default=ORDINARY), "Jobs of a page, at most"),
        query("next", text(), "Where the page before ended"),
    ]
    return _operation("listJobs", "List the account's jobs, newest first", {"200": one_page, **_faults("400")}, *chosen)


def _show() -> dict[str, Any]:
    answers = {"200": answer("The job", content(ref("Job"), JSON, sample=_JOB)), **_faults("404")}
    return _operation("showJob", "Show a job", answers, ref("JobId", "parameters"))


def _results() -> dict[str, Any]:
    forms = (
        *("RegisterMemberReply", "RegisterBatchReply", "DeleteMemberReply", "ProfilesDeleteReply"),
        *("ProfileReply", "ProfilesReply"),
        *(
            "DirectEarnReply",
            "RevokeDirectEarnReply",
            "IssuePromotionReply",
            "AddCustomerReply",
            "AddCustomerError",
            "ImportReply",
            "ImportError",
            "UndoReply",
            "ResultsFile",
        ),
    )
    in_json = content({"anyOf": [ref(form) for form in forms]}, JSON)
    in_xml = content({"anyOf": [ref(form) for form in forms[:6]]}, XML) | content(
        {"anyOf": [ref("ImportReply"), ref("ImportError")]}, TEXT_XML
    )
    reply = answer(
        "The reply that a waiting client would have had", in_json | in_xml | content(ref("Jsonp"), JAVASCRIPT)
    )
    faults = _faults("400", "404", "406", "409")
    being_written = "Of a file: its results are being written, as CSV; ask again in a moment"
    return _operation(
        "jobResults",
        "Read a job's results",
        {
            "200": reply,
            "202": answer(being_written, content(ref("ResultsAreWritten"), JSON), "Retry-After"),
            "303": answer("Of a file: where its results are", content(ref("ResultsFile"), JSON), "Location"),
            **{status: _or_single(one) if status in _OUTCOMES else one for status, one in faults.items()},
        },
        ref("JobId", "parameters"),
        query("outcome", text(enum=["all", "failed"]), "failed, of a file: its failed rows alone, as they were sent"),
        query("redirect", text(enum=["true", "false"]), "false, of a file: 200 with the address in the place of 303"),
        query("partial", text(enum=["true", "false"]), "true: of a job that runs, what there is without a gap"),
        query("from", integer(minimum=0, maximum=10**9), "The first item, from 0"),
        query("limit", integer(minimum=0, maximum=10**9), "So many items at most"),
    )


def _or_single(fault: Answers) -> Answers:
    """A fault, or the outcome of a job of a single registration, whose HTTP status is that of its outcome."""
    single = content(ref("RegisterMemberReply"), JSON, XML)
    described = f"{fault['description']}; or the outcome of a single registration"
    return {**fault, "description": described, "content": {**fault["content"], **single}}


def _cancel() -> dict[str, Any]:
    said = "No further chunk of it is begun; asking twice is asking once"
    answers = {"202": answer(said, content(ref("Job"), JSON), "Location"), **_faults("404", "409")}
    return _operation("cancelJob", "Cancel a job", answers, ref("JobId", "parameters"))


def _retry() -> dict[str, Any]:
    said = "Begun again for its items that ended busy, failed for what they share, or were cancelled"
    answers = {"202": answer(said, content(ref("Job"), JSON), "Location"), **_faults("404", "409")}
    return _operation("retryJob", "Try a job's failed items again", answers, ref("JobId", "parameters"))


def _undo() -> dict[str, Any]:
    accepted = answer("Taken back by this job; asking twice is asking once", content(ref("Job"), JSON), "Location")
    parameters = ref("JobId", "parameters"), ref("JobLabel", "parameters")
    return _operation("undoJob", "Take a job back", {"202": accepted, **_faults("400", "404", "409")}, *parameters)


def _operation(name: str, summary: str, answers: Answers, *parameters: dict[str, Any]) -> dict[str, Any]:
    return {
        "operationId": name,
        "tags": ["Jobs"],
        "summary": summary,
        "security": _CREDENTIALS,
        "parameters": list(parameters),
        "responses": everywhere.with_gateway(answers),
    }


def query(name: str, schema: Schema, description: str) -> dict[str, Any]:
    """A parameter of the URL."""
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _faults(*statuses: str) -> Answers:
    return {status: fault(status) for status in sorted({*_ALWAYS, *statuses})}


def fault(status: str, said: str = "", sample: Any = None) -> Answers:
    """A problem document; what is said of the status, unless it is what holds for jobs, and an example."""
    shown = sample or (_PROBLEM if status == "404" else None)
    examples = {"sample": shown} if shown else {}
    return answer(
        said or _FAULTS[status], content(ref("Problem"), PROBLEM, **examples), *everywhere.FAULT_HEADERS.get(status, [])
    )
