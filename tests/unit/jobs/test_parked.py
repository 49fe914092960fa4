"""Messages that no repetition makes right: each is parked at once, with its reason."""

import json
from typing import Any

import pytest

from loyalty.domain.deadline import VISIBILITY_SECONDS
from tests.fakes.delivery import MOST_RECEIVES
from tests.fakes.queues import CHUNKS
from tests.unit.jobs import orders
from tests.unit.jobs.fed import JOB_ID, cut, feed, left_of, members, message, only_parked
from tests.unit.jobs.job_world import JobWorld

ONE = members("user1")
EARNER = {**ONE[0], "source": "JD"}
ROW = {"fields": {"code": "A", "last_name": "Aa"}}

UNFIT: dict[str, tuple[Any, str]] = {
    "an unknown account": (message("enrol", *ONE, account="nobody"), "there is no such account"),
    "a chunk beyond the last": (message("enrol", *ONE, chunk=3, chunks=2), "chunk must be at most chunks"),
    "items beyond the total": (
        message("enrol", *members("user1", "user2"), total=1),
        "the items stand beyond the total",
    ),
    "too few indexes": (
        message("enrol", *members("user1", "user2"), indexes=[0]),
        "indexes must hold one for each item, each greater than the one before",
    ),
    "indexes twice": (
        message("enrol", *members("user1", "user2"), indexes=[1, 1]),
        "indexes must hold one for each item, each greater than the one before",
    ),
    "negative indexes": (message("enrol", *ONE, indexes=[-1]), "the items stand beyond the total"),
    "waiting for itself": (message("enrol", *ONE, after=1), "after must be an earlier chunk"),
    "an undo of nothing": (
        {**message("enrol", *ONE), "operation": "undo", "params": {"job_id": "0" * 32}, "items": []},
        "its job is no longer kept",
    ),
}
"""Those that are, and can't be done all the same."""


@pytest.mark.parametrize("name", UNFIT)
def test_a_message_that_can_not_be_done_is_parked_at_its_first_delivery(name: str) -> None:
    # GIVEN a message
    world = JobWorld()
    sent, reason = UNFIT[name]
    before = world.end_state()
    feed(world, sent)
    # THEN it is kept with what is wrong with it, and nothing is done
    assert only_parked(world) == (sent, reason)
    assert (world.end_state(), world.job_ids()) == (before, [])
    assert world.clock.now < 1_002


@pytest.mark.parametrize("sent", [message("enrol", *ONE, version=3), {"version": 3}], ids=["whole", "unknown"])
def test_a_message_of_a_later_version_is_left_to_later_workers_as_long_as_the_queue_delivers_it(sent: Any) -> None:
    # GIVEN a message that a later version sent, while workers are replaced one by one
    world = JobWorld()
    entry = {"Id": "1", "MessageBody": json.dumps(sent), "MessageGroupId": "feeder"}
    world.sqs.send_message_batch(QueueUrl=CHUNKS, Entries=[entry])
    # WHEN a worker of this version gets it, time and again
    for _ in range(MOST_RECEIVES):
        world.queue.deliver()
        world.clock.now += VISIBILITY_SECONDS
    # THEN it is in the queue as it was
    assert [one.body for one in world.sqs.queues[CHUNKS]] == [json.dumps(sent)]
    assert world.parked() == []
    # AND once no worker took it in all that time the operator learns of it; nobody here knows what it may hold
    world.work()
    assert only_parked(world) == (left_of(sent), "version must be 1")


def test_characters_that_sqs_takes_in_no_message_are_escaped() -> None:
    # GIVEN a message with characters that SQS takes in none, escaped as JSON may have them
    world = JobWorld()
    sent = message("import", {"fields": {"first_name": "\uffff\ufffe"}}, account="nobody")
    feed(world, sent)
    # THEN they are escaped where it is parked too
    (one,) = world.parked()
    assert "\\uffff\\ufffe" in one.body
    assert only_parked(world) == (sent, "there is no such account")


def test_our_own_messages_may_hold_any_character() -> None:
    # GIVEN rows with characters that XML and SQS forbid
    lines = [f"{code}|{code.lower()}@example.com|\uffff\ufffe\U0001f600|{code}" for code in ("Aa", "Bb", "Cc")]
    world = JobWorld()
    order = orders.customers(*lines, columns="code email first_name last_name", campaigns_to_include="898989889")
    # WHEN they go through the queue
    reply = world.order(order)
    # THEN they arrive as they are
    assert reply.json()["batch"]["customers"] == {"new": 3, "updated": 0}
    names = [json.loads(line)[1].get("first_name") for line in world.end_state() if "of Aa" in line]
    assert {"S": "\uffff\ufffe\U0001f600"} in names


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"account": "othertenant"}, "account must be the job's"),
        ({"params": {"program_id": "469"}}, "params must be the job's"),
        ({"chunks": 3}, "chunks must be the job's"),
        ({"total": 5}, "total must be the job's"),
    ],
)
def test_a_chunk_that_does_not_fit_its_job_is_parked(changes: dict[str, Any], reason: str) -> None:
    # GIVEN a job of two chunks, the first of which was done
    world = JobWorld()
    first, second = cut("enrol", members("user1", "user3"), 1)
    feed(world, first)
    end_state = world.end_state()
    # WHEN a chunk comes that is not like it
    feed(world, {**second, **changes})
    # THEN it is parked, and the job goes on with the right one
    assert only_parked(world) == ({**second, **changes}, reason)
    assert world.end_state() == end_state
    feed(world, second)
    assert world.told(JOB_ID)["status"] == "done"


def test_a_job_of_another_operation_is_not_joined() -> None:
    world = JobWorld()
    feed(world, message("enrol", *ONE), message("import", ROW))
    assert only_parked(world) == (message("import", ROW), "operation must be the job's")


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (message("enrol", *ONE, params={"program_id": "no-such"}), 'program "no-such" does not exist'),
        (message("enrol", *ONE, params={"program_id": "124"}), 'program "124" is not active'),
        (
            message("import", ROW, params={"campaigns": ["no-such"], "overwrite": "yes"}),
            'program "no-such" does not exist',
        ),
        (message("earn", EARNER, params={"program_id": "469"}), "the params name no promotion"),
        (
            message("earn", EARNER, params={"program_id": "469", "promotion_identifier": "Nothing"}),
            'promotion "Nothing" does not exist in its program',
        ),
        (
            message("earn", EARNER, params={"program_id": "469", "promotion_id": "56800"}),
            """promotion "56800" can't be earned: it or its program is inactive, or the job came outside its dates""",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else value["operation"],
)
def test_a_job_for_a_program_or_promotion_that_is_not_there_ends_with_items_refused_for_that(
    sent: Any, reason: str
) -> None:
    world = JobWorld()
    feed(world, sent)
    assert only_parked(world) == (sent, reason)
    told = world.told(JOB_ID)
    assert (told["status"], told["counts"]) == ("done", {"failed" if sent["operation"] == "import" else "400": 1})
    assert json.dumps(reason) in world.results(JOB_ID)
