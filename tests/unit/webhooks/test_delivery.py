"""The end of a job on its way to a webhook: what is told, and to whom."""

import json

import pytest

from loyalty.doors.webhook_trigger import ENDED
from loyalty.store.tables import webhooks
from loyalty.webhooks.pauses import DAY_SECONDS
from tests.fakes.queues import DEAD_WEBHOOKS
from tests.unit.jobs import orders
from tests.unit.webhooks.hooks import URL, Hooked
from tools.operator.jobs_client import FINISHED


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
    assert (hooked.calls, hooked.queue, hooked.dead()) == ([], [], [])


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


def test_what_a_call_came_to_is_not_noted_of_another_webhook() -> None:
    # GIVEN a webhook that is replaced while it is called
    hooked = Hooked()
    before = webhooks.find(hooked.world.database, "greatwidgets")
    assert before
    hooked.set("https://other.example.com/")
    webhooks.note(hooked.world.database, before, "0" * 32, "HTTP status 500")
    # THEN nothing is told of the new one
    assert hooked.show()["last_failed"] is None
