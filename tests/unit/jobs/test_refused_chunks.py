"""Chunks whose program, campaign or promotion is not there: closed with that reason, and mended once it is there."""

import json

import pytest

from loyalty.domain.account import Program
from loyalty.domain.lifetime import LONGEST_SECONDS
from loyalty.jobs import worker
from loyalty.jobs.message import read
from loyalty.store.tables import accounts, chunks, jobs
from loyalty.store.tables.chunks import Sent
from tests.fakes.log import captured_log, told
from tests.fakes.queues import CHUNKS
from tests.unit.jobs import orders
from tests.unit.jobs.ends import PASSING, deaths, differences, ended, faults, in_peace
from tests.unit.jobs.fed import JOB_ID, as_sent, feed, members, message, parked
from tests.unit.jobs.job_world import JobWorld
from tests.unit.jobs.refused import (
    BUSY,
    GONE,
    REFUSED,
    SENT,
    USER3,
    die_of,
    open_program,
    queued,
    redrive,
    results,
    wanted_of,
)


def test_results_tell_what_is_not_there_and_what_was_wrong_before() -> None:
    # GIVEN a job of each operation that was fed for a program that does not exist
    worlds = {operation: queued(operation) for operation in SENT}
    for operation, world in worlds.items():
        world.work()
        # THEN it is done, all its items have failed for good, and its message is kept with the reason
        assert (world.told(JOB_ID)["status"], world.told(JOB_ID)["counts"]) == ("done", REFUSED[operation])
        assert parked(world) == [(SENT[operation], GONE)]
    # AND the results give that reason, but for the item that had one of its own
    enrolled = {"error": 400, "error_text": GONE, "profile_id": None}
    assert results(worlds["enrol"])["result"] == [*[enrolled] * 3, {**enrolled, "error_text": "It is wrong"}]
    assert results(worlds["import"])["batch"] == {
        "status": "imported",
        "customers": {"new": 0, "updated": 0, "failed": 4},
        "rows": [
            {"number": 1, "error": GONE},
            {"number": 2, "error": GONE},
            {"number": 3, "error": 'email must be an e-mail address of at most 254 characters; it is "broken"'},
            {"number": 4, "error": "It is wrong"},
        ],
    }
    earned = {"errors": [{"status": False, "code": 400, "message": GONE}], "warnings": []}
    own = {"errors": [{"status": False, "code": 400, "message": "It is wrong"}], "warnings": []}
    assert results(worlds["earn"]) == {"response": [*[earned] * 4, own], "totalCount": 5, "failureCount": 5}


def a_delivery(operation: str) -> worker.Delivery:
    """Another message with the same chunk."""
    return worker.Delivery(json.dumps(SENT[operation]), "another message", 3, "receipt")


WRITTEN = {"enrol": ["0"], "import": ["new", "updated"], "earn": ["0"]}
"""What items are counted as that were done."""


@pytest.mark.parametrize("operation", SENT)
def test_a_burial_keeps_a_refusal_also_after_somebody_began_with_the_chunk_and_wrote_nothing(operation: str) -> None:
    # GIVEN a job that was refused for its program
    world = queued(operation)
    world.work()
    # WHEN its message is buried as well, since it could not be parked at first
    worker.bury(world.database, a_delivery(operation))
    # THEN the refusal stays
    assert world.told(JOB_ID)["counts"] == REFUSED[operation]
    # WHEN a worker has begun with it, and died, and it is buried
    job = jobs.find(world.database, JOB_ID)
    assert job is not None
    chunks.begin(world.database, job, 1, Sent(read(json.dumps(SENT[operation])).content))
    world.clock.now += LONGEST_SECONDS
    worker.bury(world.database, a_delivery(operation))
    # THEN nothing turns out to be written, and the refusal stays
    assert world.told(JOB_ID)["counts"] == REFUSED[operation]


@pytest.mark.parametrize("operation", SENT)
def test_a_redrive_once_the_program_is_there_mends_the_job_as_if_it_had_always_been(operation: str) -> None:
    # GIVEN a job that was refused for its program
    world = queued(operation)
    before = world.end_state()
    world.work()
    refused = ended(world, JOB_ID)
    assert world.end_state() == before
    # WHEN it is redriven too early, and fed once more
    redrive(world)
    assert not differences(refused, ended(world, JOB_ID))
    feed(world, SENT[operation])
    # THEN that changes nothing, but that the message is kept twice
    assert not differences(refused._replace(parked=2), ended(world, JOB_ID))
    # WHEN the program is there
    open_program(world)
    redrive(world)
    # THEN it is as if nothing had happened, and can be undone
    assert not differences(wanted_of(operation), ended(world, JOB_ID))
    world.undo(JOB_ID)
    world.work()
    assert world.end_state() == before


@pytest.mark.parametrize("operation", SENT)
def test_a_refusal_that_meets_a_fault_at_any_call_comes_to_the_same(operation: str) -> None:
    # GIVEN what comes of a job that is refused, in how many calls
    refused, calls = in_peace(queued(operation), JOB_ID)
    wanted = wanted_of(operation)
    for name, met in (*deaths(calls), *faults(calls, PASSING)):
        # WHEN one of those calls meets a fault
        world = queued(operation)
        database, _ = world.faulty(met)
        world.work(database)
        # THEN the end is the same, though the message may be kept twice
        assert differences(refused, ended(world, JOB_ID)).keys() <= {"parked"}, name
        assert {reason for _, reason in parked(world)} == {GONE}
        # AND a redrive mends it all the same
        open_program(world)
        redrive(world)
        assert not differences(wanted, ended(world, JOB_ID)), name


