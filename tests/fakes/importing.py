"""The demo accounts in memory, a client of the import endpoint, and what the store holds in the end, ids aside."""

import itertools
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from loyalty.account import Grant
from loyalty.contracts.stickystreet import CUSTOMERS_BATCH, import_credential
from loyalty.endpoint import serve
from loyalty.settings import Settings
from loyalty.store import accounts
from loyalty.store.dynamodb import Database
from tests.fakes.memory import Item
from tests.fakes.metered import MeteredClient
from tools import demo

SETTINGS = Settings(
    accounts_table="Accounts",
    customers_table="Customers",
    memberships_table="Memberships",
    earns_table="Earns",
    jobs_table="Jobs",
    max_items=20_000,
    access_token_seconds=3_600,
    bulk_api_redirection_enabled=False,
    bulk_api_batch_size_for_redirection=10,
)

ACCOUNT_ID = demo.ACCOUNT.id

CREDENTIALS = {
    "user_id": "john1970",
    "user_api_key": "1959caadac9b13dcb3",
    "account_id": ACCOUNT_ID,
}

SEED_DATA = """
  11223344|11223344|jane|doe|1970-07-14|555-5555
  22334455|22334455|jim|mcdoe|1966-07-28|555-5556
  33445566|33445566|larry|smith|1980-02-05|555-5557
"""

SEED = {
    "API": "1.5",
    **CREDENTIALS,
    "type": "customers_batch",
    "delimiter": "pipe",
    "overwrite_duplicates": "update",
    "campaigns_to_include": "898989889|,|13234545|,|34534554",
    "profiles_header_1": "code",
    "profiles_header_2": "card_number",
    "profiles_header_3": "first_name",
    "profiles_header_4": "last_name",
    "profiles_header_5": "custome_date",
    "profiles_header_6": "phone",
    "Profiles_Data": SEED_DATA,
}
"""The seed's PHP sample."""

FORM = "application/x-www-form-urlencoded"


class Context:
    """Lambda's context: the time that is left."""

    def get_remaining_time_in_millis(self) -> int:
        """A minute, in which a test's fault may be slept off."""
        return 60_000


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += seconds


class ImportWorld:
    """The demo accounts, and a client of the endpoint over them."""

    def __init__(self, client: Any = None) -> None:
        self.client = client or MeteredClient()
        self._numbers = itertools.count(1)
        demo.fill(self.database())
        self.client.calls.clear()
        self.client.units.clear()

    def database(self, client: Any = None) -> Database:
        """The database of a process of its own, through another client if one is given."""
        time = Time()
        return Database(client or self.client, SETTINGS, clock=time, sleep=time.sleep, now=time)

    def post(self, body: str, *, client: Any = None, method: str = "POST", **event: Any) -> dict[str, Any]:
        """Call the endpoint; the proxy response."""
        request = {
            "httpMethod": method,
            "path": "/api.php",
            "headers": {"Content-Type": FORM},
            "body": body,
            "requestContext": {"requestId": f"request-{next(self._numbers)}"},
            **event,
        }
        database = self.database(client)
        return serve(CUSTOMERS_BATCH, lambda: database)(request, Context())

    def send(self, form: Mapping[str, str], *, client: Any = None, **event: Any) -> dict[str, Any]:
        """Send a form, ask for JSON, and return it with HTTP 200 checked."""
        reply = self.post(urlencode({"output": "JSON", **form}), client=client, **event)
        assert reply["statusCode"] == 200
        answer: dict[str, Any] = json.loads(reply["body"])
        return answer

    def rows(self, headers: str, *lines: str, client: Any = None, **changes: str) -> dict[str, Any]:
        """Import lines of piped cells under blank-separated headers into one campaign; the answer's batch."""
        answer = self.send(rows_form(headers, *lines, **changes), client=client)
        assert answer["status"] == "success", answer
        batch: dict[str, Any] = answer["batch"]
        return batch

    def grant(self, user: str, key: str, *rights: str) -> dict[str, str]:
        """Let another import user in; its credentials."""
        accounts.put_grant(
            self.database(),
            import_credential(user, key),
            Grant(ACCOUNT_ID, frozenset(rights)),
        )
        return {"user_id": user, "user_api_key": key}

    def customer(self, kind: str, text: str) -> Item | None:
        """The customer that an identifier finds, as stored."""
        table = self.client.tables["Customers"]
        pointer = table.get((f"{ACCOUNT_ID}#{kind}#{text}",))
        return table[f"{ACCOUNT_ID}#profile_id#{pointer['profile_id']['S']}",] if pointer else None

    def everything(self) -> list[Item]:
        """All items of all tables, to show that nothing changed."""
        return [item for table in sorted(self.client.tables) for item in self.client.items(table)]

    def end_state(self) -> dict[str, Any]:
        """The customers of the account by code, else by e-mail and phone; see `customers`."""
        return {_name(customer["fields"]): customer for customer in self.customers()}

    def customers(self) -> list[dict[str, Any]]:
        """Customers, what finds them, and their memberships, drawn ids aside; checks that they agree."""
        items = [item for item in self.client.items("Customers") if item["pk"]["S"].startswith(ACCOUNT_ID)]
        customers = {item["profile_id"]["S"]: item for item in items if "origin" in item}
        found_by: dict[str, list[str]] = {profile_id: [] for profile_id in customers}
        for item in items:
            if "origin" not in item:
                found_by[item["profile_id"]["S"]].append(item["pk"]["S"].split("#", 1)[1])
        for profile_id, customer in customers.items():
            _agree(customer, found_by[profile_id])
        return [
            {
                "fields": _fields(customer),
                "found_by": sorted(_steady(found_by[profile_id])),
                "memberships": self._memberships(profile_id),
            }
            for profile_id, customer in customers.items()
        ]

    def _memberships(self, profile_id: str) -> dict[str, Any]:
        items = self.client.items("Memberships")
        mine = [item for item in items if item["pk"]["S"].endswith(f"#{profile_id}")]
        return {item["pk"]["S"].split("#")[1]: item.get("balance") for item in mine}


def rows_form(headers: str, *lines: str, **changes: str) -> dict[str, str]:
    """The form that imports lines of piped cells under blank-separated headers into one campaign."""
    form = {
        **CREDENTIALS,
        "type": "customers_batch",
        "delimiter": "pipe",
        "overwrite_duplicates": "update",
    }
    form |= {"campaigns_to_include": "898989889", "profiles_data": "\n".join(lines)}
    form |= {f"profiles_header_{number}": name for number, name in enumerate(headers.split(), start=1)}
    return form | changes


def _fields(customer: Item) -> dict[str, str]:
    kept = {"pk", "profile_id", "customer_id", "origin", "created_by", "found_by"}
    fields = {name: value["S"] for name, value in customer.items() if name not in kept}
    if re.fullmatch("[0-9]{16}", fields.get("code", "")):
        fields["code"] = "drawn"
    return fields


def _name(fields: Mapping[str, str]) -> str:
    code = fields.get("code", "drawn")
    return code if code != "drawn" else f"{fields.get('email', '-')}/{fields.get('phone', '-')}"


def _steady(finders: list[str]) -> list[str]:
    return ["code" if re.fullmatch("code#[0-9]{16}", one) else one for one in finders if "customer_id" not in one]


def _agree(customer: Item, finders: list[str]) -> None:
    """Check that a customer is found by exactly what its own item says."""
    kinds = {finder.split("#", 1)[0] for finder in finders}
    assert kinds == {"customer_id", *customer.get("found_by", {"SS": ()})["SS"]}, (
        customer,
        finders,
    )
    assert len(kinds) == len(finders)
