"""Files that never come: their jobs end by themselves, and that is told as every other end is."""

import json

import pytest

from loyalty.domain.deadline import STEP_SECONDS
from loyalty.domain.job import KEPT_SECONDS, UPLOAD_SECONDS
from loyalty.files import arrivals, missing
from tests.fakes.faults import Fault
from tests.fakes.nth_call import die_after, die_before
from tests.fakes.queues import CHUNKS, SPLITS
from tests.unit.files.file_world import FileWorld

NO_FILE = "No file arrived within a day"
CONTENT = "email\na@files.example\nb@files.example\n"


def look(world: FileWorld) -> None:
    """Have the rule of each hour say that it is time to look."""
    entry = {"Id": "1", "MessageBody": arrivals.LOOK, "MessageGroupId": "rule"}
    world.sqs.send_message_batch(QueueUrl=SPLITS, Entries=[entry])


def looked(world: FileWorld) -> None:
    look(world)
    world.split()


def endings(world: FileWorld) -> set[str]:
    """How jobs were told to have ended, each once by its id."""
    told = [json.loads(entry["Detail"]) for entry in world.events.entries]
    return {f"{one['event_id']} {one['status']}" for one in told}


def test_a_job_whose_file_never_came_has_failed_after_a_day_and_that_is_told_once() -> None:
    # GIVEN a job whose day is over, and one whose is not
    world = FileWorld()
    job_id = world.ask()
    world.clock.now += 60
    other = world.ask("enrol")
    world.clock.now += UPLOAD_SECONDS - 59
    # WHEN somebody looks, in this hour and the next ones
    looked(world)
    # THEN the first has failed, for good
    shown = world.shown(job_id)
    assert (shown["status"], shown["error"]) == ("failed", NO_FILE)
    assert shown["finished_at"] is not None
    assert world.shown(other)["status"] == "uploading"
    assert endings(world) == {f"{job_id}-0 failed"}
    # AND it is told once, and the other one in its time
    world.clock.now += 3_600
    looked(world)
    looked(world)
    assert endings(world) == {f"{job_id}-0 failed", f"{other}-0 failed"}
    assert len(world.events.entries) == 2


@pytest.mark.parametrize("days", [0, 3, 5])
def test_jobs_are_found_however_long_nobody_looked(days: int) -> None:
    world = FileWorld()
    job_ids = [world.ask() for _ in range(3)]
    world.clock.now += UPLOAD_SECONDS + 86_400 * days + 1
    looked(world)
    assert endings(world) == {f"{job_id}-0 failed" for job_id in job_ids}


def test_jobs_that_have_their_file_or_ended_are_left_as_they_are() -> None:
    # GIVEN jobs that are done, are being split, were cancelled, and have failed
    world = FileWorld()
    done, cancelled, failed = world.bring(CONTENT), world.ask(), world.bring("")
    world.cancel(cancelled)
    split = world.ask()
    world.upload(split, CONTENT)
    world.deliver_split(seconds=STEP_SECONDS)
    world.sqs.queues[SPLITS].clear()
    before = [world.shown(job_id) for job_id in (done, cancelled, failed, split)]
    told = list(world.events.entries)
    # WHEN somebody looks a day later
    world.clock.now += UPLOAD_SECONDS + 1
    looked(world)
    # THEN they are as they were
    assert [world.shown(job_id) for job_id in (done, cancelled, failed, split)] == before
    assert world.events.entries == told


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("fault", [die_before, die_after], ids=["dies before", "dies after"])
def test_whoever_looks_may_die_at_any_call(fault: Fault) -> None:
    number = 0
    while True:
        number += 1
        # GIVEN two jobs without files, and somebody who dies while looking
        world = FileWorld()
        job_ids = [world.ask(), world.ask()]
        world.clock.now += UPLOAD_SECONDS + 1
        look(world)
        database, client = world.splitter({number: fault})
        world.deliver_split(lambda one=database: one)  # type: ignore[misc]
        if client.count < number:
            break
        # WHEN the message comes again
        world.split()
        # THEN both are told, each under one id
        assert endings(world) == {f"{job_id}-0 failed" for job_id in job_ids}, number


