"""The end of a job on its way to a webhook: told once if it is taken, and again for a day if it is not."""

import json
from contextlib import suppress
from itertools import pairwise

import pytest

from loyalty.domain.deadline import BUDGETS
from loyalty.doors.webhook_trigger import ENDED
from loyalty.store.tables import webhooks
from loyalty.webhooks.pauses import DAY_SECONDS
from tests.fakes.faults import Fault, refused, timed_out_after, unreachable
from tests.fakes.log import captured_log, told
from tests.fakes.nth_call import ProcessDied, die_before
from tests.fakes.queues import DEAD_WEBHOOKS, WEBHOOKS
from tests.unit.jobs import orders
from tests.unit.webhooks.hooks import URL, Hooked
from tests.unit.webhooks.test_pauses import TABLE
from tools.operator.jobs_client import FINISHED

LATE = "1970-01-01T00:16:40Z"


def dead(hooked: Hooked) -> list[tuple[str, str]]:
    """Of the dead letters the job and the reason."""
    letters = hooked.world.sqs.queues[DEAD_WEBHOOKS]
    return [(json.loads(one.body)["job_id"], one.attributes["reason"]) for one in letters]


def test_a_job_that_ended_is_told_as_the_jobs_api_shows_it_and_signed() -> None:
    # GIVEN an account with a webhook, and a job that is done
    hooked = Hooked()
    job_id = hooked.done()
    # WHEN that is delivered
    assert hooked.deliver() == []
    # THEN the webhook gets what GET /jobs/{job_id} answers, to the byte
    (call,) = hooked.calls
    shown = hooked.world.job("GET /jobs/{job_id}", job_id)
    assert (call.url, call.body.decode()) == (URL, shown.body)
    # AND what says whose it is, and what it is
    assert {name: text for name, text in call.headers.items() if name != "webhook-signature"} == {
        "content-type": "application/json",
        "user-agent": "loyalty-webhooks",
        "webhook-id": f"{job_id}-0",
        "webhook-timestamp": str(int(hooked.world.clock())),
    }
    assert call.is_signed(hooked.secret)
    # AND the call may only go to public addresses
    assert not call.reach.loopback
    # AND the webhook says that it was told
    assert hooked.show()["last_delivered"]["job_id"] == job_id
    assert hooked.queue == []


@pytest.mark.parametrize("ending", ["cancelled", "undone"])
def test_jobs_that_are_cancelled_and_undone_are_told_as_that(ending: str) -> None:
    # GIVEN jobs that end otherwise
    hooked = Hooked()
    if ending == "cancelled":
        job_id = hooked.world.submit(orders.ALL["enrol"])
        hooked.world.cancel(job_id)
    else:
        job_id = hooked.done()
        hooked.deliver()
        hooked.world.undo(job_id)
    hooked.world.work()
    hooked.route()
    # WHEN that is delivered
    hooked.deliver()
    # THEN the last call says so
    last = hooked.calls[-1].job()
    assert (last["job_id"], last["status"]) == (job_id, ending)
    assert len({call.headers["webhook-id"] for call in hooked.calls}) == len(hooked.calls)


def test_a_call_that_fails_is_repeated_with_growing_pauses_and_under_the_same_id() -> None:
    # GIVEN a receiver that fails
    hooked = Hooked()
    hooked.done()
    began = hooked.world.clock()
    hooked.failures = ["HTTP status 500"] * 5
    moments = []
    # WHEN time passes
    for _ in range(1_000):
        if not hooked.queue:
            break
        before = len(hooked.calls)
        hooked.deliver()
        moments += [hooked.world.clock() - began] * (len(hooked.calls) - before)
        hooked.world.clock.now += 1
    # THEN it is called again as the table says, until it takes the call
    assert moments == TABLE[:6]
    assert len({call.headers["webhook-id"] for call in hooked.calls}) == 1
    # AND each attempt is signed with its own time
    assert [int(call.headers["webhook-timestamp"]) for call in hooked.calls] == [int(began + one) for one in TABLE[:6]]
    assert all(call.is_signed(hooked.secret) for call in hooked.calls)
    # AND nothing is sent to the queue that the function reads: Lambda would take that for a loop
    assert hooked.world.sqs.queues[WEBHOOKS] == []
    shown = hooked.show()
    assert shown["last_failed"]["reason"] == "HTTP status 500"
    assert shown["last_delivered"]["at"] > shown["last_failed"]["at"]


