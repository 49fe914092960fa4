"""Altcraft's `profiles/delete` (User API v1.1), JSON and XML: a customer is erased for good.

Source: Altcraft's documentation, "Delete profile". Beyond it: the answer where the customer is still being erased, and
that `resource_id` has no effect, since all of a customer goes.
"""

from loyalty.domain.account import Account
from loyalty.domain.outcome import Outcome, Status
from loyalty.http.request import Reply, Request
from loyalty.operations.erase.items import KIND, Item, Params
from loyalty.settings import Settings
from loyalty.vendors.altcraft import items as altcraft_items
from loyalty.vendors.altcraft import profile_rows
from loyalty.vendors.altcraft.envelope import MAX_CALL_BYTES, SUCCESS, Body, Exchange, queued, reply, style_of
from loyalty.vendors.altcraft.results import NOT_FOUND, REPEAT, STOPPED, Results, wrong
from loyalty.vendors.contract import Answer, Manner, Submission

_BODY = Body(MAX_CALL_BYTES, "delete profiles", once=True)
_CODES = {Status.NOT_FOUND: NOT_FOUND, Status.BUSY: (503, REPEAT), Status.UNKNOWN: (503, REPEAT), **STOPPED}


class ProfilesDelete:
    """The endpoint."""

    name = "altcraft.profiles_delete"
    kind = KIND
    codes = Results({Status.REMOVED: (0, SUCCESS), **_CODES}).counted()

    def open(self, request: Request) -> "ProfilesDeleteExchange":
        """Begin with a request."""
        return ProfilesDeleteExchange(request, _BODY)

    def render(self, _request: Request, manner: Manner, answer: Answer) -> Reply:
        """The documented reply; without data where nobody was erased, or a part without it is asked for."""
        style = style_of(manner)
        outcome = answer.outcomes[0] if answer.outcomes else None
        if outcome and outcome.status is not Status.REMOVED:
            code, text = _CODES.get(outcome.status) or wrong(outcome)
            return reply(style, code, {"error": code, "error_text": text})
        data = {"data": {"profile_id": outcome.profile_id}} if outcome else {}
        return reply(style, 0, {**data, "error": 0, "error_text": SUCCESS})

    def queued(self, _request: Request, manner: Manner, job_id: str, location: str) -> Reply:
        """The customer is still being erased; HTTP status 202."""
        return queued(style_of(manner), job_id, location)


PROFILES_DELETE = ProfilesDelete()


class ProfilesDeleteExchange(Exchange):
    """One request to erase."""

    def submission(self, account: Account, _settings: Settings) -> Submission[Params, Item]:
        """Whom to erase, or what is wrong with how that is said."""
        document = self.document()
        profile_rows.check_database(document.get("db_id"), account)
        matching = profile_rows.matching(document.get("matching"))
        named = altcraft_items.whom({**document, "matching": matching}, account)
        return Submission(Params(), [named if isinstance(named, Outcome) else Item(named)])