@pytest.mark.usefixtures("quiet")
def test_whoever_has_no_time_for_more_jobs_leaves_them_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(missing, "JOBS_AT_ONCE", 2)
    world = FileWorld()
    job_ids = [world.ask() for _ in range(5)]
    world.clock.now += UPLOAD_SECONDS + 1
    look(world)
    world.deliver_split(seconds=STEP_SECONDS)
    assert len(endings(world)) == 2
    world.split(seconds=STEP_SECONDS)
    assert endings(world) == {f"{job_id}-0 failed" for job_id in job_ids}
    assert len(world.events.entries) == 5


def _as_one(world: FileWorld, job_id: str) -> None:
    """A job whose file came in the last moment has ended in one way."""
    world.split()
    world.work()
    shown = world.shown(job_id)
    assert endings(world) == {f"{job_id}-0 {shown['status']}"}
    if shown["status"] == "failed":
        assert (shown["error"], shown["done"], world.end_state()) == (NO_FILE, 0, FileWorld().end_state())
    else:
        assert (shown["status"], shown["counts"]) == ("done", {"new": 2})


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("all_of_it", [True, False])
def test_a_file_that_comes_while_somebody_looks_is_done_or_not_at_all(all_of_it: bool) -> None:
    statuses, number = set(), 0
    while True:
        number += 1
        world = FileWorld()
        job_id = world.ask()
        world.clock.now += UPLOAD_SECONDS - 1
        world.upload(job_id, CONTENT)
        arrival = world.sqs.queues[SPLITS].pop()

        def arrives(do: object, world: FileWorld = world, arrival: object = arrival) -> object:
            world.sqs.queues[SPLITS].insert(0, arrival)  # type: ignore[arg-type]
            world.clock.now -= 2  # of another's clock
            world.deliver_split(seconds=900 if all_of_it else STEP_SECONDS)
            world.clock.now += 2
            return do()  # type: ignore[operator]

        # GIVEN a job whose day is over, and somebody who looks during one of whose calls its file is split
        world.clock.now += 2
        look(world)
        database, client = world.splitter({number: arrives})
        world.deliver_split(lambda one=database: one)  # type: ignore[misc]
        if client.count < number:
            break
        # THEN it ends in one way
        _as_one(world, job_id)
        statuses.add(world.shown(job_id)["status"])
    assert statuses == {"done", "failed"}


@pytest.mark.usefixtures("quiet")
def test_a_job_that_is_given_up_while_its_file_begins_to_be_split_is_done_or_not_at_all() -> None:
    statuses, number = set(), 0
    while True:
        number += 1
        world = FileWorld()
        job_id = world.ask()
        world.clock.now += UPLOAD_SECONDS - 1
        world.upload(job_id, CONTENT)

        def looked_at(do: object, world: FileWorld = world) -> object:
            world.clock.now += 2
            rest = [*world.sqs.queues[SPLITS]]
            world.sqs.queues[SPLITS].clear()
            looked(world)
            world.sqs.queues[SPLITS][:] = rest
            return do()  # type: ignore[operator]

        # GIVEN a splitter during one of whose calls the day is over, and somebody looks
        database, client = world.splitter({number: looked_at})
        world.deliver_split(lambda one=database: one)  # type: ignore[misc]
        if client.count < number:
            break
        # THEN the job ends in one way
        _as_one(world, job_id)
        statuses.add(world.shown(job_id)["status"])
    assert statuses == {"done", "failed"}


def test_that_it_is_time_to_look_is_nothing_to_bury() -> None:
    world = FileWorld()
    look(world)
    (message,) = world.sqs.queues[SPLITS]
    world.sqs.queues[SPLITS].clear()
    world.sqs.queues["https://sqs.test/dead-letters"].append(message)
    world.work()
    assert world.parked() == []
    assert world.sqs.queues[CHUNKS] == []


def test_what_is_noted_of_a_job_that_waits_is_deleted_with_it() -> None:
    world = FileWorld()
    world.ask()
    (item,) = [item for (pk, _), item in world.dynamodb.tables["jobs"].items() if pk.startswith("uploads#")]
    assert int(item["ttl"]["N"]) >= world.clock.now + KEPT_SECONDS
