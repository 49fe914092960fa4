"""What every request to `/api.php` brings around its own parameters: who calls, its type, and how the reply is written.

Source: "Batch Import Customers" (API 1.5), common parameters. Its clients drop the body of anything but HTTP 200, so
that is what they get.
"""

from functools import cached_property
from typing import Any

from loyalty.domain.account import Caller, Credential
from loyalty.domain.errors import (
    BadRequest,
    CredentialsMissing,
    CredentialsUnknown,
    ParameterError,
    RequestError,
    TooLarge,
)
from loyalty.domain.text import folded
from loyalty.http import forms
from loyalty.http.body import more_than_once
from loyalty.http.forms import Form
from loyalty.http.request import Reply, Request
from loyalty.settings import Settings
from loyalty.vendors.contract import Manner
from loyalty.vendors.stickystreet.style import Style, failed, fault_text, read_callback, read_style

KEYS = ("user_api_key", "user_password")
"""The user's key: either name, the first wins."""

COMMON = frozenset({"api", "user_id", *KEYS, "account_id", "type", "output", "callback", "condensed"})
"""The parameters that each type has, in lower case."""

MAX_CALL_BYTES = 64 * 1024
"""Size of a single call's form."""

_KEY_HEADER = "api_access_key"
_SWITCHES = {"": False, "y": True, "yes": True, "true": True, "n": False, "no": False, "false": False}
_VERSIONS = frozenset({"", "1.0", "1.5", "1.6"})


class Envelope:
    """One request; its form is read once, and settles how the reply is written, errors before that are XML."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.style = Style()
        self.rights: frozenset[str] = frozenset()

    @property
    def fields(self) -> dict[str, str]:
        """The form's texts by field name, in lower case; raises RequestError."""
        return self.form.fields

    @cached_property
    def form(self) -> Form:
        """The form, and with it the style; raises RequestError for what is no form, or no style."""
        self._refuse_url()
        form = forms.read(self.request)
        self.style = read_style(form.fields)
        self.style = self.style._replace(callback=read_callback(form.fields))
        return form

    def text(self, parameter: str) -> str:
        """A parameter without blanks around it, empty where it is not given."""
        return self.fields.get(parameter, "").strip()

    def credential(self) -> Credential | None:
        """user_id with the key of the header, else of the body; without them `Authorization: Bearer`."""
        user, headers = self.text("user_id"), self.request.headers
        keys = (headers.get(_KEY_HEADER, "").strip(), *map(self.text, KEYS))
        key = next(filter(None, keys), "")
        if user and key:
            if not self.text("account_id"):
                raise CredentialsMissing
            return import_credential(user, key)
        scheme, _, token = headers.get("authorization", "").strip().partition(" ")
        return Credential("token", token.strip()) if scheme.lower() == "bearer" and token.strip() else None

    def identified(self, caller: Caller) -> None:
        """The account must be the one that was named, if one was; raises CredentialsUnknown."""
        if self.text("account_id") not in ("", caller.account.id):
            raise CredentialsUnknown
        self.rights = caller.rights

    def check_common(self) -> None:
        """Refuse another version of the API, or another way to write than there is; raises ParameterError."""
        if (version := self.text("api")) not in _VERSIONS:
            raise ParameterError("API", "must be 1.5", version)
        if folded(condensed := self.text("condensed")) not in ("", "yes", "no"):
            raise ParameterError("condensed", "must be yes or no", condensed)

    def check_size(self) -> None:
        """Refuse a form that is too large for a single call; raises TooLarge."""
        if sum(len(name) + len(text.encode()) for name, text in self.fields.items()) > MAX_CALL_BYTES:
            raise TooLarge(f"A request of this type may have at most {MAX_CALL_BYTES} bytes")

    def check_once(self) -> None:
        """Refuse a form that has a field several times, in any case, of which the last counts; raises BadRequest."""
        for name in self.form.repeated:
            raise more_than_once(name)

    def switch(self, parameter: str, *, missing: bool = False) -> bool:
        """What a parameter says that is yes or no, in the vendor's own Y and N too; raises ParameterError."""
        text = self.text(parameter)
        if folded(text) not in _SWITCHES:
            raise ParameterError(parameter, "must be Y or N", text)
        return _SWITCHES[folded(text)] if text else missing

    def number(self, parameter: str, *, missing: int, least: int = 0, most: int) -> int:
        """A whole number; raises ParameterError."""
        if not (text := self.text(parameter)):
            return missing
        number = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(most)) else -1
        if not least <= number <= most:
            raise ParameterError(parameter, f"must be a whole number from {least} to {most}", text)
        return number

    def error(self, error: RequestError) -> Reply:
        """The error reply to a request whose type is not known, or has no texts of its own."""
        return failed(self.style, fault_text(error))

    def _refuse_url(self) -> None:
        in_url = {name.lower() for name in self.request.query}
        for name in ("user_id", _KEY_HEADER, *KEYS):
            if name in in_url:
                raise BadRequest(f"{name} must be sent in the body of a POST, never in a URL, which logs keep")
        if self.request.method != "POST":
            raise BadRequest(f"{self.request.method} is not allowed: use POST, with the parameters in its body")


class EnvelopeExchange:
    """What the exchanges of all contracts share: the envelope says who calls and how the reply is written.

    `_about` is what else the reply is about, as JSON can hold it.
    """

    def __init__(self, envelope: Envelope) -> None:
        self._envelope = envelope
        self._about: dict[str, Any] = {}

    def credential(self, _settings: Settings) -> Credential | None:
        """A user's, or a token."""
        return self._envelope.credential()

    def identified(self, caller: Caller) -> None:
        """The account must be the one that was named, if one was; raises CredentialsUnknown."""
        self._envelope.identified(caller)

    def manner(self) -> Manner:
        """The style, and what the reply is about."""
        return {**self._envelope.style._asdict(), **self._about}

    def error(self, error: RequestError) -> Reply:
        """The reply with the error alone."""
        return self._envelope.error(error)


def import_credential(user_id: str, key: str) -> Credential:
    """The credential of an import user; the account it opens is stored with it."""
    return Credential("import", f"{user_id}:{key}")
