"""How a type of `/api.php` reads: from its form to a question, from what is found to the content of the reply."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic

from loyalty.domain.account import READ, Account, Caller, Credential
from loyalty.domain.errors import ProgramNotFound, RequestError
from loyalty.http.request import Reply, Request
from loyalty.operations.read.queries import Found, Query, Question
from loyalty.settings import Settings
from loyalty.vendors.stickystreet.envelope import Envelope
from loyalty.vendors.stickystreet.record_fields import unknown_campaign
from loyalty.vendors.stickystreet.style import failed, fault_text, told

Content = Mapping[str, Any]
"""A reply below its root, as JSON has it; every value in it is text."""


@dataclass(frozen=True)
class FormCall(Generic[Question, Found]):
    """A type that reads: `read` makes the question of its parameters, `write` the content of the reply.

    Both may raise RequestError.
    """

    name: str
    asks: Query[Question, Found]
    read: Callable[[Envelope, Account], Question]
    write: Callable[[Envelope, Account, Found], Content]
    rights: Sequence[str] = (READ,)

    def open(self, request: Request) -> "FormExchange[Question, Found]":
        """Begin with a request."""
        return self.begin(Envelope(request))

    def begin(self, envelope: Envelope) -> "FormExchange[Question, Found]":
        """Go on with a request whose type led here."""
        return FormExchange(self, envelope)


class FormExchange(Generic[Question, Found]):
    """One request; its envelope says who calls and how the reply is written."""

    def __init__(self, call: FormCall[Question, Found], envelope: Envelope) -> None:
        self._call, self._envelope = call, envelope
        self._account = Account("")

    def credentials(self, _settings: Settings) -> list[Credential]:
        """A user's, or a token."""
        credential = self._envelope.credential()
        return [credential] if credential else []

    def identified(self, caller: Caller) -> None:
        """The account must be the one that was named, if one was."""
        self._envelope.identified(caller)

    def question(self, account: Account, _settings: Settings) -> Question:
        """What is asked, by the type's own parameters."""
        self._account = account
        self._envelope.check_size()
        return self._call.read(self._envelope, account)

    def reply(self, found: Found) -> Reply:
        """The type's own content."""
        return told(self._envelope.style, self._call.write(self._envelope, self._account, found))

    def error(self, error: RequestError) -> Reply:
        """The reply with the error alone."""
        if isinstance(error, ProgramNotFound):
            return failed(self._envelope.style, unknown_campaign(str(error)))
        return failed(self._envelope.style, fault_text(error))
