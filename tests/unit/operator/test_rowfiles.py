"""Files of rows: what is written is read back, and no spreadsheet runs what we write."""

import csv
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tools.operator.faults import OperatorError
from tools.operator.requests import MOST_BYTES, cut
from tools.operator.rowfiles import defuse, open_rows, refuse, survey, write_rows

CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
SUGGESTIVE = st.text("'=+-@\t\ra1;,\"", max_size=5)


@given(CELLS | SUGGESTIVE)
def test_no_cell_that_is_written_begins_like_a_formula_and_each_is_read_as_it_was(cell: str) -> None:
    assert not defuse(cell).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert refuse(defuse(cell)) == cell


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(delimiter=st.sampled_from(",;"), rows=st.lists(st.lists(CELLS | SUGGESTIVE, min_size=2, max_size=4), max_size=5))
def test_any_rows_that_are_written_as_csv_are_read_back(delimiter: str, rows: list[list[str]], tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        write_rows(file, delimiter, [["a", "b"], *rows])
    assert list(open_rows(path).rows()) == rows


@pytest.mark.parametrize(
    ("content", "headers", "rows"),
    [
        (b"a,b\n1,2\n", ("a", "b"), [["1", "2"]]),
        (b"\xef\xbb\xbfa,b\r\n1,2\r\n\r\n,\r\n", ("a", "b"), [["1", "2"], ["", ""]]),
        (b'a\tb\n"1\t2\n', ("a", "b"), [['"1', "2"]]),
        (b"a|b\n1,5|2\n", ("a", "b"), [["1,5", "2"]]),
        (b'\xef\xbb\xbfa;"b;c"\r\n1,5;"x;\r\n""y"""\r\n', ("a", "b;c"), [["1,5", 'x;\r\n"y"']]),
        (b"a,b;c\n1,2;3\n", ("a", "b;c"), [["1", "2;3"]]),
        (b" a , b \n1\n1,2,3\n", ("a", "b"), [["1"], ["1", "2", "3"]]),
        (b'a,b\n"x\ny","""z"""\n', ("a", "b"), [["x\ny", '"z"']]),
        (b"a\n1\n\n  \n2\n", ("a",), [["1"], ["2"]]),
        (b"a,b,loyalty_error\n1,2,wrong\n1\n1,2,3,4\n", ("a", "b"), [["1", "2"], ["1"], ["1", "2", "3", "4"]]),
        (b"a,b\n'=1,''+2\n", ("a", "b"), [["=1", "'+2"]]),
    ],
)
def test_files_of_all_kinds_are_read(
    content: bytes, headers: tuple[str, ...], rows: list[list[str]], tmp_path: Path
) -> None:
    path = tmp_path / "rows"
    path.write_bytes(content)
    file = open_rows(path)
    assert file.headers == headers
    assert list(file.rows()) == rows
    assert survey(file).rows == len(rows)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "must begin with a line of headers"),
        (b"a,,b\n", "must begin with a line of headers"),
        (b"a,a\n", "must begin with a line of headers"),
        (b"\xff\xfea\x00", "is not in UTF-8"),
        (b"a,b\n1,\xe9\n", "is not in UTF-8"),
        (b'a,b\n"1,2\n', "is no valid CSV"),
    ],
)
def test_a_file_that_can_not_be_read_says_why(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(content)
    with pytest.raises(OperatorError, match=words):
        survey(open_rows(path))


def test_a_file_that_is_not_there_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="No such file"):
        open_rows(tmp_path / "none.csv")


def test_failed_rows_between_tabs_stay_one_line_each(tmp_path: Path) -> None:
    path = tmp_path / "rows.tsv"
    with path.open("w", encoding="utf-8", newline="") as file:
        write_rows(file, "\t", [["a", "loyalty_error"], ["1", "wrong:\n\tthat"]])
    assert path.read_text().splitlines() == ["a\tloyalty_error", "1\twrong:  that"]


@given(st.lists(st.lists(st.text("aé", max_size=3), min_size=1, max_size=2), max_size=40), st.integers(1, 7))
def test_rows_are_cut_in_order_and_never_into_more_than_a_request_holds(rows: list[list[str]], most: int) -> None:
    batches = list(cut(rows, most))
    assert [row for batch in batches for row in batch.rows] == rows
    assert all(0 < len(batch.rows) <= most for batch in batches)
    assert [batch.first for batch in batches] == [sum(len(b.rows) for b in batches[:n]) for n in range(len(batches))]


def test_large_rows_are_cut_by_bytes_and_a_huge_one_stands_alone() -> None:
    half, huge = ["é" * (MOST_BYTES // 4)], ["x" * (MOST_BYTES + 1)]
    batches = list(cut([half, half, huge, ["a"]], 100))
    assert [len(batch.rows) for batch in batches] == [1, 1, 1, 1]


def test_a_file_is_read_as_it_comes_however_large(tmp_path: Path) -> None:
    # GIVEN more rows than fit a request
    path = tmp_path / "rows.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["a", "b"], *([str(n), "x" * 100] for n in range(50_000))])
    # THEN they come in batches
    assert [len(batch.rows) for batch in cut(open_rows(path).rows(), 20_000)] == [20_000, 20_000, 10_000]
