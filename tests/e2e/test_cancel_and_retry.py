"""A job that is cancelled, retried and undone over the deployed template."""

import json
import uuid
from typing import Any

from tests.e2e.feeding import feed, message
from tests.e2e.jobs import done, finished, job
from tests.e2e.requests import TOKEN, get, post
from tests.e2e.test_tasks import send
from tests.e2e.waiting import until
from tests.fakes.described import Answered, assert_described
from tools.local.stack import LocalStack

AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}


def ask(stack: LocalStack, job_id: str, what: str) -> tuple[int, dict[str, Any]]:
    """What a change of a job is answered, which is as it is described."""
    path = f"/jobs/{job_id}/{what}"
    reply = post(stack, path, b"", **AUTHORIZED)
    assert_described(
        "POST", f"/jobs/{{job_id}}/{what}", Answered(reply.status, dict(reply.headers), reply.body.decode())
    )
    return reply.status, json.loads(reply.body)


def halves() -> tuple[str, dict[str, Any], dict[str, Any]]:
    """A job of two chunks that another system feeds, and both."""
    job_id = uuid.uuid4().hex
    where = {"chunks": 2, "total": 4, "params": {"program_id": "2607"}}
    first = message(job_id, "user21@example.com", "user22@example.com", **where)
    return job_id, first, message(job_id, "user23@example.com", "nobody@example.com", chunk=2, first_index=2, **where)


def test_a_job_is_cancelled_between_its_chunks_retried_and_undone(small: LocalStack) -> None:
    # GIVEN a job whose first chunk is done
    job_id, first, second = halves()
    feed(small, first)
    until(lambda: job(small, job_id).get("done") == 2)
    # WHEN it is cancelled, and its second one comes
    status, told = ask(small, job_id, "cancel")
    assert (status, told["status"], told["counts"]) == (202, "cancelling", {"0": 2})
    feed(small, second)
    until(lambda: job(small, job_id)["status"] == "cancelled")
    # THEN that is told as cancelled, and nothing is parked of it
    told = job(small, job_id)
    assert (told["done"], told["counts"], told["retry"]) == (2, {"0": 2, "cancelled": 2}, "available")
    results = json.loads(get(small, f"/jobs/{job_id}/results", **AUTHORIZED).body)["result"]
    assert [one["error"] for one in results] == [0, 0, 503, 503]
    # WHEN it is retried
    status, told = ask(small, job_id, "retry")
    assert (status, told["retry"]) == (202, "none")
    # THEN it is done in the same job
    assert finished(small, job_id)["counts"] == {"0": 3, "404": 1}
    # AND there is nothing more to cancel or to retry
    assert [ask(small, job_id, what)[0] for what in ("cancel", "retry")] == [409, 409]
    # AND it can be undone
    _, undoing = ask(small, job_id, "undo")
    assert finished(small, undoing["job_id"])["counts"] == {"undone": 3, "unchanged": 1}


def test_a_task_all_of_which_was_done_is_cancelled_at_once(stack: LocalStack) -> None:
    # GIVEN a task that waits for a further part
    task = send(stack, "user46", loyalty_program_id=2607)
    done(stack, task["task_id"], 1)
    # WHEN it is cancelled
    status, told = ask(stack, task["task_id"], "cancel")
    # THEN it is so, and takes nothing more
    assert (status, told["status"], told["counts"]) == (202, "cancelled", {"0": 1})
    further = {"task_id": task["task_id"], "next_key": task["next_key"]}
    assert send(stack, "user47", loyalty_program_id=2607, **further)["error"] == 404
