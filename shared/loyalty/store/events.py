"""EventBridge: what the rest of a company may listen to, on the account's default bus."""

import json
from collections.abc import Mapping
from typing import Any

from loyalty.domain.errors import StorageBusy
from loyalty.store.engine.dynamodb import Database

SOURCE = "loyalty"


def announce(database: Database, kind: str, detail: Mapping[str, Any]) -> None:
    """Put one event, at least once; raises StorageBusy."""
    entry = {"Source": SOURCE, "DetailType": kind, "Detail": json.dumps(detail)}
    for _ in database.tries():
        answer = database.call(database.service("events").put_events, Entries=[entry])
        if not answer.get("FailedEntryCount"):
            return
    raise StorageBusy
