"""An undo that fails or dies at any one of its calls, where it is asked for or where it is worked on, is done once."""

from contextlib import suppress
from typing import NamedTuple

import pytest

from loyalty.operations.import_customers import steps
from tests.fakes.faults import Fault
from tests.fakes.nth_call import ProcessDied
from tests.unit.jobs import orders
from tests.unit.jobs.ends import DEATHS, PASSING, Ended, differences, ended
from tests.unit.jobs.job_world import JobWorld

KINDS = [kind for kind in orders.ALL if kind != "import without undo"]
FEW = ["enrol", "import, ignore", "earn twice each"]


class Done(NamedTuple):
    """A world in which a job is done, and what its undo comes to, asked for and worked on in so many calls."""

    world: JobWorld
    job_id: str
    wanted: Ended
    asking: int
    working: int


@pytest.fixture(params=[99, 3], autouse=True)
def room(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a transaction holds, so that customers who hand identifiers on are in one, or in several."""
    monkeypatch.setattr(steps, "_MOST", request.param)


def done(kind: str) -> Done:
    world = JobWorld()
    job_id = world.submit(orders.ALL[kind])
    before = world.end_state()
    world.work()
    clean = world.copy()
    database, asked = clean.faulty()
    clean.undo(job_id, database)
    database, worked = clean.faulty()
    clean.work(database)
    wanted = ended(clean, clean.job_ids()[-1])
    assert (wanted.told["status"], wanted.end_state) == ("done", before)
    assert wanted.told["counts"].keys() <= {"undone", "unchanged"}
    return Done(world, job_id, wanted, asked.count, worked.count)


@pytest.mark.parametrize("kind", KINDS)
def test_an_undo_whose_request_dies_at_any_call_is_completed_when_that_comes_again(kind: str) -> None:
    # GIVEN a job that is done
    there = done(kind)
    for name, fault in DEATHS.items():
        for number in range(1, there.asking + 1):
            # WHEN the process that is asked to undo it dies at a call
            world = there.world.copy()
            database, _ = world.faulty({number: fault})
            with suppress(ProcessDied):
                world.undo(there.job_id, database)
            world.work()
            # AND it is asked for again
            assert world.undo(there.job_id).status == 202, (name, number)
            world.work()
            # THEN one job has undone it
            (undo_id,) = set(world.job_ids()) - {there.job_id}
            assert not differences(there.wanted, ended(world, undo_id)), (name, number)
            assert world.told(there.job_id)["status"] == "undone"


@pytest.mark.parametrize("kind", KINDS)
def test_an_undo_whose_worker_dies_at_any_call_ends_the_same(kind: str) -> None:
    check_all_calls(kind, DEATHS)


@pytest.mark.parametrize("kind", FEW)
def test_an_undo_whose_worker_meets_a_fault_at_any_call_ends_the_same(kind: str) -> None:
    check_all_calls(kind, PASSING)


def check_all_calls(kind: str, faults: dict[str, Fault]) -> None:
    # GIVEN a job whose undo is queued
    there = done(kind)
    there.world.undo(there.job_id)
    undo_id = there.world.job_ids()[-1]
    for name, fault in faults.items():
        for number in range(1, there.working + 1):
            # WHEN a call of its workers meets a fault
            world = there.world.copy()
            database, _ = world.faulty({number: fault})
            world.work(database)
            # THEN the end is the same
            assert not differences(there.wanted, ended(world, undo_id)), (name, number)
