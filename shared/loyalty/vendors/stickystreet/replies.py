"""What an import is answered with.

Source: "Batch Import Customers" (API 1.5), its output parameters and samples; `ignored`, `failed`, `job_id`,
`rows` and the status `validated` of a dry run are ours.
"""

from typing import Any

from loyalty.domain.errors import ProgramInactive, ProgramNotFound, RequestError
from loyalty.domain.outcome import RETRYABLE, Outcome, Status
from loyalty.domain.quoting import quote
from loyalty.http.request import Reply
from loyalty.vendors.contract import CANCELLED, Answer, cancelled, not_known
from loyalty.vendors.stickystreet.params import unknown_campaign
from loyalty.vendors.stickystreet.style import Style, reply
from loyalty.vendors.stickystreet.style import fault_text as general_text

COUNTED = {
    Status.CREATED: "new",
    Status.UPDATED: "updated",
    Status.IGNORED: "ignored",
    Status.INVALID: "failed",
    Status.BUSY: "busy",
    Status.UNKNOWN: "busy",
    Status.CANCELLED: CANCELLED,
}
"""What rows are counted as; an answer counts the last four as failed."""


def queued(style: Style, job_id: str) -> Reply:
    """The reply to an import that goes on as a job."""
    return reply(style, {"batch": {"status": "queued", "job_id": job_id}})


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
    return reply(style, {"batch": batch})


def fault_text(error: RequestError) -> str:
    """What a fault of an import is called."""
    if isinstance(error, ProgramNotFound):
        return unknown_campaign(str(error))
    if isinstance(error, ProgramInactive):
        return f"campaigns_to_include names the campaign {quote(str(error))}, which is not active"
    return general_text(error)


def _row(number: int, outcome: Outcome, repeat_under: str | None) -> dict[str, Any] | None:
    if outcome.status is Status.BUSY:
        return {"number": number, "error": "Storage is busy, repeat this row"}
    if outcome.status is Status.UNKNOWN:
        return {"number": number, "error": not_known("this row", "imported", repeat_under)}
    if outcome.status is Status.CANCELLED:
        return {"number": number, "error": cancelled("this row")}
    if outcome.status is Status.INVALID:
        return {"number": number, "error": outcome.reason}
    return {"number": number, **outcome.values} if outcome.values else None
