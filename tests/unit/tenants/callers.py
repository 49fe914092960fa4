"""Two accounts that have the same kinds of everything, and callers that come with any kind of credential."""

import base64
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from loyalty.domain.account import Account, Credential, Grant, Program, Promotion
from loyalty.store.tables import accounts, counters, promotion_changes
from loyalty.vendors.capillary.credentials import access_credential, basic_credential, client_credential
from loyalty.vendors.stickystreet.envelope import import_credential
from tests.fakes.gateway import CUSTOMERS, IMPORT, Reply
from tests.fakes.importing import CREDENTIALS, FORM, rows_form
from tests.fakes.world import World
from tools.local import template

RIGHTS = frozenset({"enrol", "erase", "import", "earn", "jobs:read", "jobs:undo", "read"})
CAMPAIGN = "898989889"


NEEDS_NO_CREDENTIAL = frozenset({"HealthFunction", "DescribeApiFunction", "ConsoleFunction", "NotFoundFunction"})
"""Functions that know of no account: whoever calls them is told the same."""


def not_called(called: Iterable[str]) -> set[str]:
    """The functions of the template that know accounts, and none of whose routes (`GET /jobs`) is among these."""
    served: dict[str, set[str]] = {}
    for route in template.routes(template.load()):
        served.setdefault(route.function, set()).add(f"{route.method} {route.path}")
    seen = frozenset(called)
    return {name for name, routes in served.items() if seen.isdisjoint(routes)} - NEEDS_NO_CREDENTIAL


class Tenant(NamedTuple):
    """An account, whose secrets, customers, program and promotion all bear its `mark`, a digit."""

    account: str
    mark: str

    @property
    def email(self) -> str:
        """Of a customer that only this account has."""
        return f"own{self.mark}@example.com"

    @property
    def phone(self) -> str:
        """The same one's."""
        return f"+1999000000{self.mark}"

    @property
    def identifiers(self) -> dict[str, str]:
        """What an import finds that customer by."""
        names = ("code", "card_number", "customer_username")
        return {name: f"{name}-{self.mark}" for name in names} | {"email": self.email, "phone": self.phone}

    @property
    def last_customer_id(self) -> int:
        """The one drawn before this customer's: ids are drawn in each account by itself."""
        return int(f"100000000{self.mark}")

    @property
    def program(self) -> str:
        """A program that only this account has."""
        return f"900{self.mark}"

    @property
    def promotion(self) -> str:
        """A promotion, of the program 469, that only this account has."""
        return f"910{self.mark}"

    def credential(self, kind: str) -> Credential:
        """Its credential of a kind."""
        name, secret = f"{kind}-user-{self.mark}", f"{kind}-secret-{self.mark}"
        return {
            "token": Credential("token", secret),
            "import": import_credential(name, secret),
            "basic": basic_credential(name, secret),
            "oauth": client_credential(name, secret),
            "access": access_credential(secret),
        }[kind]


ONE, OTHER = Tenant("greatwidgets", "1"), Tenant("othertenant", "2")
KINDS = ("token", "import", "basic", "oauth", "access")


class Tenants(World):
    """Both accounts with programs and promotions, of the same ids and of their own, and a customer of their own."""

    def __init__(self) -> None:
        super().__init__()
        self.called: set[str] = set()
        for tenant in (ONE, OTHER):
            accounts.put_account(self.database, Account(tenant.account))
            for program in ("123", "469", CAMPAIGN, tenant.program):
                accounts.put_program(self.database, tenant.account, Program(program, "P", "points", active=True))
            for promotion in ("56799", tenant.promotion):
                promotion_changes.put(self.database, tenant.account, Promotion(promotion, "469"))
            for kind in KINDS:
                self.let_in(tenant, kind, RIGHTS)
            counters.skip(self.database, tenant.account, "customer_id", tenant.last_customer_id, first=1_000_000_000)
            own = rows(" ".join(tenant.identifiers), "|".join(tenant.identifiers.values()))
            assert self.call(tenant, "import", IMPORT, own).json()["batch"]["customers"] == {"new": 1, "updated": 0}

    def let_in(self, tenant: Tenant, kind: str, rights: Iterable[str]) -> None:
        """Give a tenant's credential these rights and no others, at once."""
        accounts.put_grant(self.database, tenant.credential(kind), Grant(tenant.account, frozenset(rights)))
        self.database = self.process(self.dynamodb)

    def call(self, tenant: Tenant, kind: str, path: str, body: Mapping[str, Any], **headers: str) -> Reply:
        """POST with a credential of a kind, in the body where this endpoint's clients send it there."""
        credential = tenant.credential(kind)
        self.called.add(f"POST {path.partition('?')[0]}")
        sent = presented(credential) | headers
        if path == IMPORT:
            user, _, key = credential.secret.partition(":")
            form = {"user_id": user, "user_api_key": key, "account_id": tenant.account} if credential.name else {}
            return self.send(path, urlencode({**form, **body}), {"Content-Type": FORM} | sent)
        return self.send(path, body, sent)

    def look_up(self, tenant: Tenant, kind: str, path: str, /, **query: str) -> Reply:
        """GET with a credential of a kind; a customer of our own API is a part of the path."""
        headers = presented(tenant.credential(kind))
        if path.startswith(f"{CUSTOMERS}/"):
            self.called.add(f"GET {CUSTOMERS}/{{profile_id}}")
            return self.show_customer(path.removeprefix(f"{CUSTOMERS}/"), headers)
        self.called.add(f"GET {path}")
        return self.get(path, headers, **query)

    def ask(self, tenant: Tenant, kind: str, route: str, job_id: str = "", **query: Any) -> Reply:
        """Call the jobs API."""
        self.called.add(route)
        return self.job(route, job_id, headers=presented(tenant.credential(kind)), **query)

    def hook(self, tenant: Tenant, kind: str) -> Reply:
        """PUT /webhook, an address of the tenant's own."""
        self.called.add("PUT /webhook")
        url = f"https://{tenant.account}.example.com/"
        return self.set_webhook({"url": url}, presented(tenant.credential(kind)))


def rows(headers: str, *lines: str, **changes: str) -> dict[str, str]:
    """A form that imports piped lines, its credentials aside."""
    form = rows_form(headers, *lines, output="JSON", **changes)
    return {name: text for name, text in form.items() if name not in CREDENTIALS}


def presented(credential: Credential) -> dict[str, str]:
    """A credential in the header that is for its kind."""
    if credential.name is None:
        return {"Authorization": f"Bearer {credential.secret}"}
    return {"Authorization": f"Basic {base64.b64encode(credential.secret.encode()).decode()}"}