@pytest.mark.parametrize("operation", SENT)
def test_items_that_are_written_are_not_told_to_be_refused(operation: str) -> None:
    # GIVEN a job, and what it should come to, in how many calls
    opened = queued(operation)
    open_program(opened)
    before = opened.end_state()
    wanted, calls = in_peace(opened, JOB_ID)
    fates: set[str] = set()
    for name, death in deaths(calls):
        # WHEN its worker dies at one of those calls, and the program is closed before the next one comes
        world = queued(operation)
        open_program(world)
        die_of(world, death)
        open_program(world, active=False)
        world.work()
        # THEN those items are refused that are not written, and what is written in part may be repeated
        counts = world.told(JOB_ID)["counts"]
        told_as = {str(REFUSED[operation]): "refused", str(wanted.told["counts"]): "done"}
        fates.add(fate := told_as.get(str(counts), "in part"))
        assert counts.keys() <= {BUSY[operation], *REFUSED[operation], *WRITTEN[operation]} or fate == "done"
        assert world.end_state() == before or fate != "refused", name
        # AND once it is open again a redrive mends all
        open_program(world)
        redrive(world)
        assert not differences(wanted, ended(world, JOB_ID)), name
    assert fates == {"refused", "in part", "done"}


def test_what_is_known_of_a_chunk_that_was_done_in_part_stays() -> None:
    # GIVEN a job for one of whose items the store is busy at the last of three deliveries
    world, wanted = queued("enrol"), wanted_of("enrol")
    (sent,) = world.sqs.queues[CHUNKS]
    world.sqs.queues[CHUNKS] = [sent._replace(receives=2)]
    open_program(world)
    world.dynamodb.throttle(f"greatwidgets#777#{USER3}", *["ThrottlingError"] * 1_000)
    world.work()
    partly = {"0": 1, "404": 1, "400": 1, "503": 1}
    assert world.told(JOB_ID)["counts"] == partly
    # WHEN it is redriven while its program is closed
    world.dynamodb.throttle(f"greatwidgets#777#{USER3}")
    open_program(world, active=False)
    redrive(world)
    # THEN what was settled is still told, and the rest is refused
    assert world.told(JOB_ID)["counts"] == {"0": 1, "404": 1, "400": 2}
    assert parked(world) == [(SENT["enrol"], 'program "777" is not active')]
    # AND once it is open again a redrive mends it
    open_program(world)
    redrive(world)
    assert not differences(wanted, ended(world, JOB_ID))


def test_a_chunk_that_is_done_stays_so_when_it_comes_again_after_its_program_was_closed() -> None:
    # GIVEN a job that is done, and its program closed since
    world = queued("enrol")
    open_program(world)
    world.work()
    done = ended(world, JOB_ID)
    open_program(world, active=False)
    # WHEN its message comes once more
    feed(world, SENT["enrol"])
    # THEN nothing changes, and nothing is parked
    assert not differences(done, ended(world, JOB_ID))


def test_a_request_whose_program_is_closed_before_its_chunks_are_done_is_told_so() -> None:
    # GIVEN registrations that are queued when their program is closed
    world = JobWorld()
    job_id = world.submit(orders.enrol())
    wanted, _ = in_peace(world, job_id)
    accounts.put_program(world.database, "greatwidgets", Program("123", "Points", "points", active=False))
    world.work()
    # THEN they have failed, each chunk is kept with the reason
    assert world.told(job_id)["counts"] == {"400": 12}
    assert {reason for _, reason in parked(world)} == {'program "123" is not active'}
    # AND once it is open again a redrive mends all
    accounts.put_program(world.database, "greatwidgets", Program("123", "Points", "points", active=True))
    redrive(world)
    assert not differences(wanted, ended(world, job_id))


def test_an_undo_finds_nothing_to_take_back_and_drops_the_message() -> None:
    # GIVEN a job that was refused, and its undo
    world = queued("enrol")
    world.work()
    world.undo(JOB_ID)
    world.work()
    # THEN nothing was to be taken back
    assert world.told(world.job_ids()[-1])["counts"] == {"unchanged": 4}
    # AND what was undone is not mended any more
    before = world.end_state()
    open_program(world)
    redrive(world)
    assert (world.end_state(), world.parked()) == (before, [])


def test_an_undo_whose_job_is_no_longer_kept_is_parked_and_may_be_tried_again() -> None:
    # GIVEN an undo of a job whose record is gone before its chunks
    world = queued("enrol")
    open_program(world)
    world.work()
    world.undo(JOB_ID)
    (sent,) = world.sqs.queues[CHUNKS]
    del world.dynamodb.tables["jobs"][JOB_ID, "job"]
    world.work()
    # THEN its items may be tried again, and the message is kept with the reason
    assert world.told(json.loads(sent.body)["job_id"])["counts"] == {"busy": 4}
    assert parked(world) == [(as_sent(json.loads(sent.body)), "the job to undo is no longer kept")]


def test_the_log_tells_the_kind_of_the_fault_and_no_name() -> None:
    # GIVEN a message that names a program as nobody would
    sent = message("enrol", *members("user1"), params={"program_id": "ann@example.com"})
    world = JobWorld()
    with captured_log() as log:
        feed(world, sent)
    # THEN the operator finds the name beside the message, which holds it too, and not in the log
    assert parked(world) == [(sent, 'program "ann@example.com" does not exist')]
    (line,) = log.lines
    assert told(line) == {
        "level": "INFO",
        "function": "process_chunk",
        "message_id": "message-1",
        "receives": 1,
        "account": "greatwidgets",
        "job_id": JOB_ID,
        "operation": "enrol",
        "chunk": 1,
        "parked": "ProgramNotFound",
        "items": 1,
        "outcomes": {"invalid": 1},
    }
