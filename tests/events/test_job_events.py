"""The events of jobs: a message of the chunk queue makes one, and each route of the jobs API tells of it."""

import hashlib
import json
from typing import Any

import jsonschema
import pytest

from loyalty.domain.job import KEPT_SECONDS
from loyalty.jobs import message
from loyalty.jobs.schema import json_schema
from tests.events.deliveries import DRAWN, deliver, feed, read
from tests.fakes.functions import load_handler
from tests.fakes.gateway import Event, FakeContext
from tests.fakes.queues import CHUNKS, PARKED
from tests.fakes.world import World

JOB_ID = "5f2b8c0e9d7a4f1b8e6c3a2d1f0b9c8e"
DONE = '{"error":0,"error_text":"Successful operation",'
MOMENT = "1970-01-01T00:16:40Z"


def job(job_id: str = JOB_ID, **changes: Any) -> dict[str, Any]:
    """A job as its API shows it, once it is done."""
    self = f"/v1/jobs/{job_id}"
    return {
        "job_id": job_id,
        "operation": "enrol",
        "label": None,
        "dry_run": False,
        "status": "done",
        "total": 3,
        "done": 3,
        "counts": {"0": 1, "409": 1, "404": 1},
        "submitted_at": MOMENT,
        "finished_at": MOMENT,
        "undo": "available",
        "retry": "none",
        "links": {"self": self, **{name: f"{self}/{name}" for name in ("results", "cancel", "retry", "undo")}},
        **changes,
    }


def test_a_chunk_message_is_done_and_the_jobs_api_tells_of_its_job(world: World) -> None:
    # GIVEN the message of a job of one chunk
    assert feed("process_chunk") == {"batchItemFailures": []}
    member = world.member("663a138cee44bb50a67115cd")
    assert member
    assert (member["registered_at"], member["origin"]) == ({"S": "2024-09-01T12:34:56Z"}, {"S": f"{JOB_ID}#0"})
    # THEN each route answers in whole
    listed, shown, results, undone = (
        deliver(read(name)) for name in ("list_jobs", "show_job", "job_results", "undo_job")
    )
    assert (listed.status, listed.json()) == (200, {"jobs": [job()], "next": None})
    assert (shown.status, shown.json()) == (200, job())
    assert (results.status, results.body) == (
        200,
        (
            f'{DONE}"result":[{DONE}"profile_id":"663a138cee44bb50a67115cd"}},'
            '{"error":409,"error_text":"Member already exists","profile_id":"69df4fd5ff232800e2d1e2d6"}]}'
        ),
    )
    undoing = {"operation": "undo", "status": "queued", "done": 0, "counts": {}, "finished_at": None, "undo": "none"}
    undo = job(DRAWN, **undoing)
    undo["links"]["undoes"] = f"/v1/jobs/{JOB_ID}"
    assert (undone.status, undone.json()) == (202, undo)
    assert undone.headers["Location"] == f"/v1/jobs/{DRAWN}"
    # AND the undo is in the queue
    assert [json.loads(message.body)["operation"] for message in world.sqs.queues[CHUNKS]] == ["undo"]


def test_a_job_is_cancelled_before_its_message_is_done_and_retried_then(world: World) -> None:
    # GIVEN a job of two chunks, the first of which made it
    (record,) = read("process_chunk")["Records"]
    sent = json.loads(record["body"])
    first = sent | {"chunks": 2, "total": 6}
    handle = load_handler("process_chunk")
    assert handle(_with(first), FakeContext()) == {"batchItemFailures": []}
    # WHEN it is cancelled, and the other one comes
    cancelled = deliver(read("cancel_job"))
    running = job(status="cancelling", total=6, finished_at=None, undo="none")
    assert (cancelled.status, cancelled.json()) == (202, running)
    assert handle(_with(first | {"chunk": 2, "first_index": 3}), FakeContext()) == {"batchItemFailures": []}
    counts = {"0": 1, "409": 1, "404": 1, "cancelled": 3}
    assert deliver(read("show_job")).json() == job(status="cancelled", total=6, counts=counts, retry="available")
    # THEN a retry sends that one again
    retried = deliver(read("retry_job"))
    again = {"0": 1, "409": 1, "404": 1}
    assert (retried.status, retried.json()) == (202, running | {"status": "running", "counts": again})
    assert [json.loads(message.body)["chunk"] for message in world.sqs.queues[CHUNKS]] == [2]


def _with(sent: dict[str, Any]) -> Event:
    """The event of the chunk queue with another message."""
    event = read("process_chunk")
    event["Records"][0]["body"] = json.dumps(sent)
    return event


@pytest.mark.usefixtures("world")
def test_a_chunk_message_that_comes_again_changes_nothing() -> None:
    feed("process_chunk")
    assert feed("process_chunk") == {"batchItemFailures": []}
    assert deliver(read("show_job")).json() == job()


def test_a_dead_letter_ends_its_job_and_is_parked(world: World) -> None:
    # GIVEN the same message after too many failed deliveries
    assert feed("bury_chunk") == {"batchItemFailures": []}
    # THEN its job is done, and all its items may be repeated
    assert deliver(read("show_job")).json() == job(counts={"503": 3}, retry="available")
    # AND the message is kept with the reason
    (parked,) = world.sqs.queues[PARKED]
    (record,) = read("bury_chunk")["Records"]
    sent = json.loads(record["body"])
    noted = {"content": message.read(record["body"]).content, "job_forgotten_at": int(world.clock()) + KEPT_SECONDS}
    assert (json.loads(parked.body), parked.attributes) == (sent | noted, {"reason": "it failed too often"})


@pytest.mark.parametrize("name", ["process_chunk", "bury_chunk"])
def test_the_message_in_an_event_is_as_its_schema_says(name: str) -> None:
    (record,) = read(name)["Records"]
    jsonschema.Draft202012Validator(json_schema()).validate(json.loads(record["body"]))
    assert record["md5OfBody"] == hashlib.md5(record["body"].encode(), usedforsecurity=False).hexdigest()
