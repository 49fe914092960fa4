"""Who leaves, beside registrations and imports that come again: each happens once, and nobody is brought back."""

from collections.abc import Callable

import pytest

from loyalty.domain.lifetime import LONGEST_SECONDS
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import erasure
from tests.fakes.delivery import Mappings
from tests.fakes.faults import Answer, Fault, timed_out_after, timed_out_before
from tests.fakes.gateway import BATCH, LEAVE, SINGLE
from tests.fakes.nth_call import ProcessDied, die_after, die_before
from tests.fakes.requests import JSON, as_json, batch, emails, single
from tests.unit.jobs import orders
from tests.unit.jobs.job_world import JobWorld, Order

USER1 = "663a138cee44bb50a67115cd"
CAMPAIGN = "898989889"
LEAVES = Order(LEAVE, as_json(single()), JSON)
REGISTERS = Order(SINGLE, as_json(single()), JSON)
ROWS = orders.customers("A|a@example.com|25", columns="code email auto_add", campaigns_to_include=CAMPAIGN)
A_LEAVES = Order(LEAVE, as_json(single(email="a@example.com", loyalty_program_id=int(CAMPAIGN))), JSON)


def code(world: JobWorld, order: Order, **headers: str) -> int:
    """What an order is answered."""
    error: int = world.order(order, **headers).json()["error"]
    return error


def member_of(world: JobWorld, email: str) -> dict[str, object] | None:
    """The membership in CAMPAIGN of the customer whom an import made."""
    pointer = world.dynamodb.tables["customers"][(f"greatwidgets#email#{email}",)]
    return world.member(pointer["profile_id"]["S"], CAMPAIGN)


def with_members() -> JobWorld:
    """Customers, two of them members."""
    world = JobWorld(inline_limit=1_000)
    assert code(world, REGISTERS) == 0
    return world


def failing(world: JobWorld, order: Order, action: str, fault: Fault, *, on: bool = False, **headers: str) -> Database:
    """A process whose last call of an action, when it does an order, meets a fault, and all `on` from it if so said."""
    trial = world.copy()
    database, calls = trial.faulty()
    trial.order(order, database, **headers)
    at = max(number for number, one in enumerate(calls.actions, start=1) if one == action)
    return world.faulty(dict.fromkeys(range(at, 1_000 if on else at + 1), fault))[0]


def test_a_repeated_deletion_has_the_first_answer_and_ends_no_membership_made_since() -> None:
    # GIVEN a deletion under a key, and a registration after it
    world = with_members()
    assert code(world, LEAVES, Idempotency_Key="k") == 0
    assert code(world, REGISTERS) == 0
    # WHEN the deletion comes again
    # THEN it has the first answer, and the customer stays
    assert code(world, LEAVES, Idempotency_Key="k") == 0
    assert world.member(USER1)


@pytest.mark.parametrize("after", [False, True], ids=["before it is done", "once it is done"])
def test_a_deletion_whose_process_died_is_done_once_when_it_comes_again(*, after: bool) -> None:
    # GIVEN a deletion under a key that dies at its transaction, and a registration after that
    world = with_members()
    fault = die_after if after else die_before
    database = failing(world, LEAVES, "transact_write_items", fault, Idempotency_Key="k")
    with pytest.raises(ProcessDied):
        world.order(LEAVES, database, Idempotency_Key="k")
    assert code(world, REGISTERS) == (0 if after else 409)
    # WHEN it comes again once the first can't be at work any more
    world.clock.now += LONGEST_SECONDS
    assert code(world, LEAVES, Idempotency_Key="k") == 0
    # THEN it ended one membership
    assert (world.member(USER1) is not None) == after


def test_a_deletion_whose_answer_was_lost_is_told_as_done() -> None:
    # GIVEN a store that ends a membership and never says so
    world = with_members()
    world.dynamodb.plan("transact_write_items", timed_out_after)
    # WHEN a member leaves
    # THEN it is told
    assert code(world, LEAVES) == 0
    assert world.member(USER1) is None


