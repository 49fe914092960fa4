"""How an import is answered: XML, JSON or JSONP, always with HTTP status 200.

Source: "Batch Import Customers" (API 1.5), its output parameters and samples; `ignored`, `failed`, `job_id`,
`rows` and the status `validated` of a dry run are ours.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from loyalty.domain.account import CustomField
from loyalty.domain.errors import (
    CredentialsExpired,
    CredentialsMissing,
    CredentialsUnknown,
    InternalError,
    ParameterError,
    ProgramInactive,
    ProgramNotFound,
    RequestError,
    RightMissing,
    StorageBusy,
    quote,
)
from loyalty.domain.identifiers import custom_field
from loyalty.domain.outcome import RETRYABLE, Outcome, Status
from loyalty.domain.text import folded
from loyalty.http.request import Reply, json_reply
from loyalty.http.writing import COMPACT, INDENTED, XmlShape, to_json, to_xml
from loyalty.vendors.contract import Answer, Manner, not_known
from loyalty.vendors.stickystreet.params import unknown_campaign

LONGEST_CALLBACK = 128

_FAULTS: dict[type[RequestError], str] = {
    CredentialsMissing: "user_id, user_api_key and account_id are required",
    CredentialsUnknown: "user_id, user_api_key or account_id is wrong",
    CredentialsExpired: "The token is expired",
    RightMissing: "This user has no right to import customers",
    StorageBusy: "Storage is busy, repeat the request",
}
_IDENTIFIER = r"[A-Za-z_$][A-Za-z0-9_$]*"
_CALLBACK = re.compile(rf"{_IDENTIFIER}(\.{_IDENTIFIER})*")
_YES_NO = {True: "yes", False: "no"}
_XML = XmlShape(listed={"rows": "row", "fields": "field"}, attributes=frozenset({"status"}))
"""A status is an attribute, as in the seed."""


COUNTED = {
    Status.CREATED: "new",
    Status.UPDATED: "updated",
    Status.IGNORED: "ignored",
    Status.INVALID: "failed",
    Status.BUSY: "busy",
    Status.UNKNOWN: "busy",
}
"""What rows are counted as; an answer counts the last three as failed."""


class Style(NamedTuple):
    """How a reply is written."""

    json: bool = False
    callback: str = ""
    condensed: bool = False


def style_of(manner: Manner) -> Style:
    """The style in a manner; without one it is JSON."""
    return Style(manner.get("json", True), manner.get("callback", ""), manner.get("condensed", False))


def read_style(fields: Mapping[str, str]) -> Style:
    """The style by `output` and `condensed`; a callback alone asks for JSON. Raises ParameterError."""
    output = fields.get("output", "").strip()
    wish = folded(output)
    if wish not in ("", "xml", "json"):
        raise ParameterError("output", "must be XML or JSON", output)
    as_json = wish == "json" or (not output and bool(fields.get("callback", "").strip()))
    return Style(json=as_json, condensed=folded(fields.get("condensed", "").strip()) == "yes")


def read_callback(fields: Mapping[str, str]) -> str:
    """The function that JSONP is to call, empty for none; raises ParameterError for what is no function's name."""
    callback = fields.get("callback", "").strip()
    if callback and (len(callback) > LONGEST_CALLBACK or not _CALLBACK.fullmatch(callback)):
        fault = f"must be a dotted JavaScript name of at most {LONGEST_CALLBACK} ASCII characters"
        raise ParameterError("callback", fault, callback)
    return callback


def queued(style: Style, job_id: str) -> Reply:
    """The reply to an import that goes on as a job."""
    return _reply(style, "success", {"batch": {"status": "queued", "job_id": job_id}})


def imported(style: Style, answer: Answer, *, dry_run: bool, keep_undo: bool) -> Reply:
    """The reply to an import that was done; its job is told when there may be something to undo."""
    statuses = [outcome.status for outcome in answer.outcomes]
    new, updated, ignored = map(statuses.count, (Status.CREATED, Status.UPDATED, Status.IGNORED))
    batch: dict[str, Any] = {"status": "validated" if dry_run else "imported"}
    batch["customers"] = {"new": new, "updated": updated}
    if ignored:
        batch["customers"]["ignored"] = ignored
    if failed := len(statuses) - new - updated - ignored:
        batch["customers"]["failed"] = failed
    if answer.job_id and keep_undo and not {Status.CREATED, Status.UPDATED, *RETRYABLE}.isdisjoint(statuses):
        batch["job_id"] = answer.job_id
    numbered = enumerate(answer.outcomes, start=answer.first + 1)
    if rows := [row for number, outcome in numbered if (row := _row(number, outcome, answer.repeat_under))]:
        batch["rows"] = rows
    return _reply(style, "success", {"batch": batch})


def names(fields: Sequence[CustomField]) -> list[dict[str, str]]:
    """What customer_fields_list tells of each custom field: its name in an import, and its own."""
    return [
        {"field": custom_field(field.number), "name": field.name, "label": field.label, "match": _YES_NO[field.match]}
        for field in fields
    ]


def listed(style: Style, fields: Sequence[Mapping[str, str]]) -> Reply:
    """The reply to customer_fields_list."""
    return _reply(style, "success", {"fields": fields})


def failed(style: Style, error: RequestError) -> Reply:
    """The reply to a request that was not done."""
    return _reply(style, "error", {"error": _text(error)})


def _text(error: RequestError) -> str:
    if isinstance(error, InternalError):
        return "Internal error"
    if isinstance(error, ProgramNotFound):
        return unknown_campaign(str(error))
    if isinstance(error, ProgramInactive):
        return f"campaigns_to_include names the campaign {quote(str(error))}, which is not active"
    return _FAULTS.get(type(error)) or str(error)


def _row(number: int, outcome: Outcome, repeat_under: str | None) -> dict[str, Any] | None:
    if outcome.status is Status.BUSY:
        return {"number": number, "error": "Storage is busy, repeat this row"}
    if outcome.status is Status.UNKNOWN:
        return {"number": number, "error": not_known("this row", "imported", repeat_under)}
    if outcome.status is Status.INVALID:
        return {"number": number, "error": outcome.reason}
    return {"number": number, **outcome.values} if outcome.values else None


def _reply(style: Style, status: str, content: Mapping[str, Any]) -> Reply:
    response, white_space = {"status": status, **content}, COMPACT if style.condensed else INDENTED
    if not style.json:
        return Reply(200, "text/xml; charset=utf-8", to_xml("response", response, _XML))
    if style.callback:
        text = to_json(response, white_space._replace(ascii=True))  # it may be read in the encoding of its page
        return Reply(200, "application/javascript", f"/**/{style.callback}({text});")
    return json_reply(200, response, style=white_space)
