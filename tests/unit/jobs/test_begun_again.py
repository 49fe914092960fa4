"""A job that is begun again for its busy items, where that meets an undo, a death, or a promotion that was closed."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import pytest

from loyalty.domain.account import Promotion
from loyalty.domain.lifetime import LONGEST_SECONDS
from loyalty.jobs import cut
from loyalty.store.tables import jobs, promotion_changes
from tests.fakes.faults import Answer, Fault, refused, timed_out_after
from tests.fakes.gateway import BATCH, IMPORT
from tests.fakes.importing import FORM, as_form, rows_form
from tests.fakes.nth_call import ProcessDied, die_after, die_before
from tests.fakes.queues import CHUNKS
from tests.fakes.requests import JSON, as_json, batch, emails
from tests.fakes.steps import FINISH, NOTE, Call, Step, at, at_each
from tests.unit.jobs import orders
from tests.unit.jobs.held import deliver
from tests.unit.jobs.job_world import JobWorld, Order
from tests.unit.jobs.keyed import AT_ONCE, KEY, Client, client, once
from tests.unit.jobs.test_keys_of_jobs import UNDONE, _named, _throttled_of_jobs, send

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
