"""A splitter that dies, runs out of time or is doubled: whoever is next goes on, and each chunk is done once."""

import json
from functools import cache

import pytest

from loyalty.domain.deadline import STEP_SECONDS
from loyalty.files import runs
from tests.fakes.faults import Fault, refused, timed_out_after, timed_out_before
from tests.fakes.nth_call import die_after, die_before
from tests.fakes.queues import CHUNKS, SPLITS
from tests.unit.files.file_world import FileWorld
from tests.unit.files.test_split import file_of, places, rows_of

GONE = "The file, or what was read of it, was changed or taken away after it had arrived"
ROWS = rows_of(3, 18)
CONTENT = file_of(ROWS)
pytestmark = pytest.mark.long
FAULTS: list[Fault] = [die_before, die_after, timed_out_before, timed_out_after, refused("ThrottlingException", 503)]


def asked() -> tuple[FileWorld, str]:
    """A world in which a file has arrived."""
    world = FileWorld()
    job_id = world.ask()
    world.upload(job_id, CONTENT)
    return world, job_id


@cache
def expected() -> tuple[list[str], str]:
    """What a file comes to that is split in peace: the end of all, and the contents of its chunks."""
    world, _ = asked()
    world.split()
    contents = by_number(world)
    world.work()
    return world.end_state(), contents


def by_number(world: FileWorld) -> str:
    """What was sent, by number: a chunk that was sent again must have been the same."""
    sent: dict[int, str] = {}
    for message in world.sqs.queues[CHUNKS]:
        document = json.loads(message.body)
        text = json.dumps([document.get("indexes", document["first_index"]), document.get("after"), document["items"]])
        assert sent.setdefault(document["chunk"], text) == text
        assert document["chunks"] >= document["chunk"]
    return json.dumps(sorted(sent.items()))


@cache
def calls() -> int:
    """How many calls splitting the file takes."""
    world, _ = asked()
    database, client = world.splitter()
    world.split(lambda: database)
    return client.count


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("fault", FAULTS, ids=["dies before", "dies after", "lost before", "lost after", "throttled"])
def test_whatever_happens_at_any_call_of_a_splitter_each_chunk_is_sent_as_in_peace(fault: Fault) -> None:
    end, contents = expected()
    for number in range(1, calls() + 1):
        # GIVEN a splitter to which something happens at one of its calls
        world, job_id = asked()
        database, _ = world.splitter({number: fault})
        world.deliver_split(lambda one=database: one)  # type: ignore[misc]
        # WHEN others go on
        world.split()
        # THEN what was sent, and what it comes to, is the same
        assert by_number(world) == contents, number
        world.work()
        assert world.end_state() == end, number
        assert world.shown(job_id)["status"] == "done", number


@pytest.mark.usefixtures("quiet")
def test_a_splitter_without_time_for_a_further_step_leaves_it_to_the_next() -> None:
    # GIVEN splitters that have time for one step each
    end, contents = expected()
    world, _ = asked()
    world.split(seconds=STEP_SECONDS)
    # THEN all is as in peace
    assert by_number(world) == contents
    world.work()
    assert world.end_state() == end


def test_a_splitter_goes_on_where_the_one_before_was_and_does_no_step_twice() -> None:
    # GIVEN splitters that have time for one step each
    world, _ = asked()
    world.split(seconds=STEP_SECONDS)
    # THEN no step was done twice: each object was stored once, no chunk sent twice
    stored = [key for action, key in world.s3.calls if action == "put_object"]
    assert len(stored) == len(set(stored))
    sent = [json.loads(message.body)["chunk"] for message in world.sqs.queues[CHUNKS]]
    assert len(sent) == len(set(sent))


@pytest.mark.usefixtures("quiet")
def test_a_splitter_that_was_thought_dead_does_nothing_more_once_another_goes_on() -> None:
    # GIVEN a splitter during each of whose calls its hold ends, and another takes over and does all
    end, contents = expected()
    for number in range(1, calls() + 1):
        world, job_id = asked()

        def overtaken(do: object, world: FileWorld = world) -> object:
            world.clock.now += 200
            world.sqs.queues[SPLITS][0] = world.sqs.queues[SPLITS][0]._replace(visible_at=0.0)
            world.deliver_split()
            return do()  # type: ignore[operator]

        database, _ = world.splitter({number: overtaken})
        world.deliver_split(lambda one=database: one)  # type: ignore[misc]
        # THEN what was sent is the same, whoever sent it
        world.split()
        assert by_number(world) == contents, number
        world.work()
        assert world.end_state() == end, number
        assert world.shown(job_id)["status"] == "done", number


def test_a_file_whose_arrival_is_told_twice_is_split_once() -> None:
    # GIVEN two messages about one file
    world, job_id = asked()
    world.tell(f"uploads/{job_id}")
    world.split()
    # THEN no chunk was sent twice
    sent = [json.loads(message.body)["chunk"] for message in world.sqs.queues[CHUNKS]]
    assert len(sent) == len(set(sent))


def test_a_message_waits_while_another_splitter_is_at_the_file() -> None:
    # GIVEN a splitter that has died a moment ago
    world, _ = asked()
    database, _ = world.splitter({9: die_before})
    world.deliver_split(lambda: database)
    # WHEN its message comes again at once
    world.sqs.queues[SPLITS][0] = world.sqs.queues[SPLITS][0]._replace(visible_at=0.0)
    world.deliver_split()
    # THEN it is put off for as long as the dead one may be thought alive
    (message,) = world.sqs.queues[SPLITS]
    assert 0 < message.visible_at - world.clock.now <= 120


