"""A job that is begun again for its busy items, where that meets an undo, a death, or a promotion that was closed."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import pytest

from loyalty.domain.lifetime import LONGEST_SECONDS
from loyalty.jobs import cut
from loyalty.store.tables import jobs
from tests.fakes.faults import Answer, Fault, refused
from tests.fakes.nth_call import ProcessDied, die_after, die_before
from tests.fakes.queues import CHUNKS
from tests.fakes.steps import NOTE, at
from tests.unit.jobs.held import deliver
from tests.unit.jobs.job_world import JobWorld
from tests.unit.jobs.keyed import KEY, Client, client, once

REOPEN, CLAIM_UNDO = "SET reopened_at", "SET #attribute"
KEYED = {"Idempotency-Key": KEY}
QUEUED = ("registrations queued", "import queued", "earn queued")
WRITES = ("put_item", "batch_execute_statement", "transact_write_items")


def ended_busy(door: str) -> tuple[Client, str, list[str]]:
    """A client whose job ended with all its items busy, the job's id, and what was there before; the store is well."""
    repeating = client(door)
    world = repeating.world
    before = world.end_state()
    for action in WRITES:
        world.dynamodb.plan_always(action, throttled_but_jobs(world))
    world.order(repeating.order, **KEYED, Prefer="respond-async")
    world.work()
    world.parked().clear()
    for action in WRITES:
        world.dynamodb.plan_always(action, lambda do: do())
    (job_id,) = world.job_ids()
    assert world.told(job_id)["status"] == "done"
    assert world.end_state() == before
    return repeating, job_id, before


def throttled_but_jobs(world: JobWorld) -> Fault:
    def fault(do: Callable[[], Answer]) -> Answer:
        is_of_a_job = world.dynamodb.calls[-1].arguments.get("TableName") == "jobs"
        return do() if is_of_a_job else refused("ThrottlingException")(do)

    return fault


@pytest.mark.parametrize("door", QUEUED)
def test_a_job_that_is_begun_again_is_told_as_running_until_all_its_busy_items_are_done(door: str) -> None:
    # GIVEN a job that ended with its items busy
    repeating, job_id, _ = ended_busy(door)
    world = repeating.world
    # WHEN its request comes again, and no worker has come to it yet
    world.order(repeating.order, **KEYED, Prefer="respond-async")
    # THEN it runs, and what it does again counts no longer as done
    told = world.told(job_id)
    assert told["status"] in ("queued", "running")
    assert told["done"] < told["total"]
    assert not {"503", "busy", "8896"} & told["counts"].keys()
    # AND it can't be undone meanwhile
    assert world.undo(job_id).status == 409
    # AND then it is done as it would have been
    world.work()
    assert world.told(job_id)["status"] == "done"
    assert world.end_state() == once(door)[1]


@pytest.mark.parametrize("door", QUEUED)
def test_a_job_that_is_undone_just_before_it_would_be_begun_again_stays_undone(door: str) -> None:
    # GIVEN a job that ended with its items busy, and whose request comes again
    repeating, job_id, before = ended_busy(door)
    world = repeating.world

    def undone_meanwhile(do: Callable[[], Answer]) -> Answer:
        # WHEN it is undone just before it is begun again
        assert world.undo(job_id).status == 202
        return do()

    database, _ = world.faulty(at(REOPEN, undone_meanwhile))
    world.order(repeating.order, database, **KEYED, Prefer="respond-async")
    world.work()
    # THEN nothing of it is done, and it is told to the end
    assert world.end_state() == before
    assert world.told(job_id)["status"] == "undone"
    assert world.job("GET /jobs/{job_id}/results", job_id).status == 200


@pytest.mark.parametrize("door", QUEUED)
def test_a_job_that_is_begun_again_just_before_it_would_be_undone_is_not_undone(door: str) -> None:
    # GIVEN a job that ended with its items busy, and that is to be undone
    repeating, job_id, _ = ended_busy(door)
    world = repeating.world

    def begun_meanwhile(do: Callable[[], Answer]) -> Answer:
        # WHEN its request comes again just before that is claimed
        world.order(repeating.order, **KEYED, Prefer="respond-async")
        return do()

    database, _ = world.faulty(at(CLAIM_UNDO, begun_meanwhile))
    # THEN the undo is refused, since the job runs
    assert world.undo(job_id, database).status == 409
    # AND the job ends as it would have
    world.work()
    assert world.told(job_id)["status"] == "done"
    assert world.end_state() == once(door)[1]


@pytest.mark.parametrize("door", QUEUED)
def test_a_job_ends_though_one_of_its_chunks_was_done_and_not_noted_when_it_was_begun_again(door: str) -> None:
    # GIVEN a job that ended with its items busy, and whose message is redriven to a worker that dies before its note
    repeating = client(door)
    world = repeating.world
    for action in WRITES:
        world.dynamodb.plan_always(action, throttled_but_jobs(world))
    world.order(repeating.order, **KEYED, Prefer="respond-async")
    world.work()
    for action in WRITES:
        world.dynamodb.plan_always(action, lambda do: do())
    world.redrive()
    while world.sqs.queues[CHUNKS]:
        deliver(world, at(NOTE, die_before))
        del world.sqs.queues[CHUNKS][0]
    # WHEN its request comes again under its key
    world.clock.now += 1
    world.order(repeating.order, **KEYED, Prefer="respond-async")
    world.work()
    # THEN it ends as it would have
    assert world.told(world.job_ids()[0])["status"] == "done"
    assert world.end_state() == once(door)[1]


