"""Databases on the emulator, each with a client of its own as each Lambda process has, and a count of HTTP requests."""

from collections import Counter
from typing import Any

from loyalty.settings import Settings
from loyalty.store.dynamodb import Database, connect
from tools.local.ministack import REGION

_LIMITS = {
    "max_items": 20_000,
    "inline_limit": 20_000,
    "gather_seconds": 0,
    "access_token_seconds": 3_600,
    "bulk_api_redirection_enabled": False,
    "bulk_api_batch_size_for_redirection": 10,
}


class Store:
    """One process's database; `requests` counts the HTTP requests that were sent, by action."""

    def __init__(self, endpoint_url: str, tables: dict[str, str]) -> None:
        names = {variable.lower(): name for variable, name in tables.items()}
        names = {field: names.get(field, field) for field in Settings._fields if field.endswith(("_table", "_url"))}
        credentials = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        settings = Settings(**{**_LIMITS, **names})  # type: ignore[arg-type]  # by name
        self.database: Database = connect(settings, endpoint_url=endpoint_url, region_name=REGION, **credentials)
        self.requests: Counter[str] = Counter()
        self.database.client.meta.events.register("before-send.dynamodb.*", self._count)

    def _count(self, event_name: str, **_: Any) -> None:
        self.requests[event_name.rsplit(".", 1)[1]] += 1
