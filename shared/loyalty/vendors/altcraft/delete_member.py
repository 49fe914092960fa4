"""Altcraft's `delete_member` (User API v1.1), JSON and XML: a customer leaves a loyalty program.

Source: Altcraft's documentation, "Delete member from a loyalty program", which lists no errors. Beyond it: 404 for who
is no member, with the profile_id of a customer who is known; a program that is not active can be left too.
"""

from typing import Any

from loyalty.domain.account import Account
from loyalty.domain.outcome import Outcome, Status
from loyalty.http.request import Reply, Request
from loyalty.operations.leave.items import KIND, Item, Params
from loyalty.settings import Settings
from loyalty.vendors.altcraft import items as altcraft_items
from loyalty.vendors.altcraft.envelope import MAX_CALL_BYTES, SUCCESS, Body, Exchange, queued, reply, style_of
from loyalty.vendors.contract import Answer, Manner, Submission

_REPEAT = "Storage is busy, repeat the request"
_CODES = {
    Status.REMOVED: (0, SUCCESS),
    Status.BUSY: (503, _REPEAT),
    Status.UNKNOWN: (503, _REPEAT),  # repeating ends no other membership; if this one was ended the answer is then 404
}
_COUNTED = {
    **{status: str(code) for status, (code, _) in _CODES.items()},
    Status.NOT_FOUND: "404",
    Status.INVALID: "400",
}
_BODY = Body(MAX_CALL_BYTES, "delete members")


class DeleteMember:
    """The endpoint."""

    name = "altcraft.delete_member"
    kind = KIND
    codes = _COUNTED

    def open(self, request: Request) -> "DeleteMemberExchange":
        """Begin with a request."""
        return DeleteMemberExchange(request, _BODY)

    def render(self, _request: Request, manner: Manner, answer: Answer) -> Reply:
        """The documented reply; where a part of a job's results is asked for that has none, an empty list of them."""
        style = style_of(manner)
        if not answer.outcomes:
            return reply(style, 0, {"error": 0, "error_text": SUCCESS, "result": []})
        result = _result(answer.outcomes[0])
        return reply(style, result["error"], result)

    def queued(self, _request: Request, manner: Manner, job_id: str, location: str) -> Reply:
        """No result yet, and the job; HTTP status 202."""
        return queued(style_of(manner), job_id, location)


DELETE_MEMBER = DeleteMember()


class DeleteMemberExchange(Exchange):
    """One request to leave."""

    def submission(self, account: Account, _settings: Settings) -> Submission[Params, Item]:
        """Who leaves, or what is wrong with how that is said."""
        document = self.document()
        program_id = altcraft_items.program_id(document.get("loyalty_program_id"))
        named = altcraft_items.whom(document, account)
        return Submission(Params(program_id), [named if isinstance(named, Outcome) else Item(named)])


def _result(outcome: Outcome) -> dict[str, Any]:
    code, text = _CODES.get(outcome.status) or _fault(outcome)
    return {"error": code, "error_text": text, "profile_id": outcome.profile_id}


def _fault(outcome: Outcome) -> tuple[int, str]:
    if outcome.status is Status.NOT_FOUND:
        return 404, "Member not found" if outcome.profile_id else "Profile not found"
    return 400, outcome.reason or ""
