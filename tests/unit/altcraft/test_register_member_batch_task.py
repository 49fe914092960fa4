"""register_member_batch_task: the whole reply to each request, and every parameter that can be wrong."""

import json
from itertools import chain
from typing import Any

import pytest

from tests.fakes.gateway import BATCH, TASK
from tests.fakes.requests import JSON, XML, as_xml, batch, emails
from tests.unit.altcraft.envelopes import BAD
from tests.unit.jobs.job_world import JobWorld
from tests.unit.jobs.parts import begun, deliver, further, part, pass_time, post, told

UNKNOWN = "0" * 32


def headers(kind: str, task_id: str) -> dict[str, str]:
    return {
        "Content-Type": kind,
        "X-Content-Type-Options": "nosniff",
        "X-Request-Id": "request-1",
        "X-Job-Id": task_id,
    }


def test_each_part_is_answered_in_json_with_the_task_and_the_key_of_the_next() -> None:
    # GIVEN a task that began
    world = JobWorld()
    first = world.send(TASK, part("user1"), JSON)
    task_id = first.json()["task_id"]
    # WHEN a part follows, and the end
    replies = [first, *(world.send(TASK, one, JSON) for one in (further(task_id, 2, "user3"), further(task_id, 3)))]
    # THEN each reply names the task and the next key, the last one none
    said = f'"error":0,"error_text":"Successful operation","task_id":"{task_id}","next_key":'
    expected = [f'{{{said}"2"}}', f'{{{said}"3"}}', f"{{{said}null}}"]
    assert replies == [(200, headers("application/json", task_id), body) for body in expected]


@pytest.mark.parametrize("end", ["<data />", "<data></data>", '<data array="true"></data>'])
def test_each_part_is_answered_in_xml_with_the_task_and_the_key_of_the_next(end: str) -> None:
    # GIVEN a task that began
    world = JobWorld()
    first = world.send(TASK, as_xml(part("user1", "user2")), XML)
    (task_id,) = world.job_ids()
    # WHEN a part follows, and the end
    second = world.send(TASK, as_xml(further(task_id, 2, "user3")), XML)
    place = f"<task_id>{task_id}</task_id><next_key>3</next_key>"
    last = world.send(TASK, f"<xml><token>abc123def456</token>{place}{end}</xml>", XML)
    # THEN each reply names the task and the next key, the last one none
    said = f"<error>0</error><error_text>Successful operation</error_text><task_id>{task_id}</task_id>"
    keys = ["<next_key>2</next_key>", "<next_key>3</next_key>", "<next_key />"]
    kind = "application/xml; charset=utf-8"
    assert [first, second, last] == [(200, headers(kind, task_id), f"<xml>{said}{key}</xml>") for key in keys]


@pytest.mark.parametrize("sent", [JSON, XML], ids=["json", "xml"])
def test_the_results_of_all_parts_are_those_of_one_batch(sent: dict[str, str]) -> None:
    # GIVEN a task of three parts with members, strangers and what is no address
    world = JobWorld()
    parts = [emails("user1", "user2"), emails("nobody", "user3"), [{"email": "broken"}]]
    task_id = ""
    for number, data in enumerate(parts, start=1):
        place = {"task_id": task_id, "next_key": str(number)} if task_id else {}
        document = batch(data, **place)
        reply = world.send(TASK, as_xml(document) if sent is XML else document, sent)
        task_id = reply.headers["X-Job-Id"]
    world.send(TASK, further(task_id, 4), JSON)
    deliver(world)
    # WHEN the results are asked for
    results = world.job("GET /jobs/{job_id}/results", task_id)
    # THEN they are what a batch of them all is answered
    whole = JobWorld(inline_limit=100).send(BATCH, batch([*chain(*parts)]), {**JSON, "Accept": sent["Content-Type"]})
    assert (results.status, results.body) == (200, whole.body)
    assert world.told(task_id) == {
        "operation": "enrol",
        "status": "done",
        "total": 5,
        "done": 5,
        "counts": {"0": 2, "409": 1, "404": 1, "400": 1},
        "undo": "available",
    }


