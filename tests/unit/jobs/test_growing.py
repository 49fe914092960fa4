"""A task in parts that come again, whose senders and workers die, or are refused: it is done once, and whole."""

from contextlib import suppress
from typing import Any

import pytest

from loyalty.domain.job import TASK_SECONDS
from loyalty.domain.lifetime import LONGEST_SECONDS
from tests.fakes.gateway import Reply
from tests.fakes.nth_call import ProcessDied, die_before
from tests.fakes.requests import emails
from tests.unit.jobs.ends import PASSING, deaths, differences, ended, faults, in_peace
from tests.unit.jobs.job_world import JobWorld
from tests.unit.jobs.parts import (
    SOME,
    begun,
    deliver,
    errors,
    finished,
    further,
    part,
    pass_time,
    post,
    told,
)

KEY = {"Idempotency_Key": "upload-1"}


def send(world: JobWorld, document: dict[str, Any], faults_: Any = None, **headers: str) -> tuple[Reply | None, Any]:
    """The reply to a request, None where its process died, and what counted its calls."""
    database, calls = world.faulty(faults_ or {})
    reply = None
    with suppress(ProcessDied):
        reply = post(world, document, database, **headers)
    return reply, calls


def die_before_sending(world: JobWorld, document: dict[str, Any], **headers: str) -> None:
    """Have the sender of a part die when the part is taken, and nothing of it sent."""
    _, calls = send(world.copy(), document, **headers)
    send(world, document, {1 + calls.actions.index("send_message_batch"): die_before}, **headers)


def requests(task_id: str) -> list[dict[str, Any]]:
    """A first part, a further one and the end of a task."""
    return [part("user1", *SOME), further(task_id, 2, *SOME, "nobody"), further(task_id, 3)]


def sent_so_far(world: JobWorld, number: int) -> str:
    """Send what comes before the request of this number; the task, if there is one by then."""
    task_id = ""
    for earlier in range(number):
        reply = post(world, requests(task_id)[earlier], **KEY)
        task_id = reply.json()["task_id"]
    return task_id


def completed(world: JobWorld, number: int) -> str:
    """Send the request of this number and what follows it, and have all of it done; the task."""
    task_id = world.job_ids()[0] if world.job_ids() else ""
    for later in range(number, 3):
        reply = post(world, requests(task_id)[later], **KEY)
        assert reply.status == 200, reply
        task_id = reply.json()["task_id"]
    world.work()
    return task_id


@pytest.mark.parametrize("number", range(3), ids=["first part", "further part", "end"])
def test_the_request_of_a_sender_that_died_at_any_call_completes_the_task_when_it_comes_again(number: int) -> None:
    # GIVEN what a task comes to whose senders live
    start = JobWorld()
    task_id = sent_so_far(start, number)
    clean = start.copy()
    _, calls = send(clean, requests(task_id)[number], **KEY)
    wanted = ended(clean, completed(clean, number))
    assert wanted.told["total"] == 16
    for name, death in deaths(calls):
        # GIVEN a sender that died at a call, and workers who did what it had sent
        world = start.copy()
        send(world, requests(task_id)[number], death, **KEY)
        deliver(world)
        # WHEN the same request comes once nobody can be at work on it, and then what follows
        world.clock.now += LONGEST_SECONDS
        # THEN there is one task, and its end is the same
        assert not differences(wanted, ended(world, completed(world, number))), name
        assert len(world.job_ids()) == 1, name


@pytest.mark.parametrize("number", range(3), ids=["first part", "further part", "end"])
def test_a_fault_that_passes_at_any_call_changes_nothing(number: int) -> None:
    # GIVEN what a task comes to that meets no fault
    start = JobWorld()
    task_id = sent_so_far(start, number)
    clean = start.copy()
    reply, calls = send(clean, requests(task_id)[number], **KEY)
    wanted = ended(clean, completed(clean, number))
    for name, passing in faults(calls, PASSING):
        # WHEN one of the calls meets one
        world = start.copy()
        got, _ = send(world, requests(task_id)[number], passing, **KEY)
        # THEN the answer is the same, and so is the end
        assert reply is not None, name
        assert got is not None, name
        assert told(got) == told(reply), name
        assert not differences(wanted, ended(world, completed(world, number))), name


