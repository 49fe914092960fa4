"""Registrations that are sent part by part, over HTTP: as clients send them, and as the jobs API tells of them."""

import json
from typing import Any

import pytest

from tests.e2e.jobs import done, finished, job
from tests.e2e.requests import TOKEN, get, post, sample
from tests.e2e.waiting import until
from tests.fakes.described import Answered, assert_described
from tests.fakes.gateway import TASK
from tests.fakes.requests import batch, emails
from tools.local.deploy import client
from tools.local.stack import LocalStack


def send(stack: LocalStack, *names: str, **changes: Any) -> dict[str, Any]:
    """What a part is answered."""
    body = json.dumps(batch(emails(*names), **changes)).encode()
    answer: dict[str, Any] = json.loads(post(stack, TASK, body, Content_Type="application/json").body)
    return answer


def following(answer: dict[str, Any]) -> dict[str, Any]:
    """What names the part that comes next."""
    return {"task_id": answer["task_id"], "next_key": answer["next_key"]}


@pytest.mark.parametrize("name", ["register_member_batch_task", "register_member_batch_task_xml"])
def test_the_samples_as_printed_begin_a_task(name: str, stack: LocalStack) -> None:
    # GIVEN a sample
    path, media_type, body = sample(name)
    # WHEN it is sent
    reply = post(stack, path, body, Content_Type=media_type)
    # THEN it is answered at once with the task, as described, and its members are registered
    assert reply.status == 200, reply.body
    assert_described("POST", path, Answered(reply.status, dict(reply.headers), reply.body.decode()))
    done(stack, reply.headers["X-Job-Id"], 2)


def test_a_task_of_three_parts_is_one_job_that_can_be_undone(stack: LocalStack) -> None:
    # GIVEN a task in a program of its own, whose second part is sent twice
    where = {"loyalty_program_id": 2607}
    first = send(stack, "user41", "nobody", **where)
    second, again = (send(stack, "user42", **where, **following(first)) for _ in range(2))
    third = send(stack, "user43", "user41", **where, **following(second))
    assert again == second
    # WHEN all is done, and then it is closed
    done(stack, first["task_id"], 5)
    end = send(stack, **following(third))
    # THEN it has the results of all parts, and says so
    assert end == {"error": 0, "error_text": "Successful operation", "task_id": first["task_id"], "next_key": None}
    shown = finished(stack, first["task_id"])
    assert (shown["total"], shown["counts"], shown["undo"]) == (5, {"0": 3, "404": 1, "409": 1}, "available")
    results = json.loads(get(stack, f"/jobs/{first['task_id']}/results", Authorization=f"Bearer {TOKEN}").body)
    assert sorted(one["error"] for one in results["result"]) == [0, 0, 0, 404, 409]
    # AND takes no part any more
    assert send(stack, "user44", **where, **following(third)) == {"error": 404, "error_text": "Task not found"}
    # WHEN it is undone
    undo = json.loads(post(stack, f"/jobs/{first['task_id']}/undo", b"", Authorization=f"Bearer {TOKEN}").body)
    # THEN what it registered is taken back
    assert finished(stack, undo["job_id"])["counts"] == {"undone": 3, "unchanged": 2}
    assert job(stack, first["task_id"])["status"] == "undone"


def test_a_part_leaves_a_message_that_looks_after_the_task_later(stack: LocalStack) -> None:
    # GIVEN a stack's chunk queue
    sqs, url = client("sqs", stack.endpoint_url), stack.queues["CHUNK_QUEUE_URL"]

    def delayed() -> int:
        names = ["ApproximateNumberOfMessagesDelayed"]
        return int(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"][names[0]])

    before = delayed()
    # WHEN a task begins
    send(stack, "user45")
    # THEN a message waits in it for the ten minutes to be over
    until(lambda: delayed() == before + 1)
