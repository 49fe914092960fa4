"""Chunks that are closed: what was told of them stays as long as nobody sends their message again."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from loyalty.jobs import cut as cutting
from tests.fakes.faults import Answer, refused
from tests.fakes.nth_call import die_before
from tests.fakes.queues import CHUNKS
from tests.fakes.steps import FINISH, at
from tests.unit.jobs import orders
from tests.unit.jobs.ends import differences, ended
from tests.unit.jobs.fed import JOB_ID, cut, feed, members, put
from tests.unit.jobs.held import deliver, deliver_again, deliver_soonest
from tests.unit.jobs.job_world import JobWorld, Order
from tests.unit.jobs.refused import GONE, REFUSED, SENT, open_program, queued, redrive, wanted_of

SEND = "send_message_batch"
THROTTLED = refused("ThrottlingException")
WRITES = ("put_item", "transact_write_items", "batch_execute_statement")


def busy(world: JobWorld, *names: str) -> None:
    """Have the store refuse all writes in which one of these stands; all again without a name."""

    def fault(do: partial[Answer]) -> Answer:
        return THROTTLED(do) if any(name in str(world.dynamodb.calls[-1].arguments) for name in names) else do()

    for action in WRITES:
        world.dynamodb.plan_always(action, fault)


@pytest.mark.parametrize("operation", SENT)
def test_a_chunk_that_was_closed_and_could_not_be_parked_is_parked_when_it_comes_again_and_not_done(
    operation: str,
) -> None:
    # GIVEN a job that was refused for its program, and whose message could not be parked
    world = queued(operation)
    before = world.end_state()
    deliver(world, at(SEND, THROTTLED, times=999))
    assert world.parked() == []
    assert world.told(JOB_ID)["counts"] == REFUSED[operation]
    # WHEN the program is there before the message comes again
    open_program(world)
    world.work()
    # THEN what was told stays, and the message is kept with its reason
    assert world.told(JOB_ID)["counts"] == REFUSED[operation]
    assert world.end_state() == before
    assert [one.attributes["reason"] for one in world.parked()] == [GONE]
    # AND a redrive mends the job
    redrive(world)
    assert not differences(wanted_of(operation), ended(world, JOB_ID))


@pytest.mark.parametrize("order", orders.ALL.values(), ids=orders.ALL)
def test_a_chunk_that_was_closed_as_busy_and_not_noted_is_noted_when_it_comes_again(order: Order) -> None:
    # GIVEN a job whose chunks were given up, by a worker that died when the first was closed
    world = JobWorld()
    job_id = world.submit(order)
    clean = world.copy()
    clean.bury()
    world.bury(world.faulty(at(FINISH, lambda do: (do(), die_before(do))[0]))[0])
    # WHEN the message comes again
    world.work()
    # THEN the job ends like that of a worker who did not die
    assert not differences(ended(clean, job_id), ended(world, job_id))


def test_an_undo_looks_no_sooner_again_for_a_second_delivery_of_its_message() -> None:
    # GIVEN an undo that has just removed customers
    world = JobWorld()
    world.order(orders.customers("N|new@example.com|Nn", columns="code email last_name"))
    world.undo(world.job_ids()[0])
    deliver(world)
    (waiting,) = world.sqs.queues[CHUNKS]
    # WHEN its message is delivered again at once
    done = deliver_again(world)
    # THEN that one is not done with, and waits as long
    assert not done
    (again,) = world.sqs.queues[CHUNKS]
    assert again.visible_at == waiting.visible_at
    # AND in the end the message is gone
    world.work()
    assert world.sqs.queues[CHUNKS] == world.parked() == []


def test_an_undo_that_could_not_take_back_all_looks_again_for_what_it_could() -> None:
    # GIVEN an undo of two customers, one of which the store does not let go
    world = JobWorld()
    rows = ("A|a@example.com|Aa", "B|b@example.com|Bb")
    world.order(orders.customers(*rows, columns="code email last_name"))
    customers = world.dynamodb.tables["customers"]
    profile_id = customers["greatwidgets#email#a@example.com",]["profile_id"]["S"]
    busy(world, "b@example.com")
    world.undo(world.job_ids()[0])
    while ("greatwidgets#email#a@example.com",) in customers:
        deliver_soonest(world)
        customers = world.dynamodb.tables["customers"]
    # WHEN somebody dies who registered the other one just before
    world.dynamodb.tables["memberships"][f"greatwidgets#123#{profile_id}",] = {
        "pk": {"S": f"greatwidgets#123#{profile_id}"},
        "origin": {"S": "somebody#0"},
        "registered_at": {"S": "2026-01-01T00:00:00Z"},
    }
    # THEN nothing is left of that when the undo's chunk is given up
    world.work()
    assert [one.attributes["reason"] for one in world.parked()] == ["the store was busy three times"]
    assert not [key for key in world.dynamodb.tables["memberships"] if profile_id in key[0]]


def test_chunks_of_a_chain_that_are_done_again_under_their_key_keep_their_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # GIVEN an import under a key whose rows share an address, and whose chunks all found the store busy
    monkeypatch.setattr(cutting, "MOST_WEIGHT", 2)
    world = JobWorld()
    rows = [f"C{number}|home@example.com|Cc{number}" for number in range(4)]
    order = orders.customers(*rows, columns="code email last_name")
    keyed = {"Idempotency-Key": "0f8fad5b-d9cb-469f-a165-70867728950e", "Prefer": "respond-async"}
    busy(world, "home@example.com")
    world.order(order, **keyed)
    world.work()
    (job_id,) = world.job_ids()
    assert world.told(job_id)["counts"] == {"busy": len(rows)}
    world.parked().clear()
    busy(world)
    # WHEN the request comes again, and the later chunks come first
    world.order(order, **keyed)
    world.sqs.queues[CHUNKS].reverse()
    world.work()
    # THEN all are done, and the first row has the address
    assert world.told(job_id)["counts"] == {"new": len(rows)}
    (owner,) = [line for line in world.end_state() if '"pk":{"S":"greatwidgets#email#home@example.com"}' in line]
    assert "profile_id of Cc0" in owner


@pytest.mark.parametrize("reverse", [False, True], ids=["in order", "backwards"])
def test_a_fed_job_whose_chunks_waited_for_each_other_is_taken_back_from_its_end(*, reverse: bool) -> None:
    # GIVEN a job that another system fed, by which customers hand an address on, two of whose chunks waited for a first
    world = JobWorld()
    world.order(orders.customers("A|a@example.com", columns="code email", no_undo="yes"))
    before = world.end_state()
    handed_on = [("A", "b"), ("B", "a"), ("C", "c")]
    rows = [{"fields": {"code": code, "email": f"{name}@example.com"}} for code, name in handed_on]
    first, *others = cut("import", rows, 1)
    feed(world, first, *({**other, "after": 1} for other in others))
    assert world.told(JOB_ID)["counts"] == {"new": 2, "updated": 1}
    # WHEN it is undone, its messages coming in any order
    world.undo(JOB_ID)
    if reverse:
        world.sqs.queues[CHUNKS].reverse()
    world.work()
    # THEN all is as it was
    assert world.told(JOB_ID)["status"] == "undone"
    assert world.end_state() == before


def test_who_feeds_a_job_is_told_to_send_the_chunk_again_of_which_something_is_not_known() -> None:
    # GIVEN a fed job of earns whose worker died once all was written, and the store busy for who came after
    world = JobWorld()
    put(world, *cut("earn", [{**one, "source": "JD"} for one in members("user1", "user2")], 2))
    deliver(world, at(FINISH, die_before))
    for action in ("query", *WRITES, "batch_get_item", "update_item"):
        world.dynamodb.plan_always(action, partial(_busy_earns, world))
    world.work()
    # THEN it is told how to have it done once
    said = "It is not known whether the promotion was issued; to have it issued once, send its chunk again"
    reply: Any = world.job("GET /jobs/{job_id}/results", JOB_ID).json()
    assert [one["errors"][0]["message"] for one in reply["response"]] == [said, said]


def _busy_earns(world: JobWorld, do: Callable[[], Answer]) -> Answer:
    return THROTTLED(do) if "earns" in str(world.dynamodb.calls[-1].arguments) else do()
