"""Rows with passwords: hashing takes seconds, in which the look-ups and writes of their chunk still have to fit."""

import pytest

from loyalty.jobs import cut
from loyalty.operations.import_customers import operation as import_customers
from tests.unit.jobs import orders
from tests.unit.jobs.job_world import JobWorld

SECONDS_OF_A_HASH = 0.3
ROWS = [f"slow{number}@example.com|secret-{number}" for number in range(20)]


@pytest.mark.parametrize("inline_limit", [499, 500], ids=["by workers", "in the request"])
def test_passwords_of_full_chunks_are_hashed_in_time(monkeypatch: pytest.MonkeyPatch, inline_limit: int) -> None:
    # GIVEN chunks as large as they are deployed, and hashes that take as long as they do there
    world = JobWorld(inline_limit=inline_limit)
    monkeypatch.setattr(cut, "MOST_WEIGHT", 250)

    def hash_slowly(secret: str) -> str:
        world.clock.now += SECONDS_OF_A_HASH
        return f"scrypt$of {len(secret)}"

    monkeypatch.setattr(import_customers, "hash_secret", hash_slowly)
    # WHEN rows that bring a password each are imported
    world.order(orders.customers(*ROWS, columns="email customer_password"))
    world.work()
    # THEN all are done, the first time
    (job_id,) = world.job_ids()
    assert world.told(job_id)["counts"] == {"new": len(ROWS)}
    assert world.parked() == []
