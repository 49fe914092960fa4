"""GET /account: whose a credential is, what it may do, and what the account's customers have.

It is for the console and for scripts, which then offer nothing that would be refused. Any credential may ask.
"""

from typing import Any

from loyalty.domain.account import MIGRATE, Account, Caller, Credential
from loyalty.domain.errors import RequestError
from loyalty.domain.identifiers import SHARED, UNIQUE, custom_field
from loyalty.domain.profile import AUTO_ADD, MIGRATED, MIGRATING, STANDARD
from loyalty.http.request import Reply, Request
from loyalty.operations.read.queries import ACCOUNT, NOTHING, Nothing
from loyalty.settings import Settings
from loyalty.vendors import jobs_api


class ShowAccount:
    """The route."""

    name = "read.show_account"
    asks = ACCOUNT
    rights = ()

    def open(self, request: Request) -> "ShowAccountExchange":
        """Begin with a request."""
        return ShowAccountExchange(request)


class ShowAccountExchange:
    """One request."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._told: dict[str, Any] = {}

    def credentials(self, _settings: Settings) -> list[Credential]:
        """What the headers may mean."""
        return jobs_api.credentials(self._request)

    def identified(self, caller: Caller) -> None:
        """What is told is about the caller."""
        self._told = {
            "account": caller.account.id,
            "credential": caller.kind,
            "rights": sorted(caller.rights),
            "columns": _columns(caller),
        }

    def question(self, _account: Account, _settings: Settings) -> Nothing:
        """Nothing but the account."""
        return NOTHING

    def reply(self, found: Account) -> Reply:
        """The document."""
        matching = [field.name for field in found.custom_fields if field.match]
        fields = [
            {"field": custom_field(one.number), "name": one.name, "label": one.label, "match": one.match}
            for one in found.custom_fields
        ]
        identifiers = [*MIGRATED, *UNIQUE, *SHARED, *matching]
        return jobs_api.answer({**self._told, "identifiers": identifiers, "custom_fields": fields})

    def error(self, error: RequestError) -> Reply:
        """Problem details."""
        return jobs_api.problem(error)


def _columns(caller: Caller) -> list[str]:
    """What a column of an import may be called; ids of their own bring only those who may migrate."""
    migrating = MIGRATING if MIGRATE in caller.rights else ()
    return [*STANDARD, AUTO_ADD, *(field.name for field in caller.account.custom_fields), *migrating]


SHOW_ACCOUNT = ShowAccount()
