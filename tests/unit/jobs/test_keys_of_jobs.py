"""A key is its job's: it tells and mends what that came to, never does again what was undone, and is nobody else's."""

import json
import re

import pytest

from loyalty.domain.account import Promotion
from loyalty.domain.job import KEPT_SECONDS
from loyalty.domain.lifetime import LONGEST_SECONDS
from loyalty.doors.endpoint import serve
from loyalty.store.tables import promotion_changes
from loyalty.store.tables.claims import KEPT_SECONDS as CLAIMED_SECONDS
from tests.fakes.faults import Answer, refused, timed_out_after
from tests.fakes.gateway import FakeContext, Reply, proxy_event, reply_of
from tests.fakes.importing import refusal
from tests.fakes.steps import Call, Step, at_each
from tests.fakes.world import CONTRACTS
from tests.unit.jobs import orders
from tests.unit.jobs.job_world import JobWorld, Order
from tests.unit.jobs.keyed import AT_ONCE, DOORS, KEY, QUEUED, client, once

UNDONE = "The job of this Idempotency-Key was undone; to do its request again, use a new key"
REUSED = "This Idempotency-Key was used for another request; a new request needs a new key"
KEYED = {"Idempotency-Key": KEY}
UNDOABLE = [door for door in DOORS if not any(word in door for word in ("without undo", "deletion", "erasure"))]


def send(world: JobWorld, order: Order, faults: dict[int, object] | None = None, **headers: str) -> Reply:
    """The reply of a process to a request whose id is like the gateway's."""
    sent = {**order.headers, **{name.replace("_", "-"): text for name, text in headers.items()}}
    database, _ = world.faulty(faults, at_work=True)  # type: ignore[arg-type]
    number = next(world._requests)
    context = FakeContext(f"{number:08x}-1111-4222-8333-{number:012x}")
    return reply_of(
        serve(CONTRACTS[order.path], lambda: database)(proxy_event(order.body, sent, path=order.path), context)
    )


@pytest.mark.parametrize("when", ["while it is undone", "after it was undone"])
@pytest.mark.parametrize("door", UNDOABLE)
def test_the_key_of_a_job_that_is_undone_does_nothing_again(door: str, when: str) -> None:
    # GIVEN a request that was done under its key
    repeating = client(door)
    world = repeating.world
    before = world.end_state()
    repeating.send()
    (job_id,) = world.job_ids()
    # WHEN its job is undone, and the request comes again under the key
    world.undo(job_id)
    if when == "after it was undone":
        world.work()
    world.idle = True
    replies = [
        world.order(repeating.order, **KEYED),
        repeating.world.order(repeating.order, **KEYED, Prefer="respond-async"),
    ]
    # THEN it is told that, and nothing is done
    for reply in replies:
        assert UNDONE in reply.body
        assert reply.status == (200 if "import" in door else 409)
    world.work()
    assert world.end_state() == before
    assert len(world.job_ids()) == 2
    # AND a new key does it again
    again = world.order(repeating.order, **{"Idempotency-Key": "another"})
    world.work()
    assert world.end_state() == once(door)[1], again


def test_a_key_of_an_undone_job_is_refused_in_each_vendors_form() -> None:
    wanted = {
        "one registration": f'{{"error":409,"error_text":"{UNDONE}"}}',
        "registrations queued": f'{{"error":409,"error_text":"{UNDONE}"}}',
        "registrations in XML queued": f"<xml><error>409</error><error_text>{UNDONE}</error_text></xml>",
        "import at once": json.dumps(refusal(UNDONE), indent=2),
        "import queued, in JSONP": f"/**/done({json.dumps(refusal(UNDONE), indent=2)});",
        "earn queued": '{"response":[],"totalCount":0,"failureCount":0,'
        f'"errors":[{{"status":false,"code":409,"message":"{UNDONE}"}}],"warnings":[]}}',
    }
    for door, body in wanted.items():
        repeating = client(door)
        repeating.send()
        repeating.world.undo(repeating.world.job_ids()[0])
        assert repeating.world.order(repeating.order, **KEYED).body == body


@pytest.mark.parametrize(
    ("door", "action"),
    [
        ("registrations queued", "batch_execute_statement"),
        ("import queued", "transact_write_items"),
        ("earn queued", "batch_execute_statement"),
        ("earn queued under a limit", "update_item"),
    ],
)
def test_busy_items_of_a_queued_job_are_done_when_its_request_comes_again(door: str, action: str) -> None:
    # GIVEN what the order comes to, and a job that ended with the store busy for some of its items
    wanted, end_state = once(door)
    repeating = client(door)
    world = repeating.world
    throttled = refused("ThrottlingException")

    def fault(do: Call) -> object:
        return do() if world.dynamodb.calls[-1].arguments.get("TableName") == "jobs" else throttled(do)

    world.dynamodb.plan_always(action, fault)  # type: ignore[arg-type]
    repeating.send()
    world.work()
    (job_id,) = world.job_ids()
    assert world.told(job_id)["status"] == "done"
    assert {"503", "busy", "8896"} & world.told(job_id)["counts"].keys()
    world.parked().clear()
    # WHEN the request comes again under its key, once the store is well
    world.dynamodb.plan_always(action, lambda do: do())
    repeating.send()
    world.work()
    # THEN the same job has done these items, and nothing twice
    assert (repeating.told(repeating.send()), world.end_state()) == (wanted, end_state)
    assert world.job_ids() == [job_id]
    # AND it was announced as finished, both times
    assert len(world.events.entries) == 2
    # AND further repetitions send nothing
    sent = len(world.sqs.calls)
    assert repeating.told(repeating.send()) == wanted
    assert len(world.sqs.calls) == sent


