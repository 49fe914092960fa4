"""The events of webhooks: one is set, shown, told that a job ended, and deleted."""

import hashlib
import json
import time
from dataclasses import replace

import pytest

from tests.events.deliveries import deliver, feed, read
from tests.events.test_job_events import JOB_ID, MOMENT, job
from tests.fakes.functions import load_handler
from tests.fakes.gateway import FakeContext
from tests.fakes.receiver import receiving
from tests.fakes.world import World

URL = "https://example.com/loyalty"
SHOWN = {"url": URL, "set_at": MOMENT, "last_delivered": None, "last_failed": None}


@pytest.mark.usefixtures("world")
def test_a_webhook_is_set_shown_and_deleted() -> None:
    # GIVEN an account that sets a webhook
    told = deliver(read("set_webhook")).json()
    assert told.pop("secret").startswith("whsec_")
    assert told == {"url": URL, "set_at": MOMENT}
    # THEN it is shown, until it is deleted
    shown = deliver(read("show_webhook"))
    assert (shown.status, shown.json()) == (200, SHOWN)
    deleted = deliver(read("delete_webhook"))
    assert (deleted.status, deleted.body) == (204, "")
    assert deliver(read("show_webhook")).status == 404


def test_the_end_of_a_job_is_told_to_the_webhook(world: World) -> None:
    # GIVEN a job that is done, and a webhook on this machine, which only a local stack may call
    world.database = replace(world.database, settings=world.settings._replace(webhooks_to_loopback=True))
    world.clock.now = time.time()  # the library that verifies a call asks when it was made
    assert feed("process_chunk") == {"batchItemFailures": []}
    with receiving() as receiver:
        event = read("set_webhook")
        event["body"] = json.dumps({"url": receiver.url})
        secret = deliver(event).json()["secret"]
        # WHEN the queue of ended jobs brings it
        assert feed("deliver_webhook") == {"batchItemFailures": []}
    # THEN the webhook gets the job as the jobs API shows it
    (call,) = receiver.calls
    shown = deliver(read("show_job")).json()
    assert call.verified(secret) == shown == job(submitted_at=shown["submitted_at"], finished_at=shown["finished_at"])
    assert call.headers["webhook-id"] == f"{JOB_ID}-0"


def test_what_the_event_bus_is_told_is_what_the_queue_of_webhooks_brings(world: World) -> None:
    # GIVEN the end of that job as it is put on the bus, whose detail the rule sends on
    feed("process_chunk")
    (entry,) = world.events.entries
    (record,) = read("deliver_webhook")["Records"]
    # THEN the event has it
    assert json.loads(record["body"]) == json.loads(entry["Detail"])
    assert record["md5OfBody"] == hashlib.md5(record["body"].encode(), usedforsecurity=False).hexdigest()


@pytest.mark.usefixtures("world")
def test_an_end_that_nobody_wants_to_know_is_finished() -> None:
    assert load_handler("deliver_webhook")(read("deliver_webhook"), FakeContext()) == {"batchItemFailures": []}
