"""Lines of a file that comes in blocks, and which rows go into one chunk: against plain ways to do the same."""

import io
from array import array
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.domain.rowfile import FormatFault
from loyalty.files.cutting import cut_rows
from loyalty.files.lines import Lines
from loyalty.jobs import cut
from loyalty.store import cuts
from loyalty.store.cuts import AFTER, CHAINED, GROUPED, NUMBER

PIECES = st.lists(
    st.sampled_from(["a", "bc", '"', "ü", "\u2028", "\x0b", "\r", "\n", "\r\n", ",", "\ufeff"]), max_size=30
)
KEYS = st.lists(st.lists(st.integers(0, 12), max_size=2), max_size=40)


def blocks(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


@given(PIECES, st.integers(1, 5))
def test_lines_are_those_of_the_command_line_however_the_file_is_cut_into_blocks(pieces: list[str], size: int) -> None:
    # GIVEN a file that is read as the command line reads one
    data = "".join(pieces).encode()
    plain = list(enumerate(io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", newline=""), start=1))
    # WHEN it comes in blocks
    lines = Lines(blocks(data, size))
    # THEN its lines are the same, and reading can go on from behind each
    for expected in plain:
        assert next(lines) == expected
        rest = list(Lines(blocks(data[lines.place.offset :], 3), lines.place))
        assert rest == plain[expected[0] :]
    assert list(lines) == []
    assert lines.place.offset == len(data)


@pytest.mark.parametrize("data", [b"a\nb\xff\n", b"\xe4", b"a\n\xc3"])
def test_other_encodings_are_refused_with_the_line(data: bytes) -> None:
    with pytest.raises(FormatFault, match="is not in UTF-8: save it as CSV UTF-8"):
        list(Lines(blocks(data, 2)))


def pairs(keys: Sequence[Sequence[int]]) -> Iterator[tuple[int, int]]:
    before: dict[int, int] = {}
    for row, own in enumerate(keys):
        for key in own:
            if before.get(key, row) != row:
                yield before[key], row
            before[key] = row


@given(KEYS, st.data())
def test_rows_that_share_keys_are_in_one_chunk_or_in_a_chain_of_such_and_no_chunk_is_too_large(
    keys: list[list[int]], data: st.DataObject
) -> None:
    # GIVEN rows with keys and sizes, and chunks of four rows and a hundred bytes
    sizes = data.draw(st.lists(st.integers(1, 60), min_size=len(keys), max_size=len(keys)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cut, "MOST_WEIGHT", 4)
        patch.setattr(cut, "MOST_BYTES", 100)
        half = len(keys) // 2
        made = cut_rows(array("I", sizes), pairs(keys), [half, len(keys) - half])
        requested = cut.cut([cut.Load(own, 1, size) for own, size in zip(keys, sizes, strict=True)])
    chunks: dict[int, list[int]] = {}
    for row, code in enumerate(made.codes):
        chunks.setdefault(code & NUMBER, []).append(row)
    # THEN the chunks are numbered, hold each row once, and fit
    assert sorted(chunks) == list(range(1, made.chunks + 1))
    assert all(len(rows) <= 4 and sum(sizes[row] for row in rows) <= 100 for rows in chunks.values())
    # AND what a request would keep together is together, or follows chunk by chunk, in order
    groups = _groups(keys)
    for group in groups:
        codes = [made.codes[row] for row in group]
        numbers = sorted({code & NUMBER for code in codes})
        assert [code & NUMBER for code in codes] == sorted(code & NUMBER for code in codes)
        assert numbers == list(range(numbers[0], numbers[-1] + 1))
        assert [bool(code & AFTER) for code in codes] == [code & NUMBER != numbers[0] for code in codes]
        assert all(bool(code & GROUPED) is (len(group) > 1) for code in codes)
        assert all(bool(code & CHAINED) is (len(numbers) > 1) for code in codes)
    # AND there are not many more chunks than a request would make of them
    assert made.chunks <= len(requested) + sum(len(group) > 1 for group in groups) + 2


def _groups(keys: Sequence[Sequence[int]]) -> list[list[int]]:
    """Rows that hang together, by a plain search."""
    groups: list[tuple[set[int], list[int]]] = []
    for row, own in enumerate(keys):
        meets = [one for one in groups if one[0] & set(own)]
        merged = (
            set(own).union(*(one[0] for one in meets)),
            sorted([row, *(place for one in meets for place in one[1])]),
        )
        groups = [one for one in groups if one not in meets] + [merged]
    return [rows for _, rows in groups]


def test_a_row_takes_few_bytes_of_memory() -> None:
    assert cuts.numbers(3).itemsize == cuts.CODE_BYTES == 4