@pytest.mark.parametrize("inline_limit", [AT_ONCE, QUEUED], ids=["at once", "queued"])
def test_earns_of_which_nothing_is_known_are_issued_once_under_the_key_that_their_answer_names(
    inline_limit: int,
) -> None:
    # GIVEN earns without a key, whose answers were lost, and that could not be read back
    world, order = JobWorld(inline_limit=AT_ONCE), orders.earned()
    faults = _lost_and_unreadable()
    reply = send(world, order, faults)
    (key,) = set(
        re.findall(
            r"repeat the whole request with the header Idempotency-Key: (job-[0-9a-f]{32}(?:-[0-9a-f]{16})?)",
            reply.body,
        )
    )
    written = list(world.dynamodb.tables["earns"])
    # WHEN the request is repeated under the key that the answer names, also where it goes through the queue then
    world.clock.now += LONGEST_SECONDS
    world.settings = world.settings._replace(inline_limit=inline_limit)
    again = send(world, order, Idempotency_Key=key)
    world.work()
    again = send(world, order, Idempotency_Key=key)
    # THEN each is told as issued, and none was issued twice
    clean = JobWorld(inline_limit=AT_ONCE)
    wanted = clean.order(order)
    assert world.without_ids(again.body) == clean.without_ids(wanted.body)
    assert list(world.dynamodb.tables["earns"]) == written
    assert world.end_state() == clean.end_state()
    # AND they are a job now, which can be undone
    (job_id,) = world.job_ids()
    assert key.startswith(f"job-{job_id}-")
    world.undo(job_id)
    world.work()
    assert not world.dynamodb.tables["earns"]


def _lost_and_unreadable() -> dict[int, object]:
    """All writes of earns are done, and neither their answers come, nor those of who looks at them."""

    def meet(call: Call) -> object:
        if call.action == "batch_execute_statement":
            return timed_out_after(call)
        about_earns = "earns" in call.keywords.get("RequestItems", {})
        return refused("ThrottlingException")(call) if about_earns else call()

    return dict.fromkeys(range(1, 1_000), meet)


@pytest.mark.parametrize("inline_limit", [AT_ONCE, QUEUED], ids=["at once", "queued"])
def test_rows_of_which_nothing_is_known_are_imported_once_under_the_key_in_their_answer(inline_limit: int) -> None:
    # GIVEN an import that is no job, whose answers were lost, and of which nothing could be read back
    world, order = JobWorld(inline_limit=AT_ONCE), orders.imported(no_undo="yes")
    world.prepare(order)
    lost = Step("transact_write_items", timed_out_after, times=1_000)
    key = _named(send(world, order, at_each(lost, Step("get_item", _throttled_of_jobs, times=1_000))))
    # WHEN the request is repeated under the key that the answer names
    world.clock.now += LONGEST_SECONDS
    world.settings = world.settings._replace(inline_limit=inline_limit)
    send(world, order, Idempotency_Key=key)
    world.work()
    again = send(world, order, Idempotency_Key=key)
    # THEN each row is told as it would have been, new ones as new
    clean = JobWorld(inline_limit=AT_ONCE)
    clean.prepare(order)
    wanted = clean.order(order)
    assert world.without_ids(again.body) == clean.without_ids(wanted.body)
    assert world.end_state() == clean.end_state()


def _throttled_of_jobs(call: Call) -> Answer:
    answer: Answer = refused("ThrottlingException")(call) if call.keywords["TableName"] == "jobs" else call()
    return answer


def test_the_key_that_an_answer_names_is_refused_for_another_request() -> None:
    # GIVEN earns of which nothing is known, and that were done under the key that their answer names
    world, order = JobWorld(inline_limit=AT_ONCE), orders.earned()
    key = _named(send(world, order, _lost_and_unreadable()))
    world.clock.now += LONGEST_SECONDS
    first = send(world, order, Idempotency_Key=key)
    # WHEN another request comes under it
    other = order._replace(body=str(order.body).replace("INSTORE", "JD"))
    reply = send(world, other, Idempotency_Key=key)
    # THEN it is refused, and the first keeps its answer
    assert (reply.status, REUSED in reply.body) == (422, True)
    assert send(world, order, Idempotency_Key=key).body == first.body


