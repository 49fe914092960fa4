"""A page of a job's results reads the chunks that hold it, and no others, however many the job has."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.jobs import orders
from tests.unit.jobs.fed import JOB_ID, cut, feed, members
from tests.unit.jobs.job_world import JobWorld
from tests.unit.jobs.test_job_results import RESULTS

COUNT = 120
NAMES = [f"user{number % 50}" for number in range(COUNT)]


def requested(world: JobWorld) -> str:
    """A job of 30 chunks, of a request."""
    job_id = world.submit(
        orders.customers(*(f"C{number}|{number}" for number in range(COUNT)), columns="code last_name")
    )
    world.work()
    return job_id


def scattered(world: JobWorld) -> str:
    """The same where the rows of a chunk stand here and there: two and two share an e-mail."""
    lines = [f"C{number}|{number}|{number % (COUNT // 2)}@x.com" for number in range(COUNT)]
    job_id = world.submit(orders.customers(*lines, columns="code last_name email"))
    world.work()
    return job_id


def undoing(world: JobWorld) -> str:
    """The job that undoes it."""
    world.undo(requested(world))
    world.work()
    return world.job_ids()[-1]


def fed_in_order(world: JobWorld) -> str:
    """A job of 120 chunks that another system fed."""
    feed(world, *cut("enrol", members(*NAMES), 1))
    return JOB_ID


def fed_the_other_way_round(world: JobWorld) -> str:
    """The same where the chunk that has the first number holds the last item."""
    messages = cut("enrol", members(*NAMES), 1)
    numbered = [one | {"chunk": COUNT + 1 - one["chunk"]} for one in messages]
    feed(world, *numbered)
    return JOB_ID


def undoing_fed(world: JobWorld) -> str:
    world.undo(fed_in_order(world))
    world.work()
    return world.job_ids()[-1]


JOBS: dict[str, Callable[[JobWorld], str]] = {
    make.__name__: make for make in (requested, scattered, undoing, fed_in_order, fed_the_other_way_round, undoing_fed)
}


def entries(document: dict[str, Any]) -> list[Any]:
    """What a reply tells of each item; an import's only of those of which there is something to tell."""
    found = document.get("results", document.get("result", document.get("batch", {}).get("rows", [])))
    assert isinstance(found, list)
    return found


def chunks_read(world: JobWorld) -> int:
    read = [call.arguments["RequestItems"] for call in world.dynamodb.calls if call.action == "batch_get_item"]
    keys = [key["sk"]["S"] for one in read for key in one.get("jobs", {}).get("Keys", ())]
    return sum(key.startswith("chunk#") for key in keys)


@pytest.mark.parametrize("name", JOBS)
def test_a_page_of_results_reads_the_chunks_that_hold_it(name: str) -> None:
    # GIVEN a job of many chunks, and all its results
    world = JobWorld()
    job_id = JOBS[name](world)
    whole = json.loads(world.job(RESULTS, job_id).body)
    pages = []
    for first in range(0, COUNT, 4):
        world.dynamodb.calls.clear()
        # WHEN they are read four at a time
        page = world.job(RESULTS, job_id, from_=str(first), limit="4")
        pages.append(json.loads(page.body))
        # THEN each page reads no more chunks than can hold its items
        assert chunks_read(world) <= 4
    # AND together they are the same
    assert [one for page in pages for one in entries(page)] == entries(whole)


def test_a_page_of_a_fed_job_reads_few_notes_of_its_progress() -> None:
    # GIVEN a job of four times thirty-two chunks that another system fed in order
    world = JobWorld()
    job_id = fed_in_order(world)
    world.dynamodb.calls.clear()
    # WHEN a page is read
    assert world.job(RESULTS, job_id, from_="64", limit="4").status == 200
    # THEN one of the four notes tells where it stands
    read = [
        call.arguments["RequestItems"]["jobs"]["Keys"]
        for call in world.dynamodb.calls
        if "RequestItems" in call.arguments
    ]
    assert [key["sk"]["S"] for keys in read for key in keys if key["sk"]["S"].startswith("finished#")] == [
        "finished#000002"
    ]


def test_an_empty_page_reads_no_chunk() -> None:
    # GIVEN a job, WHEN a page behind its end is read
    world = JobWorld()
    job_id = requested(world)
    world.dynamodb.calls.clear()
    # THEN there is nothing on it, and no chunk was read
    assert entries(world.job(RESULTS, job_id, from_=str(COUNT), limit="4").json()) == []
    assert chunks_read(world) == 0