def test_a_worker_that_dies_at_any_call_of_the_last_chunk_or_of_the_lapse_leaves_the_rest_to_the_next() -> None:
    # GIVEN a task of one chunk, what workers make of it, and of its lapse
    start = JobWorld()
    task_id = begun(start, "user1", "nobody")
    wanted, calls = in_peace(start, task_id)
    assert wanted.told["status"] == "done"
    for name, death in deaths(calls):
        # WHEN one of them dies at a call
        world = start.copy()
        database, _ = world.faulty(death)
        world.work(database)
        # THEN the end is the same
        assert not differences(wanted, ended(world, task_id)), name


def test_the_same_part_again_is_answered_alike_and_sends_nothing_however_long_the_task_is_closed() -> None:
    # GIVEN a task of two parts that is closed and done
    world = JobWorld()
    task_id = begun(world, "user1", **KEY)
    asked = [part("user1"), further(task_id, 2, "user3"), further(task_id, 3)]
    before = [told(post(world, one, **KEY)) for one in asked]
    world.work()
    sent = len(world.sqs.calls)
    # WHEN each request comes again
    world.clock.now += 3_600
    # THEN it gets its answer, and nothing happens
    assert [told(post(world, one, **KEY)) for one in asked] == before == [(200, "2"), (200, "3"), (200, None)]
    assert len(world.sqs.calls) == sent
    assert errors(world, task_id) == [0, 0]


@pytest.mark.parametrize(
    "changes", [{"data": emails("user4")}, {"loyalty_program_id": 469}], ids=["members", "program"]
)
def test_another_part_under_a_key_that_was_used_is_refused_and_once_the_task_is_closed_there_is_none(
    changes: dict[str, Any],
) -> None:
    # GIVEN a task that took a second part
    world = JobWorld()
    task_id = begun(world, "user1")
    post(world, further(task_id, 2, "user3"))
    # WHEN another one comes under its key, or the end does
    others = [further(task_id, 2, "user3", **changes), further(task_id, 2)]
    # THEN that is refused
    reused = (409, "This next_key came before with another part")
    assert [told(post(world, one)) for one in others] == [reused, reused]
    # AND once it is closed there is no such task
    post(world, further(task_id, 3))
    others += [further(task_id, 3, "user4"), further(task_id, 4, "user4"), further(task_id, 4)]
    assert [told(post(world, one)) for one in others] == [(404, "Task not found")] * 5
    world.work()
    assert errors(world, task_id) == [0, 0]


def test_a_part_is_the_same_however_its_reply_is_to_be_written_and_its_key_is_spelled() -> None:
    # GIVEN a task that took a part
    world = JobWorld()
    task_id = begun(world, "user1")
    post(world, further(task_id, 2, "user3"))
    # THEN the same part is known in other words
    again = further(task_id, 2, "x", data=[{"email": " User3@Example.COM", "further": 1}], next_key=2, format="json")
    assert told(post(world, again)) == (200, "3")


def test_a_first_part_without_a_key_begins_another_task_and_under_a_key_the_same() -> None:
    # GIVEN a first part, and what it is answered
    world = JobWorld()
    first = begun(world, "user1")
    keyed = begun(world, "user1", **KEY)
    # THEN without a key it begins another task each time, under one it does not
    assert len({first, keyed, begun(world, "user1")}) == 3
    assert begun(world, "user1", **KEY) == keyed
    # AND another first part under the key is refused
    text = "This Idempotency-Key was used for another request; a new request needs a new key"
    assert told(post(world, part("user3"), **KEY)) == (422, text)


def test_a_first_part_without_a_key_never_goes_on_with_a_task_that_has_further_parts() -> None:
    # GIVEN a task whose second part lost its sender
    world = JobWorld()
    task_id = begun(world, "user1")
    die_before_sending(world, further(task_id, 2, "user3"))
    world.clock.now += LONGEST_SECONDS
    assert world.told(task_id)["status"] == "failed"
    # WHEN the like of its first part comes, from whomever
    # THEN that is a task of its own
    assert begun(world, "user1") != task_id


