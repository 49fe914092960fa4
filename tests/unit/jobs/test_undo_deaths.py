"""An undo that dies at any one of its calls, where it is asked for or where it is worked on, is done once."""

from contextlib import suppress
from typing import NamedTuple

import pytest

from loyalty.operations.import_customers import steps
from tests.fakes.nth_call import FaultyClient, ProcessDied
from tests.unit.jobs import orders
from tests.unit.jobs.ends import Ended, deaths, differences, ended
from tests.unit.jobs.job_world import JobWorld

pytestmark = pytest.mark.usefixtures("quiet")

KINDS = [kind for kind in orders.ALL if kind != "import without undo"]
IMPORTS = [kind for kind in KINDS if kind.startswith("import")]
"""Whose customers hand identifiers on: in one transaction, or in several that have room for fewer."""


class Done(NamedTuple):
    """A world in which a job is done, what its undo comes to, and who counted the calls of asking and of working."""

    world: JobWorld
    job_id: str
    wanted: Ended
    asking: FaultyClient
    working: FaultyClient


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
    return Done(world, job_id, wanted, asked, worked)


@pytest.mark.parametrize("kind", KINDS)
def test_an_undo_whose_request_dies_at_any_call_is_completed_when_that_comes_again(kind: str) -> None:
    # GIVEN a job that is done
    there = done(kind)
    for name, death in deaths(there.asking):
        # WHEN the process that is asked to undo it dies at a call
        world = there.world.copy()
        database, _ = world.faulty(death)
        with suppress(ProcessDied):
            world.undo(there.job_id, database)
        world.work()
        # AND it is asked for again
        assert world.undo(there.job_id).status == 202, name
        world.work()
        # THEN one job has undone it
        (undo_id,) = set(world.job_ids()) - {there.job_id}
        assert not differences(there.wanted, ended(world, undo_id)), name
        assert world.told(there.job_id)["status"] == "undone"


@pytest.mark.parametrize(("kind", "room"), [(kind, 99) for kind in KINDS] + [(kind, 3) for kind in IMPORTS])
def test_an_undo_whose_worker_dies_at_any_call_ends_the_same(
    kind: str, room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "_MOST", room)
    # GIVEN a job whose undo is queued
    there = done(kind)
    there.world.undo(there.job_id)
    undo_id = there.world.job_ids()[-1]
    for name, death in deaths(there.working):
        # WHEN one of its workers dies
        world = there.world.copy()
        database, _ = world.faulty(death)
        world.work(database)
        # THEN the end is the same
        assert not differences(there.wanted, ended(world, undo_id)), name
