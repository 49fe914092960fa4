"""An empty store on the fake client, and the items that its tests put into it."""

from collections.abc import Callable
from typing import Any

from loyalty.domain.deadline import LONGEST_CALL_SECONDS
from loyalty.settings import Settings
from loyalty.store.engine.cache import TimedCache
from loyalty.store.engine.dynamodb import Database
from tests.fakes.clock import FakeClock
from tests.fakes.dynamodb import FakeDynamoDB
from tests.fakes.items import Item
from tests.fakes.objects import BUCKET
from tests.fakes.queues import CHUNKS, DEAD_WEBHOOKS, PARKED, SPLITS, WEBHOOKS


def _none(name: str) -> Any:
    raise AssertionError(f"nobody should need {name} here")


SETTINGS = Settings(
    accounts_table="accounts",
    customers_table="customers",
    memberships_table="memberships",
    earns_table="earns",
    jobs_table="jobs",
    chunk_queue_url=CHUNKS,
    parked_queue_url=PARKED,
    webhook_queue_url=WEBHOOKS,
    webhook_dead_letter_queue_url=DEAD_WEBHOOKS,
    files_bucket=BUCKET,
    split_queue_url=SPLITS,
    max_items=20_000,
    inline_limit=20_000,
    gather_seconds=24,
    access_token_seconds=3_600,
    splitter_silence_seconds=120,
    bulk_api_redirection_enabled=False,
    bulk_api_batch_size_for_redirection=10,
)
TABLE = SETTINGS.memberships_table
SECONDS = 20.0
"""How long the store goes on trying."""


def fake_database(
    client: Any, clock: FakeClock, settings: Settings = SETTINGS, service: Callable[[str], Any] = _none
) -> Database:
    """The database as a process has it: nothing is cached, and time is what the clock says."""
    return Database(client, settings, TimedCache(clock), clock=clock, sleep=clock.sleep, now=clock, service=service)


class Store:
    """A database with nothing in it, whose tries end after SECONDS of a clock that stands still by itself."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.dynamodb = FakeDynamoDB()
        self.database = fake_database(self.dynamodb, self.clock).within(SECONDS + LONGEST_CALL_SECONDS)
        self.began = self.clock.now

    @property
    def waited(self) -> float:
        """Seconds that were spent with pauses."""
        return self.clock.now - self.began

    def put(self, *items: Item) -> None:
        """Have items in the table, without any call."""
        self.dynamodb.tables[TABLE].update({(item["pk"]["S"],): item for item in items})

    def stored(self) -> list[Item]:
        """What the table holds."""
        return list(self.dynamodb.tables[TABLE].values())


def item(pk: str, origin: str = "request-1") -> Item:
    """An item as the store inserts it."""
    return {"pk": {"S": pk}, "registered_at": {"S": "2024-09-01T12:34:56Z"}, "origin": {"S": origin}}


def items(count: int, origin: str = "request-1") -> list[Item]:
    """So many items of distinct keys, each with its index as origin."""
    return [item(f"key-{index}", f"{origin}#{index}") for index in range(count)]
