"""Failed rows are the text that was sent, to the byte, with the reason; what is mended of them is sent as it is."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.domain.delimited import MAX_ROW_BYTES, Unreadable, numbered
from loyalty.domain.rowfile import FormatFault, read_heading
from loyalty.files.failed_rows import Beginning, FailedRows
from tests.unit.files.file_world import FileWorld
from tests.unit.files.test_result_files import asked

RESULTS = "GET /jobs/{job_id}/results"
WRONG = "email must be an e-mail address of at most 254 characters; it is "
NO_MAIL = f'"{WRONG}""no"""'
STRAY = """"The row is not valid CSV: ',' expected after '""'\""""
TOO_LARGE = "The row is larger than 64 KB"
LARGE = "x" * 70_000
CASES: dict[str, tuple[str, str, dict[str, str]]] = {
    "larger than 64 KB": (
        f"email,street1\na@b.example,{LARGE},\nno,y\n",
        f"loyalty_error,email,street1\n{TOO_LARGE},a@b.example,{LARGE},\n{NO_MAIL},no,y\n",
        {},
    ),
    "larger than 64 KB, quoted": (
        f'email,street1\n"a@b.example" ,"{LARGE}"\n',
        f'loyalty_error,email,street1\n{STRAY},"a@b.example" ,"{LARGE}"\n',
        {},
    ),
    "text after a closing quote": (
        'email,last_name\r\n"a@b.example"x,Ann\r\n',
        f'loyalty_error,email,last_name\r\n{STRAY},"a@b.example"x,Ann\r\n',
        {},
    ),
    "quotes in the middle, and where none is needed": (
        'email,last_name\nno,a "b" c\nno,"Ann"\n',
        f'loyalty_error,email,last_name\n{NO_MAIL},no,a "b" c\n{NO_MAIL},no,"Ann"\n',
        {},
    ),
    "spaces, formulas, blank lines and short and long rows": (
        "email,last_name,city\n\n  no ,=1+1,-2\n,,\nno\nno,a,b,,,\nno,a,b,c\n",
        (
            "loyalty_error,email,last_name,city\n"
            f'"{WRONG}""no""",  no ,=1+1,-2\n{NO_MAIL},no\n{NO_MAIL},no,a,b,,,\n'
            '"The row has 4 cells, the headers name 3",no,a,b,c\n'
        ),
        {},
    ),
    "a header with another delimiter": (
        'email,"a|b",Last_Name\nno,x,y\n',
        f'loyalty_error,email,"a|b",Last_Name\n{NO_MAIL},no,x,y\n',
        {"a|b": "-"},
    ),
    "a delimiter that is named": (
        "\ufeffsep=;\r\nemail;a,b\r\nno;x\r\n",
        f"\ufeffsep=;\r\nloyalty_error;email;a,b\r\n{NO_MAIL};no;x\r\n",
        {"a,b": "-"},
    ),
    "cells of several lines": (
        'email,street1\r\nno,"Main\nStreet\r\n"\r\n',
        f'loyalty_error,email,street1\r\n{NO_MAIL},no,"Main\nStreet\r\n"\r\n',
        {},
    ),
    "cells of several lines that look like rows of one column more": (
        'email,street1\nno,"x\na,b,c"\n',
        f'loyalty_error,email,street1\n{NO_MAIL}, no,"x\na,b,c"\n',
        {},
    ),
    "a last line without an end": ("email\tcity\rno\tx", f'loyalty_error\temail\tcity\r{WRONG}"no"\tno\tx\r', {}),
    "pipes, between which a quote is data": (
        'email|city\nno|"x\nno|y"z\n',
        f'loyalty_error|email|city\n{WRONG}"no"|no|"x\n{WRONG}"no"|no|y"z\n',
        {},
    ),
    "reasons of before": (
        'email,loyalty_error,city\nno,"was, wrong",x\nno\nno,\nno,was,"y",z\n',
        (
            f"email,loyalty_error,city\nno,{NO_MAIL},x\nno,{NO_MAIL}\nno,{NO_MAIL}\n"
            'no,"The row has 3 cells, the headers name 2","y",z\n'
        ),
        {},
    ),
    "reasons of before, in the last column": (
        "email,city,loyalty_error\nno,x,was\nno\n",
        f"email,city,loyalty_error\nno,x,{NO_MAIL}\nno,,{NO_MAIL}\n",
        {},
    ),
    "reasons of before, in the first column": (
        'loyalty_error,email\n"was, wrong",no\n,no\n',
        f"loyalty_error,email\n{NO_MAIL},no\n{NO_MAIL},no\n",
        {},
    ),
}


