"""Altcraft's `loyalty/account/balance` (User API v1.1), JSON and XML: what a member has.

Source: Altcraft's documentation, "Get account balance", which lists no errors. Beyond it: a program has one kind of
points, whose internal id is 1, and which a request need not name.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from loyalty.domain import balances
from loyalty.domain.account import READ, Account, Credential, Program
from loyalty.domain.errors import BadRequest, CurrencyNotFound, CustomerNotFound, MemberNotFound, ParameterError
from loyalty.domain.outcome import Outcome
from loyalty.http.body import MAX_ITEM_BYTES, integer_id
from loyalty.http.request import Reply, Request
from loyalty.operations.read.known import Held
from loyalty.operations.read.queries import MEMBERSHIP, MemberOf
from loyalty.settings import Settings
from loyalty.vendors.altcraft import items as altcraft_items
from loyalty.vendors.altcraft.envelope import SUCCESS, Body, Exchange, reply

_BODY = Body(MAX_ITEM_BYTES, "read balances")
_PLACES = {"points": 2, "dollars": 2, "visits": 0}
_OWN_CURRENCY = "1"


class AccountBalance:
    """The call."""

    name = "altcraft.account_balance"
    asks = MEMBERSHIP
    rights = (READ,)

    def open(self, request: Request) -> "AccountBalanceExchange":
        """Begin with a request."""
        return AccountBalanceExchange(request, _BODY)


ACCOUNT_BALANCE = AccountBalance()


class AccountBalanceExchange(Exchange):
    """One request."""

    _currency: str | None = None

    def credentials(self, settings: Settings) -> list[Credential]:
        """The token of the body, else of `Authorization: Bearer`."""
        credential = self.credential(settings)
        return [credential] if credential else []

    def question(self, account: Account, _settings: Settings) -> MemberOf:
        """Whose balance is asked for; raises BadRequest."""
        document = self.document()
        program_id = altcraft_items.program_id(document.get("loyalty_program_id"))
        self._currency = _currency(document)
        named = altcraft_items.whom(document, account)
        if isinstance(named, Outcome):
            raise BadRequest(named.reason or "")
        return MemberOf(program_id, [named])

    def reply(self, held: Held) -> Reply:
        """The documented reply; what a member has is active as a whole."""
        program = held.program
        if program.kind == "product":
            raise BadRequest("The program counts products and has no one balance: ask for it with type=customer_info")
        if self._currency is not None and self._currency not in program.settings.currencies:
            raise CurrencyNotFound(self._currency)
        if held.customer is None:
            raise CustomerNotFound
        if held.member is None:
            raise MemberNotFound(held.customer.profile_id)
        amount = _amount(program, balances.total(held.member.balance))
        data = {"total_balance": amount, "active_balance": amount}
        return reply(self._style, 0, {"error": 0, "error_text": SUCCESS, "data": data})


def _currency(document: Mapping[str, Any]) -> str | None:
    """The name of the points that are asked for, None where any will do; raises BadRequest or CurrencyNotFound."""
    number, name = document.get("points_currency_iid"), document.get("points_currency_eid")
    if number is not None:
        if (own := integer_id(number)) is None:
            raise ParameterError("points_currency_iid", "must be a positive integer of 64 bits", number)
        if own != _OWN_CURRENCY:
            raise CurrencyNotFound(own)
    if name is not None and not isinstance(name, str):
        raise ParameterError("points_currency_eid", "must be text", name)
    return name.strip() if name is not None else None


def _amount(program: Program, number: Decimal) -> str:
    """A balance with at least the places of its kind."""
    text = balances.plain(number)
    places = _PLACES[program.kind]
    return text if len(text.partition(".")[2]) >= places else f"{number:.{places}f}"
