"""An account's webhook as its operator sees it: set, shown, deleted; calls that failed, and are made again."""

import json
from typing import Any

import pytest

from loyalty.store.tables import webhooks
from tests.fakes.operator import Desk
from tests.fakes.queues import DEAD_WEBHOOKS, WEBHOOKS
from tests.unit.operator.test_jobs import OWN, submit

URL = "https://example.com/loyalty"
MOMENT = "1970-01-01T00:16:40Z"
SENT_AT = "2023-11-14T22:13:20Z"


def done(desk: Desk, *names: str) -> str:
    """A job that is done."""
    job_id = submit(desk, *names)
    desk.system.sleep(0)
    desk.world.events.entries.clear()
    return job_id


def queued(desk: Desk) -> list[dict[str, Any]]:
    """What is in the queue of webhooks."""
    return [json.loads(message.body) for message in desk.world.sqs.queues[WEBHOOKS]]


def give_up(desk: Desk, job_id: str, reason: str = "HTTP status 500") -> dict[str, Any]:
    """Have the end of a job told for a day without success; what the dead letter says."""
    ending = {"event_id": f"{job_id}-0", "job_id": job_id, "account": "greatwidgets", "operation": "enrol"}
    letter = {**ending, "total": 1, "status": "done"}
    put(desk, json.dumps(letter), reason)
    return letter


def put(desk: Desk, body: str, reason: str) -> None:
    entry = {"Id": "1", "MessageBody": body, "MessageGroupId": "greatwidgets"}
    entry["MessageAttributes"] = {"reason": {"DataType": "String", "StringValue": reason}}  # type: ignore[assignment]
    desk.world.sqs.send_message_batch(QueueUrl=DEAD_WEBHOOKS, Entries=[entry])


def test_a_webhook_is_set_shown_and_deleted(desk: Desk) -> None:
    # GIVEN an account without a webhook
    missing = desk.run("webhook", "show", *OWN)
    assert (missing.exit_code, missing.err) == (1, "The account has no webhook\n")
    # WHEN one is set
    told = desk.json("webhook", "set", URL, *OWN)
    # THEN its secret is shown once
    assert told.pop("secret").startswith("whsec_")
    assert told == {"url": URL, "set_at": MOMENT}
    shown = {"url": URL, "set_at": MOMENT, "last_delivered": None, "last_failed": None}
    assert desk.json("webhook", "show", *OWN) == shown
    # AND after it was told something that is shown to people too
    hook = webhooks.find(desk.world.database, "greatwidgets")
    assert hook
    webhooks.note(desk.world.database, hook, "1" * 32, "HTTP status 500")
    lines = [" ".join(line.split()) for line in desk.run("webhook", "show", *OWN).out.splitlines()]
    assert lines == [
        f"url {URL}",
        f"set at {MOMENT}",
        "last delivered -",
        f"last failed job_id: {'1' * 32}, at: {MOMENT}, reason: HTTP status 500",
    ]
    # WHEN it is deleted
    assert desk.json("webhook", "delete", *OWN) == {"deleted": True}
    # THEN there is none
    assert desk.run("webhook", "show", *OWN).err == "The account has no webhook\n"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://example.com/", 'url must begin with https://; it is "http://example.com/"'),
        ("https://10.0.0.1/", 'url must lead to a public address; it is "https://10.0.0.1/"'),
    ],
)
def test_an_address_that_is_refused_is_told_in_one_line(url: str, said: str, desk: Desk) -> None:
    result = desk.run("webhook", "set", url, *OWN)
    assert (result.exit_code, result.err) == (1, f"{said}\n")


def test_the_end_of_a_job_is_told_once_more_as_at_first(desk: Desk) -> None:
    # GIVEN a webhook, and a job that is done
    desk.json("webhook", "set", URL, *OWN)
    job_id = submit(desk, "user1")
    desk.system.sleep(0)
    (first,) = [json.loads(entry["Detail"]) for entry in desk.world.events.entries]
    # WHEN it is replayed, by the beginning of its id
    assert desk.json("webhook", "replay", job_id[:8], *OWN) == {"replayed": 1}
    # THEN the queue of webhooks has what the bus was told, under the same id
    assert queued(desk) == [first]


def test_a_job_that_was_undone_is_told_as_that(desk: Desk) -> None:
    # GIVEN a job that was undone
    desk.json("webhook", "set", URL, *OWN)
    job_id = done(desk, "user1")
    desk.json("job", "undo", job_id, "--yes", *OWN)
    told = [json.loads(entry["Detail"]) for entry in desk.world.events.entries]
    # WHEN it is replayed
    desk.json("webhook", "replay", job_id, *OWN)
    # THEN that is what is told
    assert queued(desk) == [one for one in told if one["job_id"] == job_id]
    assert queued(desk)[0]["status"] == "undone"