def test_an_omitted_registration_date_is_when_its_part_came() -> None:
    # GIVEN a task whose second part comes five minutes after the first, half of it with a date
    world = JobWorld()
    task_id = begun(world, "user1")
    first = world.clock.now
    world.clock.now += 300
    data = [*emails("user3"), {"email": "user4@example.com", "registration_date": "2020-01-01T00:00:00Z"}]
    post(world, batch(data, task_id=task_id, next_key="2"))
    deliver(world)
    # THEN each member is registered for the date that it has, else for when it came
    assert first == 1_000
    dates = [str((world.member(f"00000000000000000000000{n}") or {})["registered_at"]["S"]) for n in (3, 4)]
    assert dates == ["1970-01-01T00:21:40Z", "2020-01-01T00:00:00Z"]


BAD_TASK: dict[str, tuple[dict[str, Any], int, str]] = {
    **BAD,
    "a token without the right": ({"token": "readonly-token"}, 403, "API token has no right to register members"),
    "a program that is not active": ({"loyalty_program_id": 124}, 400, "Loyalty program is not active"),
    "no data": ({"data": None}, 400, "data is required"),
    "data that is an object": ({"data": {}}, 400, "data must be a list; it is an object"),
    "data that is text": ({"data": ""}, 400, 'data must be a list; it is ""'),
}
BAD_FIRST: dict[str, tuple[dict[str, Any], int, str]] = {
    "data without members": ({"data": []}, 400, "data must hold at least one item"),
    "a key without a task": (
        {"next_key": "2"},
        400,
        "task_id is required: task_id and next_key name a further part together",
    ),
}
BAD_FURTHER: dict[str, tuple[dict[str, Any], int, str]] = {
    "a task without a key": (
        {"next_key": ""},
        400,
        "next_key is required: task_id and next_key name a further part together",
    ),
    "a task that is a number": ({"task_id": 0}, 400, "task_id must be text; it is 0"),
    "a task that is a list": ({"task_id": []}, 400, "task_id must be text; it is a list"),
    "a task that never was": ({"task_id": UNKNOWN}, 404, "Task not found"),
    "a task that is none": ({"task_id": "task"}, 404, "Task not found"),
    "a key that is text": ({"next_key": "two"}, 400, 'next_key must be the one of the last reply; it is "two"'),
    "a key that is a list": ({"next_key": []}, 400, "next_key must be the one of the last reply; it is a list"),
    "a key that is false": ({"next_key": False}, 400, "next_key must be the one of the last reply; it is false"),
    "the key of no part": ({"next_key": "0"}, 400, 'next_key must be the one of the last reply; it is "0"'),
    "the key of the first part": ({"next_key": "1"}, 400, "next_key must be the one of the last reply"),
    "the key after the next": ({"next_key": "3"}, 400, "next_key must be the one of the last reply"),
    "the program of another task": (
        {"loyalty_program_id": 469},
        400,
        "loyalty_program_id must be the one that the task began with",
    ),
}


@pytest.mark.parametrize(("changes", "status", "text"), (BAD_TASK | BAD_FIRST).values(), ids=BAD_TASK | BAD_FIRST)
def test_a_wrong_first_part_is_refused_by_name(changes: dict[str, Any], status: int, text: str) -> None:
    # GIVEN a first part with something wrong
    world = JobWorld()
    # WHEN it is sent
    reply = post(world, part("user1", **changes))
    # THEN the error tells what and why, and nothing is stored or sent
    assert (reply.status, reply.json()) == (status, {"error": status, "error_text": text})
    assert (world.job_ids(), world.sqs.calls) == ([], [])


