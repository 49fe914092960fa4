"""Jobs over the deployed template: each vendor's large request, its undo, and what becomes of chunks that fail."""

import json
import uuid
from typing import Any, NamedTuple

import pytest

from tests.e2e.requests import BATCH, SINGLE, get, post
from tests.e2e.waiting import until
from tests.fakes.capillary import basic
from tests.fakes.capillary import request as earn_request
from tests.fakes.gateway import EARN, IMPORT
from tests.fakes.importing import as_form, rows_form
from tools.local.deploy import client

JSON = {"Content_Type": "application/json"}
FORM = {"Content_Type": "application/x-www-form-urlencoded"}
TOKEN = {"Authorization": "Bearer abc123def456"}


class Large(NamedTuple):
    """A request of more items than are done at once: its counts as a job, and those of its undo."""

    path: str
    body: bytes
    headers: dict[str, str]
    counts: dict[str, int]
    undone: dict[str, int]


def members(*numbers: int) -> dict[str, Any]:
    emails = [{"email": f"user{number}@example.com"} for number in numbers]
    return {"token": "abc123def456", "loyalty_program_id": 123, "matching": "email", "data": emails}


def as_json(document: dict[str, Any]) -> bytes:
    return json.dumps(document).encode()


def rows(*lines: str) -> bytes:
    return as_form(rows_form("email first_name", *lines)).encode()


LARGE = {
    "register": Large(
        BATCH,
        as_json(members(11, 12, 13, 2, 99)),
        JSON,
        {"0": 3, "409": 1, "404": 1},
        {"undone": 3, "unchanged": 2},
    ),
    "import": Large(
        IMPORT,
        rows("user14@example.com|Jo", "new1@example.com|Al", "new2@example.com|Bo"),
        FORM,
        {"new": 2, "updated": 1},
        {"undone": 3},
    ),
    "earn": Large(
        EARN,
        as_json(earn_request("98662653", "98662632", "423924812", "1", program=2607, promotion=56801)),
        {**JSON, **basic()},
        {"0": 3, "8015": 1},
        {"undone": 3, "unchanged": 1},
    ),
}


@pytest.fixture(scope="module")
def small(stack_with):
    """A stack on which three items are many, and a failed chunk comes again soon."""
    with stack_with(InlineLimit="2", ChunkVisibilitySeconds="2") as running:
        yield running


def listed(stack):
    """The account's latest jobs, by their ids."""
    return {one["job_id"]: one for one in json.loads(get(stack, "/jobs", **TOKEN).body)["jobs"]}


def send_large(stack, large):
    """A large request's answer, and the job that it became."""
    before = listed(stack)
    reply = post(stack, large.path, large.body, **large.headers)
    assert reply.status == 200
    (became,) = (one for job_id, one in listed(stack).items() if job_id not in before)
    return reply, became


def job(stack, job_id):
    return json.loads(get(stack, f"/jobs/{job_id}", **TOKEN).body)


def finished(stack, job_id):
    return until(lambda: (found := job(stack, job_id)).get("status") in ("done", "undone") and found)


def send(stack, queue_url, message):
    client("sqs", stack.endpoint_url).send_message(QueueUrl=queue_url, MessageBody=json.dumps(message))


def parked(stack):
    """The messages in the parked queue, once there are some; they are taken."""
    sqs, url = client("sqs", stack.endpoint_url), stack.queues["PARKED_QUEUE_URL"]
    asked = {"QueueUrl": url, "MessageAttributeNames": ["All"], "MaxNumberOfMessages": 10}
    found = until(lambda: sqs.receive_message(**asked).get("Messages"))
    for one in found:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
    return found


def message(job_id, *emails, chunk=1, chunks=1, total=None, first_index=0, **more):
    return {
        "version": 1,
        "job_id": job_id,
        "account": "greatwidgets",
        "operation": "enrol",
        "params": {"program_id": "469"},
        "chunk": chunk,
        "chunks": chunks,
        "total": total or len(emails),
        "first_index": first_index,
        "items": [{"kind": "email", "value": email} for email in emails],
        **more,
    }


