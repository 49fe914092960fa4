"""A worker that dies, or meets what nobody foresaw, at any one of its calls: the job ends as one of others does.

What passes (throttling, lost answers, outages) is in the matrix of faults: see `tests/unit/faults`.
"""

from collections.abc import Callable, Iterator

import pytest

from tests.fakes.faults import Fault, refused
from tests.fakes.nth_call import FaultyClient
from tests.unit.jobs import orders
from tests.unit.jobs.ends import deaths, differences, ended, faults, in_peace
from tests.unit.jobs.job_world import JobWorld, Order

pytestmark = pytest.mark.usefixtures("quiet")

UNFORESEEN = {"unforeseen": refused("AccessDeniedException")}


def check(order: Order, what: Callable[[FaultyClient], Iterator[tuple[str, dict[int, Fault]]]]) -> None:
    # GIVEN a job that is queued, and what workers make of it without a fault, by which calls
    queued = JobWorld()
    job_id = queued.submit(order)
    wanted, calls = in_peace(queued, job_id)
    assert (wanted.told["status"], wanted.told["done"]) == ("done", wanted.told["total"])
    for name, happens in what(calls):
        # WHEN one of them meets a fault, or its worker dies there
        world = queued.copy()
        database, _ = world.faulty(happens)
        world.work(database)
        # THEN the end is the same
        assert not differences(wanted, ended(world, job_id)), name


@pytest.mark.parametrize("order", orders.ALL.values(), ids=orders.ALL)
def test_a_worker_that_dies_at_any_call_changes_nothing_in_the_end(order: Order) -> None:
    check(order, deaths)


@pytest.mark.parametrize("kind", ["enrol", "import, update", "earn twice each", "revoke under a limit"])
def test_what_nobody_foresaw_at_any_call_of_a_worker_changes_nothing_in_the_end(kind: str) -> None:
    check(orders.ALL[kind], lambda calls: faults(calls, UNFORESEEN))
