"""Databases on the emulator, each with a client of its own as each Lambda process has, and a count of HTTP requests."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from loyalty.settings import AwsClient, Settings
from loyalty.store.aws.access import Access, Credentials
from loyalty.store.aws.boto3_client import Boto3Client
from loyalty.store.engine.dynamodb import Database, Item, connect
from tools.local.ministack import REGION

_LIMITS = {
    "max_items": 20_000,
    "inline_limit": 20_000,
    "gather_seconds": 0,
    "access_token_seconds": 3_600,
    "splitter_silence_seconds": 120,
    "bulk_api_redirection_enabled": False,
    "bulk_api_batch_size_for_redirection": 10,
}


class Store:
    """One process's database; `requests` counts the HTTP requests that were sent, by action."""

    def __init__(self, endpoint_url: str, tables: dict[str, str], aws_client: AwsClient = AwsClient.BUILT_IN) -> None:
        names = {variable.lower(): name for variable, name in tables.items()}
        named = ("_table", "_url", "_bucket")
        names = {field: names.get(field, field) for field in Settings._fields if field.endswith(named)}
        settings = Settings(**{**_LIMITS, **names}, aws_client=aws_client)  # type: ignore[arg-type]  # by name
        self.database: Database = connect(settings, Access(REGION, Credentials("test", "test"), endpoint_url))
        self.requests: Counter[str] = Counter()
        client = self.database.client
        if isinstance(client, Boto3Client):
            client.wrapped.meta.events.register("before-send.dynamodb", self._count)
        else:
            self._post, client._connections.post = client._connections.post, self._count_and_post

    def _count(self, request: Any, **_: Any) -> None:
        target = request.headers["X-Amz-Target"]
        name: str = target if isinstance(target, str) else target.decode()
        self.requests[name.rpartition(".")[2]] += 1

    def _count_and_post(self, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        self.requests[headers["x-amz-target"].rpartition(".")[2]] += 1
        answer: tuple[int, bytes] = self._post(headers, body)
        return answer


def scan(database: Database, table: str) -> list[Item]:
    """All items of a table."""
    page = database.client.scan(TableName=table)
    items: list[Item] = page["Items"]
    while start := page.get("LastEvaluatedKey"):
        page = database.client.scan(TableName=table, ExclusiveStartKey=start)
        items += page["Items"]
    return items
