"""POST /files: a job whose items come in a file, which the client sends straight to storage."""

from typing import Any

from loyalty.doors.headers import LONGEST_LABEL
from loyalty.files.create import LARGEST_GB, LONGEST_NAME
from loyalty.files.registry import FILES
from tools.document import everywhere
from tools.document.parts import JSON, PROBLEM, Answers, Schema, answer, array, content, integer, nullable, record, ref
from tools.document.parts import text as string
from tools.document.samples import sample

_JOB_ID = "0f6e2c1a6b5d4c3e9a41d2b7c8e9f001"
_CREATED = {
    "job_id": _JOB_ID,
    "upload": {
        "method": "PUT",
        "url": f"https://loyalty-files.s3.eu-central-1.amazonaws.com/uploads/{_JOB_ID}?X-Amz-Signature=…",
        "headers": {"If-None-Match": "*"},
        "expires_at": "2024-09-01T13:34:56Z",
    },
    "links": {
        "self": f"/jobs/{_JOB_ID}",
        **{name: f"/jobs/{_JOB_ID}/{name}" for name in ("results", "cancel", "retry", "undo")},
    },
}
_FAULTS = {
    "400": "A parameter is refused, or names what the account does not have",
    "401": "No credentials, or unknown ones",
    "403": "The credentials lack the right that the operation needs",
    "409": "The job of this Idempotency-Key was undone or cancelled, or has failed",
    "413": "The request is larger than any needs to be",
    "415": "A content encoding that is not read",
    **everywhere.FAULTS,
}


def paths() -> dict[str, Any]:
    """The one call."""
    answers: Answers = {
        "201": answer(
            "The job, and how its file is to be sent", content(ref("CreatedFile"), JSON, sample=_CREATED), "Location"
        )
    }
    for status, words in _FAULTS.items():
        answers[status] = answer(words, content(ref("Problem"), PROBLEM), *everywhere.FAULT_HEADERS.get(status, []))
    idempotency, _, label = everywhere.POST
    body = content(ref("FileRequest"), JSON, sample=sample("create_file"))
    return {
        "/files": {
            "post": {
                "operationId": "createFile",
                "tags": ["Jobs"],
                "summary": "Make a job of a file",
                "description": f"The file (UTF-8, CSV, TSV or pipe, a line of headers, up to {LARGEST_GB} GB) is sent "
                "once to the URL, with the headers; its arrival starts the job.",
                "security": [{"bearer": []}, {"accessToken": []}, {"basic": []}],
                "parameters": [idempotency, label],
                "requestBody": {"required": True, "content": body},
                "responses": everywhere.with_gateway(answers, body=True),
            }
        }
    }


def schemas() -> dict[str, Schema]:
    """What the request and its reply are made of."""
    request = {
        "operation": string("What is done with each row", enum=[*FILES]),
        "params": {"anyOf": [ref("ImportFile"), ref("EnrolFile"), ref("EarnFile")]},
        "name": string("What the file is called", minLength=1, maxLength=LONGEST_NAME),
        "label": nullable(string("What the job is called", minLength=1, maxLength=LONGEST_LABEL)),
        "dry_run": {"type": ["boolean", "null"], "description": "Of an import: only check, and write nothing"},
    }
    upload = {
        "method": string(enum=["PUT"]),
        "url": string(format="uri"),
        "headers": {"type": "object", "additionalProperties": string()},
        "expires_at": string(format="date-time"),
    }
    created = {"job_id": ref("JobId"), "upload": record(upload), "links": ref("JobLinks")}
    return {
        "FileRequest": record(request, optional=("label", "dry_run")),
        "CreatedFile": record(created),
        **_params(),
    }


def _params() -> dict[str, Schema]:
    id_ = {"type": ["string", "integer"]}
    columns = {
        "type": "object",
        "description": "Fields by the headers of columns that are called otherwise; - leaves a column out",
        "additionalProperties": string(),
    }
    import_ = {
        "campaigns": array(id_, "Programs that every customer becomes a member of", minItems=1, maxItems=50),
        "overwrite": string("What rows do to customers that exist", enum=["yes", "update", "ignore"], default="ignore"),
        "card_digits": integer("Customers without a card get a number of so many digits", minimum=4, maximum=19),
        "keep_undo": {"type": "boolean", "default": True},
        "columns": columns,
    }
    enrol = {
        "program_id": id_,
        "matching": string("The column that finds customers, if not email, phone or profile_id"),
        "columns": columns,
    }
    earn = {
        "program_id": id_,
        "promotion_id": id_,
        "promotion_identifier": string("The account's own name for the promotion, instead of its id"),
        "source": string("Where customers earn, unless a column source says it"),
        "columns": columns,
    }
    optional = ("overwrite", "card_digits", "keep_undo", "columns")
    return {
        "ImportFile": record(import_, optional=optional),
        "EnrolFile": record(enrol, optional=("matching", "columns")),
        "EarnFile": record(earn, optional=("promotion_id", "promotion_identifier", "source", "columns")),
    }
