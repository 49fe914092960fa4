"""EventBridge: what the rest of a company may listen to, on the account's default bus."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from loyalty.domain.errors import StorageBusy
from loyalty.store.engine.dynamodb import Database

SOURCE = "loyalty"


def announce(database: Database, kind: str, details: Sequence[Mapping[str, Any]]) -> None:
    """Put one event for each of up to ten details, at least once; raises StorageBusy."""
    entries = [{"Source": SOURCE, "DetailType": kind, "Detail": json.dumps(detail)} for detail in details]
    for _ in database.tries():
        answer = database.call(database.service("events").put_events, Entries=entries)
        if not answer.get("FailedEntryCount"):
            return
    raise StorageBusy