def test_a_deletion_without_any_answer_is_to_be_repeated() -> None:
    # GIVEN a store that ends a membership, never says so, and tells nothing any more
    world = with_members()
    database = failing(world, LEAVES, "transact_write_items", timed_out_after, on=True)
    # WHEN a member leaves
    reply = world.order(LEAVES, database)
    # THEN nobody knows, and repeating it tells
    text = "Storage is busy, repeat this item"
    assert (reply.status, reply.json()) == (503, {"error": 503, "error_text": text, "profile_id": USER1})
    assert reply.headers["Retry-After"] == "1"
    assert code(world, LEAVES) == 404


@pytest.mark.parametrize("queued", [False, True], ids=["one", "a chunk"])
def test_a_registration_that_comes_again_brings_nobody_back_who_left_since(*, queued: bool) -> None:
    # GIVEN a registration whose process dies once it is written, and a member who leaves then
    world = JobWorld()
    users = ("user1", "user3", "user4")
    order = Order(BATCH, as_json(batch(emails(*users))), JSON) if queued else REGISTERS
    if queued:
        world.submit(order)
        deliver(world, "batch_execute_statement")
    else:
        database = failing(world, order, "put_item", die_after, Idempotency_Key="k")
        with pytest.raises(ProcessDied):
            world.order(order, database, Idempotency_Key="k")
    assert code(world, LEAVES) == 0
    # WHEN it comes again
    world.clock.now += LONGEST_SECONDS
    if queued:
        world.work()
        assert world.told(world.job_ids()[0])["counts"] == {"0": 3}
    else:
        assert code(world, order, Idempotency_Key="k") == 0
    # THEN it was done, before the customer left
    assert world.member(USER1) is None


def deliver(world: JobWorld, action: str) -> None:
    """Deliver a chunk to a worker that dies once it has called this action last."""
    trial = world.copy()
    trial_database, calls = trial.faulty()
    Mappings(trial.sqs, lambda: trial_database, trial.clock).deliver()
    at = max(number for number, one in enumerate(calls.actions, start=1) if one == action)
    database, _ = world.faulty({at: die_after})
    Mappings(world.sqs, lambda: database, world.clock).deliver()


def test_a_registration_whose_answer_was_lost_brings_nobody_back_who_left_before_its_next_try() -> None:
    # GIVEN a store that registers a customer and never says so, and a deletion before the next try
    world = JobWorld()

    def written_and_left(do: Callable[[], Answer]) -> Answer:
        do()
        assert code(world, LEAVES) == 0
        return timed_out_before(do)

    database = failing(world, REGISTERS, "put_item", written_and_left)
    # WHEN the registration goes on
    assert world.order(REGISTERS, database).json()["error"] == 0
    # THEN both were done, the deletion last
    assert world.member(USER1) is None


def test_of_deletions_at_once_one_finds_the_member() -> None:
    # GIVEN a deletion that looked the customer up, when another one is done
    world = with_members()
    others: list[int] = []

    def another_first(do: Callable[[], Answer]) -> Answer:
        others.append(code(world, LEAVES))
        return do()

    database = failing(world, LEAVES, "transact_write_items", another_first)
    # WHEN it goes on
    mine = world.order(LEAVES, database).json()["error"]
    # THEN one of the two ended the membership
    assert (others, mine) == ([0], 404)


def test_a_deletion_that_goes_through_the_queue_is_done_and_told() -> None:
    # GIVEN a client that does not wait
    world = with_members()
    reply = world.order(LEAVES, Prefer="respond-async")
    job_id = reply.json()["job_id"]
    assert (reply.status, reply.json()) == (
        202,
        {"error": 0, "error_text": "Successful operation", "result": [], "job_id": job_id},
    )
    # WHEN the worker is done
    world.work()
    # THEN the job tells, and there is no undo
    assert world.told(job_id) == {
        "operation": "leave",
        "status": "done",
        "total": 1,
        "done": 1,
        "counts": {"0": 1},
        "undo": "none",
    }
    results = world.job("GET /jobs/{job_id}/results", job_id)
    assert results.json() == {"error": 0, "error_text": "Successful operation", "profile_id": USER1}
    assert world.job("GET /jobs/{job_id}/results", job_id, from_="1").json() == {
        "error": 0,
        "error_text": "Successful operation",
        "result": [],
    }
    assert world.undo(job_id).status == 409


