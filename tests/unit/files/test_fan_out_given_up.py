"""Undo and retry of large jobs where the splitter is not told, fails too often, or is told what is over."""

from typing import Any

import pytest

from loyalty.domain.job import HANDED_ON_SECONDS
from loyalty.domain.lifetime import LONGEST_SECONDS
from loyalty.jobs import fan_out
from loyalty.jobs.fan_out import HandedOn
from tests.fakes.delivery import DEAD_LETTERS
from tests.fakes.faults import refused
from tests.fakes.nth_call import ProcessDied, die_before
from tests.fakes.queues import SPLITS
from tests.fakes.steps import at
from tests.unit.files.fanned import ASKED, EACH, ON_ITS_WAY, cancelled, done, end, fanned, retried, sent, steps
from tests.unit.files.file_world import FileWorld

__all__ = ["fanned"]
pytestmark = pytest.mark.usefixtures("fanned")
BUSY = refused("ThrottlingException", 503)


def give_up(world: FileWorld) -> None:
    """Have what is in the split queue given up, as if it had failed a hundred times."""
    world.sqs.queues[DEAD_LETTERS] += world.sqs.queues[SPLITS]
    world.sqs.queues[SPLITS].clear()
    world.queue.bury_all()
    assert world.sqs.queues[DEAD_LETTERS] == []


def busy(world: FileWorld) -> Any:
    """A process whose queue can't be reached."""
    database, _ = world.faulty(at("send_message_batch", BUSY, times=900))
    return database


@EACH
def test_a_request_that_cannot_tell_the_splitter_fails_and_the_next_one_completes_it(name: str) -> None:
    # GIVEN a request whose queue can't be reached
    world, job_id = done() if name == "undo" else cancelled()
    ask = world.undo if name == "undo" else world.retry
    assert ask(job_id, busy(world)).status == 503
    shown = world.shown(job_id)
    assert (shown["status"], shown["retry"]) == (("undoing", "none") if name == "undo" else ("failed", "available"))
    assert name == "retry" or world.shown(world.job_ids()[-1])["status"] == "failed"
    # WHEN it is asked for again
    reply = ask(job_id)
    # THEN it is done
    assert (reply.status, reply.json()["status"]) == (202, ON_ITS_WAY[name])
    world.split()
    world.work()
    wanted, wanted_id = ASKED[name]()
    wanted.split()
    wanted.work()
    assert end(world, reply.json()["job_id"])[:3] == end(wanted, wanted_id)[:3]


@EACH
def test_that_a_job_was_handed_on_is_noted_by_the_splitter_where_the_request_could_not(name: str) -> None:
    # GIVEN a request that told the splitter, but can't note that
    world, job_id = done() if name == "undo" else cancelled()
    database, _ = world.faulty(at("SET handed_on_at", BUSY, times=900))
    assert (world.undo if name == "undo" else world.retry)(job_id, database).status == 503
    job_id = world.job_ids()[-1]
    # WHEN the splitter began, later than requests live
    world.clock.now += LONGEST_SECONDS + 1
    assert world.shown(job_id)["status"] == "failed"
    next(steps(world))
    # THEN the job is on its way
    world.clock.now += LONGEST_SECONDS + 1
    assert world.shown(job_id)["status"] == ON_ITS_WAY[name]
    world.split()
    world.work()
    assert world.shown(job_id)["status"] == "done"


def test_a_second_retry_whose_request_died_before_it_told_the_splitter_can_be_asked_for_again() -> None:
    # GIVEN a retry that was cancelled, and a second one whose request died
    world, job_id = retried()
    world.cancel(job_id)
    world.split()
    world.work()
    with pytest.raises(ProcessDied):
        world.retry(job_id, world.faulty(at("send_message_batch", die_before))[0])
    # WHEN that can't be at work any more
    world.clock.now += LONGEST_SECONDS + 1
    # THEN that is told, and it is done when it is asked for again
    assert (world.shown(job_id)["status"], world.shown(job_id)["retry"]) == ("failed", "available")
    assert world.retry(job_id).status == 202
    world.split()
    world.work()
    assert world.shown(job_id)["status"] == "done"