ENROL = message("", "user41@example.com", "user42@example.com", "nobody@example.com")
EARN_ONCE = message("", "user43@example.com") | {
    "operation": "earn",
    "params": {"program_id": "469", "promotion_id": "56799"},
    "items": [{"kind": "email", "value": "user43@example.com", "source": "INSTORE"}],
}


@pytest.mark.parametrize("large", LARGE.values(), ids=list(LARGE))
def test_a_large_request_is_a_job_that_is_done_told_and_undone(large, small):
    # WHEN it is sent, by somebody who waits
    reply, told = send_large(small, large)
    # THEN the answer comes as to a small one, and the same can be had again
    assert (told["status"], told["total"], told["counts"]) == ("done", sum(large.counts.values()), large.counts)
    assert get(small, told["links"]["results"], **TOKEN).body == reply.body
    # WHEN it is undone, twice
    undoing = [post(small, told["links"]["undo"], b"", **TOKEN) for _ in range(2)]
    # THEN it is, by one job
    assert [one.status for one in undoing] == [202, 202]
    (undo_id,) = {json.loads(one.body)["job_id"] for one in undoing}
    assert finished(small, undo_id)["counts"] == large.undone
    assert job(small, told["job_id"])["status"] == "undone"
    # WHEN it is sent again, then all is as it was the first time
    assert send_large(small, large)[1]["counts"] == large.counts


def test_a_request_that_comes_again_under_its_key_is_answered_again(small):
    # GIVEN requests, small and large, for each endpoint
    small_ones = [(SINGLE, as_json(members() | {"email": "user21@example.com"}), JSON)]
    small_ones += [(BATCH, as_json(members(22)), JSON), (IMPORT, rows("user23@example.com|Cy"), FORM)]
    small_ones += [(EARN, as_json(earn_request("387004879")), {**JSON, **basic()})]
    for path, body, headers in [*small_ones, *(large[:3] for large in LARGE.values())]:
        # WHEN it is sent twice under one key
        key = {"Idempotency_Key": str(uuid.uuid4())}
        first, second = (post(small, path, body, **headers, **key) for _ in range(2))
        # THEN it was done once
        assert (second.status, second.body) == (first.status, first.body)


def test_even_one_registration_is_a_job_for_a_client_that_does_not_wait(small):
    # WHEN a client prefers not to wait
    one = as_json(members() | {"email": "user25@example.com"})
    reply = post(small, SINGLE, one, **JSON, Prefer="respond-async")
    # THEN it is told of a job, which is done
    assert reply.status == 202
    assert finished(small, json.loads(reply.body)["job_id"])["counts"] == {"0": 1}


def test_a_job_that_another_system_feeds_may_come_in_any_order(small):
    # GIVEN a job whose second chunk has to wait for its first
    job_id = uuid.uuid4().hex
    second = message(job_id, "user32@example.com", chunk=2, chunks=2, total=2, first_index=1, after=1)
    # WHEN the second is there before the first
    send(small, small.queues["CHUNK_QUEUE_URL"], second)
    until(lambda: job(small, job_id).get("job_id"))
    send(small, small.queues["CHUNK_QUEUE_URL"], message(job_id, "user31@example.com", chunks=2, total=2))
    # THEN both are done in the end
    assert finished(small, job_id)["counts"] == {"0": 2}


@pytest.mark.parametrize("fed", [ENROL, EARN_ONCE], ids=["enrol", "earn"])
def test_a_chunk_whose_worker_died_before_it_could_tell_is_told_the_same(fed, small):
    # GIVEN a job whose outcomes were lost after the work was done
    sent = fed | {"job_id": uuid.uuid4().hex}
    results = f"/jobs/{sent['job_id']}/results"
    send(small, small.queues["CHUNK_QUEUE_URL"], sent)
    finished(small, sent["job_id"])
    told = get(small, results, **TOKEN).body
    client("dynamodb", small.endpoint_url).update_item(
        TableName=small.tables["JOBS_TABLE"],
        Key={"pk": {"S": sent["job_id"]}, "sk": {"S": "chunk#000001"}},
        UpdateExpression="REMOVE outcomes, positions",
    )
    assert get(small, results, **TOKEN).body != told
    # WHEN the chunk is delivered again
    send(small, small.queues["CHUNK_QUEUE_URL"], sent)
    # THEN what was written is known as this job's own
    assert until(lambda: get(small, results, **TOKEN).body == told)


