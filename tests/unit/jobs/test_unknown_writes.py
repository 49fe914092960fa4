"""What an earlier delivery may have written is never told as not written, and no undo overlooks it."""

from functools import partial

import pytest

from loyalty.domain.lifetime import LONGEST_SECONDS
from loyalty.domain.outcome import Status
from loyalty.jobs import cut, results
from loyalty.store.tables import jobs
from tests.fakes.faults import Answer, refused
from tests.fakes.nth_call import die_before
from tests.fakes.steps import FINISH, at
from tests.unit.jobs import orders
from tests.unit.jobs.conftest import SMALL
from tests.unit.jobs.ends import differences, ended
from tests.unit.jobs.held import deliver
from tests.unit.jobs.job_world import JobWorld

TABLES = ["customers", "memberships", "earns"]
THROTTLED = refused("ThrottlingException")
WRITTEN = {Status.CREATED, Status.UPDATED}
READS = ("get_item", "batch_get_item", "query")
WRITES = ("put_item", "update_item", "batch_execute_statement", "transact_write_items", "delete_item")


@pytest.fixture(autouse=True)
def _one_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cut, "MOST_WEIGHT", 250)


def busy(world: JobWorld, table: str, actions: tuple[str, ...]) -> None:
    """Have the store refuse these calls about a table."""

    def fault(do: partial[Answer]) -> Answer:
        return THROTTLED(do) if table in str(world.dynamodb.calls[-1].arguments) else do()

    for action in actions:
        world.dynamodb.plan_always(action, fault)


def well(world: JobWorld) -> None:
    """Have the store take all calls again."""
    for action in (*READS, *WRITES):
        world.dynamodb.plan_always(action, lambda do: do())


def fates(world: JobWorld, job_id: str) -> list[Status]:
    """What is stored of each item of a job."""
    job = jobs.find(world.database, job_id)
    assert job
    return [outcome.status for outcome in results.outcomes(world.database, job)]


@pytest.mark.parametrize("actions", [WRITES, (*READS, *WRITES)], ids=["writes", "reads and writes"])
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("kind", ["enrol", "import, update", "import, ignore", "earn", "earn once each"])
def test_a_chunk_that_was_written_and_then_finds_the_store_busy_is_not_told_as_not_written(
    kind: str, table: str, actions: tuple[str, ...]
) -> None:
    # GIVEN a worker that died once all was written
    world = JobWorld()
    job_id = world.submit(orders.ALL[kind])
    before = world.end_state()
    clean = world.copy()
    clean.work()
    wanted, done = ended(clean, job_id), [fate in WRITTEN for fate in fates(clean, job_id)]
    deliver(world, at(FINISH, die_before))
    written = world.end_state()
    # WHEN the store is busy for all who come after
    busy(world, table, actions)
    world.work()
    well(world)
    # THEN nothing that was written is told as not written, for a client to send it again
    told = [fate for is_done, fate in zip(done, fates(world, job_id), strict=True) if is_done]
    assert set(told) <= {*WRITTEN, Status.UNKNOWN}
    assert world.end_state() == written
    # AND an undo takes back all of it, once the redriven message could tell what was written
    undoing = world.copy()
    undoing.undo(job_id)
    undoing.work()
    undoing.redrive()
    undoing.work()
    undoing.redrive()
    undoing.work()
    assert undoing.end_state() == before
    assert undoing.parked() == []
    # AND a redrive mends a job that is not undone
    world.redrive()
    world.work()
    assert not differences(wanted, ended(world, job_id))


@pytest.mark.parametrize("kind", ["enrol", "import, update", "earn twice each", "revoke under a limit"])
def test_a_request_under_a_key_whose_outcomes_cannot_be_stored_is_to_be_repeated(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a request of several chunks under a key, and a store that takes no outcomes
    monkeypatch.setattr(cut, "MOST_WEIGHT", SMALL)
    world, order = JobWorld(inline_limit=1_000), orders.ALL[kind]
    world.prepare(order)
    before = world.end_state()
    database, _ = world.faulty(at(FINISH, THROTTLED, times=1_000))
    # WHEN it is done at once
    reply = world.order(order, database, **{"Idempotency-Key": "once"})
    # THEN it is to be repeated as a whole, since a part of it is written
    assert "Storage is busy, repeat the request" in reply.body
    assert world.end_state() != before
    # AND its repetition does the rest, and ends as if nothing had happened
    world.clock.now += LONGEST_SECONDS
    again = world.order(order, **{"Idempotency-Key": "once"})
    clean = JobWorld(inline_limit=1_000)
    clean.prepare(order)
    wanted = clean.order(order, **{"Idempotency-Key": "once"})
    assert world.without_ids(again.body) == clean.without_ids(wanted.body)
    assert world.end_state() == clean.end_state()


def test_an_import_without_a_key_whose_outcomes_cannot_be_stored_is_told_what_was_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # GIVEN an import of several chunks that can be undone, without a key, and a store that takes no outcomes
    monkeypatch.setattr(cut, "MOST_WEIGHT", SMALL)
    world, order = JobWorld(inline_limit=1_000), orders.ALL["import, update"]
    world.prepare(order)
    database, _ = world.faulty(at(FINISH, THROTTLED, times=1_000))
    # WHEN it is done at once
    reply = world.order(order, database)
    # THEN it is told what became of the chunk that was written, and that the others are to be repeated
    assert reply.status == 200
    assert '"new": ' in reply.body
    assert "torage is busy" in reply.body
