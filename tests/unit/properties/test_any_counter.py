"""Numbers are drawn in blocks of any size, from any beginning, each once."""

from hypothesis import given
from hypothesis import strategies as st

from loyalty.store.tables import counters
from tests.fakes.store import Store

COUNTS = st.lists(st.integers(1, 10_000), max_size=20)
FIRST = st.integers(0, 2**40)


@given(COUNTS, FIRST)
def test_no_number_is_drawn_twice_or_left_out(counts: list[int], first: int) -> None:
    # GIVEN a new counter
    store = Store()
    # WHEN blocks are drawn
    blocks = [counters.allocate(store.database, "acme", "earned", count, first=first) for count in counts]
    # THEN each has its size, and together they have every number
    assert [len(block) for block in blocks] == counts
    assert [number for block in blocks for number in block] == list(range(first, first + sum(counts)))
