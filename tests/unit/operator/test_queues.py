"""Chunks that were given up: listed, redriven, dropped."""

import json

import pytest

from tests.fakes.faults import unreachable
from tests.fakes.operator import Desk, elsewhere
from tests.fakes.queues import CHUNKS, PARKED
from tests.unit.jobs.fed import members, message
from tests.unit.operator.test_jobs import OWN, submit


def give_up(desk: Desk) -> None:
    """Have the workers give up what is in the queue, since the tables of members do not answer."""
    desk.world.dynamodb.plan_always("put_item", unreachable)
    for _ in range(4):
        desk.world.queue.deliver_all()
        desk.world.clock.now += 200
    desk.world.dynamodb._always.clear()
    desk.world.queue.deliver_all()


def test_parked_messages_are_listed_with_their_reason_and_stay(desk: Desk) -> None:
    # GIVEN a chunk that was given up, and a message that is none
    assert desk.run("queue", "parked").err == "Nothing is parked\n"
    job = submit(desk, "user1")
    give_up(desk)
    before = [message.body for message in desk.world.sqs.queues[PARKED]]
    assert len(before) == 1
    # WHEN they are listed, twice
    listed = [desk.json("queue", "parked") for _ in range(2)]
    # THEN both times all are there
    assert listed[0] == listed[1]
    (message,) = listed[0]
    assert message.pop("reason")
    assert message == {
        "job": job,
        "account": "greatwidgets",
        "operation": "enrol",
        "chunk": 1,
        "items": 1,
        "parked_at": "2023-11-14T22:13:20Z",
    }
    assert [message.body for message in desk.world.sqs.queues[PARKED]] == before


def test_a_redrive_of_one_job_mends_it_and_leaves_the_others(desk: Desk) -> None:
    # GIVEN two jobs whose chunks were given up
    jobs = [submit(desk, "user1"), submit(desk, "user3")]
    give_up(desk)
    assert [desk.json("job", "show", job, *OWN)["counts"] for job in jobs] == [{"503": 1}, {"503": 1}]
    # WHEN one is redriven, and the workers do it
    assert desk.json("queue", "redrive", "--job", jobs[0]) == {"redriven": 1, "skipped": 0}
    desk.world.queue.deliver_all()
    # THEN its counts are mended, and the other's chunk is still parked
    assert [desk.json("job", "show", job, *OWN)["counts"] for job in jobs] == [{"0": 1}, {"503": 1}]
    assert [message["job"] for message in desk.json("queue", "parked")] == [jobs[1]]
    # AND with all, that too
    assert desk.json("queue", "redrive", "--all") == {"redriven": 1, "skipped": 0}
    desk.world.queue.deliver_all()
    assert desk.json("job", "show", jobs[1], *OWN)["counts"] == {"0": 1}
    assert desk.world.sqs.queues[PARKED] == []


def test_a_message_that_is_parked_again_at_once_is_redriven_once(desk: Desk) -> None:
    # GIVEN a parked message for an account that is not there, and workers that park it again before the next look
    sent = json.dumps(message("enrol", *members("user1"), account="nobody"))
    desk.world.sqs.send_message_batch(
        QueueUrl=CHUNKS, Entries=[{"Id": "0", "MessageBody": sent, "MessageGroupId": "unknown"}]
    )
    desk.world.queue.deliver_all()
    receive = desk.world.sqs.receive_message

    def after_delivery(**arguments: object) -> object:
        desk.world.queue.deliver_all()
        return receive(**arguments)

    desk.world.sqs.receive_message = after_delivery  # type: ignore[method-assign,assignment]
    # THEN redriving ends
    assert desk.json("queue", "redrive", "--all") == {"redriven": 1, "skipped": 0}
    assert len(desk.world.sqs.queues[PARKED]) == 1


def test_a_chunk_that_a_retry_parked_once_more_is_redriven_once_and_nothing_of_it_is_left(desk: Desk) -> None:
    # GIVEN a chunk that was given up, and given up again after a retry, beside one of another job
    job, other = submit(desk, "user1"), submit(desk, "user3")
    give_up(desk)
    with elsewhere():
        assert desk.world.job("POST /jobs/{job_id}/retry", job).status == 202
    give_up(desk)
    assert sorted(one["job"] for one in desk.json("queue", "parked")) == sorted([job, job, other])
    # WHEN all are redriven
    assert desk.json("queue", "redrive", "--all") == {"redriven": 2, "skipped": 0}
    # THEN each chunk is sent once, and none is parked any more
    assert len(desk.world.sqs.queues[CHUNKS]) == 2
    assert desk.world.sqs.queues[PARKED] == []
    desk.world.queue.deliver_all()
    assert [desk.json("job", "show", one, *OWN)["counts"] for one in (job, other)] == [{"0": 1}, {"0": 1}]