def test_after_a_day_it_is_given_up_and_kept_for_the_operator() -> None:
    # GIVEN a receiver that always fails
    hooked = Hooked()
    job_id = hooked.done()
    hooked.failures = ["no answer within 10 s"] * 100
    # WHEN a day is over
    for before, after in pairwise(TABLE):
        hooked.deliver()
        assert dead(hooked) == []
        hooked.world.clock.now += after - before
    assert hooked.deliver() == []
    # THEN it is a dead letter
    assert (len(hooked.calls), hooked.queue) == (len(TABLE), [])
    assert dead(hooked) == [(job_id, "no answer within 10 s")]


@pytest.mark.parametrize("receives", [1, 60])
def test_deliveries_for_which_there_was_no_function_shorten_nothing(receives: int) -> None:
    # GIVEN a message that was received in vain while functions were throttled
    hooked = Hooked()
    hooked.done()
    hooked.queue[0] = hooked.queue[0]._replace(receives=receives)
    hooked.failures = ["HTTP status 503"]
    # THEN its pause is by its age alone
    hooked.deliver()
    assert hooked.queue[0].visible_at == hooked.world.clock() + 10


def test_while_calls_fail_one_at_a_time_is_made_so_that_others_are_served() -> None:
    # GIVEN a receiver that answers nobody, and the ends of five jobs
    hooked = Hooked()
    for _ in range(5):
        hooked.done()
    hooked.failures = ["no answer within 10 s"] * 2
    # WHEN they are delivered
    assert len(hooked.deliver()) == 5
    # THEN the first is called for, and the others wait
    assert len(hooked.calls) == 1
    assert {message.visible_at for message in hooked.queue} == {hooked.world.clock() + 10}
    # WHEN their time comes, and the receiver still fails
    hooked.world.clock.now += 10
    hooked.deliver()
    # THEN it is tried once more
    assert len(hooked.calls) == 2
    # AND once it takes a call, it gets all of them
    hooked.world.clock.now += 60
    hooked.deliver()
    hooked.deliver()
    assert len(hooked.calls) == 7
    assert hooked.queue == []


def test_the_last_attempt_is_made_though_calls_fail() -> None:
    # GIVEN two ends of jobs that were told in vain for a day
    hooked = Hooked()
    hooked.done()
    hooked.done()
    hooked.failures = ["HTTP status 500"] * 100
    hooked.world.clock.now += DAY_SECONDS
    # THEN each is called for once more before it is given up
    assert hooked.deliver() == []
    assert (len(hooked.calls), len(dead(hooked))) == (2, 2)


def test_a_turn_is_taken_by_one_of_several_who_come_at_once() -> None:
    # GIVEN a webhook whose calls fail, read by two processes at once
    hooked = Hooked()
    hooked.done()
    hooked.failures = ["HTTP status 500"]
    hooked.deliver()
    hooked.world.clock.now += 10
    seen = webhooks.find(hooked.world.database, "greatwidgets")
    assert seen
    # THEN the first may call, and the other may not
    assert [webhooks.take_turn(hooked.world.database, seen) for _ in range(2)] == [True, False]


def test_who_has_no_webhook_is_told_nothing_and_nothing_is_kept() -> None:
    # GIVEN an account without a webhook
    hooked = Hooked()
    hooked.world.job("DELETE /webhook")
    hooked.done()
    # WHEN the end of its job is delivered
    reads = len(hooked.world.dynamodb.calls)
    assert hooked.deliver() == []
    # THEN that takes one read
    assert [call.action for call in hooked.world.dynamodb.calls[reads:]] == ["get_item"]
    assert (hooked.calls, hooked.queue, dead(hooked)) == ([], [], [])


