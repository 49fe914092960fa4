"""What all of Altcraft's calls have in common (User API v1.1): the token, the two formats, and the envelope of replies.

A body is JSON or XML; the reply's format is that of `format` in the body, else of Accept, else of the request. HTTP
statuses follow `error`, unless the account wants 200 for everything.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from loyalty.domain.account import BEARER, Caller, Credential
from loyalty.domain.errors import (
    CredentialsExpired,
    CredentialsMissing,
    CredentialsUnknown,
    CurrencyNotFound,
    CustomerNotFound,
    DatabaseNotFound,
    InternalError,
    MemberNotFound,
    ParameterError,
    PartDiffers,
    PartReused,
    PartUnknown,
    ProgramInactive,
    ProgramNotFound,
    RequestError,
    RightMissing,
    StorageBusy,
    TaskNotFound,
)
from loyalty.domain.text import folded
from loyalty.http import markup, xml_fields
from loyalty.http.body import decode, read_json
from loyalty.http.negotiation import JSON, XML, accepted_format, declared_format, request_format
from loyalty.http.request import Reply, Request
from loyalty.http.writing import to_json, to_xml
from loyalty.http.xml_guard import DEEPEST
from loyalty.settings import Settings
from loyalty.vendors.contract import Manner

SUCCESS = "Successful operation"

_FAULTS: dict[type[RequestError], str] = {
    CredentialsMissing: "API token required",
    CredentialsUnknown: "API token is invalid",
    CredentialsExpired: "API token is invalid",
    CurrencyNotFound: "Points currency not found",
    CustomerNotFound: "Profile not found",
    DatabaseNotFound: "Database not found",
    MemberNotFound: "Member not found",
    PartDiffers: "loyalty_program_id must be the one that the task began with",
    PartReused: "This next_key came before with another part",
    PartUnknown: "next_key must be the one of the last reply",
    ProgramNotFound: "Loyalty program not found",
    ProgramInactive: "Loyalty program is not active",
    StorageBusy: "Storage is busy, repeat the request",
    TaskNotFound: "Task not found",
}
_HEADERS = {401: {"WWW-Authenticate": BEARER}, 503: {"Retry-After": "1"}}
_CONTENT_TYPES = {JSON: "application/json", XML: "application/xml; charset=utf-8"}


class Style(NamedTuple):
    """How a reply is written."""

    format: str
    always_200: bool = False


def style_of(manner: Manner) -> Style:
    """The style that a manner tells."""
    return Style(manner.get("format", JSON), manner.get("always_200", False))


def reply(style: Style, error: int, envelope: dict[str, Any]) -> Reply:
    """A reply of this envelope, whose `error` the HTTP status follows."""
    status = 200 if error == 0 or style.always_200 else error
    text = to_json(envelope) if style.format == JSON else to_xml("xml", envelope)
    return Reply(status, _CONTENT_TYPES[style.format], text, _HEADERS.get(error, {}))


def queued(style: Style, job_id: str, location: str) -> Reply:
    """The reply to a request that goes on as a job: no results yet; HTTP status 202."""
    envelope = {"error": 0, "error_text": SUCCESS, "result": [], "job_id": job_id}
    return replace(reply(style, 0, envelope), status=202, headers={"Location": location})


MAX_CALL_BYTES = 64 * 1024
"""Of a body that is about one customer; a single registration may have more, as it always might."""


class Body(NamedTuple):
    """What a call's body may be: its bytes, what its list is called if it has one, and what its token lets it do.

    In XML at most `levels` of elements are nested below the root. What takes something away has each field `once`:
    elsewhere the last of several counts.
    """

    most_bytes: int
    purpose: str
    listed: str | None = None
    levels: int = DEEPEST
    once: bool = False


class Exchange:
    """One request: the headers, then the body, then the account each settle more of the reply's style."""

    def __init__(self, request: Request, body: Body) -> None:
        self._request, self._body = request, body
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

    def manner(self) -> Manner:
        """The style."""
        return self._style._asdict()

    def error(self, error: RequestError) -> Reply:
        """The envelope with the error alone."""
        return reply(self._style, error.status, {"error": error.status, "error_text": self._said(error)})

    def document(self) -> Mapping[str, Any]:
        """What the body says, once: it is not kept while the request is done. Raises BadRequest."""
        document, self._document = self._document, {}
        wish = document.get("format")
        if wish is not None and (not isinstance(wish, str) or folded(wish) not in _CONTENT_TYPES):
            raise ParameterError("format", "must be json or xml", wish)
        return document

    def _said(self, error: RequestError) -> str:
        if isinstance(error, InternalError):
            return "Internal error"
        if isinstance(error, RightMissing):
            return f"API token has no right to {self._body.purpose}"
        return _FAULTS.get(type(error)) or str(error)

    def _read(self, max_items: int) -> dict[str, Any]:
        text, sent_format = self._text()
        once = self._body.once
        document = read_json(text, once=once) if sent_format == JSON else self._read_xml(text, max_items)
        if isinstance(wish := document.get("format"), str) and folded(wish) in _CONTENT_TYPES:
            self._style = Style(folded(wish))
        return document

    def _read_xml(self, text: str, max_items: int) -> dict[str, Any]:
        if self._body.listed is None:
            return xml_fields.read(text, "xml", self._body.levels, once=self._body.once)
        return markup.read(text, "xml", self._body.listed, max_items + 1, self._body.levels)

    def _text(self) -> tuple[str, str]:
        """The body and its format; its bytes are not kept beside it."""
        body = self._request.body(self._body.most_bytes)
        sent_format = request_format(self._request.headers, body)
        self._style = Style(accepted_format(self._request.headers) or sent_format)
        return decode(body), sent_format
