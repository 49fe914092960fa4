"""Metrics embedded in the log: every item counted once, where it was done."""

import json
import time
from typing import Any

import pytest

from loyalty.telemetry import metrics
from tests.fakes.gateway import BATCH
from tests.fakes.queues import CHUNKS
from tests.fakes.requests import JSON, batch, emails
from tests.fakes.store import SETTINGS
from tests.fakes.world import World

SOME = batch([*emails("user1", "user2", "nobody"), {"email": "s3cret"}])


@pytest.fixture(autouse=True)
def stack_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "loyalty-test")


def printed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The lines with metrics since the last look."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line for line in lines if "_aws" in line]


def test_a_request_counts_its_items_by_vendor_and_outcome(capsys: pytest.CaptureFixture[str]) -> None:
    # WHEN a batch is done at once
    began = time.time()
    World().send(BATCH, SOME, JSON)
    # THEN one line has its counts, as CloudWatch wants them
    (line,) = printed(capsys)
    assert began - 1 < line["_aws"].pop("Timestamp") / 1000 < time.time() + 1
    names = ["created", "exists", "not_found", "invalid"]
    assert line == {
        "_aws": {
            "CloudWatchMetrics": [
                {
                    "Namespace": "Loyalty",
                    "Dimensions": [["service", "vendor"]],
                    "Metrics": [{"Name": name, "Unit": "Count"} for name in names],
                }
            ]
        },
        "service": "loyalty-test",
        "vendor": "altcraft",
        **dict.fromkeys(names, 1),
    }


def test_a_job_counts_its_items_once_however_often_a_chunk_is_delivered(capsys: pytest.CaptureFixture[str]) -> None:
    # GIVEN a batch that went through the queue, and its chunk once more
    world = World(SETTINGS._replace(inline_limit=1))
    world.send(BATCH, SOME, JSON)
    world.sqs.send_message_batch(QueueUrl=CHUNKS, Entries=world.sqs.calls[0])
    world.queue.deliver_all()
    # THEN each item is counted, neither by the request that waited nor by the second delivery
    assert [{name: line[name] for name in ("vendor", "created", "exists")} for line in printed(capsys)] == [
        {"vendor": "altcraft", "created": 1, "exists": 1}
    ]


def test_nothing_is_printed_about_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    metrics.count("altcraft.register_member_batch", [])
    assert printed(capsys) == []
