"""The demo accounts in memory, a client of the import endpoint, and what the store holds in the end, ids aside."""

import itertools
import json
import re
import zlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from loyalty.domain.account import Grant
from loyalty.doors import api_php
from loyalty.settings import Settings
from loyalty.store.tables import accounts
from loyalty.vendors.stickystreet import types
from loyalty.vendors.stickystreet.envelope import import_credential
from tests.fakes.dynamodb import FakeDynamoDB
from tests.fakes.faults import Answer
from tests.fakes.gateway import IMPORT, FakeContext, Reply, proxy_event, reply_of
from tests.fakes.items import Item
from tests.fakes.store import SETTINGS
from tests.fakes.world import World
from tools import demo

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

TYPES = ", ".join(sorted(types.TYPES))
"""The types as an error names them."""

FORM = "application/x-www-form-urlencoded"


class ForgetfulDynamoDB(FakeDynamoDB):
    """Does a transaction again that comes again with its token, as DynamoDB does after ten minutes."""

    def transact_write_items(self, **arguments: Any) -> Answer:
        """TransactWriteItems."""
        self._tokens.clear()
        return super().transact_write_items(**arguments)


class ImportWorld(World):
    """The demo accounts, and a client of the import endpoint; each of its requests has a process of its own."""

    def __init__(self, dynamodb: FakeDynamoDB | None = None, settings: Settings = SETTINGS) -> None:
        super().__init__(settings)
        if dynamodb:
            dynamodb.tables = self.dynamodb.tables
            self.dynamodb = dynamodb
        self._numbers = itertools.count(1)

    def post(self, body: bytes | str, *, client: Any = None, **changes: Any) -> Reply:
        """Call the endpoint; `changes` are made to the event."""
        event = proxy_event(body, {"Content-Type": FORM}, path=IMPORT) | changes
        database, context = self.process(client or self.dynamodb), FakeContext(f"request-{next(self._numbers)}")
        reply = reply_of(api_php.serve(lambda: database)(event, context))
        assert reply.status == 200
        return reply

    def send(  # type: ignore[override]  # these tests know no other endpoint
        self, form: Mapping[str, str], *, client: Any = None
    ) -> dict[str, Any]:
        """Send a form that asks for JSON; the answer."""
        answer: dict[str, Any] = self.post(as_form(form), client=client).json()
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
            self.database,
            import_credential(user, key),
            Grant(ACCOUNT_ID, frozenset(rights)),
        )
        return {"user_id": user, "user_api_key": key}

    def finds(self, kind: str, text: str) -> bool:
        """Whether an identifier finds anybody."""
        return (f"{ACCOUNT_ID}#{kind}#{text}",) in self.dynamodb.tables["customers"]

    def customer(self, kind: str, text: str) -> Item:
        """The customer that an identifier finds, as stored."""
        table = self.dynamodb.tables["customers"]
        pointer = table[f"{ACCOUNT_ID}#{kind}#{text}",]
        return table[f"{ACCOUNT_ID}#profile_id#{pointer['profile_id']['S']}",]

    def items(self, table: str) -> list[Item]:
        """A table's items, in the order of their keys."""
        return [item for _, item in sorted(self.dynamodb.tables[table].items())]

    def undo_items(self) -> list[Item]:
        """What is kept to undo imports, in the order of its keys."""
        return [item for item in self.items("jobs") if item["sk"]["S"].startswith("undo#")]

    def actions(self) -> list[str]:
        """The calls to the store so far."""
        return [call.action for call in self.dynamodb.calls]

    def end_state(self) -> dict[str, Any]:
        """The customers of the account by code, else by e-mail and phone; see `customers`."""
        return {_name(customer["fields"]): customer for customer in self.customers()}

    def customers(self) -> list[dict[str, Any]]:
        """Customers, what finds them, and their memberships, drawn ids aside; checks that they agree."""
        items = [item for item in self.items("customers") if item["pk"]["S"].startswith(ACCOUNT_ID)]
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
        items = self.items("memberships")
        mine = [item for item in items if item["pk"]["S"].endswith(f"#{profile_id}")]
        return {item["pk"]["S"].split("#")[1]: item.get("balance") for item in mine}


def undo_states(world: ImportWorld) -> list[Any]:
    """The kept undo states, in order: pairs of a profile_id and what was before."""
    return [
        json.loads(line) for item in world.undo_items() for line in zlib.decompress(item["customers"]["B"]).splitlines()
    ]


def as_form(fields: Mapping[str, str]) -> str:
    """The fields as an urlencoded body that asks for JSON."""
    return urlencode({"output": "JSON", **fields})


def refusal(text: str) -> dict[str, Any]:
    """The JSON of a request that was not done, for this reason."""
    return {"status": "error", "error": text, "errors": [text]}


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
    kept = {"pk", "profile_id", "customer_id", "origin", "created_by", "found_by", "removable_until"}
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
