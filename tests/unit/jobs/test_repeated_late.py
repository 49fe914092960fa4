"""A request under a key that comes again after a death, a closed promotion or a busy store: what it is told then."""

from contextlib import suppress

import pytest

from loyalty.domain.account import Promotion
from loyalty.domain.lifetime import LONGEST_SECONDS
from loyalty.jobs import cut
from loyalty.store.tables import promotion_changes
from tests.fakes.faults import Answer, refused, timed_out_after
from tests.fakes.gateway import BATCH, IMPORT
from tests.fakes.importing import FORM, as_form, rows_form
from tests.fakes.nth_call import ProcessDied, die_before
from tests.fakes.requests import JSON, as_json, batch, emails
from tests.fakes.steps import FINISH, Call, Step, at, at_each
from tests.unit.jobs import orders
from tests.unit.jobs.job_world import JobWorld, Order
from tests.unit.jobs.keyed import AT_ONCE, client
from tests.unit.jobs.test_begun_again import KEYED, throttled_but_jobs
from tests.unit.jobs.test_keys_of_jobs import UNDONE, _named, _throttled_of_jobs, send


def test_a_request_that_was_never_sent_is_refused_under_its_key_while_its_promotion_is_closed() -> None:
    # GIVEN earns under a key whose sender died once their job was stored, and whose promotion was closed then
    world, order = JobWorld(), orders.earned(2607, 56801)
    with suppress(ProcessDied):
        send(world, order, at("send_message_batch", die_before), **KEYED)
    (job_id,) = world.job_ids()
    promotion = Promotion("56801", "2607", identifier="Promo_testMay13", limit=2, active=False)
    promotion_changes.put(world.database, "greatwidgets", promotion)
    world.clock.now += 120
    # WHEN the request comes again
    reply = world.order(order, **KEYED)
    # THEN it is told so, and not as a job that nobody does
    assert "8892" in reply.body
    assert job_id not in reply.body
    # WHEN the promotion is open again
    promotion_changes.put(world.database, "greatwidgets", promotion._replace(active=True))
    world.clock.now += 120
    world.order(order, **KEYED)
    world.work()
    # THEN the same request does them
    assert world.told(job_id)["status"] == "done"
    assert world.told(job_id)["counts"]["0"] > 0


@pytest.mark.parametrize("inline_limit", [AT_ONCE, 2], ids=["at once", "queued"])
def test_the_key_of_an_undone_job_says_so_also_when_its_promotion_is_closed(inline_limit: int) -> None:
    # GIVEN earns under a key that were undone, and whose promotion was closed then
    world, order = JobWorld(inline_limit=inline_limit), orders.earned(2607, 56801)
    world.order(order, **KEYED)
    (job_id,) = world.job_ids()
    world.undo(job_id)
    world.work()
    closed = Promotion("56801", "2607", identifier="Promo_testMay13", limit=2, active=False)
    promotion_changes.put(world.database, "greatwidgets", closed)
    world.clock.now += 120
    # WHEN the request comes again
    reply = world.order(order, **KEYED)
    # THEN it is told that its job was undone, and not what that had come to
    assert (reply.status, UNDONE in reply.body) == (409, True)


def test_rows_of_which_nothing_is_known_are_imported_once_also_when_their_repetition_dies() -> None:
    # GIVEN an import that is no job, of which nothing is known, and whose repetition died before it was stored as a job
    world, order = JobWorld(inline_limit=AT_ONCE), orders.imported(no_undo="yes")
    world.prepare(order)
    lost = Step("transact_write_items", timed_out_after, times=1_000)
    key = _named(send(world, order, at_each(lost, Step("get_item", _throttled_of_jobs, times=1_000))))
    world.clock.now += LONGEST_SECONDS
    with suppress(ProcessDied):
        send(world, order, at("put_item", die_before, table="jobs"), Idempotency_Key=key)
    assert world.job_ids() == []
    # WHEN it comes once more
    world.clock.now += LONGEST_SECONDS
    again = send(world, order, Idempotency_Key=key)
    # THEN each row is told as it would have been, new ones as new
    clean = JobWorld(inline_limit=AT_ONCE)
    clean.prepare(order)
    assert world.without_ids(again.body) == clean.without_ids(clean.order(order).body)
    assert world.end_state() == clean.end_state()


def test_an_undo_never_tells_as_unchanged_what_a_request_that_died_may_have_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # GIVEN registrations of one chunk that could look up nobody, and whose repetition died when all was written
    monkeypatch.setattr(cut, "MOST_WEIGHT", 250)
    repeating = client("registrations at once")
    world = repeating.world
    repeating.send(at("batch_get_item", _throttled_of_customers, times=1_000))
    with suppress(ProcessDied):
        repeating.send(at(FINISH, die_before))
    (job_id,) = world.job_ids()
    # WHEN its job is undone
    world.clock.now += LONGEST_SECONDS
    world.undo(job_id)
    world.work()
    # THEN the items that it may have written are not told as having nothing to take back
    counts = world.told(world.job_ids()[-1])["counts"]
    assert counts == {"busy": 11, "unchanged": 1}
    # AND the operator hears of it
    assert len(world.parked()) > 0


def _throttled_of_customers(call: Call) -> Answer:
    return refused("ThrottlingException")(call) if "customers" in call.keywords["RequestItems"] else call()


@pytest.mark.parametrize("limit", [AT_ONCE, 0], ids=["at once", "queued"])
def test_what_was_told_of_an_item_stays_when_others_are_done_after_all(
    limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN registrations of one chunk, of which one found nobody, and another one a store that was busy
    monkeypatch.setattr(cut, "MOST_WEIGHT", 250)
    items = emails("new", "user4")
    world, order = JobWorld(inline_limit=limit), Order(BATCH, as_json(batch(items)), JSON)
    world.dynamodb.plan_always("put_item", throttled_but_jobs(world))
    assert _told_of_each(world, order) == [404, 503]
    world.dynamodb.plan_always("put_item", lambda do: do())
    # WHEN the one is imported, and the request is repeated under its key
    rows = rows_form("email", "new@example.com")
    assert world.send(IMPORT, as_form(rows), {"Content-Type": FORM}).json()["batch"]["customers"]["new"] == 1
    # THEN only what was busy is done
    assert _told_of_each(world, order) == [404, 0]
    # AND nothing that is told changes, however often it comes
    world.dynamodb.plan_always("put_item", throttled_but_jobs(world))
    assert _told_of_each(world, order) == [404, 0]


def _told_of_each(world: JobWorld, order: Order) -> list[int]:
    """What a request under a key is told of each item, at once or by its job."""
    reply = world.order(order, **KEYED)
    world.work()
    if reply.status == 202:
        reply = world.job("GET /jobs/{job_id}/results", reply.json()["job_id"])
    return [one["error"] for one in reply.json()["result"]]
