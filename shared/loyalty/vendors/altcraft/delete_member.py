"""Altcraft's `delete_member` (User API v1.1), JSON and XML: a customer leaves a loyalty program.

Source: Altcraft's documentation, "Delete member from a loyalty program", which lists no errors. Beyond it: 404 for who
is no member, with the profile_id of a customer who is known; a program that is not active can be left too.
"""

from loyalty.domain.account import Account
from loyalty.domain.outcome import Outcome, Status
from loyalty.http.request import Reply, Request
from loyalty.operations.leave.items import KIND, Item, Params
from loyalty.settings import Settings
from loyalty.vendors.altcraft import items as altcraft_items
from loyalty.vendors.altcraft.envelope import MAX_CALL_BYTES, SUCCESS, Body, Exchange, queued, style_of
from loyalty.vendors.altcraft.results import NOT_FOUND, REPEAT, Results, Told, wrong
from loyalty.vendors.contract import Answer, Manner, Submission

_BODY = Body(MAX_CALL_BYTES, "delete members", once=True)


def _refused(outcome: Outcome) -> Told:
    if outcome.status is Status.NOT_FOUND:
        return (404, "Member not found") if outcome.profile_id else NOT_FOUND
    return wrong(outcome)


RESULTS = Results(
    {
        Status.REMOVED: (0, SUCCESS),
        Status.BUSY: (503, REPEAT),
        Status.UNKNOWN: (503, REPEAT),  # repeating ends no other membership; if this one was ended it is then 404
    },
    _refused,
)


class DeleteMember:
    """The endpoint."""

    name = "altcraft.delete_member"
    kind = KIND
    codes = RESULTS.counted() | {Status.NOT_FOUND: "404"}

    def open(self, request: Request) -> "DeleteMemberExchange":
        """Begin with a request."""
        return DeleteMemberExchange(request, _BODY)

    def render(self, _request: Request, manner: Manner, answer: Answer) -> Reply:
        """The documented reply; where a part of a job's results is asked for that has none, an empty list of them."""
        style, outcomes = style_of(manner), answer.outcomes
        return RESULTS.single(style, outcomes[0]) if outcomes else RESULTS.batch(style, outcomes)

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