def test_a_webhook_that_is_deleted_gets_no_further_attempt() -> None:
    hooked = Hooked()
    hooked.done()
    hooked.failures = ["HTTP status 410"]
    hooked.deliver()
    hooked.world.job("DELETE /webhook")
    hooked.world.clock.now += 10
    assert hooked.deliver() == []
    assert (len(hooked.calls), hooked.queue, dead(hooked)) == (1, [], [])


def test_a_webhook_that_is_set_anew_gets_what_is_left() -> None:
    # GIVEN a call that failed
    hooked = Hooked()
    hooked.done()
    hooked.failures = ["the host name is not known"]
    hooked.deliver()
    # WHEN the account names another address
    secret = hooked.set("https://other.example.com/")["secret"]
    hooked.world.clock.now += 10
    hooked.deliver()
    # THEN the next attempt goes there, signed with the new secret
    last = hooked.calls[-1]
    assert (last.url, last.is_signed(secret), last.is_signed(hooked.secret)) == (
        "https://other.example.com/",
        True,
        False,
    )


def test_a_job_that_goes_on_is_told_when_it_ends_again() -> None:
    # GIVEN a job whose end was not told before it was being undone
    hooked = Hooked()
    job_id = hooked.done()
    hooked.world.undo(job_id)
    # WHEN that end is delivered
    assert hooked.deliver() == []
    # THEN nothing is told: it has not ended
    assert hooked.calls == []
    # AND when it is undone that is told
    hooked.world.work()
    hooked.route()
    hooked.deliver()
    assert sorted((call.job()["operation"], call.job()["status"]) for call in hooked.calls) == [
        ("enrol", "undone"),
        ("undo", "done"),
    ]


def test_what_is_told_is_where_a_job_stays() -> None:
    assert ENDED == FINISHED


def test_a_job_that_is_forgotten_is_not_told() -> None:
    hooked = Hooked()
    hooked.done()
    hooked.world.clock.now += 8 * DAY_SECONDS
    assert hooked.deliver() == []
    assert hooked.calls == []


def test_the_job_of_another_account_is_not_told() -> None:
    # GIVEN an event that names another account than its job's
    hooked = Hooked()
    hooked.done()
    token = {"Authorization": "Bearer other-token-1"}
    assert hooked.world.set_webhook({"url": URL}, token).status == 200
    message = hooked.queue[0]
    hooked.queue[0] = message._replace(body=message.body.replace("greatwidgets", "othertenant"))
    # THEN nobody is called
    assert hooked.deliver() == []
    assert hooked.calls == []


@pytest.mark.parametrize("body", ["", "{", "[]", '{"job_id": 1}', '{"detail": {}}'])
def test_a_message_that_is_no_end_of_a_job_is_kept_for_the_operator(body: str) -> None:
    hooked = Hooked()
    hooked.done()
    hooked.queue[0] = hooked.queue[0]._replace(body=body)
    assert hooked.deliver() == []
    (letter,) = hooked.world.sqs.queues[DEAD_WEBHOOKS]
    assert (letter.body, letter.attributes, hooked.calls) == (body, {"reason": "the message is malformed"}, [])


def test_the_event_of_the_version_before_is_told_too() -> None:
    # GIVEN the end of a job that was retried, as the version before put it on the bus
    hooked = Hooked()
    job_id = hooked.world.submit(orders.ALL["enrol"])
    hooked.world.cancel(job_id)
    hooked.world.work()
    hooked.world.retry(job_id)
    hooked.world.work()
    hooked.world.events.entries[:-1] = []
    hooked.route()
    now = json.loads(hooked.queue[0].body)
    before = {name: now[name] for name in ("job_id", "account", "operation", "total")}
    hooked.queue[0] = hooked.queue[0]._replace(body=json.dumps(before))
    # THEN it is told under the id that it has now
    assert hooked.deliver() == []
    assert [call.headers["webhook-id"] for call in hooked.calls] == [now["event_id"]]


