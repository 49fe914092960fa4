"""Files of rows: what is written is read back, and no spreadsheet runs what we write."""

import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from loyalty.domain import delimited
from loyalty.domain.text import SPACES, is_blank, protected, unprotected
from tools.operator.faults import OperatorError
from tools.operator.requests import MOST_BYTES, cut
from tools.operator.rowfiles import FileRow, RowFile, open_rows, survey, write_rows

CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"], include_characters="\t\r\n"), max_size=12)
SUGGESTIVE = st.text("'=+-@\t\r\n a1;,|\"\uff1d\uff20", max_size=7)
SIGNS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a formula begins with, for a spreadsheet."""


def trim(cell: str) -> str:
    """The cell as it is read."""
    return "" if is_blank(cell) else cell.strip(SPACES)


def cells_of(file: RowFile) -> list[list[str]]:
    """The cells of a file whose rows can all be read."""
    rows = list(file.rows())
    assert [row.fault for row in rows if row.fault] == []
    return [row.cells for row in rows]


@given(CELLS | SUGGESTIVE)
def test_no_cell_that_is_written_begins_like_a_formula_and_each_is_read_as_it_was(cell: str) -> None:
    assert not protected(cell).startswith((*SIGNS, "\t", "\r"))
    assert unprotected(protected(cell)) == cell


@given(written=st.sampled_from(",;|\t"), read=st.sampled_from(",;|\t"), rows=st.lists(st.lists(SUGGESTIVE, min_size=1)))
def test_no_spreadsheet_meets_a_formula_whatever_it_parts_cells_at(
    written: str, read: str, rows: list[list[str]]
) -> None:
    # GIVEN rows that were written with one sign between cells
    text = "".join(delimited.write(row, written) for row in rows)
    # WHEN a spreadsheet reads them with any, keeping spaces or not
    cells = [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=read) for cell in row]
    # THEN no cell begins like a formula
    assert [cell for cell in cells if cell.strip(" ").startswith(SIGNS)] == []


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("x;=1+1", "'x;'=1+1"),
        ("x,-1", "'x,'-1"),
        ("x\t@a", "'x\t'@a"),
        ("x\r\n+1", "'x\r\n'+1"),
        ("x|=1;=2", "'x|'=1;'=2"),
        ('x; "=1', "'x;' \"=1"),
        ("=1;=2", "'=1;'=2"),
        ("'x;'=1", "''x;''=1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("\uff0b1", "'\uff0b1"),
        ("\uff0d1", "'\uff0d1"),
        ("\uff20a", "'\uff20a"),
        ('"=1"', '\'"=1"'),
        ("Main St 5, rear - left; floor 2", "Main St 5, rear - left; floor 2"),
        ("a=b;c", "a=b;c"),
    ],
    ids=ascii,
)
def test_a_formula_behind_what_parts_cells_is_kept_from_being_one(cell: str, written: str) -> None:
    assert protected(cell) == written
    assert unprotected(written) == cell


@given(delimiter=st.sampled_from("|\t"), cells=st.lists(SUGGESTIVE, min_size=2, max_size=4))
def test_cells_between_tabs_or_pipes_are_read_back_with_spaces_for_what_can_not_stand_there(
    delimiter: str, cells: list[str]
) -> None:
    # GIVEN cells that were written where nothing can be quoted
    line = delimited.write(cells, delimiter)
    # THEN they are read as they were, but for the delimiter and line ends
    plain = [trim(re.sub("\r\n?|\n", " ", cell.replace(delimiter, " "))) for cell in cells]
    (read,) = [*delimited.records([(1, line)], delimited.Shape(delimiter, len(cells)))] or [delimited.Record(1, [])]
    assert list(map(trim, read.cells)) == plain * any(plain)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(delimiter=st.sampled_from(",;"), rows=st.lists(st.lists(CELLS | SUGGESTIVE, min_size=2, max_size=4), max_size=5))
@example(delimiter=",", rows=[[",,,\r", "", "", ""]])
def test_any_rows_that_are_written_as_csv_are_read_back(delimiter: str, rows: list[list[str]], tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    # GIVEN rows that were written
    with path.open("w", encoding="utf-8", newline="") as file:
        write_rows(file, delimiter, [["street1", "x1", "x2", "x3"], *rows])
    # THEN they are read back, trimmed of spaces, without blank rows
    trimmed = [[trim(cell) for cell in row] for row in rows]
    read = [list(map(trim, row)) for row in cells_of(open_rows(path).of_fields(["x"] * 4))]
    assert read == [row for row in trimmed if any(row)]


@pytest.mark.parametrize(
    ("content", "headers", "rows"),
    [
        (b"a,b\n1,2\n", ("a", "b"), [["1", "2"]]),
        (b"\xef\xbb\xbfa,b\r\n1,2\r\n\r\n,\r\n", ("a", "b"), [["1", "2"]]),
        (b'a\tb\n"1\t2\n', ("a", "b"), [['"1', "2"]]),
        (b"a|b\n1,5|2\n", ("a", "b"), [["1,5", "2"]]),
        (b'\xef\xbb\xbfa;"b;c"\r\n1,5;"x;\r\n""y"""\r\n', ("a", "b;c"), [["1,5", 'x;\r\n"y"']]),
        (b"a,b;c\n1,2;3\n", ("a", "b;c"), [["1", "2;3"]]),
        (b'"a;b",c\n1,2\n', ("a;b", "c"), [["1", "2"]]),
        (b" a , b \n1\n1, 2\n", ("a", "b"), [["1"], ["1", "2"]]),
        (b'a,b\n"x\ny","""z"""\n', ("a", "b"), [["x\ny", '"z"']]),
        (b"a\n1\n\n  \n2\n", ("a",), [["1"], ["2"]]),
        (b"a,b,loyalty_error\n1,2,wrong\n1\n", ("a", "b"), [["1", "2"], ["1"]]),
        (b"a,loyalty_error,b\n1,wrong,2\n1,,\n", ("a", "b"), [["1", "2"], ["1", ""]]),
        (b"a,b,loyalty_error\n1,2,wrong,3\n1,2,wrong,,\n", ("a", "b"), [["1", "2", "3"], ["1", "2"]]),
        (b"a,b,\n1,2,\n1,2,,\n", ("a", "b"), [["1", "2"], ["1", "2"]]),
        (b"a,,b\n1,2,3\n", ("a", "", "b"), [["1", "2", "3"]]),
        (b"a,b\n'=1,''+2\n", ("a", "b"), [["=1", "'+2"]]),
        (b"\n \r\na;b\n1;2\n", ("a", "b"), [["1", "2"]]),
        (b"sep=;\na;b,c\n1;2\n", ("a", "b,c"), [["1", "2"]]),
        (b"\xef\xbb\xbfSEP=|\r\n\r\na|b\n1|2\n", ("a", "b"), [["1", "2"]]),
    ],
)
def test_files_of_all_kinds_are_read(
    content: bytes, headers: tuple[str, ...], rows: list[list[str]], tmp_path: Path
) -> None:
    path = tmp_path / "rows"
    path.write_bytes(content)
    file = open_rows(path).of_fields(["x"] * len(headers))
    assert file.headers == headers
    assert [row.cells for row in file.rows()] == rows
    assert survey(file).rows == len(rows)


