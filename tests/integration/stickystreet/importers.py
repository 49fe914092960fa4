"""Accounts of their own on the emulator, a client of the import endpoint over them, and a meter of what it costs."""

import itertools
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from loyalty.domain.account import Account, Grant, Program
from loyalty.doors.endpoint import serve
from loyalty.settings import load
from loyalty.store.aws.access import Access, Credentials
from loyalty.store.engine.dynamodb import Database, connect
from loyalty.store.tables import accounts
from loyalty.vendors.stickystreet.customers_batch import CUSTOMERS_BATCH
from loyalty.vendors.stickystreet.envelope import import_credential
from tests.fakes.emulated import scan
from tests.fakes.gateway import IMPORT, FakeContext, proxy_event, reply_of
from tests.fakes.importing import FORM, as_form, rows_form
from tools.local.ministack import REGION

SETTINGS = {
    "CHUNK_QUEUE_URL": "none",
    "PARKED_QUEUE_URL": "none",
    "WEBHOOK_QUEUE_URL": "none",
    "WEBHOOK_DEAD_LETTER_QUEUE_URL": "none",
    "SPLIT_QUEUE_URL": "none",
    "FILES_BUCKET": "none",
    "SPLITTER_SILENCE_SECONDS": "120",
    "INLINE_LIMIT": "20000",
    "GATHER_SECONDS": "0",
    "MAX_ITEMS": "20000",
    "ACCESS_TOKEN_SECONDS": "3600",
    "BULK_API_REDIRECTION_ENABLED": "false",
    "BULK_API_BATCH_SIZE_FOR_REDIRECTION": "10",
    "ACCOUNT_REQUESTS_PER_MINUTE": "0",
    "AWS_CLIENT": "built-in",
}
CAMPAIGN = "campaign-1"

COLUMNS = "code card_number email phone first_name last_name street1 city country custom_date"
POINTERS = 5
"""What finds a customer of such a row: its customer_id, code, card, e-mail and phone."""


class MeteredClient:
    """A client that asks every call what it consumed: `calls` by action and table, `units` written by table."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.calls: Counter[str] = Counter()
        self.units: Counter[str] = Counter()

    def __getattr__(self, action: str) -> Callable[..., Any]:
        def call(**arguments: Any) -> Any:
            answer = getattr(self._client, action)(ReturnConsumedCapacity="TOTAL", **arguments)
            self.calls[action] += 1
            consumed = answer.get("ConsumedCapacity") or []
            for one in [consumed] if isinstance(consumed, dict) else consumed:
                self.units[one["TableName"]] += one["CapacityUnits"] if "get" not in action else 0
            return answer

        return call


class Importer:
    """A tenant with one campaign, and its client; `database` may be given a client that watches."""

    def __init__(self, endpoint: str, tables: Mapping[str, str]) -> None:
        self.database = connect(load(SETTINGS | dict(tables)), Access(REGION, Credentials("test", "test"), endpoint))
        self.account_id = f"importer-{uuid.uuid4().hex}"
        self._user = {"user_id": self.account_id, "user_api_key": "key", "account_id": self.account_id}
        self._numbers = itertools.count(1)
        accounts.put_account(self.database, Account(self.account_id))
        grant = Grant(self.account_id, frozenset({"import"}))
        accounts.put_grant(self.database, import_credential(self.account_id, "key"), grant)
        accounts.put_program(self.database, self.account_id, Program(CAMPAIGN, "One", "points", active=True))

    def rows(self, headers: str, *lines: str, database: Database | None = None, **changes: str) -> dict[str, Any]:
        """Import piped lines under blank-separated headers; the answer's batch."""
        form = rows_form(headers, *lines, **self._user, campaigns_to_include=CAMPAIGN, **changes)
        event = proxy_event(as_form(form), {"Content-Type": FORM}, path=IMPORT)
        context = FakeContext(f"{self.account_id}-{next(self._numbers)}", milliseconds=600_000)
        connection = database or self.database
        answer = reply_of(serve(CUSTOMERS_BATCH, lambda: connection)(event, context)).json()
        assert answer["status"] == "success", answer
        batch: dict[str, Any] = answer["batch"]
        return batch

    def items(self, table: str) -> list[dict[str, Any]]:
        """The tenant's items in a table."""
        items = scan(self.database, getattr(self.database.settings, table))
        return [item for item in items if item["pk"]["S"].startswith(f"{self.account_id}#")]

    def customers(self) -> dict[str, dict[str, Any]]:
        """The tenant's customers by profile_id."""
        return {item["profile_id"]["S"]: item for item in self.items("customers_table") if "origin" in item}


def ten_columns(number: int, changed: str = "") -> str:
    """A row of COLUMNS for one of many customers."""
    name = f"n{number}@example.com|+491701{number:06}|First{changed}{number}"
    return f"code-{number}|card-{number}|{name}|Last|Street {number}|Ulm|DE|1970-07-14"