def failed_rows(world: FileWorld, job_id: str) -> str:
    """The file of failed rows, to the byte."""
    url = asked(world, job_id, outcome="failed").headers["Location"]
    return world.s3.objects[url.removeprefix("https://files.test/").partition("?")[0]].decode()


@pytest.mark.parametrize("name", CASES)
def test_failed_rows_are_sent_back_to_the_byte_and_those_that_are_not_mended_fail_as_before(name: str) -> None:
    # GIVEN a file with rows that fail
    content, expected, columns = CASES[name]
    world = FileWorld()
    job_id = world.bring(content, columns=columns)
    # THEN they are as they were sent, each with its reason
    assert failed_rows(world, job_id) == expected
    # AND sent again as they are they fail in the same way
    again = world.bring(expected, columns=columns)
    assert failed_rows(world, again) == expected
    assert world.shown(again)["counts"] == {"failed": world.shown(job_id)["counts"]["failed"]}
    # AND those of which the e-mail is mended do not
    text = re.sub(r"(^|[,;|\t ]+)no\b", r"\1yes@b.example", expected, flags=re.MULTILINE)
    mended = world.bring(text, columns=columns)
    assert world.shown(mended)["counts"].get("failed", 0) == len(re.findall("The row (?:has|is)", expected))


def test_a_reason_never_makes_a_row_too_large() -> None:
    # GIVEN a row that is as large as one may be, whose e-mail is wrong
    world = FileWorld()
    row = f"no\t{'x' * (MAX_ROW_BYTES - 70)}\n"
    job_id = world.bring(f"email\tcity\n{row}", columns={"city": "street1"})
    # THEN it comes back without the reason
    failed = failed_rows(world, job_id)
    assert failed == f"loyalty_error\temail\tcity\n\t{row}"
    # AND once it is mended it is done
    mended = failed.replace("\tno\t", "\ta@b.c\t")
    assert world.shown(world.bring(mended, columns={"city": "street1"}))["counts"] == {"new": 1}


TEXT = st.text(st.sampled_from("ab \"',;|\t\r\n=\ufeff\u2028x"), max_size=60)
HEADERS = st.sampled_from(
    ["a,b", "loyalty_error,a,b", "a,loyalty_error,b", 'a;b;"c,d"', "a|b|loyalty_error", "a\tb", "a"]
)
REASONS = st.sampled_from(["why", "why, and why", 'is "x"', "=1+1", "a|b\tc;d\ne"])


@given(HEADERS, st.sets(st.integers(0, 2)), TEXT, REASONS)
def test_whatever_a_row_is_it_is_read_again_as_it_was(headers: str, several: set[int], text: str, reason: str) -> None:
    # GIVEN a file of any text
    lines = Beginning(iter(numbered(f"{headers}\n{text}")))
    heading = read_heading(lines)._replace(several_lines=several)
    begin = Beginning(iter([]))
    begin.headers = lines.headers
    try:
        rows = list(heading.rows(list(lines)))
    except Unreadable:
        return
    # WHEN all its rows are written as failed ones
    sent = list(heading.rows_as_sent(_after_heading(f"{headers}\n{text}")))
    assert len(sent) == len(rows)
    failed = FailedRows(heading, begin)
    written = failed.headings() + "".join(failed.line(one, reason) for one in sent)
    # THEN they are read as they were, with their reasons in one column
    again = iter(numbered(written))
    found = read_heading(again)
    at = found.reasons_at
    assert (found.delimiter, found.headers) == (heading.delimiter, heading.headers)
    assert at is not None
    found = found._replace(several_lines=several)
    kept = [row for row in rows if any(row.cells)]  # what is wrong with a reason of before goes with it
    assert [row.cells for row in found.rows(again)] == [_filled(row.cells, at) for row in kept]
    # AND where no reason was before, the text of each is in there as it was
    if heading.reasons_at is None:
        assert all(written.count(one.rstrip("\r\n")) for one in sent)


def _filled(cells: list[str], at: int) -> list[str]:
    """A row's cells, blank ones up to the reason."""
    return cells + [""] * (at - len(cells))


def _after_heading(text: str) -> Beginning:
    lines = Beginning(iter(numbered(text)))
    read_heading(lines)
    return lines


@pytest.mark.parametrize("text", ["", "\n,,\n", "loyalty_error\nx\n"])
def test_a_file_without_headers_has_no_failed_rows(text: str) -> None:
    with pytest.raises(FormatFault):
        read_heading(Beginning(iter(numbered(text))))
