"""Altcraft's `register_member` and `register_member_batch` (User API v1.1), JSON and XML.

Source: Altcraft's documentation, "Register member in a loyalty program" and "Batch adding participants
to loyalty program". Beyond it: HTTP statuses that follow `error`, 400 and 503 for single items of a
batch, and the reply format by `format` in the body or by Accept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from loyalty.domain import moment
from loyalty.domain.account import Account
from loyalty.domain.errors import BadRequest, ParameterError, too_many_items
from loyalty.domain.outcome import Outcome, Status
from loyalty.http.negotiation import XML
from loyalty.http.request import MAX_BODY_BYTES, Reply, Request
from loyalty.http.writing import Written, elements, escape
from loyalty.operations.enrol.items import KIND, Item, Params
from loyalty.settings import Settings
from loyalty.vendors.altcraft import items as altcraft_items
from loyalty.vendors.altcraft.envelope import SUCCESS, Body, Exchange, Style, reply, style_of
from loyalty.vendors.contract import Answer, Manner, Submission

_REPEAT = "Storage is busy, repeat this item"
_CODES = {
    Status.CREATED: (0, SUCCESS),
    Status.EXISTS: (409, "Member already exists"),
    Status.NOT_FOUND: (404, "Profile not found"),
    Status.BUSY: (503, _REPEAT),
    Status.UNKNOWN: (503, _REPEAT),  # repeating registers nobody twice, whether or not this one was written
}
_COUNTED = {**{status: str(code) for status, (code, _) in _CODES.items()}, Status.INVALID: "400"}
_MAX_SINGLE_BYTES = 1_000_000  # one member: far more than an item may have
_PURPOSE = "register members"
_SINGLE, _BATCH = Body(_MAX_SINGLE_BYTES, _PURPOSE), Body(MAX_BODY_BYTES, _PURPOSE, "data")


@dataclass(frozen=True, slots=True)
class Altcraft:
    """One of the two endpoints."""

    name: str
    batch: bool
    kind = KIND
    codes = _COUNTED

    def open(self, request: Request) -> "AltcraftExchange":
        """Begin with a request."""
        return AltcraftExchange(request, batch=self.batch)

    def render(self, _request: Request, manner: Manner, answer: Answer) -> Reply:
        """The documented reply; where a part of a single registration's results is asked for, that of a batch."""
        style, outcomes = style_of(manner), answer.outcomes
        alone = not self.batch and len(outcomes) == 1
        return render_single(style, outcomes[0]) if alone else render_batch(style, outcomes)

    def queued(self, _request: Request, manner: Manner, job_id: str, location: str) -> Reply:
        """No results yet, and the job; HTTP status 202."""
        envelope = {"error": 0, "error_text": SUCCESS, "result": [], "job_id": job_id}
        return replace(reply(style_of(manner), 0, envelope), status=202, headers={"Location": location})


REGISTER_MEMBER = Altcraft("altcraft.register_member", batch=False)
REGISTER_MEMBER_BATCH = Altcraft("altcraft.register_member_batch", batch=True)


class AltcraftExchange(Exchange):
    """One request to register."""

    def __init__(self, request: Request, *, batch: bool) -> None:
        super().__init__(request, _BATCH if batch else _SINGLE)
        self._is_batch = batch

    def submission(self, account: Account, settings: Settings) -> Submission[Params, Item]:
        """The members to register; elements that are themselves wrong are outcomes already."""
        document = self.document()
        program_id = altcraft_items.program_id(document.get("loyalty_program_id"))
        read_items = altcraft_items.reader(document.get("matching"), account)
        items = read_items(self._elements(document, settings.max_items))
        return Submission(Params(program_id, moment.now()), items)

    def _elements(self, document: Mapping[str, Any], max_items: int) -> list[Any]:
        if not self._is_batch:
            return [document]
        data = document.get("data")
        if data is None:
            raise BadRequest("data is required")
        if not isinstance(data, list):
            raise ParameterError("data", "must be a list", data)
        if not data:
            raise BadRequest("data must hold at least one item")
        if len(data) > max_items:
            raise too_many_items(max_items)
        return data


def render_single(style: Style, outcome: Outcome) -> Reply:
    """The reply of register_member: the outcome is the envelope, its code the HTTP status."""
    result = _result(outcome)
    return reply(style, result["error"], result)


def render_batch(style: Style, outcomes: Sequence[Outcome]) -> Reply:
    """The reply of register_member_batch: one result for each item, in request order."""
    result = _xml_results(outcomes) if style.format == XML else [_result(outcome) for outcome in outcomes]
    return reply(style, 0, {"error": 0, "error_text": SUCCESS, "result": result})


def _result(outcome: Outcome) -> dict[str, Any]:
    code, text = _CODES.get(outcome.status) or (400, outcome.reason)
    return {"error": code, "error_text": text, "profile_id": outcome.profile_id}


def _xml_results(outcomes: Sequence[Outcome]) -> Written:
    """The results as items in XML, with all but the profile_id written once for each status."""
    written = Written()
    for status, profile_id, reason, _ in outcomes:
        written.append(_BEGUN.get(status) or _begun(400, reason))
        if profile_id is None:
            written.append("<profile_id /></item>")
        else:
            written += ("<profile_id>", escape(profile_id), "</profile_id></item>")
    return written


def _begun(code: int, text: str | None) -> str:
    """An item in XML up to its profile_id."""
    return "".join(["<item>", *elements({"error": code, "error_text": text})])


_BEGUN = {status: _begun(code, text) for status, (code, text) in _CODES.items()}