def test_whoever_listens_hears_that_a_job_is_finished(small):
    # GIVEN somebody who listens on the event bus
    events, sqs = client("events", small.endpoint_url), client("sqs", small.endpoint_url)
    heard = sqs.create_queue(QueueName="heard")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=heard, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name="finished-jobs", EventPattern='{"source":["loyalty"],"detail-type":["Job finished"]}')
    events.put_targets(Rule="finished-jobs", Targets=[{"Id": "heard", "Arn": arn}])
    # WHEN a job is done
    job_id = uuid.uuid4().hex
    send(small, small.queues["CHUNK_QUEUE_URL"], message(job_id, "user44@example.com"))
    # THEN that is heard
    (told,) = until(lambda: sqs.receive_message(QueueUrl=heard).get("Messages"))
    assert json.loads(told["Body"])["detail"] == {
        "job_id": job_id,
        "account": "greatwidgets",
        "operation": "enrol",
        "total": 1,
    }


def test_a_message_that_says_nothing_is_parked_with_its_reason(small):
    # WHEN something else than a chunk is sent
    send(small, small.queues["CHUNK_QUEUE_URL"], {"version": 2})
    # THEN the operator finds it, and why
    reasons = [one["MessageAttributes"]["reason"]["StringValue"] for one in parked(small)]
    assert reasons == ["the message: union_tag_not_found"]


def test_a_chunk_that_is_given_up_ends_its_job_and_is_kept(small, dead_letters):
    # GIVEN a chunk that failed three times
    job_id = uuid.uuid4().hex
    given_up = message(job_id, "user33@example.com", "user34@example.com")
    # WHEN it comes to the dead-letter queue
    send(small, dead_letters, given_up)
    # THEN its items may be tried again, by whoever sent them or by the operator
    assert finished(small, job_id)["counts"] == {"503": 2}
    assert [json.loads(one["Body"]) for one in parked(small)] == [given_up]
    # WHEN the operator does
    send(small, small.queues["CHUNK_QUEUE_URL"], given_up)
    # THEN the job is as if nothing had happened
    assert until(lambda: (found := job(small, job_id)["counts"]) == {"0": 2} and found)


def test_a_chunk_of_a_job_of_many_that_is_given_up_is_counted(small, dead_letters):
    # GIVEN the last of more chunks than are noted together
    job_id = uuid.uuid4().hex
    given_up = message(job_id, "user36@example.com", chunk=33, chunks=33, total=33, first_index=32)
    # WHEN it comes to the dead-letter queue
    send(small, dead_letters, given_up)
    # THEN it is counted, and kept
    assert until(lambda: job(small, job_id).get("counts") == {"503": 1})
    assert [json.loads(one["Body"]) for one in parked(small)] == [given_up]


def test_an_undo_that_is_given_up_after_it_was_done_stays_done(small, dead_letters):
    # GIVEN a job that is undone
    job_id = uuid.uuid4().hex
    send(small, small.queues["CHUNK_QUEUE_URL"], message(job_id, "user35@example.com"))
    finished(small, job_id)
    undo_id = json.loads(post(small, f"/jobs/{job_id}/undo", b"", **TOKEN).body)["job_id"]
    assert finished(small, undo_id)["counts"] == {"undone": 1}
    # WHEN the undo's chunk comes to the dead-letter queue all the same, its worker having died too late
    undoing = {"operation": "undo", "params": {"job_id": job_id}, "items": []}
    send(small, dead_letters, message(undo_id, total=1) | undoing)
    # THEN it is kept for the operator, and nothing else has changed
    assert [json.loads(one["Body"])["job_id"] for one in parked(small)] == [undo_id]
    assert job(small, undo_id)["counts"] == {"undone": 1}


@pytest.fixture
def dead_letters(small):
    """The URL of the dead-letter queue."""
    (stack,) = client("cloudformation", small.endpoint_url).describe_stacks(StackName="loyalty")["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}["DeadLetterQueueUrl"]
