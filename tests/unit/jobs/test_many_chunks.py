"""Jobs of many chunks: each ends with its last one, and what is limited in a file is limited across its chunks."""

import pytest

from loyalty.operations.import_customers.items import MOST_ROWS, TOO_MANY_ROWS
from tests.unit.jobs import orders
from tests.unit.jobs.fed import JOB_ID, cut, feed, members
from tests.unit.jobs.job_world import JobWorld

TOGETHER = 32
"""Chunks that are noted in one item."""


@pytest.mark.parametrize("chunks", [TOGETHER, TOGETHER + 1, 2 * TOGETHER, 2 * TOGETHER + 1])
@pytest.mark.parametrize("backwards", [False, True], ids=["in order", "backwards"])
def test_a_job_of_many_chunks_is_done_with_its_last_and_not_before(backwards: bool, chunks: int) -> None:
    # GIVEN all chunks of a job but one
    world = JobWorld()
    messages = cut("enrol", members(*(f"user{number}" for number in range(chunks))), 1)
    *most, last = messages[::-1] if backwards else messages
    feed(world, *most)
    # THEN it is not done, nor announced
    told = world.told(JOB_ID)
    assert (told["status"], told["done"], world.events.entries) == ("running", chunks - 1, [])
    # WHEN the last one comes
    feed(world, last)
    # THEN it is done, and announced once
    told = world.told(JOB_ID)
    assert (told["status"], told["done"], len(world.events.entries)) == ("done", chunks, 1)


@pytest.mark.parametrize("inline_limit", [2, 1_000], ids=["queued", "at once"])
def test_no_more_rows_of_a_file_are_about_one_customer_than_may_be(inline_limit: int) -> None:
    # GIVEN a file with two rows more about one customer than may be, and one about another
    lines = [f"A|Aa{number}" for number in range(MOST_ROWS + 2)]
    world = JobWorld(inline_limit=inline_limit)
    order = orders.customers(*lines, "B|Bb", columns="code last_name", campaigns_to_include="898989889")
    # WHEN it is imported, chunk by chunk
    job_id = world.submit(order) if inline_limit == 2 else world.order(order).json()["batch"]["job_id"]
    world.work()
    # THEN the first rows are, and the other customer, but not those two
    batch = world.job("GET /jobs/{job_id}/results", job_id).json()["batch"]
    assert batch["customers"] == {"new": 2, "updated": MOST_ROWS - 1, "failed": 2}
    refused = {row["number"]: row["error"] for row in batch["rows"] if "error" in row}
    assert refused == dict.fromkeys((MOST_ROWS + 1, MOST_ROWS + 2), TOO_MANY_ROWS.reason)
