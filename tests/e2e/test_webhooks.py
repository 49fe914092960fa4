"""Webhooks over the deployed template: a receiver on this machine is told that jobs ended, again if it fails."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from loyalty.doors.webhook_trigger import deliver_webhooks
from loyalty.webhooks.pauses import DAY_SECONDS
from tests.e2e.in_process import as_function
from tests.e2e.jobs import finished, job, submit
from tests.e2e.requests import BATCH, TOKEN, Reply, send
from tests.e2e.test_cancel_and_retry import ask
from tests.e2e.waiting import until
from tests.fakes.described import Answered, assert_described
from tests.fakes.gateway import FakeContext
from tests.fakes.receiver import Call, Receiver, receiving
from tests.fakes.requests import batch, emails
from tools.local.deploy import STACK, client
from tools.local.ministack import REGION
from tools.local.stack import LocalStack
from tools.local.template import ROOT

AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}


def webhook(stack: LocalStack, method: str, body: Any = None) -> Reply:
    """A call of the webhook's API, whose answer is as it is described."""
    sent = None if body is None else json.dumps(body).encode()
    reply = send(stack, method, "/webhook", sent, Content_Type="application/json", **AUTHORIZED)
    assert_described(method, "/webhook", Answered(reply.status, dict(reply.headers), reply.body.decode()))
    return reply


@pytest.fixture
def receiver(small: LocalStack) -> Iterator[Receiver]:
    """A receiver that the account's webhook leads to; its `secret` is that of the webhook."""
    with receiving() as one:
        reply = webhook(small, "PUT", {"url": one.url})
        assert reply.status == 200
        one.secret = json.loads(reply.body)["secret"]
        yield one
    assert webhook(small, "DELETE").status == 204


def told(receiver: Receiver, job_id: str, attempts: int = 1) -> list[Call]:
    """The calls that tell of a job, once there are so many."""

    def calls() -> list[Call]:
        found = [one for one in receiver.calls if json.loads(one.body)["job_id"] == job_id]
        return found if len(found) >= attempts else []

    return until(calls)


def register(stack: LocalStack, *names: str) -> str:
    """A job that registers members; its id."""
    document = batch(emails(*names), loyalty_program_id=2844)
    return submit(stack, BATCH, json.dumps(document).encode(), Content_Type="application/json")


def test_a_job_that_is_done_and_undone_is_told_as_the_jobs_api_shows_it(small: LocalStack, receiver: Receiver) -> None:
    # GIVEN an account with a webhook
    job_id = register(small, "user31", "user32", "user33", "nobody")
    # WHEN a job of it is done
    (call,) = told(receiver, job_id)
    # THEN its receiver got what GET /jobs/{job_id} answers, and can verify it
    finished(small, job_id)
    assert call.verified(receiver.secret) == job(small, job_id)
    assert call.headers["webhook-id"] == f"{job_id}-0"
    # WHEN it is undone
    _, undoing = ask(small, job_id, "undo")
    # THEN that is told, of the undo and of the job
    assert told(receiver, undoing["job_id"])[0].verified(receiver.secret)["status"] == "done"
    _, second = told(receiver, job_id, 2)
    assert second.verified(receiver.secret)["status"] == "undone"
    assert second.headers["webhook-id"] == f"{job_id}-undone-0"
    # AND the webhook says what it was told
    shown = json.loads(webhook(small, "GET").body)
    assert (shown["url"], shown["last_failed"]) == (receiver.url, None)
    assert receiver.secret not in json.dumps(shown)


def test_a_receiver_that_fails_is_called_again_until_it_takes_the_call(small: LocalStack, receiver: Receiver) -> None:
    # GIVEN a receiver that fails twice
    receiver.statuses = [500, 503]
    # WHEN a job is done
    job_id = register(small, "user34", "user35", "user36")
    # THEN it is called three times, under one id, each time signed anew
    calls = told(receiver, job_id, 3)
    assert len(calls) == 3
    assert {one.headers["webhook-id"] for one in calls} == {f"{job_id}-0"}
    bodies = [one.verified(receiver.secret) for one in calls]
    assert bodies[0] == bodies[1] == bodies[2]
    # AND both is shown
    shown = until(lambda: (one := json.loads(webhook(small, "GET").body))["last_delivered"] and one)
    assert (shown["last_failed"]["job_id"], shown["last_failed"]["reason"]) == (job_id, "HTTP status 503")
    assert shown["last_delivered"]["job_id"] == job_id


def test_the_end_of_a_job_is_told_once_more_by_the_command(small: LocalStack, receiver: Receiver) -> None:
    # GIVEN a job whose end was told
    job_id = register(small, "user40", "user41", "user42")
    (first,) = told(receiver, job_id)
    # WHEN an operator replays it
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'shared'}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": small.endpoint_url,
        "LOYALTY_STACK": STACK,
        "LOYALTY_URL": small.url,
        "LOYALTY_ACCOUNT": "greatwidgets",
    }
    command = [sys.executable, "-m", "tools.operator", "webhook", "replay", job_id]
    subprocess.run(command, env=environment, capture_output=True, timeout=120, check=True)
    # THEN it is told again, under the same id
    _, second = told(receiver, job_id, 2)
    assert second.verified(receiver.secret) == first.verified(receiver.secret)
    assert second.headers["webhook-id"] == first.headers["webhook-id"]


def test_after_a_day_the_end_of_a_job_is_a_dead_letter(small: LocalStack, receiver: Receiver) -> None:
    # GIVEN a job whose end nobody took for a day
    job_id = register(small, "user37", "user38", "user39")
    told(receiver, job_id)
    receiver.statuses = [500]
    ending = {"event_id": f"{job_id}-0", "job_id": job_id, "account": "greatwidgets", "operation": "enrol"}
    sent_at = int(1_000 * (time.time() - DAY_SECONDS - 1))
    record = {
        "messageId": "a-day-old",
        "receiptHandle": "of-no-queue",
        "body": json.dumps({**ending, "total": 3, "status": "done"}),
        "attributes": {"ApproximateReceiveCount": "18", "SentTimestamp": str(sent_at)},
    }
    # WHEN the last attempt fails
    database = as_function(small, "DeliverWebhookFunction")
    context = FakeContext("worker", 30_000)
    assert deliver_webhooks(lambda: database)({"Records": [record]}, context) == {"batchItemFailures": []}
    # THEN it is kept for the operator
    sqs, url = client("sqs", small.endpoint_url), small.queues["WEBHOOK_DEAD_LETTER_QUEUE_URL"]
    (letter,) = until(lambda: sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"]).get("Messages"))
    sqs.delete_message(QueueUrl=url, ReceiptHandle=letter["ReceiptHandle"])
    assert json.loads(letter["Body"])["job_id"] == job_id
    assert letter["MessageAttributes"]["reason"]["StringValue"] == "HTTP status 500"