def open_or_close(world: JobWorld, *, active: bool) -> None:
    """Open or close the program of all parts."""
    key = ("account#greatwidgets", "program#123")
    world.dynamodb.tables["accounts"][key] = {**world.dynamodb.tables["accounts"][key], "active": {"BOOL": active}}


def test_a_first_part_that_was_never_sent_is_refused_while_the_program_is_closed_and_done_afterwards() -> None:
    # GIVEN a first part whose sender died before it sent anything, and whose program is closed since
    world = JobWorld()
    die_before_sending(world, part("user1"), **KEY)
    open_or_close(world, active=False)
    # THEN it is told that, and not as begun
    assert told(post(world, part("user1"), **KEY)) == (400, "Loyalty program is not active")
    # WHEN the program is open again
    open_or_close(world, active=True)
    world.clock.now += LONGEST_SECONDS
    reply = post(world, part("user1"), **KEY)
    # THEN the same request begins it
    assert told(reply) == (200, "2")
    deliver(world)
    finished(world, reply.json()["task_id"], 2)
    assert errors(world, reply.json()["task_id"]) == [0]


def test_an_answered_first_part_is_answered_under_its_key_even_if_the_program_is_closed_since() -> None:
    # GIVEN a task whose program is closed since it began
    world = JobWorld()
    task_id = begun(world, "user1", **KEY)
    post(world, further(task_id, 2, "user3"))
    open_or_close(world, active=False)
    # THEN what it has is answered as before, and nothing new is taken
    assert told(post(world, part("user1"), **KEY)) == (200, "2")
    assert told(post(world, further(task_id, 2, "user3"))) == (200, "3")
    assert told(post(world, further(task_id, 3, "user4"))) == (400, "Loyalty program is not active")
    assert told(post(world, further(task_id, 3))) == (200, None)


def test_a_task_whose_part_lost_its_sender_has_failed_until_that_part_comes_again_and_then_waits_for_the_next() -> None:
    # GIVEN a task whose second part died before it sent anything, so long ago that a task that waits would be closed
    world = JobWorld()
    task_id = begun(world, "user1")
    die_before_sending(world, further(task_id, 2, "user3"))
    pass_time(world)
    assert (world.told(task_id)["status"], world.told(task_id)["total"]) == ("failed", 2)
    # WHEN the part comes again
    assert told(post(world, further(task_id, 2, "user3"))) == (200, "3")
    deliver(world)
    # THEN the key that its reply names takes a further one, within ten minutes
    world.clock.now += TASK_SECONDS - 1
    assert told(post(world, further(task_id, 3, "user4"))) == (200, "4")
    # AND the task is done when they are over
    pass_time(world)
    assert (world.told(task_id)["status"], errors(world, task_id)) == ("done", [0, 0, 0])


def test_a_task_of_which_all_was_done_though_nobody_knew_that_it_was_sent_ends_ten_minutes_later() -> None:
    # GIVEN a task whose second part was sent, and whose sender died before it could note that
    world = JobWorld()
    task_id = begun(world, "user1")
    second = further(task_id, 2, "user3")
    _, calls = send(world.copy(), second)
    send(world, second, {2 + calls.actions.index("send_message_batch"): die_before})
    # WHEN workers do it, and its client never comes again
    pass_time(world, LONGEST_SECONDS)
    assert world.told(task_id)["status"] == "failed"
    pass_time(world)
    # THEN it is done
    assert (world.told(task_id)["status"], errors(world, task_id)) == ("done", [0, 0])


@pytest.mark.parametrize("names", [("user4",), ()], ids=["a part", "the end"])
def test_what_follows_a_part_that_was_not_answered_is_refused(names: tuple[str, ...]) -> None:
    # GIVEN a task whose second part died before it sent anything
    world = JobWorld()
    task_id = begun(world, "user1")
    die_before_sending(world, further(task_id, 2, "user3"))
    # THEN a third one, whose key nobody was told, is refused
    assert told(post(world, further(task_id, 3, *names))) == (400, "next_key must be the one of the last reply")
