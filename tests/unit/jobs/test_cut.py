"""Cutting: whatever the items weigh and share, each stands in one chunk, and those that touch keep their order."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty.domain.job import Part
from loyalty.jobs import cut as cutting
from loyalty.jobs.cut import MOST_BYTES, Load, cut

MOST_WEIGHT = 250

LOADS = st.lists(
    st.builds(
        Load,
        keys=st.sets(st.integers(0, 40), max_size=3),
        weight=st.sampled_from([1, 1, 1, 25, 50, 300]),
        size=st.sampled_from([10, 1_000, 64_000, 199_000, 300_000]),
    ),
    max_size=60,
)
SEARCH = settings(max_examples=150, deadline=None, derandomize=True, database=None)


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks as they are, not as small as in other tests."""
    monkeypatch.setattr(cutting, "MOST_WEIGHT", MOST_WEIGHT)


@SEARCH
@given(LOADS)
def test_every_item_stands_in_one_chunk_and_those_are_numbered(loads: list[Load]) -> None:
    parts = cut(loads)
    assert sorted(position for part in parts for position in part.positions) == list(range(len(loads)))
    assert [part.number for part in parts] == list(range(1, len(parts) + 1))
    assert all(list(part.positions) == sorted(part.positions) for part in parts)


@SEARCH
@given(LOADS)
def test_no_chunk_is_too_large_unless_a_single_item_is(loads: list[Load]) -> None:
    for part in cut(loads):
        chosen = [loads[position] for position in part.positions]
        fits = sum(one.weight for one in chosen) <= MOST_WEIGHT and sum(one.size for one in chosen) <= MOST_BYTES
        assert fits or len(chosen) == 1


@SEARCH
@given(LOADS)
def test_items_that_share_a_key_are_done_in_their_order(loads: list[Load]) -> None:
    # GIVEN for each chunk all that are done before it
    parts = cut(loads)
    before: dict[int, set[int]] = {}
    for part in parts:
        assert part.after is None or part.after < part.number
        before[part.number] = {part.after} | before[part.after] if part.after else set()
    # THEN of two items that share a key the first is in the same chunk or in one of those
    where = {position: part.number for part in parts for position in part.positions}
    for later, load in enumerate(loads):
        for earlier in range(later):
            if not set(load.keys).isdisjoint(loads[earlier].keys):
                assert where[earlier] == where[later] or where[earlier] in before[where[later]]


@SEARCH
@given(st.integers(0, 2_000))
def test_items_that_share_nothing_make_as_few_consecutive_chunks_as_can_be(count: int) -> None:
    parts = cut([Load((), 1, 100)] * count)
    firsts = range(0, count, MOST_WEIGHT)
    wanted = [range(first, min(first + MOST_WEIGHT, count)) for first in firsts]
    assert parts == [Part(number, positions) for number, positions in enumerate(wanted, start=1)]


def test_items_of_one_customer_that_are_too_many_for_a_chunk_make_a_chain() -> None:
    # GIVEN 600 rows that share an e-mail address, between others that share nothing
    loads = [Load((), 1, 100), *[Load(("a@example.com",), 1, 100)] * 600, Load((), 1, 100)]
    # THEN each of their chunks waits for the one before, and the others wait for nobody
    chunks = [range(1), range(1, 251), range(251, 501)]
    assert cut(loads) == [
        Part(1, chunks[0]),
        Part(2, chunks[1]),
        Part(3, chunks[2], after=2),
        Part(4, range(501, 602), after=3),
    ]


def test_an_item_shares_a_key_with_another_also_through_a_third() -> None:
    # GIVEN two rows about different customers, and one between many others that names both
    loads = [Load(("a",), 1, 100), Load(("b",), 1, 100), *[Load((), 1, 100)] * 400, Load(("a", "b"), 1, 100)]
    # THEN the three stand in one chunk
    assert cut(loads) == [
        Part(1, [*range(249), 402]),
        Part(2, range(249, 402)),
    ]
