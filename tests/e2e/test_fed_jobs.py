"""Chunks that others feed, that come again, or are given up, over the deployed template."""

import json
import uuid
from typing import Any

import pytest

from loyalty.domain.account import Program
from loyalty.store.tables import accounts
from tests.e2e.feeding import as_sent, dead_letters, drained, feed, message, parked
from tests.e2e.jobs import finished, job, newest_job
from tests.e2e.requests import TOKEN, get, post
from tests.e2e.waiting import until
from tests.fakes.emulated import Store
from tools.local.deploy import client
from tools.local.stack import LocalStack

AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}
ENROL = message("", "user41@example.com", "user42@example.com", "nobody@example.com")
EARN_ONCE = message("", "user43@example.com") | {
    "operation": "earn",
    "params": {"program_id": "469", "promotion_id": "56799"},
    "items": [{"kind": "email", "value": "user43@example.com", "source": "INSTORE"}],
}


def test_a_job_that_another_system_feeds_may_come_in_any_order(small: LocalStack) -> None:
    # GIVEN a job whose second chunk has to wait for its first
    job_id = uuid.uuid4().hex
    second = message(job_id, "user32@example.com", chunk=2, chunks=2, total=2, first_index=1, after=1)
    # WHEN the second is there before the first
    feed(small, second)
    until(lambda: job(small, job_id).get("job_id"))
    feed(small, message(job_id, "user31@example.com", chunks=2, total=2))
    # THEN both are done in the end
    assert finished(small, job_id)["counts"] == {"0": 2}


@pytest.mark.parametrize("fed", [ENROL, EARN_ONCE], ids=["enrol", "earn"])
def test_a_chunk_whose_worker_died_before_it_could_tell_is_told_the_same(
    fed: dict[str, Any], small: LocalStack
) -> None:
    # GIVEN a job whose outcomes were lost after the work was done
    sent = fed | {"job_id": uuid.uuid4().hex}
    results = f"/jobs/{sent['job_id']}/results"
    feed(small, sent)
    finished(small, sent["job_id"])
    told = get(small, results, **AUTHORIZED).body
    client("dynamodb", small.endpoint_url).update_item(
        TableName=small.tables["JOBS_TABLE"],
        Key={"pk": {"S": sent["job_id"]}, "sk": {"S": "chunk#000001"}},
        UpdateExpression="REMOVE outcomes, positions",
    )
    assert get(small, results, **AUTHORIZED).body != told
    # WHEN the chunk is delivered again
    feed(small, sent)
    # THEN what was written is known as this job's own
    assert until(lambda: get(small, results, **AUTHORIZED).body == told)


def test_whoever_listens_hears_that_a_job_is_finished(small: LocalStack) -> None:
    # GIVEN somebody who listens on the event bus
    events, sqs = client("events", small.endpoint_url), client("sqs", small.endpoint_url)
    heard = sqs.create_queue(QueueName="heard")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=heard, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name="finished-jobs", EventPattern='{"source":["loyalty"],"detail-type":["Job finished"]}')
    events.put_targets(Rule="finished-jobs", Targets=[{"Id": "heard", "Arn": arn}])
    # WHEN a job is done
    job_id = uuid.uuid4().hex
    feed(small, message(job_id, "user44@example.com"))
    # THEN that is heard
    (told,) = until(lambda: sqs.receive_message(QueueUrl=heard).get("Messages"))
    assert json.loads(told["Body"])["detail"] == {
        "event_id": f"{job_id}-0",
        "status": "done",
        "job_id": job_id,
        "account": "greatwidgets",
        "operation": "enrol",
        "total": 1,
    }


def test_a_message_that_says_nothing_is_parked_with_its_reason(small: LocalStack) -> None:
    # WHEN something else than a chunk is sent
    feed(small, {"version": 1})
    # THEN the operator finds it, and why
    reasons = [one["MessageAttributes"]["reason"]["StringValue"] for one in parked(small)]
    assert reasons == ["operation is missing"]


def test_a_job_for_a_program_that_is_not_there_is_refused_for_that_until_it_is_there(small: LocalStack) -> None:
    # GIVEN a job for a program that nobody has made yet
    job_id = uuid.uuid4().hex
    early = message(job_id, "user38@example.com", "nobody@example.com", params={"program_id": "777"})
    feed(small, early)
    # THEN its items have failed for good, and its message is kept with the reason
    assert finished(small, job_id)["counts"] == {"400": 2}
    (kept,) = parked(small)
    assert (as_sent(json.loads(kept["Body"])), kept["MessageAttributes"]["reason"]["StringValue"]) == (
        early,
        'program "777" does not exist',
    )
    # WHEN it is sent again, the program being there
    database = Store(small.endpoint_url, small.tables).database
    accounts.put_program(database, "greatwidgets", Program("777", "Seven", "points", active=True))
    feed(small, early)
    # THEN the job is mended
    assert until(lambda: job(small, job_id)["counts"] == {"0": 1, "404": 1})


