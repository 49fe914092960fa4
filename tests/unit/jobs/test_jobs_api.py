"""The jobs API: where each job stands, from the moment it is queued until it is undone."""

from typing import Any

import pytest

from loyalty.domain import moment
from loyalty.domain.job import KEPT_SECONDS
from loyalty.domain.lifetime import LONGEST_SECONDS
from tests.fakes.faults import refused
from tests.unit.jobs import orders
from tests.unit.jobs.job_world import JobWorld

SHOW = "GET /jobs/{job_id}"
BEGAN = moment.at(1_000)


def document(job_id: str, **changes: Any) -> dict[str, Any]:
    """A registration job that is queued, with these changes."""
    links = {"self": f"/v1/jobs/{job_id}"}
    links |= {name: f"{links['self']}/{name}" for name in ("results", "cancel", "retry", "undo")}
    queued = {
        "job_id": job_id,
        "operation": "enrol",
        "label": None,
        "dry_run": False,
        "status": "queued",
        "total": 12,
        "done": 0,
        "counts": {},
        "submitted_at": BEGAN,
        "finished_at": None,
        "undo": "none",
        "retry": "none",
        "links": links,
    }
    return queued | changes


def test_a_dry_run_is_told_wherever_its_job_is() -> None:
    # GIVEN an import that only validates
    world = JobWorld()
    job_id = world.submit(orders.customers("|||||Ann|", dry_run="yes"))
    # THEN its job is told to be one, alone and in the list, before it is done and afterwards
    for _ in range(2):
        shown = world.job(SHOW, job_id).json()
        assert (shown["operation"], shown["dry_run"]) == ("import", True)
        assert world.job("GET /jobs").json()["jobs"] == [shown]
        world.work()
    # AND there is nothing to undo
    assert (shown["status"], shown["counts"], shown["undo"]) == ("done", {"new": 1}, "none")


def test_a_job_is_queued_running_done_undoing_and_undone() -> None:
    # GIVEN a large request whose client does not wait
    world = JobWorld()
    job_id = world.submit(orders.enrol())
    # THEN its job is queued
    reply = world.job(SHOW, job_id)
    assert (reply.status, reply.json()) == (200, document(job_id))
    assert (reply.headers["Content-Type"], reply.headers["Cache-Control"]) == ("application/json", "no-store")
    # WHEN a worker has done its first chunk
    world.queue.deliver()
    # THEN it is running
    counts = {"0": 1, "409": 2}
    assert world.job(SHOW, job_id).json() == document(job_id, status="running", done=3, counts=counts)
    # WHEN all are done
    world.clock.now += 5
    world.work()
    # THEN so is the job
    ended = {"done": 12, "counts": {"0": 6, "409": 3, "404": 2, "400": 1}, "finished_at": moment.at(1_005)}
    done = document(job_id, status="done", undo="available", **ended)
    assert world.job(SHOW, job_id).json() == done
    # WHEN it is to be undone
    undo_id = world.undo(job_id).json()["job_id"]
    # THEN it is being undone, and both jobs lead to each other
    done |= {"undo": "none", "links": done["links"] | {"undone_by": f"/v1/jobs/{undo_id}"}}
    assert world.job(SHOW, job_id).json() == done | {"status": "undoing"}
    undoing = document(undo_id, operation="undo", submitted_at=moment.at(1_005))
    undoing["links"] |= {"undoes": f"/v1/jobs/{job_id}"}
    assert world.job(SHOW, undo_id).json() == undoing
    # WHEN that is done
    world.work()
    # THEN it is undone
    assert world.job(SHOW, job_id).json() == done | {"status": "undone"}
    undone = {"done": 12, "counts": {"undone": 6, "unchanged": 6}, "finished_at": moment.at(1_005)}
    assert world.job(SHOW, undo_id).json() == undoing | undone | {"status": "done"}


def test_a_job_whose_sender_died_reads_as_failed() -> None:
    # GIVEN a job whose messages could not be sent
    world = JobWorld()
    world.sqs.plan(*[refused("AccessDeniedException")] * 10)
    assert world.order(orders.enrol(), Prefer="respond-async").status == 500
    (job_id,) = world.job_ids()
    # THEN it might still be being sent for a minute
    world.clock.now += LONGEST_SECONDS - 1
    assert world.job(SHOW, job_id).json() == document(job_id)
    # AND is then failed
    world.clock.now += 1
    assert world.job(SHOW, job_id).json() == document(job_id, status="failed")


@pytest.mark.parametrize(
    ("order", "operation", "counts"),
    [
        (orders.enrol_xml(), "enrol", {"0": 6, "409": 3, "404": 2, "400": 1}),
        (orders.imported(), "import", {"new": 5, "updated": 4, "failed": 2}),
        (orders.imported("ignore"), "import", {"new": 4, "ignored": 4, "failed": 3}),
        (orders.earned(2607, 56801), "earn", {"0": 8, "8890": 1, "8015": 1, "400": 1}),
    ],
    ids=["enrol", "import", "import, ignore", "earn"],
)
def test_fates_are_counted_as_their_vendor_calls_them(order: Any, operation: str, counts: dict[str, int]) -> None:
    world = JobWorld()
    job_id = world.submit(order)
    world.work()
    told = world.told(job_id)
    total = sum(counts.values())
    assert told == {
        "operation": operation,
        "status": "done",
        "total": total,
        "done": total,
        "counts": counts,
        "undo": "available",
    }


@pytest.mark.parametrize(("after", "undo"), [(0, "available"), (KEPT_SECONDS - 1, "available")])
def test_a_job_can_be_undone_as_long_as_it_is_told(after: int, undo: str) -> None:
    world = JobWorld()
    job_id = world.submit(orders.enrol())
    world.work()
    world.clock.now = 1_000 + after
    assert world.told(job_id)["undo"] == undo


def test_an_import_without_undo_states_can_never_be_undone() -> None:
    world = JobWorld()
    job_id = world.submit(orders.imported(no_undo="yes"))
    world.work()
    assert world.told(job_id)["undo"] == "none"


def test_links_have_no_stage_where_the_api_is_at_the_root_of_its_host() -> None:
    # GIVEN a job
    world = JobWorld()
    job_id = world.submit(orders.enrol())
    # WHEN the API is called as behind a domain of its own
    reply = world.job(SHOW, job_id, context={"path": f"/jobs/{job_id}"})
    # THEN links are as clients see them
    assert reply.json()["links"]["self"] == f"/jobs/{job_id}"
