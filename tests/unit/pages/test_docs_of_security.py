"""What docs/security.md promises has a test, which it names."""

import ast
import re

import pytest

from tests.unit.limits.refusals import MOST_SECONDS
from tests.unit.limits.test_refusals import DOORS, MOST_MEGABYTES
from tools.local.template import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| what holds")]
NAMED = re.compile(r"\| `(tests/[\w/]+\.py)::(test_\w+)` \|")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[2:50])
def test_each_sentence_names_a_test_that_is_there(row: str) -> None:
    # GIVEN a sentence of the page, and the test beside it
    named = NAMED.search(row)
    assert named, row
    file, name = ROOT / named[1], named[2]
    # THEN that is a test of ours
    functions = [node for node in ast.parse(file.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)]
    assert name in {one.name for one in functions}


def test_the_page_is_made_of_such_sentences() -> None:
    assert len(ROWS) > 40


def test_what_a_refusal_may_cost_and_how_many_were_tried_is_what_the_tests_hold() -> None:
    bodies = sum(len(hostile) * len(paths) for hostile, paths in DOORS.values())
    assert f"at most {MOST_MEGABYTES} MB of memory more than it has when idle and a second of CPU" in PAGE
    assert f"over {bodies} bodies" in PAGE
    assert MOST_SECONDS == 1
