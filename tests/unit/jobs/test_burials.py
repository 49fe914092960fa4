"""Chunks that are given up after three tries: their items may be repeated, and a redriven message repairs the job."""

import pytest

from loyalty.domain.errors import InternalError
from loyalty.jobs import cut
from loyalty.store.tables import memberships
from tests.fakes.delivery import Mappings
from tests.fakes.faults import Fault, refused
from tests.unit.jobs import orders
from tests.unit.jobs.ends import deaths, differences, ended, in_peace
from tests.unit.jobs.job_world import JobWorld, Order

BUSY = {"enrol": "503", "import": "busy", "earn": "8896", "revoke": "8896"}
"""What items are counted as that found the store busy."""


def reasons(world: JobWorld) -> set[str]:
    return {message.attributes["reason"] for message in world.parked()}


@pytest.mark.parametrize("order", orders.ALL.values(), ids=orders.ALL)
def test_a_job_that_was_given_up_ends_with_its_items_busy_and_is_repaired_by_a_redrive(order: Order) -> None:
    # GIVEN a job, and what it should come to
    world = JobWorld()
    job_id = world.submit(order)
    wanted, before = in_peace(world, job_id).wanted, world.end_state()
    # WHEN its chunks are given up
    world.bury()
    # THEN it is done, and all its items may be repeated, but those that were wrong before they were sent
    total, operation = wanted.told["total"], wanted.told["operation"]
    wrong = {"400": 1} if operation != "import" else {}
    assert world.told(job_id) == {**wanted.told, "counts": {BUSY[operation]: total - len(wrong), **wrong}}
    assert world.end_state() == before
    # AND its messages are kept with the reason
    assert reasons(world) == {"it failed too often"}
    # WHEN these are redriven
    world.redrive()
    world.work()
    # THEN it is as if nothing had happened
    assert not differences(wanted, ended(world, job_id))


@pytest.mark.parametrize("order", orders.ALL.values(), ids=orders.ALL)
def test_a_burial_that_dies_at_any_call_is_completed_when_it_comes_again(order: Order) -> None:
    # GIVEN what a job comes to whose chunks are given up
    queued = JobWorld()
    job_id = queued.submit(order)
    clean = queued.copy()
    database, calls = clean.faulty()
    clean.bury(database)
    wanted, bodies = ended(clean, job_id), {message.body for message in clean.parked()}
    for name, faults in deaths(calls):
        # WHEN that dies
        world = queued.copy()
        database, _ = world.faulty(faults)
        world.bury(database)
        # THEN it comes to the same, though a message may be kept twice
        assert differences(wanted, ended(world, job_id)).keys() <= {"parked"}, name
        assert {message.body for message in world.parked()} == bodies


@pytest.mark.parametrize("order", orders.ALL.values(), ids=orders.ALL)
def test_a_chunk_that_kills_its_worker_at_the_same_call_each_time_is_repaired_by_a_redrive(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GIVEN a job of one chunk, and what it should come to
    monkeypatch.setattr(cut, "MOST_WEIGHT", 250)
    queued = JobWorld()
    job_id = queued.submit(order)
    wanted, calls = in_peace(queued, job_id)
    for name, faults in deaths(calls):
        # WHEN each worker dies at that call, and the chunk is given up
        world = queued.copy()
        die_of(world, faults)
        assert world.told(job_id)["status"] == "done", name
        # AND it is redriven once that is mended
        world.redrive()
        world.work()
        # THEN the end is the same
        assert not differences(wanted, ended(world, job_id)), name


@pytest.mark.parametrize(
    ("kind", "action"),
    [("enrol", "batch_execute_statement"), ("import, update", "transact_write_items"), ("earn", "batch_get_item")],
)
def test_items_for_which_the_store_was_busy_three_times_are_repaired_by_a_redrive(kind: str, action: str) -> None:
    # GIVEN a job, and what it should come to
    world = JobWorld()
    job_id = world.submit(orders.ALL[kind])
    wanted, _ = in_peace(world, job_id)
    # WHEN the store refuses some calls for longer than three deliveries take
    world.dynamodb.plan_always(action, refused("ThrottlingException"))
    world.work()
    world.dynamodb.plan_always(action, lambda do: do())
    # THEN the job is done, as far as could be
    told = world.told(job_id)
    assert (told["status"], told["done"]) == ("done", told["total"])
    assert told["counts"][BUSY[told["operation"]]] > 0
    assert reasons(world) == {"the store was busy three times"}
    # WHEN what is kept is redriven
    world.redrive()
    world.work()
    # THEN it is as if nothing had happened
    assert not differences(wanted, ended(world, job_id))


def die_of(world: JobWorld, faults: dict[int, Fault]) -> None:
    """Have every worker meet these faults until the chunks are given up; who buries them meets none."""
    mappings = Mappings(world.sqs, lambda: world.faulty(faults)[0], world.clock)
    for _ in range(4):
        mappings.deliver()
        world.clock.now += 1_000
    world.work()


def test_a_fault_of_ours_is_logged_and_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # GIVEN a job that meets a fault of ours
    world = JobWorld()
    job_id = world.submit(orders.enrol())

    def fail(*_: object, **__: object) -> None:
        raise InternalError("INSERT was refused: ValidationError")

    with monkeypatch.context() as broken:
        broken.setattr(memberships, "insert_all", fail)
        world.queue.deliver_all()
    # THEN the log has it as an error, with what it was, and nothing is given up yet
    details = {getattr(record, "detail", None) for record in caplog.records if record.levelname == "ERROR"}
    assert details == {"INSERT was refused: ValidationError"}
    assert world.parked() == []
    # AND the next try finishes it
    world.work()
    assert world.told(job_id)["status"] == "done"
    assert world.parked() == []
