"""Capillary's look-ups of a customer by GET: whom the URL names, and how what is found is told.

Source: Capillary's documentation, "Customer lookup" and "Get customer details". Of several pairs the first that finds
a customer counts. A reply that succeeds has no member `errors`, which clients test.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Generic

from loyalty.domain.account import READ, Account, Caller, Credential
from loyalty.domain.errors import CustomerNotFound, ParameterError, RequestError
from loyalty.domain.identifiers import Identifier
from loyalty.domain.text import LONGEST_WORD
from loyalty.http.body import integer_id
from loyalty.http.request import Reply, Request
from loyalty.operations.read.queries import Found, Query, Question
from loyalty.settings import Settings
from loyalty.vendors.capillary.credentials import header_credential
from loyalty.vendors.capillary.items import identifier, known_source
from loyalty.vendors.capillary.replies import EntityFault, refuse_lookup, vendor_reply

KINDS = {
    "id": "customer_id",
    "mobile": "phone",
    "email": "email",
    "externalid": "code",
    "cardnumber": "card_number",
}
"""What identifiers are called in lower case, and the kind that each is."""

Parameters = Mapping[str, str]

_MOST_PAIRS = 20
_INVALID_SOURCE = (8003, "Invalid source")
_WRONG_NAME = (8013, "Identifier name missing or incorrect")


@dataclass(frozen=True)
class Lookup(Generic[Question, Found]):
    """A look-up: `read` makes the question of the URL's parameters, `write` the body; both may raise RequestError."""

    name: str
    asks: Query[Question, Found]
    read: Callable[[Parameters, Account], Question]
    write: Callable[[Parameters, Account, Found], Mapping[str, Any]]
    rights = (READ,)

    def open(self, request: Request) -> "LookupExchange[Question, Found]":
        """Begin with a request."""
        return LookupExchange(self, request)


class LookupExchange(Generic[Question, Found]):
    """One request: its headers say who calls, its URL whom it is about."""

    def __init__(self, lookup: Lookup[Question, Found], request: Request) -> None:
        self._lookup, self._request = lookup, request
        self._account = Account("")

    def credentials(self, _settings: Settings) -> list[Credential]:
        """An access token, else Basic."""
        credential = header_credential(self._request)
        return [credential] if credential else []

    def identified(self, _caller: Caller) -> None:
        """No account changes how replies look."""

    def question(self, account: Account, _settings: Settings) -> Question:
        """What is asked, by the URL's parameters."""
        self._account = account
        return self._lookup.read(self._request.query, account)

    def reply(self, found: Found) -> Reply:
        """What was found."""
        body = self._lookup.write(self._request.query, self._account, found)
        return vendor_reply(self._request, 200, dict(body))

    def error(self, error: RequestError) -> Reply:
        """The error alone; that nobody was found, or a parameter was wrong, with HTTP status 200."""
        return refuse_lookup(self._request, error)


def source(parameters: Parameters) -> str:
    """Where the question comes from, one of the vendor's sources; raises EntityFault."""
    known = known_source(parameters.get("source"))
    if known is None:
        raise EntityFault(*_INVALID_SOURCE)
    return known


def identifiers(parameters: Parameters) -> list[Identifier]:
    """Whom a request names, as far as anybody can have these; raises EntityFault."""
    source(parameters)
    names, values = (parameters.get(name, "").split(",") for name in ("identifierName", "identifierValue"))
    if len(names) > _MOST_PAIRS or not (values[0].strip() or len(values) > 1):
        raise EntityFault(*_WRONG_NAME)
    wanted: list[Identifier] = []
    for name, value in zip_longest(map(str.strip, names), map(str.strip, values)):
        kind = KINDS.get(name.lower()) if name and len(name) <= LONGEST_WORD else None
        if kind is None or value is None:
            raise EntityFault(*_WRONG_NAME)
        if spelling := identifier(kind, value):
            wanted.append((kind, spelling))
    return wanted


def number(parameters: Parameters, name: str, *, missing: int, most: int) -> int:
    """A whole number up to `most`; raises ParameterError."""
    if not (text := parameters.get(name, "").strip()):
        return missing
    value = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(most)) else most + 1
    if value > most:
        raise ParameterError(name, f"must be a whole number from 0 to {most}", text)
    return value


def not_found() -> RequestError:
    """The refusal to tell of nobody."""
    return CustomerNotFound()


def program_id(text: str) -> int | str:
    """A program's id as the vendor has it, a number; those of other vendors may be texts."""
    return int(text) if integer_id(text) else text