MARKS: dict[str, object] = {"sent": True, "abandoned": True, "finished_at": 1, "faulty": True, "announced": True}


@pytest.mark.parametrize("mark", MARKS)
def test_what_is_known_of_a_job_says_nothing_once_it_was_begun_again(mark: str) -> None:
    # GIVEN a job that ended with its items busy, of which somebody is about to note something
    repeating, job_id, _ = ended_busy("registrations queued")
    world = repeating.world
    database, _ = world.faulty()
    known = jobs.find(database, job_id)
    assert known
    # WHEN it is begun again before that is noted, by a request that dies before its chunks are sent
    faulty, _ = world.faulty(at("send_message_batch", die_before))
    with pytest.raises(ProcessDied):
        world.order(repeating.order, faulty, **KEYED, Prefer="respond-async")
    begun_again = jobs.find(database, job_id)
    # THEN that is not noted
    unmarked: dict[str, Any] = {mark: None}
    assert jobs.mark(database, known._replace(**unmarked), **{mark: MARKS[mark]}) == begun_again
    assert jobs.find(database, job_id) == begun_again
    # AND the job ends as it would have once its request comes again
    world.clock.now += LONGEST_SECONDS
    world.order(repeating.order, **KEYED, Prefer="respond-async")
    world.work()
    assert world.told(job_id)["status"] == "done"
    assert world.end_state() == once("registrations queued")[1]


def test_a_chunk_that_is_noted_late_does_not_end_a_job_that_is_just_being_begun_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # GIVEN a job of which one chunk is done, and another ended with its items busy
    monkeypatch.setattr(cut, "MOST_WEIGHT", 6)
    repeating = client("registrations queued")
    world = repeating.world
    world.dynamodb.plan_always("batch_execute_statement", partial(_throttled_about, world, "user4"))
    world.dynamodb.plan_always("put_item", partial(_throttled_about, world, "user4"))
    world.order(repeating.order, **KEYED, Prefer="respond-async")
    sent = [*world.sqs.queues[CHUNKS]]
    world.work()
    world.parked().clear()
    world.dynamodb.plan_always("batch_execute_statement", lambda do: do())
    world.dynamodb.plan_always("put_item", lambda do: do())
    world.clock.now += 1
    (job_id,) = world.job_ids()
    assert (world.told(job_id)["status"], world.told(job_id)["done"]) == ("done", 12)

    def noted_meanwhile(do: Callable[[], Answer]) -> Answer:
        # WHEN the message of what is done comes once more while the job is begun again
        world.sqs.queues[CHUNKS].append(sent[-1]._replace(visible_at=0.0))
        deliver(world)
        return do()

    database, _ = world.faulty(at("SET #b", noted_meanwhile))
    world.order(repeating.order, database, **KEYED, Prefer="respond-async")
    # THEN the job has not ended before all is done
    assert (world.told(job_id)["status"], world.undo(job_id).status) == ("running", 409)
    world.work()
    assert world.told(job_id)["status"] == "done"
    assert world.end_state() == once("registrations queued")[1]


def test_a_job_that_ends_just_before_it_is_begun_again_is_told_as_running_until_all_is_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # GIVEN a job whose sender died when all was sent, of which one chunk ended with its items busy, and one is to come
    monkeypatch.setattr(cut, "MOST_WEIGHT", 6)
    repeating = client("registrations queued")
    world = repeating.world
    for action in ("batch_execute_statement", "put_item"):
        world.dynamodb.plan_always(action, partial(_throttled_about, world, "user4"))
    with suppress(ProcessDied):
        faulty, _ = world.faulty(at("send_message_batch", die_after))
        world.order(repeating.order, faulty, **KEYED, Prefer="respond-async")
    late = world.sqs.queues[CHUNKS].pop()
    world.work()
    world.parked().clear()
    for action in ("batch_execute_statement", "put_item"):
        world.dynamodb.plan_always(action, lambda do: do())
    world.clock.now += LONGEST_SECONDS
    (job_id,) = world.job_ids()

    def ended_meanwhile(do: Callable[[], Answer]) -> Answer:
        # WHEN its request comes again, and the last chunk is done before the job is begun again
        world.sqs.queues[CHUNKS].append(late._replace(visible_at=0.0))
        deliver(world)
        assert world.told(job_id)["status"] == "done"
        return do()

    database, _ = world.faulty(at("query", ended_meanwhile))
    world.order(repeating.order, database, **KEYED, Prefer="respond-async")
    # THEN it runs until all is done as it would have been
    assert (world.told(job_id)["status"], world.undo(job_id).status) == ("running", 409)
    world.work()
    assert world.told(job_id)["status"] == "done"
    assert world.end_state() == once("registrations queued")[1]


def _throttled_about(world: JobWorld, text: str, do: Callable[[], Answer]) -> Answer:
    about = str(world.dynamodb.calls[-1].arguments)
    profile_id = world.dynamodb.tables["customers"][f"greatwidgets#email#{text}@example.com",]["profile_id"]["S"]
    return refused("ThrottlingException")(do) if profile_id in about else do()