def test_while_the_store_is_busy_nobody_is_called_and_the_message_comes_again() -> None:
    # GIVEN a store that refuses
    hooked = Hooked()
    hooked.done()
    busy, _ = hooked.world.faulty(dict.fromkeys(range(1, 1_000), refused("ThrottlingException")))
    # THEN the message stays in its queue
    assert len(hooked.deliver(busy)) == 1
    assert hooked.calls == []
    # AND is delivered once the store is well
    assert hooked.deliver() == []
    assert len(hooked.calls) == 1


@pytest.mark.parametrize("fault", [refused("ThrottlingException"), unreachable, timed_out_after, die_before])
@pytest.mark.parametrize("days", [0, 1], ids=["first attempt", "last attempt"])
def test_whatever_happens_to_any_call_the_end_of_a_job_is_told_or_kept(fault: Fault, days: int) -> None:
    # GIVEN the end of a job, whose receiver takes the first attempt, and fails at the last
    def begin() -> tuple[Hooked, str]:
        hooked = Hooked()
        job_id = hooked.done()
        hooked.world.clock.now += days * DAY_SECONDS
        hooked.failures = ["HTTP status 500"] * 5 * days
        return hooked, job_id

    hooked, _ = begin()
    database, client = hooked.world.faulty()
    hooked.deliver(database)
    assert client.count > 3
    for number in range(1, client.count + 1):
        # WHEN the n-th call of that delivery meets a fault, and all after it
        hooked, job_id = begin()
        database, _ = hooked.world.faulty(dict.fromkeys(range(number, 1_000), fault))
        with suppress(ProcessDied):
            hooked.deliver(database)
        # AND it is delivered again as long as it is in its queue
        while hooked.queue:
            hooked.world.clock.now += 180
            hooked.deliver()
        # THEN it was told, and what nobody took is kept
        assert {call.job()["job_id"] for call in hooked.calls} == {job_id}, number
        assert set(dead(hooked)) == ({(job_id, "HTTP status 500")} if days else set()), number


def test_a_store_that_is_busy_leaves_the_time_that_a_call_takes() -> None:
    # GIVEN a store that refuses
    hooked = Hooked()
    hooked.done()
    began = hooked.world.clock()
    busy, _ = hooked.world.faulty(dict.fromkeys(range(1, 1_000), refused("ThrottlingException")))
    # WHEN a message is delivered
    hooked.deliver(busy)
    # THEN looking up ends when the table of budgets says
    left = BUDGETS["a call to a webhook"].left
    assert left - 1 <= hooked.world.clock() - began <= left + 0.1


def test_what_was_taken_is_not_told_again_because_that_could_not_be_noted() -> None:
    # GIVEN a store that takes no note
    hooked = Hooked()
    hooked.done()
    hooked.world.dynamodb.plan_always("update_item", refused("ThrottlingException"))
    # THEN the message is finished all the same
    assert hooked.deliver() == []
    assert len(hooked.calls) == 1


def test_what_a_call_came_to_is_not_noted_of_another_webhook() -> None:
    # GIVEN a webhook that is replaced while it is called
    hooked = Hooked()
    before = webhooks.find(hooked.world.database, "greatwidgets")
    assert before
    hooked.set("https://other.example.com/")
    webhooks.note(hooked.world.database, before, "0" * 32, "HTTP status 500")
    # THEN nothing is told of the new one
    assert hooked.show()["last_failed"] is None


def test_each_attempt_has_one_line_in_the_log_without_the_address() -> None:
    # GIVEN attempts that fail, and one that does not
    hooked = Hooked()
    job_id = hooked.done()
    hooked.failures = ["HTTP status 500"]
    with captured_log() as log:
        hooked.deliver()
        hooked.world.clock.now += 10
        hooked.deliver()
    # THEN each has its line
    common = {"level": "INFO", "function": "deliver_webhook", "account": "greatwidgets", "job_id": job_id}
    lines = [{name: text for name, text in told(line).items() if name != "message_id"} for line in log.lines]
    assert lines == [
        {**common, "receives": 1, "outcome": "HTTP status 500"},
        {**common, "receives": 2, "outcome": "delivered"},
    ]
    assert "example" not in log.text
    assert hooked.secret not in log.text
