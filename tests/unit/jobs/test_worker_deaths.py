"""A worker that fails or dies at any one of its calls: the job ends as one whose workers met no fault."""

import pytest

from tests.fakes.faults import Fault, refused
from tests.unit.jobs import orders
from tests.unit.jobs.ends import DEATHS, PASSING, differences, ended
from tests.unit.jobs.job_world import JobWorld, Order

FAULTS = {**PASSING, "unforeseen": refused("AccessDeniedException")}


def check_all_calls(order: Order, faults: dict[str, Fault]) -> None:
    # GIVEN a job that is queued, and what workers make of it without a fault, in how many calls
    queued = JobWorld()
    job_id = queued.submit(order)
    clean = queued.copy()
    database, calls = clean.faulty()
    clean.work(database)
    wanted = ended(clean, job_id)
    assert (wanted.told["status"], wanted.told["done"]) == ("done", wanted.told["total"])
    for name, fault in faults.items():
        for number in range(1, calls.count + 1):
            # WHEN one of those calls meets a fault
            world = queued.copy()
            database, _ = world.faulty({number: fault})
            world.work(database)
            # THEN the end is the same
            assert not differences(wanted, ended(world, job_id)), (name, number)


@pytest.mark.parametrize("order", orders.ALL.values(), ids=orders.ALL)
def test_a_worker_that_dies_at_any_call_changes_nothing_in_the_end(order: Order) -> None:
    check_all_calls(order, DEATHS)


@pytest.mark.parametrize("kind", ["enrol", "import, update", "earn twice each"])
def test_a_fault_at_any_call_of_a_worker_changes_nothing_in_the_end(kind: str) -> None:
    check_all_calls(orders.ALL[kind], FAULTS)