@pytest.mark.parametrize("part_of_it", [True, False], ids=["by that key", "by the writer's id alone"])
def test_a_part_of_a_request_under_the_key_that_its_answer_names_is_refused(*, part_of_it: bool) -> None:
    # GIVEN earns of which nothing is known
    world, order = JobWorld(inline_limit=AT_ONCE), orders.earned()
    key = _named(send(world, order, _lost_and_unreadable()))
    written = list(world.dynamodb.tables["earns"])
    world.clock.now += LONGEST_SECONDS
    # WHEN only a part of them comes under that key, or under one that does not say which request it was
    document = json.loads(str(order.body))
    document["customers"] = document["customers"][1:]
    under = key if part_of_it else key[: len("job-") + 32]
    reply = send(world, order._replace(body=json.dumps(document)), Idempotency_Key=under)
    # THEN it is refused, and nothing is issued a second time
    assert (reply.status, REUSED in reply.body) == (422, True)
    assert list(world.dynamodb.tables["earns"]) == written
    # AND the whole of it is told as issued under its key
    assert send(world, order, Idempotency_Key=key).status == 200


@pytest.mark.parametrize("door", ["registrations at once", "registrations queued", "import queued", "earn at once"])
def test_the_key_of_a_job_by_its_id_tells_what_that_came_to(door: str) -> None:
    # GIVEN a request that is a job, whichever key it had
    repeating = client(door)
    first, end_state = repeating.send(), repeating.world.end_state()
    (job_id,) = repeating.world.job_ids()
    # WHEN it is repeated under the key of its job
    again = repeating.world.order(repeating.order, **{"Idempotency-Key": f"job-{job_id}"})
    # THEN it has the answer, and nothing is done
    assert (again.status, again.body) == (first.status, first.body)
    assert (repeating.world.end_state(), repeating.world.job_ids()) == (end_state, [job_id])
    # AND another request is refused
    other = repeating.order._replace(body=str(repeating.order.body).replace("example", "elsewhere"))
    assert REUSED in repeating.world.order(other, **{"Idempotency-Key": f"job-{job_id}"}).body
    assert repeating.world.end_state() == end_state


def test_the_key_of_another_accounts_job_tells_nothing_and_is_refused() -> None:
    # GIVEN a job of an account
    world = JobWorld(inline_limit=AT_ONCE)
    order = orders.enrol()
    world.order(order, **KEYED)
    (job_id,) = world.job_ids()
    end_state = world.end_state()
    # WHEN another account sends the same under the key of that job
    theirs = order._replace(body=str(order.body).replace("abc123def456", "other-token-1"))
    reply = world.order(theirs, **{"Idempotency-Key": f"job-{job_id}"})
    # THEN it is refused as one that was used
    assert (reply.status, reply.json()) == (422, {"error": 422, "error_text": REUSED})
    assert (world.end_state(), world.job_ids()) == (end_state, [job_id])


def _named(reply: Reply) -> str:
    said = r"repeat the whole request with the header Idempotency-Key: (job-[0-9a-f]{32}(?:-[0-9a-f]{16})?)"
    (key,) = set(re.findall(said, reply.body))
    return str(key)


@pytest.mark.parametrize("inline_limit", [AT_ONCE, QUEUED], ids=["at once", "queued"])
@pytest.mark.parametrize("change", ["closed", "limit lowered", "gone"])
def test_a_promotion_that_is_closed_meanwhile_does_not_change_the_answer_under_a_key(
    change: str, inline_limit: int
) -> None:
    # GIVEN earns that were issued under a key
    world, order = JobWorld(inline_limit=inline_limit), orders.earned(2607, 56801)
    first = world.order(order, **KEYED)
    assert '"earnedId"' in first.body
    end_state = world.end_state()
    # WHEN the promotion is closed, and the request comes again
    if change == "gone":
        for key in [key for key in world.dynamodb.tables["accounts"] if "56801" in str(key)]:
            del world.dynamodb.tables["accounts"][key]
    else:
        promotion = Promotion("56801", "2607", identifier="Promo_testMay13", limit=2)
        changes = {"active": False} if change == "closed" else {"limit": 1}
        promotion_changes.put(world.database, "greatwidgets", promotion._replace(**changes))
    world.clock.now += 120
    again = world.order(order, **KEYED)
    # THEN the answer is the first one's, and nothing is done
    assert (again.status, again.body) == (first.status, first.body)
    assert world.end_state() == end_state
    # AND without the key it is as it is now
    if change != "limit lowered":
        assert '"earnedId"' not in world.order(order).body


@pytest.mark.parametrize("door", ["registrations queued", "import queued", "earn at once"])
def test_a_key_outlives_neither_its_day_nor_its_job(door: str) -> None:
    # GIVEN a request that was done under a key, long ago; nothing was deleted yet
    repeating = client(door)
    repeating.send()
    world = repeating.world
    (job_id,) = world.job_ids()
    world.clock.now += max(KEPT_SECONDS, CLAIMED_SECONDS) + 1
    assert world.job("GET /jobs/{job_id}", job_id).status == 404
    # WHEN it comes again
    repeating.send()
    world.work()
    # THEN it is a new request, a job of its own
    assert len(set(world.job_ids()) - {job_id}) == 1
