"""Calls that fail: who is called again, when, and for how long."""

from itertools import pairwise

import pytest

from loyalty.store.tables import webhooks
from loyalty.webhooks.pauses import DAY_SECONDS
from tests.fakes.log import captured_log, told
from tests.fakes.queues import WEBHOOKS
from tests.unit.webhooks.hooks import Hooked
from tests.unit.webhooks.test_pauses import TABLE


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
        assert hooked.dead() == []
        hooked.world.clock.now += after - before
    assert hooked.deliver() == []
    # THEN it is a dead letter
    assert (len(hooked.calls), hooked.queue) == (len(TABLE), [])
    assert hooked.dead() == [(job_id, "no answer within 10 s")]


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
    assert (len(hooked.calls), len(hooked.dead())) == (2, 2)


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


def test_a_webhook_that_is_deleted_gets_no_further_attempt() -> None:
    hooked = Hooked()
    hooked.done()
    hooked.failures = ["HTTP status 410"]
    hooked.deliver()
    hooked.world.job("DELETE /webhook")
    hooked.world.clock.now += 10
    assert hooked.deliver() == []
    assert (len(hooked.calls), hooked.queue, hooked.dead()) == (1, [], [])


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