@pytest.mark.parametrize(
    ("content", "row"),
    [
        (b"a,b\n1,2,3\n", FileRow(["1", "2", "3"], "The row has 3 cells, the headers name 2")),
        (b"a,b,loyalty_error\n1,2,why,3\n", FileRow(["1", "2", "3"], "The row has 3 cells, the headers name 2")),
        (b'a,b\n1,"2"3\n', FileRow(["1", '"2"3'], "The row is not valid CSV: ',' expected after '\"'")),
        (b'a;b\n1;"2" 3\n', FileRow(["1", '"2" 3'], "The row is not valid CSV: ';' expected after '\"'")),
        (b"a,b\nA,B\n", FileRow(["A", "B"], "The row is the line of headers again")),
        (b"a,b\n\xef\xbb\xbfa,b\n", FileRow(["\ufeffa", "b"], "The row is the line of headers again")),
        (b"a,b\n1,\x00\n", FileRow(["1", "\x00"], "Cell 2 holds the control character U+0000: save the file as UTF-8")),
    ],
)
def test_a_row_that_can_not_be_read_is_kept_with_what_is_wrong(content: bytes, row: FileRow, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(content + b"9" + content[1:2] + b"9\n")
    # THEN the row after it is read
    assert list(open_rows(path).rows()) == [row, FileRow(["9", "9"])]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "rows.csv is empty$"),
        (b" \n", "rows.csv must begin with a line of headers"),
        (b"loyalty_error\n1\n", "must begin with a line of headers"),
        (b"a,,,b\n", "each with a name of its own: column 3 has none"),
        (b"\n,a\n", "each with a name of its own: column 1 has none"),
        (b"a,b,A\n", 'each with a name of its own: "A" is in columns 1 and 3'),
        (b"\xff\xfea\x00", "rows.csv is not in UTF-8: save it as CSV UTF-8$"),
        (b"PK\x03\x04 [Content_Types].xml", "rows.csv is a ZIP archive or an Excel workbook: save it as CSV UTF-8$"),
        (b"\x1f\x8b\x08", "rows.csv is compressed with gzip: send it uncompressed$"),
        ("a,b\n1,2\n".encode("utf-16-le"), "line 1: Cell 1 holds the control character U.0000: save the file as UTF-8"),
        (b"a,b\n1,\xe9\n", r"rows.csv is not in UTF-8: save it as CSV UTF-8 \(line 2\)$"),
        (b"a,b\n" + b"x" * 4_000_001, "rows.csv, line 2: the line is longer than a row may be$"),
        (b'a,b\n3,4\n"1,2\n', "is no valid CSV: line 3: the quoted cell 1 is not closed in its line"),
        (b'a,b\n1,"x\ny"\n', "line 2: the quoted cell 2 is not closed in its line"),
        (b'a,b\n1,"' + b"x" * 1_000_001, "line 2: the row has more than 1000000 characters"),
        (b"a,b\n1;2\n", 'parted by "," and name 2 columns, but no row has a second cell'),
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
    batches = list(cut(map(FileRow, rows), most))
    assert [row.cells for batch in batches for row in batch.rows] == rows
    assert all(0 < len(batch.rows) <= most for batch in batches)
    assert [batch.first for batch in batches] == [sum(len(b.rows) for b in batches[:n]) for n in range(len(batches))]


def test_large_rows_are_cut_by_bytes_and_a_huge_one_stands_alone() -> None:
    half, huge = ["é" * (MOST_BYTES // 4)], ["x" * (MOST_BYTES + 1)]
    batches = list(cut(map(FileRow, [half, half, huge, ["a"]]), 100))
    assert [len(batch.rows) for batch in batches] == [1, 1, 1, 1]


def test_a_file_is_read_as_it_comes_however_large(tmp_path: Path) -> None:
    # GIVEN more rows than fit a request
    path = tmp_path / "rows.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["a", "b"], *([str(n), "x" * 100] for n in range(50_000))])
    # THEN they come in batches
    assert [len(batch.rows) for batch in cut(open_rows(path).rows(), 20_000)] == [20_000, 20_000, 10_000]