def test_a_message_of_an_earlier_retry_says_nothing_of_a_later_one() -> None:
    # GIVEN a retry that is on its way, and the message of one before it, which comes late
    world, job_id = retried()
    (late,) = world.sqs.queues[SPLITS]
    world.split()
    world.cancel(job_id)
    world.work()
    assert world.retry(job_id).status == 202
    # WHEN it is delivered, or given up
    (told,) = world.sqs.queues[SPLITS]
    world.sqs.queues[SPLITS][:] = [late]
    world.split()
    assert sent(world) == []
    world.sqs.queues[SPLITS][:] = [late]
    give_up(world)
    # THEN the later one is still on its way
    assert world.shown(job_id)["status"] == "running"
    world.sqs.queues[SPLITS][:] = [told]
    world.split()
    world.work()
    assert world.shown(job_id)["status"] == "done"


@EACH
def test_what_the_splitter_gave_up_is_told_as_failed_and_goes_on_when_it_is_asked_for_again(name: str) -> None:
    # GIVEN a job of which some chunks were sent and done when the splitter failed too often
    world, job_id = ASKED[name]()
    next(steps(world))
    world.work()
    give_up(world)
    # THEN that is told, and a retry that was given up can't be cancelled
    shown = world.shown(job_id)
    assert (shown["status"], shown["retry"]) == ("failed", "none" if name == "undo" else "available")
    assert name == "undo" or world.cancel(job_id).status == 409
    before = sent(world)
    # WHEN it is asked for again
    reply = world.undo(world.job_ids()[0]) if name == "undo" else world.retry(job_id)
    assert (reply.status, reply.json()["job_id"], reply.json()["status"]) == (202, job_id, "running")
    world.split()
    # THEN the others are sent, and it comes to what it would have
    assert before == []
    assert (7 if name == "undo" else 1) not in sent(world)
    world.work()
    wanted, wanted_id = ASKED[name]()
    wanted.split()
    wanted.work()
    assert end(world, job_id)[:3] == end(wanted, wanted_id)[:3]


@EACH
def test_what_the_splitter_never_heard_of_is_handed_on_again_after_a_day(name: str) -> None:
    # GIVEN a job that was handed on by a message that got lost
    world, job_id = ASKED[name]()
    world.sqs.queues[SPLITS].clear()
    world.clock.now += HANDED_ON_SECONDS - 1
    assert world.shown(job_id)["status"] == ON_ITS_WAY[name]
    # WHEN a day is over
    world.clock.now += 1
    # THEN that is told, and whoever asks again has it done
    assert world.shown(job_id)["status"] == "failed"
    assert (world.undo(world.job_ids()[0]) if name == "undo" else world.retry(job_id)).status == 202
    world.split()
    world.work()
    assert world.shown(job_id)["status"] == "done"


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "[]",
        '{"chunks_of": 5, "reopened_at": null}',
        '{"chunks_of": "../job", "reopened_at": null}',
        '{"chunks_of": "00000000000000000000000000000000", "reopened_at": "now"}',
        '{"results_of": "00000000000000000000000000000000", "state": "0000000000000000"}',
    ],
)
def test_another_message_hands_nothing_on(body: str) -> None:
    assert fan_out.read(body) is None


@pytest.mark.parametrize("handed_on", [HandedOn("5f2b8c0e9d7a4f1b8e6c3a2d1f0b9c8e", None), HandedOn("0" * 32, 17.25)])
def test_a_message_says_which_job_was_handed_on_and_since_when_it_was_begun(handed_on: HandedOn) -> None:
    assert fan_out.read(fan_out.write(handed_on)) == handed_on


@EACH
def test_a_message_about_a_job_that_is_gone_or_was_begun_again_since_does_nothing(name: str) -> None:
    # GIVEN a job that has ended, and messages about it from before and after, and about another
    world, job_id = ASKED[name]()
    world.split()
    world.work()
    before = world.shown(job_id)
    for handed_on in (HandedOn(job_id, None), HandedOn(job_id, 17.25), HandedOn("0" * 32, None)):
        entry = {"Id": "1", "MessageBody": fan_out.write(handed_on), "MessageGroupId": "any"}
        world.sqs.send_message_batch(QueueUrl=SPLITS, Entries=[entry])
        # WHEN the splitter gets them, or they are given up
        if handed_on.reopened_at is None:
            world.split()
        give_up(world)
    # THEN nothing is sent, and the job stays as it is
    assert sent(world) == []
    assert world.shown(job_id) == before