def test_the_undo_of_a_registration_meets_nothing_of_who_left() -> None:
    # GIVEN registrations of a job, and two who left, one of whom was registered again
    world = JobWorld()
    job_id = world.submit(Order(BATCH, as_json(batch(emails("user1", "user3", "user4"))), JSON))
    world.work()
    assert code(world, LEAVES) == 0
    third = single(email="user3@example.com")
    assert code(world, Order(LEAVE, as_json(third), JSON)) == 0
    assert code(world, Order(SINGLE, as_json(third), JSON)) == 0
    # WHEN the job is taken back
    undo_id = world.undo(job_id).json()["job_id"]
    world.work()
    # THEN who left stays so, and the registration that is not the job's is kept
    assert world.job("GET /jobs/{job_id}/results", undo_id).json()["results"] == ["undone", "kept", "undone"]
    assert world.member(USER1) is None


def test_an_import_credits_who_left_again_and_its_chunk_delivered_again_does_not() -> None:
    # GIVEN a member whom an import made, who left
    world = JobWorld()
    world.order(ROWS)
    assert member_of(world, "a@example.com")
    assert code(world, A_LEAVES) == 0
    # WHEN the same rows are imported
    world.order(ROWS)
    # THEN the customer is a member with its credit again
    member = member_of(world, "a@example.com")
    assert member
    assert member["balance"] == {"S": "25"}


@pytest.mark.parametrize("overwrite", ["yes", "update", "ignore"])
def test_an_import_that_comes_again_brings_nobody_back_who_left_since(overwrite: str) -> None:
    # GIVEN an import whose process dies before its outcomes are stored, and a new member who leaves then
    world = JobWorld(inline_limit=1_000)
    rows = orders.customers(
        "A|a@example.com|25",
        columns="code email auto_add",
        campaigns_to_include=CAMPAIGN,
        overwrite_duplicates=overwrite,
    )
    last_write = "transact_write_items" if overwrite == "ignore" else "put_item"
    database = failing(world, rows, last_write, die_after, Idempotency_Key="k")
    with pytest.raises(ProcessDied):
        world.order(rows, database, Idempotency_Key="k")
    assert member_of(world, "a@example.com")
    assert code(world, A_LEAVES) == 0
    # WHEN it comes again
    world.clock.now += LONGEST_SECONDS
    batch_ = world.order(rows, Idempotency_Key="k").json()["batch"]
    # THEN it was done, before the customer left
    assert batch_["customers"] == {"new": 1, "updated": 0}
    assert member_of(world, "a@example.com") is None


def test_the_undo_of_an_import_neither_restores_a_membership_that_ended_nor_is_stopped_by_it() -> None:
    # GIVEN an import that made a customer and changed another, both of whom left
    world = JobWorld()
    world.order(orders.customers("B|b@example.com", columns="code email", campaigns_to_include=CAMPAIGN, no_undo="yes"))
    rows = orders.customers(
        *("A|a@example.com|Ann", "B|b@example.com|Bob", "C|c@example.com|Cid"),
        columns="code email first_name",
        campaigns_to_include=CAMPAIGN,
    )
    job_id = world.submit(rows)
    world.work()
    assert code(world, A_LEAVES) == 0
    other = single(email="b@example.com", loyalty_program_id=int(CAMPAIGN))
    assert code(world, Order(LEAVE, as_json(other), JSON)) == 0
    # WHEN it is taken back
    undo_id = world.undo(job_id).json()["job_id"]
    world.work()
    # THEN what it made is gone, what it changed is as before, and who left is no member
    assert world.job("GET /jobs/{job_id}/results", undo_id).json()["results"] == ["undone", "undone", "undone"]
    assert ("greatwidgets#email#a@example.com",) not in world.dynamodb.tables["customers"]
    assert member_of(world, "b@example.com") is None


def test_a_customer_who_left_and_is_erased_leaves_nothing() -> None:
    # GIVEN a member who left
    world = with_members()
    assert code(world, LEAVES) == 0
    # WHEN the customer is erased
    erased = erasure.erase(world.database, "greatwidgets", USER1)
    # THEN no membership is counted, and not even that there was one stays
    assert (erased.customer, erased.memberships) == (True, 0)
    assert (f"greatwidgets#123#{USER1}",) not in world.memberships()