@pytest.mark.parametrize(("changes", "status", "text"), (BAD_TASK | BAD_FURTHER).values(), ids=BAD_TASK | BAD_FURTHER)
def test_a_wrong_further_part_is_refused_by_name_and_the_right_one_is_still_taken(
    changes: dict[str, Any], status: int, text: str
) -> None:
    # GIVEN a task that began
    world = JobWorld()
    task_id = begun(world, "user1")
    before = world.dynamodb.snapshot()["jobs"], len(world.sqs.calls)
    # WHEN a further part with something wrong is sent
    reply = post(world, further(task_id, 2, "user3", **changes))
    # THEN the error tells what and why, and nothing is stored or sent
    assert (reply.status, reply.json()) == (status, {"error": status, "error_text": text})
    assert (world.dynamodb.snapshot()["jobs"], len(world.sqs.calls)) == before
    # AND the part as it should be is taken
    assert told(post(world, further(task_id, 2, "user3"))) == (200, "3")


@pytest.mark.parametrize("data", [None, {}, "", 0, False], ids=str)
def test_only_an_empty_list_closes_a_task(data: Any) -> None:
    # GIVEN a task
    world = JobWorld()
    task_id = begun(world, "user1")
    # WHEN something else than an empty list comes as data
    assert post(world, further(task_id, 2, data=data)).status == 400
    # THEN it is open as before
    assert told(post(world, further(task_id, 2, "user3"))) == (200, "3")


def test_a_part_has_as_many_members_as_a_batch_may_have() -> None:
    # GIVEN a limit of three members a request
    world = JobWorld(max_items=3)
    task_id = begun(world, "user1", "user2", "user3")
    # THEN a part of three is taken and one of four is not
    text = "A request may hold at most 3 items; send the rest in further requests"
    assert told(post(world, further(task_id, 2, *"abcd"))) == (413, text)
    assert told(post(world, further(task_id, 2, *"abc"))) == (200, "3")


def test_a_task_of_another_account_is_as_one_that_never_was() -> None:
    # GIVEN a task
    world = JobWorld()
    task_id = begun(world, "user1")
    # WHEN another account adds to it, closes it, or looks for it
    other = {"token": "other-token-1"}
    replies = [post(world, further(task_id, 2, *names, **other)) for names in (["user1"], [])]
    replies.append(post(world, further(UNKNOWN, 2, "user1", **other)))
    # THEN there is no such task, and it is as it was
    assert [told(reply) for reply in replies] == [(404, "Task not found")] * 3
    assert told(post(world, further(task_id, 2, "user3"))) == (200, "3")


def test_a_job_that_is_no_task_takes_no_part() -> None:
    # GIVEN a large batch, which is a job
    world = JobWorld()
    world.send(BATCH, part("user1", "user3", "user4"), {**JSON, "Prefer": "respond-async"})
    (job_id,) = world.job_ids()
    # THEN nothing can be added to it, and it can't be closed
    assert told(post(world, further(job_id, 2, "user5"))) == (404, "Task not found")
    assert told(post(world, further(job_id, 2))) == (404, "Task not found")


def test_an_account_that_wants_200_for_everything_gets_it() -> None:
    # GIVEN such an account
    world = JobWorld()
    key = ("account#greatwidgets", "account")
    accounts = world.dynamodb.tables["accounts"]
    accounts[key] = {**accounts[key], "http_status": {"S": "always_200"}}
    # WHEN a task is asked for that never was
    reply = post(world, further(UNKNOWN, 2, "user1"))
    # THEN only the envelope tells
    assert (reply.status, reply.json()) == (200, {"error": 404, "error_text": "Task not found"})


def test_a_task_is_closed_by_ten_minutes_without_a_part() -> None:
    # GIVEN a task that took a part nine minutes ago, and another before
    world = JobWorld()
    task_id = begun(world, "user1")
    pass_time(world, 540)
    assert told(post(world, further(task_id, 2, "user3"))) == (200, "3")
    pass_time(world, 540)
    assert world.told(task_id)["status"] == "running"
    # WHEN ten minutes are over
    pass_time(world, 60)
    # THEN it takes no part any more
    assert told(post(world, further(task_id, 3, "user4"))) == (404, "Task not found")
    # AND is done a moment later, without anybody asking
    pass_time(world, 80)
    assert (world.told(task_id)["status"], world.told(task_id)["total"]) == ("done", 2)
    assert [json.loads(entry["Detail"])["job_id"] for entry in world.events.entries] == [task_id]