def test_what_is_kept_of_an_unreadable_message_is_not_sent_in_its_place(desk: Desk) -> None:
    # GIVEN a message that is no JSON, one that is no object, one that is no chunk, and a chunk that was given up
    job = submit(desk, "user1")
    give_up(desk)
    texts = ("hello", "[1]", '{"version":1}')
    unreadable = [{"Id": text, "MessageBody": text, "MessageGroupId": "unknown"} for text in texts]
    desk.world.sqs.send_message_batch(QueueUrl=CHUNKS, Entries=unreadable)
    desk.world.queue.deliver_all()
    # WHEN all are redriven
    told = desk.json("queue", "redrive", "--all")
    desk.world.queue.deliver_all()
    # THEN only the chunk is sent, and the job is mended
    assert told == {"redriven": 1, "skipped": 3}
    assert desk.json("job", "show", job, *OWN)["counts"] == {"0": 1}
    # AND the others are still parked for the reason that they had
    assert {message["reason"] for message in desk.json("queue", "parked")} == {
        "the message is not JSON",
        "the message must be an object",
        "operation is missing",
    }
    assert desk.json("queue", "redrive", "--all") == {"redriven": 0, "skipped": 3}
    # AND none of them belongs to a job
    assert desk.json("queue", "redrive", "--job", job) == {"redriven": 0, "skipped": 0}


@pytest.mark.parametrize("command", ["redrive", "drop"])
def test_a_redrive_of_nothing_in_particular_is_refused(command: str, desk: Desk) -> None:
    for options in ([], ["--all", "--job", "x"]):
        result = desk.run("queue", command, *options)
        assert (result.exit_code, result.err) == (1, "Say which: --job JOB or --all\n")


def test_parked_messages_are_listed_by_job_and_by_account(desk: Desk) -> None:
    # GIVEN chunks of two jobs that were given up, and a message that nobody can read
    jobs = [submit(desk, "user1"), submit(desk, "user3")]
    give_up(desk)
    unreadable = [{"Id": "0", "MessageBody": "hello", "MessageGroupId": "unknown"}]
    desk.world.sqs.send_message_batch(QueueUrl=CHUNKS, Entries=unreadable)
    desk.world.queue.deliver_all()

    def listed(*options: str) -> list[str | None]:
        return [one["job"] for one in desk.json("queue", "parked", *options)]

    # THEN each filter keeps its own
    assert set(listed()) == {*jobs, None}
    assert listed("--job", jobs[0]) == listed("--job", jobs[0][:6]) == [jobs[0]]
    assert set(listed("--account", "greatwidgets")) == set(jobs)
    assert listed("--account", "othertenant") == []
    assert desk.run("queue", "parked", "--account", "othertenant").err == "Nothing of that is parked\n"
    # AND people see as much of the ids as tells them apart
    lines = [line.split()[0] for line in desk.run("queue", "parked").out.splitlines()]
    assert set(lines) == {"job", "-", *(job[:8] for job in jobs)}
    # AND a beginning that no parked job has is refused
    assert desk.run("queue", "parked", "--job", "0000").err == "No parked job has an id that begins with 0000\n"


def test_an_account_that_only_the_environment_names_hides_no_parked_message(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit(desk, "user1")
    give_up(desk)
    monkeypatch.setenv("LOYALTY_ACCOUNT", "othertenant")
    assert len(desk.json("queue", "parked")) == 1


def test_parked_messages_of_a_job_are_dropped_once_the_operator_says_yes(desk: Desk) -> None:
    # GIVEN two jobs whose chunks were given up
    jobs = [submit(desk, "user1"), submit(desk, "user3")]
    give_up(desk)
    # WHEN those of one are to be dropped, but not really
    refused = desk.run("queue", "drop", "--job", jobs[0][:6], answer="n\n")
    assert refused.exit_code == 1
    assert refused.err.startswith(f"Delete 1 parked message of the job {jobs[0]}? [y/N]")
    assert len(desk.json("queue", "parked")) == 2
    # AND then really
    assert desk.json("queue", "drop", "--job", jobs[0], "--yes") == {"dropped": 1}
    # THEN the other's is still there, and the job stays as it was counted
    assert [one["job"] for one in desk.json("queue", "parked")] == [jobs[1]]
    assert desk.json("queue", "redrive", "--job", jobs[0]) == {"redriven": 0, "skipped": 0}
    assert desk.json("job", "show", jobs[0], *OWN)["counts"] == {"503": 1}
    # AND with all, that too
    assert desk.run("queue", "drop", "--all", answer="y\n").out.split()[-2:] == ["dropped", "1"]
    assert desk.world.sqs.queues[PARKED] == []
    assert desk.json("queue", "drop", "--all") == {"dropped": 0}


def test_what_is_parked_while_the_question_is_answered_is_not_dropped(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a parked message, and one that is parked before the answer
    submit(desk, "user1")
    give_up(desk)

    def meanwhile(*_: object, **__: object) -> None:
        with elsewhere():
            submit(desk, "user3")
            give_up(desk)

    monkeypatch.setattr("typer.confirm", meanwhile)
    # THEN only the one that was asked about is gone
    assert desk.json("queue", "drop", "--all") == {"dropped": 1}
    assert len(desk.json("queue", "parked")) == 1
