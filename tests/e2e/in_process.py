"""Handlers in this process, on the deployed tables, as functions: what they ask for counts as the function's."""

import json
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from loyalty import settings
from loyalty.domain.deadline import WORKER_SECONDS
from loyalty.doors.endpoint import Handler
from loyalty.store.aws.access import Access, Credentials
from loyalty.store.engine import dynamodb
from loyalty.store.engine.dynamodb import Database
from tests.fakes.clock import FakeClock
from tests.fakes.gateway import FakeContext
from tests.fakes.nth_call import FaultyClient
from tools.local.deploy import client
from tools.local.ministack import REGION
from tools.local.stack import LocalStack


def as_function(stack: LocalStack, function: str) -> Database:
    """A database as a function has it: its settings, its tables, its name."""
    names = [one["FunctionName"] for one in client("lambda", stack.endpoint_url).list_functions()["Functions"]]
    (name,) = [name for name in names if f"-{function}-" in name]
    deployed = client("lambda", stack.endpoint_url).get_function_configuration(FunctionName=name)
    return dynamodb.connect(
        settings.load(deployed["Environment"]["Variables"]),
        Access(REGION, Credentials(name, "test"), stack.endpoint_url),
    )


def as_fast_function(
    stack: LocalStack, function: str, faults: dict[int, Any] | None = None, *, later: float = 0.0
) -> Database:
    """The same whose calls meet these faults, and that does not wait between tries: the time is that of its pauses.

    By its time of day it is so many seconds `later`.
    """
    database, clock = as_function(stack, function), FakeClock()
    faulty = FaultyClient(database.client, faults)
    return replace(database, client=faulty, clock=clock, sleep=clock.sleep, now=lambda: time.time() + later)


def worked(
    handlers: Callable[[Callable[[], Database]], Handler], database: Database, document: dict[str, Any]
) -> dict[str, Any]:
    """What a queue's function answers for a message, which is in no queue."""
    record = {
        "messageId": uuid.uuid4().hex,  # another message each time
        "receiptHandle": "of-no-queue",
        "body": json.dumps(document),
        "attributes": {"ApproximateReceiveCount": "1"},
    }
    return handlers(lambda: database)({"Records": [record]}, FakeContext("worker", 1_000 * WORKER_SECONDS))
