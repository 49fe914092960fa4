"""The message that a chunk keeps, so that what was cancelled or ended busy can be retried."""

import random
import zlib

from tests.unit.jobs import orders
from tests.unit.jobs.fed import JOB_ID, message, put
from tests.unit.jobs.held import chunk
from tests.unit.jobs.job_world import JobWorld
from tests.unit.jobs.stopped import NOTHING, cancelled, may_be_retried, refusal, retried


def test_a_row_with_a_password_is_not_kept_and_says_so_when_it_is_retried() -> None:
    world = JobWorld()
    rows = [{"fields": {"code": "A", "customer_password": "hunter2"}}, {"fields": {"code": "B", "last_name": "Bb"}}]
    put(world, message("import", *rows, rows[1] | {"fields": {"code": "C"}}))
    world.bury()
    assert "hunter2" not in str(world.dynamodb.tables["jobs"])
    assert b"hunter2" not in kept(world)
    retried(world, JOB_ID)
    told = world.job("GET /jobs/{job_id}/results", JOB_ID).json()["batch"]
    assert told["customers"] == {"new": 2, "updated": 0, "failed": 1}
    assert told["rows"][0] == {"number": 1, "error": "Its password or PIN is no longer kept, send this row again"}


def kept(world: JobWorld) -> bytes:
    """The message that the first chunk keeps."""
    return zlib.decompress(chunk(world)["kept"]["B"])


def test_a_message_that_has_no_room_in_its_chunk_is_not_kept() -> None:
    # GIVEN a chunk whose message is larger than an item of a table may be, however it is compressed
    world, lots = JobWorld(), random.Random(1)  # noqa: S311 - as good as any
    long = [{"fields": {"code": f"{n}", "street1": lots.randbytes(1_000).hex()}} for n in range(400)]
    put(world, message("import", *long))
    world.bury()
    assert "kept" not in chunk(world)
    # THEN it can't be retried, but redriven
    assert may_be_retried(world, JOB_ID) == "none"
    assert refusal(world, JOB_ID) == NOTHING
    world.redrive()
    world.work()
    assert world.told(JOB_ID)["counts"] == {"new": 400}


def test_a_chunk_that_is_done_keeps_no_message() -> None:
    world, job_id, _ = cancelled(orders.enrol())
    world.work()
    assert "kept" in chunk(world)
    retried(world, job_id)
    stored = chunk(world)
    assert not {"kept", "cancelled_at", "buried", "reason"} & stored.keys()