def test_a_file_that_could_not_be_split_in_many_tries_makes_its_job_fail() -> None:
    # GIVEN a message that failed too often
    world, job_id = asked()
    (message,) = world.sqs.queues[SPLITS]
    world.sqs.queues[SPLITS].clear()
    world.sqs.queues["https://sqs.test/dead-letters"].append(message)
    world.work()
    # THEN its job says so
    shown = world.shown(job_id)
    assert (shown["status"], shown["error"]) == ("failed", "The file could not be split: it failed too often")
    assert world.parked() == []
    assert world.sqs.queues["https://sqs.test/dead-letters"] == []
    # AND it is announced, and no later message changes that
    assert len(world.events.entries) == 1
    world.tell(f"uploads/{job_id}")
    world.split()
    assert world.sqs.queues[CHUNKS] == []


@pytest.mark.usefixtures("quiet")
def test_a_job_may_be_cancelled_at_any_step_of_its_splitting() -> None:
    for number in range(1, calls() + 1):
        # GIVEN a splitter that dies at one of its calls
        world, job_id = asked()
        database, _ = world.splitter({number: die_before})
        world.deliver_split(lambda one=database: one)  # type: ignore[misc]
        # WHEN its job is cancelled
        assert world.cancel(job_id).status == 202, number
        world.split()
        world.work()
        # THEN it ends, with nothing written of it, and all rows told where it had any
        shown = world.shown(job_id)
        assert shown["status"] == "cancelled", number
        assert shown["counts"].keys() <= {"cancelled", "failed"}, number
        assert sum(shown["counts"].values()) in (0, len(ROWS)), number
        assert world.end_state() == FileWorld().end_state(), number
        assert world.parked() == [], number


@pytest.mark.usefixtures("quiet")
def test_a_job_that_was_cancelled_while_it_was_split_can_be_tried_again() -> None:
    # GIVEN a job that was cancelled when it had chunks
    end, _ = expected()
    world, job_id = asked()
    world.split()
    world.cancel(job_id)
    world.work()
    # WHEN it is tried again
    assert world.retry(job_id).status == 202
    world.work()
    # THEN it comes to what it would have
    assert world.end_state() == end
    assert world.shown(job_id)["status"] == "done"


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("fault", FAULTS, ids=["dies before", "dies after", "lost before", "lost after", "throttled"])
def test_a_job_whose_file_cannot_be_read_is_announced_whatever_happens_to_its_splitter(fault: Fault) -> None:
    number = 0
    while True:
        number += 1
        # GIVEN a file that is empty, and a splitter to which something happens at one of its calls
        world = FileWorld()
        job_id = world.ask()
        world.upload(job_id, "")
        database, client = world.splitter({number: fault})
        world.deliver_split(lambda one=database: one)  # type: ignore[misc]
        if client.count < number:
            break
        # WHEN others go on
        world.split()
        # THEN the job has failed, and that was told, each time under one id
        assert world.shown(job_id)["error"] == "The file is empty", number
        assert {entry["Detail"] for entry in world.events.entries} == {world.events.entries[0]["Detail"]}, number


@pytest.mark.usefixtures("quiet")
def test_a_job_that_failed_while_its_chunks_were_sent_is_not_tried_again() -> None:
    # GIVEN a job of which some chunks were sent, which nobody could do, when what was read of its file was deleted
    world, job_id = asked()
    while not world.sqs.queues[CHUNKS]:
        world.deliver_split(seconds=100)
    for key in [key for key in world.s3.objects if key.startswith(f"work/{job_id}/items-")]:
        world.s3.objects.pop(key)
    world.split()
    world.bury()
    assert world.shown(job_id)["retry"] == "none"
    # WHEN it is to be tried again, which could never end, as the other chunks were not sent
    reply = world.retry(job_id)
    # THEN that is refused, and the job stays as it ended
    assert reply.status == 409
    assert reply.json()["detail"] == f"The job failed: {GONE}"
    assert world.shown(job_id)["finished_at"] is not None


EARNERS = "email\n" + "".join(f"user{1 + number % 3}@example.com\n" for number in range(14))


def forget_keys(world: FileWorld) -> None:
    """Have nothing share a key by what was noted, as by a splitter that has read the file under a changed account."""
    for key in [key for key in world.s3.objects if "/keys-" in key]:
        world.s3.objects[key] = runs.Keys().write(1)


@pytest.mark.usefixtures("quiet")
def test_one_cut_counts_where_a_splitter_that_was_thought_dead_would_cut_otherwise() -> None:
    number = 0
    while True:
        number += 1
        # GIVEN a splitter during one of whose calls its hold ends, and another one cuts otherwise
        world = FileWorld()
        job_id = world.ask("earn")
        world.upload(job_id, EARNERS)

        def overtaken(do: object, world: FileWorld = world) -> object:
            forget_keys(world)
            world.clock.now += 200
            world.sqs.queues[SPLITS][0] = world.sqs.queues[SPLITS][0]._replace(visible_at=0.0)
            world.deliver_split()
            return do()  # type: ignore[operator]

        database, client = world.splitter({number: overtaken})
        world.deliver_split(lambda one=database: one)  # type: ignore[misc]
        if client.count < number:
            break
        world.split()
        # THEN each row is in one chunk, of as many as there are
        sent = {(document := json.loads(message.body))["chunk"]: document for message in world.sqs.queues[CHUNKS]}
        assert {one["chunks"] for one in sent.values()} == {len(sent)}, number
        assert sorted(place for one in sent.values() for place in places(one)) == list(range(14)), number
        # AND the job is done, and a page of its results is what it is
        world.work()
        shown = world.shown(job_id)
        assert (shown["status"], shown["done"]) == ("done", 14), number
        page = world.job("GET /jobs/{job_id}/results", job_id, from_="12", limit="2").json()
        assert [one.get("errors") for one in page["response"]] == [[], []], number
