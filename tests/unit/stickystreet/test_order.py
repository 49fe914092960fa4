"""However its rows touch each other, one import does what as many of one row each would do, and can be undone.

So it is also where a transaction has no room for all customers who hand identifiers on: `room` is what it holds.
"""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty.operations.import_customers import steps
from tests.fakes.importing import ImportWorld

HEADERS = "code card_number customer_username email phone first_name auto_add"

CELLS = (
    st.sampled_from(["", "A", "B", "C", "D"]),
    st.sampled_from(["", "", "c1", "c2", "c3"]),
    st.sampled_from(["", "", "", "u1", "u2"]),
    st.sampled_from(["", "e1@x.com", "E1@x.com", "e2@x.com", "e3@x.com"]),
    st.sampled_from(["", "", "+12025550188", "+1 202 555 0188", "555-5555"]),
    st.sampled_from(["", "Ann", "Bob"]),
    st.sampled_from(["", "5", "many"]),
)
ROWS = st.lists(st.tuples(*CELLS).filter(any).map("|".join), min_size=1, max_size=8)

ROOM = st.sampled_from([99, 5, 1])


def undone(world: ImportWorld, job_id: str) -> dict[str, int]:
    undo_id = world.job("POST /jobs/{job_id}/undo", job_id).json()["job_id"]
    while (told := world.job("GET /jobs/{job_id}", undo_id).json())["status"] != "done":
        world.queue.deliver_all()
        world.clock.now += 60
    counts: dict[str, int] = told["counts"]
    return counts


def outcome(batch: dict[str, Any], number: int) -> tuple[str, str | None]:
    rows = {row["number"]: row for row in batch.get("rows", ())}
    return ",".join(name for name, count in batch["customers"].items() if count), rows.get(number, {}).get("error")


def state(world: ImportWorld) -> list[str]:
    return sorted(str(one) for one in world.customers())


@settings(max_examples=150, deadline=None, derandomize=True)
@given(rows=ROWS, overwrite=st.sampled_from(["yes", "update", "ignore"]), room=ROOM)
def test_one_import_equals_an_import_for_each_row(rows: list[str], overwrite: str, room: int) -> None:
    # GIVEN customers of before
    one, many = ImportWorld(), ImportWorld()
    for world in (one, many):
        world.rows(HEADERS, "A|c1|u1|e1@x.com||Al|1", "B|c2||e1@x.com|+12025550188|Bo|")
    # WHEN the same rows come in one import, and one by one
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(steps, "_MOST", room)
        together = one.rows(HEADERS, *rows, overwrite_duplicates=overwrite)
    singly = [many.rows(HEADERS, row, overwrite_duplicates=overwrite) for row in rows]
    # THEN the store ends alike
    assert state(one) == state(many)
    # AND so does each row
    faults = [outcome(batch, 1)[1] for batch in singly]
    assert [outcome(together, number)[1] for number in range(1, len(rows) + 1)] == faults
    # AND the counts add up
    for count in ("new", "updated", "ignored", "failed"):
        assert together["customers"].get(count, 0) == sum(batch["customers"].get(count, 0) for batch in singly)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(rows=ROWS, overwrite=st.sampled_from(["yes", "update"]), room=ROOM)
def test_an_undo_leaves_everything_as_it_was(rows: list[str], overwrite: str, room: int) -> None:
    # GIVEN an import, whatever it did to the customers of before
    world = ImportWorld()
    world.rows(HEADERS, "A|c1|u1|e1@x.com||Al|1", "B|c2||e1@x.com|+12025550188|Bo|", "C|c3||e3@x.com||Cy|")
    before = {name: dict(world.dynamodb.tables[name]) for name in ("customers", "memberships")}
    job_id = world.rows(HEADERS, *rows, overwrite_duplicates=overwrite).get("job_id")
    # WHEN it is undone, if any row could be imported
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(steps, "_MOST", room)
        counts = undone(world, job_id) if job_id else {}
    # THEN everything is as it was before, and nothing was kept
    assert {name: world.dynamodb.tables[name] for name in before} == before
    assert not counts.keys() - {"undone", "unchanged"}
