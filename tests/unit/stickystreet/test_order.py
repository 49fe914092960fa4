"""However its rows touch each other, one import does what as many imports of one row each would do."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

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


def outcome(batch: dict[str, Any], number: int) -> tuple[str, str | None]:
    rows = {row["number"]: row for row in batch.get("rows", ())}
    return ",".join(name for name, count in batch["customers"].items() if count), rows.get(number, {}).get("error")


def state(world: ImportWorld) -> list[str]:
    return sorted(str(one) for one in world.customers())


@settings(max_examples=150, deadline=None, derandomize=True)
@given(rows=ROWS, overwrite=st.sampled_from(["yes", "update", "ignore"]))
def test_one_import_equals_an_import_for_each_row(rows: list[str], overwrite: str) -> None:
    # GIVEN customers of before
    one, many = ImportWorld(), ImportWorld()
    for world in (one, many):
        world.rows(HEADERS, "A|c1|u1|e1@x.com||Al|1", "B|c2||e1@x.com|+12025550188|Bo|")
    # WHEN the same rows come in one import, and one by one
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
