"""Tables for people: no word is cut in two, however narrow the terminal is."""

from typing import Any

import pytest

from tools.operator.ids import shortened
from tools.operator.printer import Printer

ID = "0123456789abcdef0123456789abcdef"
RECORDS: list[dict[str, Any]] = [
    {"job": ID, "status": "done", "counts": {"already member": 1, "registered": 12}, "at": "2026-01-31T08:00:00Z"},
    {"job": ID[::-1], "status": "running", "counts": {}, "at": "2026-01-31T09:00:00Z"},
]
WORDS = {ID, ID[::-1], "done", "running", "already", "member:", "registered:", "2026-01-31T08:00:00Z"}


@pytest.mark.parametrize("width", [200, 100, 80, 60, 40, 20])
def test_a_table_in_a_terminal_of_any_width_has_whole_words(width: int, capsys: pytest.CaptureFixture[str]) -> None:
    # WHEN a table is told
    Printer(as_json=False, width=width).records(RECORDS, "nothing")
    out = capsys.readouterr().out
    # THEN every word of it is whole
    assert set(out.split()) >= WORDS
    # AND no line is longer than the terminal, but for a word that is
    assert all(len(line.rstrip()) <= max(width, len("counts  ") + len(ID)) for line in out.splitlines())


def test_a_table_that_does_not_fit_is_told_record_by_record(capsys: pytest.CaptureFixture[str]) -> None:
    Printer(as_json=False, width=50).records(RECORDS, "nothing")
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [
        f"job     {ID}",
        "status  done",
        "counts  already member: 1, registered: 12",
        "at      2026-01-31T08:00:00Z",
        "",
        f"job     {ID[::-1]}",
        "status  running",
        "counts  -",
        "at      2026-01-31T09:00:00Z",
    ]


def test_a_record_breaks_its_lines_between_words(capsys: pytest.CaptureFixture[str]) -> None:
    Printer(as_json=False, width=20).record({"rows": 4, "jobs": [ID, ID[::-1]]})
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [
        "rows  4",
        f"jobs  {ID},",
        f"      {ID[::-1]}",
    ]


@pytest.mark.parametrize(
    ("ids", "shown"),
    [
        ([], []),
        ([ID], [ID[:8]]),
        (["a" * 32, "b" * 32], ["a" * 8, "b" * 8]),
        (["a" * 32, "a" * 9 + "b" * 23], ["a" * 10, "a" * 9 + "b"]),
        (["a" * 32, "a" * 31 + "b"], ["a" * 32, "a" * 31 + "b"]),
        (["short", ID], ["short", ID[:8]]),
    ],
)
def test_as_much_of_ids_is_shown_as_tells_them_apart(ids: list[str], shown: list[str]) -> None:
    assert [shortened(ids)[one] for one in ids] == shown