def test_a_chunk_that_is_given_up_ends_its_job_and_is_kept(small: LocalStack) -> None:
    # GIVEN a chunk that failed three times
    job_id = uuid.uuid4().hex
    given_up = message(job_id, "user33@example.com", "user34@example.com")
    # WHEN it comes to the dead-letter queue
    feed(small, given_up, dead_letters(small))
    # THEN its items may be tried again, by whoever sent them or by the operator
    assert finished(small, job_id)["counts"] == {"503": 2}
    assert [as_sent(json.loads(one["Body"])) for one in parked(small)] == [given_up]
    # WHEN the operator does
    feed(small, given_up)
    # THEN the job is as if nothing had happened
    assert until(lambda: (found := job(small, job_id)["counts"]) == {"0": 2} and found)


def test_a_chunk_of_a_job_of_many_that_is_given_up_is_counted(small: LocalStack) -> None:
    # GIVEN the last of more chunks than are noted together
    job_id = uuid.uuid4().hex
    given_up = message(job_id, "user36@example.com", chunk=33, chunks=33, total=33, first_index=32)
    # WHEN it comes to the dead-letter queue
    feed(small, given_up, dead_letters(small))
    # THEN it is counted, and kept
    assert until(lambda: job(small, job_id).get("counts") == {"503": 1})
    assert [as_sent(json.loads(one["Body"])) for one in parked(small)] == [given_up]


def test_an_undo_that_is_given_up_after_it_was_done_stays_done(small: LocalStack) -> None:
    # GIVEN a job that is undone
    job_id = uuid.uuid4().hex
    feed(small, message(job_id, "user35@example.com"))
    finished(small, job_id)
    undo_id = json.loads(post(small, f"/jobs/{job_id}/undo", b"", **AUTHORIZED).body)["job_id"]
    assert finished(small, undo_id)["counts"] == {"undone": 1}
    # WHEN the undo's chunk comes to the dead-letter queue all the same, its worker having died too late
    undoing = {"operation": "undo", "params": {"job_id": job_id}, "items": []}
    feed(small, message(undo_id, total=1) | undoing, dead_letters(small))
    assert until(lambda: drained(small, dead_letters(small)))
    # THEN nothing has changed
    assert job(small, undo_id)["counts"] == {"undone": 1}
    assert job(small, job_id)["status"] == "undone"


def test_a_chunk_that_waits_is_woken_when_the_other_is_given_up(small: LocalStack) -> None:
    # GIVEN a chunk that waits for one that did not come
    job_id = uuid.uuid4().hex
    second = message(job_id, "user46@example.com", chunk=2, chunks=2, total=2, first_index=1, after=1)
    feed(small, second)
    until(lambda: job(small, job_id).get("job_id"))
    # WHEN that comes to the dead-letter queue
    feed(small, message(job_id, "user45@example.com", chunks=2, total=2), dead_letters(small))
    # THEN the waiting one is done
    assert finished(small, job_id)["counts"] == {"0": 1, "503": 1}
    assert len(parked(small)) == 1


def test_what_an_undone_job_left_in_the_queues_does_nothing(small: LocalStack) -> None:
    # GIVEN a job that is undone
    job_id = uuid.uuid4().hex
    sent = message(job_id, "user47@example.com")
    feed(small, sent)
    finished(small, job_id)
    undo_id = json.loads(post(small, f"/jobs/{job_id}/undo", b"", **AUTHORIZED).body)["job_id"]
    assert finished(small, undo_id)["counts"] == {"undone": 1}
    # WHEN its message comes once more, and once more as a dead letter
    feed(small, sent)
    feed(small, sent, dead_letters(small))
    assert until(lambda: drained(small, small.queues["CHUNK_QUEUE_URL"]) and drained(small, dead_letters(small)))
    # THEN it is still undone
    assert job(small, job_id)["status"] == "undone"
    feed(small, message(uuid.uuid4().hex, "user47@example.com"))
    assert until(lambda: newest_job(small)["counts"] == {"0": 1})