@pytest.mark.parametrize("hooked", [True, False])
def test_nothing_is_replayed_of_a_job_that_goes_on_nor_without_a_webhook(hooked: bool, desk: Desk) -> None:
    # GIVEN a job that nobody has begun, or an account without a webhook
    job_id = submit(desk, "user1") if hooked else done(desk, "user1")
    if hooked:
        desk.json("webhook", "set", URL, *OWN)
    # THEN it is said why
    result = desk.run("webhook", "replay", job_id, *OWN)
    said = "The job has not ended: its end is told when it does" if hooked else "The account has no webhook"
    assert (result.exit_code, result.err) == (1, f"{said}\n")
    assert queued(desk) == []


def test_the_job_of_another_account_is_not_replayed(desk: Desk) -> None:
    desk.json("webhook", "set", URL, *OWN)
    job_id = done(desk, "user1")
    result = desk.run("webhook", "replay", job_id, "--account", "othertenant")
    assert (result.exit_code, result.err) == (1, "There is no such job\n")


@pytest.mark.parametrize("arguments", [[], ["0" * 32, "--all"]])
def test_which_ends_are_replayed_has_to_be_said(arguments: list[str], desk: Desk) -> None:
    result = desk.run("webhook", "replay", *arguments, *OWN)
    assert (result.exit_code, result.err) == (1, "Say which: JOB, or --all\n")


NONE_FAILED = "No call has failed for good, which takes a day of attempts; "
NONE_FAILED += "loyalty webhook show tells what came of the last ones\n"


def test_what_was_told_in_vain_is_listed_and_stays(desk: Desk) -> None:
    # GIVEN two ends that were given up, and a letter that is none
    assert desk.run("webhook", "failed").err == NONE_FAILED
    jobs = [done(desk, "user1"), done(desk, "user3")]
    for job_id in jobs:
        give_up(desk, job_id)
    put(desk, "{", "the message is malformed")
    # WHEN they are listed
    listed = desk.json("webhook", "failed")
    # THEN each says whose it is, and why
    common = {"account": "greatwidgets", "status": "done", "reason": "HTTP status 500", "given_up_at": SENT_AT}
    malformed = {"job": None, "account": None, "status": None, "reason": "the message is malformed"}
    assert listed == [{"job": job, **common} for job in jobs] + [{**malformed, "given_up_at": SENT_AT}]
    # AND of one account only its own are
    assert [one["job"] for one in desk.json("webhook", "failed", *OWN)] == jobs
    assert desk.json("webhook", "failed", "--account", "othertenant") == []
    assert len(desk.world.sqs.queues[DEAD_WEBHOOKS]) == 3


def test_all_that_was_told_in_vain_is_told_again_and_what_is_malformed_stays(desk: Desk) -> None:
    # GIVEN two ends that were given up, and a letter that is none
    letters = [give_up(desk, done(desk, name)) for name in ("user1", "user3")]
    put(desk, "{", "the message is malformed")
    # WHEN all are replayed
    assert desk.json("webhook", "replay", "--all") == {"replayed": 2}
    # THEN they are in the queue of webhooks again, and there no more
    assert queued(desk) == letters
    assert [message.body for message in desk.world.sqs.queues[DEAD_WEBHOOKS]] == ["{"]


def test_a_job_that_is_replayed_is_no_dead_letter_any_more(desk: Desk) -> None:
    # GIVEN two ends that were given up
    desk.json("webhook", "set", URL, *OWN)
    first, second = (done(desk, name) for name in ("user1", "user3"))
    for job_id in (first, second):
        give_up(desk, job_id)
    # WHEN one is replayed
    desk.json("webhook", "replay", first, *OWN)
    # THEN the other is left
    assert [one["job"] for one in desk.json("webhook", "failed")] == [second]


def test_what_was_told_in_vain_is_dropped_once_that_was_confirmed(desk: Desk) -> None:
    # GIVEN an end that was given up
    give_up(desk, done(desk, "user1"))
    # WHEN the operator says no, and then yes
    refused = desk.run("webhook", "drop", answer="n\n")
    assert (refused.exit_code, len(desk.world.sqs.queues[DEAD_WEBHOOKS])) == (1, 1)
    assert "Delete 1 end of jobs that could not be told?" in refused.err
    assert desk.json("webhook", "drop", "--yes") == {"dropped": 1}
    # THEN nothing is left
    assert desk.run("webhook", "failed").err == NONE_FAILED
