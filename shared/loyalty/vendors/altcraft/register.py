"""Altcraft's `register_member` and `register_member_batch` (User API v1.1), JSON and XML.

Source: Altcraft's documentation, "Register member in a loyalty program" and "Batch adding participants
to loyalty program". Beyond it: HTTP statuses that follow `error`, 400 and 503 for single items of a
batch, and the reply format by `format` in the body or by Accept.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from loyalty.domain import moment
from loyalty.domain.account import BEARER, Account, Caller, Credential
from loyalty.domain.errors import (
    BadRequest,
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
    too_many_items,
)
from loyalty.domain.outcome import Outcome, Status
from loyalty.domain.text import folded
from loyalty.http import markup
from loyalty.http.body import decode, read_json
from loyalty.http.negotiation import JSON, XML, accepted_format, declared_format, request_format
from loyalty.http.request import MAX_BODY_BYTES, Reply, Request
from loyalty.http.writing import Written, elements, escape, to_json, to_xml
from loyalty.operations.enrol.items import KIND, Item, Params
from loyalty.settings import Settings
from loyalty.vendors.altcraft import items as altcraft_items
from loyalty.vendors.contract import Answer, Manner, Submission

SUCCESS = "Successful operation"

_REPEAT = "Storage is busy, repeat this item"
_CODES = {
    Status.CREATED: (0, SUCCESS),
    Status.EXISTS: (409, "Member already exists"),
    Status.NOT_FOUND: (404, "Profile not found"),
    Status.BUSY: (503, _REPEAT),
    Status.UNKNOWN: (503, _REPEAT),  # repeating registers nobody twice, whether or not this one was written
}
_COUNTED = {**{status: str(code) for status, (code, _) in _CODES.items()}, Status.INVALID: "400"}
_FAULTS: dict[type[RequestError], str] = {
    CredentialsMissing: "API token required",
    CredentialsUnknown: "API token is invalid",
    CredentialsExpired: "API token is invalid",
    RightMissing: "API token has no right to register members",
    ProgramNotFound: "Loyalty program not found",
    ProgramInactive: "Loyalty program is not active",
    StorageBusy: "Storage is busy, repeat the request",
}
_HEADERS = {401: {"WWW-Authenticate": BEARER}, 503: {"Retry-After": "1"}}
_MAX_SINGLE_BYTES = 1_000_000  # one member: far more than an item may have
_CONTENT_TYPES = {JSON: "application/json", XML: "application/xml; charset=utf-8"}


class Style(NamedTuple):
    """How a reply is written."""

    format: str
    always_200: bool = False


def _style(manner: Manner) -> Style:
    return Style(manner.get("format", JSON), manner.get("always_200", False))


@dataclass(frozen=True, slots=True)
class Altcraft:
    """One of the two endpoints."""

    name: str
    batch: bool
    kind = KIND
    codes = _COUNTED

    def open(self, request: Request) -> "AltcraftExchange":
        """Begin with a request."""
        return AltcraftExchange(self, request)

    def render(self, _request: Request, manner: Manner, answer: Answer) -> Reply:
        """The documented reply; where a part of a single registration's results is asked for, that of a batch."""
        style, outcomes = _style(manner), answer.outcomes
        alone = not self.batch and len(outcomes) == 1
        return render_single(style, outcomes[0]) if alone else render_batch(style, outcomes)

    def queued(self, _request: Request, manner: Manner, job_id: str, location: str) -> Reply:
        """No results yet, and the job; HTTP status 202."""
        envelope = {"error": 0, "error_text": SUCCESS, "result": [], "job_id": job_id}
        reply = _reply(_style(manner), 0, envelope)
        return replace(reply, status=202, headers={"Location": location})


REGISTER_MEMBER = Altcraft("altcraft.register_member", batch=False)
REGISTER_MEMBER_BATCH = Altcraft("altcraft.register_member_batch", batch=True)


class AltcraftExchange:
    """One request: the headers, then the body, then the account each settle more of the reply's style."""

    def __init__(self, contract: Altcraft, request: Request) -> None:
        self._contract, self._request = contract, request
        self._document: dict[str, Any] = {}
        self._style = Style(accepted_format(request.headers) or declared_format(request.headers) or JSON)

    def credential(self, settings: Settings) -> Credential | None:
        """The token of the body, which is read for that, else of `Authorization: Bearer`; never of the URL."""
        self._document = self._read(settings.max_items)
        token = self._document.get("token")
        if token is None or token == "":
            scheme, _, token = self._request.headers.get("authorization", "").strip().partition(" ")
            if scheme.lower() != "bearer" or not token.strip():
                return None
        if not isinstance(token, str):
            raise CredentialsUnknown
        return Credential("token", token.strip())

    def identified(self, caller: Caller) -> None:
        """From here on the account decides about HTTP statuses."""
        self._style = self._style._replace(always_200=caller.account.always_200)

    def submission(self, account: Account, settings: Settings) -> Submission[Params, Item]:
        """The members to register; elements that are themselves wrong are outcomes already."""
        document, self._document = self._document, {}  # what was sent is not kept while the items are done
        _check_format(document.get("format"))
        program_id = altcraft_items.program_id(document.get("loyalty_program_id"))
        read_items = altcraft_items.reader(document.get("matching"), account)
        items = read_items(self._elements(document, settings.max_items))
        return Submission(Params(program_id, moment.now()), items)

    def manner(self) -> Manner:
        """The style."""
        return self._style._asdict()

    def error(self, error: RequestError) -> Reply:
        """The envelope with the error alone."""
        return render_error(self._style, error)

    def _read(self, max_items: int) -> dict[str, Any]:
        text, sent_format = self._text()
        document = read_json(text) if sent_format == JSON else markup.read(text, "xml", "data", max_items + 1)
        if isinstance(wish := document.get("format"), str) and folded(wish) in _CONTENT_TYPES:
            self._style = Style(folded(wish))
        return document

    def _text(self) -> tuple[str, str]:
        """The body and its format; its bytes are not kept beside it."""
        body = self._request.body(MAX_BODY_BYTES if self._contract.batch else _MAX_SINGLE_BYTES)
        sent_format = request_format(self._request.headers, body)
        self._style = Style(accepted_format(self._request.headers) or sent_format)
        return decode(body), sent_format

    def _elements(self, document: dict[str, Any], max_items: int) -> list[Any]:
        if not self._contract.batch:
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
    return _reply(style, result["error"], result)


def render_batch(style: Style, outcomes: Sequence[Outcome]) -> Reply:
    """The reply of register_member_batch: one result for each item, in request order."""
    result = _xml_results(outcomes) if style.format == XML else [_result(outcome) for outcome in outcomes]
    return _reply(style, 0, {"error": 0, "error_text": SUCCESS, "result": result})


def render_error(style: Style, error: RequestError) -> Reply:
    """The envelope of a request that was not done."""
    text = "Internal error" if isinstance(error, InternalError) else _FAULTS.get(type(error)) or str(error)
    return _reply(style, error.status, {"error": error.status, "error_text": text})


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


def _reply(style: Style, error: int, envelope: dict[str, Any]) -> Reply:
    status = 200 if error == 0 or style.always_200 else error
    text = to_json(envelope) if style.format == JSON else to_xml("xml", envelope)
    return Reply(status, _CONTENT_TYPES[style.format], text, _HEADERS.get(error, {}))


def _check_format(wish: object) -> None:
    if wish is not None and (not isinstance(wish, str) or folded(wish) not in _CONTENT_TYPES):
        raise ParameterError("format", "must be json or xml", wish)
