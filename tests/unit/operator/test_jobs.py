"""Jobs as an operator sees them: listed, shown, watched, fetched, taken back; and chunks that were given up."""

import json
from pathlib import Path

import pytest

from tests.fakes.faults import unreachable
from tests.fakes.operator import Desk
from tests.fakes.queues import CHUNKS, PARKED
from tests.fakes.requests import batch, emails
from tests.fakes.world import TOKEN
from tests.unit.jobs.fed import members, message

OWN = ["--account", "greatwidgets"]
BATCH = "/api/v1.1/loyalty/register_member_batch"


def submit(desk: Desk, *names: str) -> str:
    """A job that makes these members; nobody has begun it."""
    reply = desk.world.send(BATCH, batch(emails(*names)), {"Prefer": "respond-async"}, request_id="-".join(names))
    return str(reply.json()["job_id"])


def give_up(desk: Desk) -> None:
    """Have the workers give up what is in the queue, since the tables of members do not answer."""
    desk.world.dynamodb.plan_always("put_item", unreachable)
    for _ in range(4):
        desk.world.queue.deliver_all()
        desk.world.clock.now += 200
    desk.world.dynamodb._always.clear()
    desk.world.queue.deliver_all()


def test_jobs_are_listed_newest_first_and_shown_as_the_api_shows_them(desk: Desk) -> None:
    # GIVEN a finished job and a newer one that nobody has begun
    first = submit(desk, "user1", "user2", "nobody")
    desk.world.queue.deliver_all()
    desk.world.clock.now += 5
    second = submit(desk, "user3")
    # THEN they are listed, newest first
    listed = desk.json("job", "list", *OWN)
    assert [(job["job_id"], job["status"]) for job in listed] == [(second, "queued"), (first, "done")]
    assert [job["job_id"] for job in desk.json("job", "list", *OWN, "--limit", "1")] == [second]
    # AND one is shown as the API says, links aside
    shown = desk.world.job("GET /jobs/{job_id}", first).json()
    del shown["links"]
    assert desk.json("job", "show", first, *OWN) == shown
    assert shown["counts"] == {"0": 1, "404": 1, "409": 1}
    # AND people see a table
    assert desk.run("job", "list", *OWN).out.splitlines()[0].split()[:2] == ["job", "id"]


def test_all_pages_of_jobs_are_listed(desk: Desk) -> None:
    jobs = [submit(desk, f"user{number % 50 + 1}") for number in range(60)]
    listed = desk.json("job", "list", *OWN, "--limit", "1000")
    assert {job["job_id"] for job in listed} == set(jobs)


def test_a_job_is_watched_until_it_is_finished(desk: Desk) -> None:
    job = submit(desk, "user1")
    watched = desk.json("job", "watch", job, *OWN)
    assert (watched["status"], watched["counts"]) == ("done", {"0": 1})


def test_results_are_the_vendors_own_reply(desk: Desk, tmp_path: Path) -> None:
    # GIVEN a job that runs
    job = submit(desk, "user1", "nobody")
    # THEN there are none yet, unless the part that is there is asked for
    result = desk.run("job", "results", job, *OWN)
    assert (result.exit_code, result.err) == (1, "The job is not finished yet\n")
    assert desk.json("job", "results", job, *OWN, "--partial")["result"] == []
    # WHEN it is done
    desk.world.queue.deliver_all()
    # THEN they are what a waiting client would have got, on the screen and in a file
    assert [one["error"] for one in desk.json("job", "results", job, *OWN)["result"]] == [0, 404]
    file = tmp_path / "results.json"
    assert desk.json("job", "results", job, *OWN, "--output", str(file))["output"] == str(file)
    assert json.loads(file.read_text()) == desk.json("job", "results", job, *OWN)


def test_a_job_is_taken_back_once_the_operator_says_yes(desk: Desk) -> None:
    # GIVEN members that a job made
    job = submit(desk, "user1", "user2")
    desk.world.queue.deliver_all()
    # WHEN it is to be undone, but not really
    assert desk.run("job", "undo", job, *OWN, answer="n\n").exit_code == 1
    assert len(desk.world.memberships()) == 2
    # AND then really
    undone = desk.json("job", "undo", job, *OWN, "--yes")
    # THEN the one that it made is gone, the other stays
    assert (undone["status"], undone["counts"]) == ("done", {"undone": 1, "unchanged": 1})
    assert len(desk.world.memberships()) == 1
    assert desk.json("job", "show", job, *OWN)["status"] == "undone"


@pytest.mark.parametrize("command", ["show", "watch", "results", "undo"])
def test_another_accounts_job_is_not_there(command: str, desk: Desk) -> None:
    job = submit(desk, "user1")
    result = desk.run("job", command, job, "--account", "othertenant")
    assert (result.exit_code, result.err) == (1, "There is no such job\n")


def test_a_token_sees_its_accounts_jobs_and_its_rights_hold(desk: Desk) -> None:
    job = submit(desk, "user1")
    desk.world.queue.deliver_all()
    assert desk.json("job", "show", job, "--token", TOKEN)["status"] == "done"
    result = desk.run("job", "undo", job, "--token", "readonly-token", "--yes")
    assert (result.exit_code, result.err) == (1, "The credentials lack the right jobs:undo\n")


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


def test_a_redrive_of_nothing_in_particular_is_refused(desk: Desk) -> None:
    for options in ([], ["--all", "--job", "x"]):
        result = desk.run("queue", "redrive", *options)
        assert (result.exit_code, result.err) == (1, "Say which: --job JOB or --all\n")
