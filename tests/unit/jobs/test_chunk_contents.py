"""A message names its content: a second one under the same chunk number is parked, whatever became of the first."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from loyalty.domain.lifetime import LONGEST_SECONDS
from tests.fakes.nth_call import die_before
from tests.fakes.queues import CHUNKS
from tests.fakes.steps import FINISH, at
from tests.unit.jobs.ends import differences, ended
from tests.unit.jobs.fed import JOB_ID, Message, feed, members, message, parked
from tests.unit.jobs.held import deliver, die_holding
from tests.unit.jobs.job_world import JobWorld

REASON = "the chunk came before with other items"

FIRST: dict[str, Message] = {
    "enrol": message("enrol", *members("user1", "user3"), total=4),
    "import": message("import", {"fields": {"code": "A"}}, {"fields": {"code": "B"}}, total=4),
    "earn": message("earn", *({**one, "source": "JD"} for one in members("user1", "user3")), total=4),
}


def _item(document: Message) -> Message:
    """The message with another first item."""
    first, second = document["items"]
    named = {"fields": {"code": "Z"}} if "fields" in first else {**first, "value": "user4@example.com"}
    return {**document, "items": [named, second]}


OTHERS: dict[str, Callable[[Message], Message]] = {
    "another item": _item,
    "an item more": lambda one: {**one, "items": [*one["items"], one["items"][0]]},
    "an item less": lambda one: {**one, "items": one["items"][:1]},
    "another order": lambda one: {**one, "items": one["items"][::-1]},
    "another place": lambda one: {**one, "first_index": 2},
    "other places": lambda one: {**one, "indexes": [0, 2]},
    "an item that is decided": lambda one: {**one, "items": [{"decided": ["invalid", None, "No"]}, one["items"][1]]},
}


def _put(world: JobWorld, document: Message) -> None:
    entry = {"Id": "1", "MessageBody": json.dumps(document), "MessageGroupId": "feeder"}
    world.sqs.send_message_batch(QueueUrl=CHUNKS, Entries=[entry])


def _done(world: JobWorld, document: Message) -> None:
    feed(world, document)


def _held_by_the_dead(world: JobWorld, document: Message) -> None:
    _put(world, document)
    die_holding(world)
    world.sqs.queues[CHUNKS].clear()
    world.clock.now += LONGEST_SECONDS


def _written_by_the_dead(world: JobWorld, document: Message) -> None:
    _put(world, document)
    deliver(world, at(FINISH, die_before))
    world.sqs.queues[CHUNKS].clear()
    world.clock.now += LONGEST_SECONDS


def _given_up(world: JobWorld, document: Message) -> None:
    _put(world, document)
    world.bury()
    world.parked().clear()


BEFORE = {
    "done": _done,
    "begun": _held_by_the_dead,
    "written": _written_by_the_dead,
    "given up": _given_up,
}
"""What may have become of the first content."""


CASES = [*(("done", other) for other in OTHERS), *((before, "another item") for before in BEFORE if before != "done")]


@pytest.mark.parametrize(("before", "other"), CASES)
@pytest.mark.parametrize("operation", FIRST)
def test_another_content_under_a_chunks_number_is_parked_and_does_nothing(
    operation: str, before: str, other: str
) -> None:
    # GIVEN a chunk that came with some items
    world, first = JobWorld(), FIRST[operation]
    BEFORE[before](world, first)
    told, end_state = world.told(JOB_ID), world.end_state()
    # WHEN one with others comes in its place
    second = OTHERS[other](first)
    feed(world, second)
    # THEN it is kept with the reason, and nothing is done
    assert parked(world) == [(second, REASON)]
    assert (world.told(JOB_ID), world.end_state()) == (told, end_state)
    # AND the first content still is the chunk's
    world.parked().clear()
    feed(world, first)
    clean = JobWorld()
    feed(clean, first)
    assert not differences(ended(clean, JOB_ID), ended(world, JOB_ID))


@pytest.mark.parametrize("operation", FIRST)
def test_the_same_content_in_other_words_is_the_same(operation: str) -> None:
    # GIVEN a chunk that was done
    world, first = JobWorld(), FIRST[operation]
    feed(world, first)
    wanted = ended(world, JOB_ID)
    # WHEN it comes again with its members in another order, white space between them, and its places spelt out
    again: dict[str, Any] = dict(reversed(first.items()))
    again["items"] = [dict(reversed(item.items())) for item in first["items"]]
    feed(world, json.dumps({**again, "indexes": [0, 1]}, indent=2))
    # THEN it is known
    assert not differences(wanted, ended(world, JOB_ID))


def test_a_redriven_message_without_its_secrets_is_the_chunk_that_it_was() -> None:
    # GIVEN rows with a password, whose worker died in the middle, and that were given up then
    world = JobWorld()
    secret = {"fields": {"code": "B", "customer_password": "hunter2"}}
    _put(world, message("import", {"fields": {"code": "A"}}, secret))
    die_holding(world)
    world.clock.now += LONGEST_SECONDS
    world.bury()
    # WHEN what is kept is redriven
    world.redrive()
    world.work()
    # THEN it is no other content: what can be done of it is
    assert world.parked() == []
    assert world.told(JOB_ID)["counts"] == {"new": 1, "failed": 1}
