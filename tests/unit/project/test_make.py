"""`make test` runs all tests: the Makefile's lists of folders leave none out."""

import re

from tools.local.template import ROOT

NAMED = re.compile(r"^\w+_TESTS := (.+)$", re.MULTILINE)


def test_every_folder_with_tests_is_in_one_list_of_the_makefile() -> None:
    # GIVEN the folders that hold tests
    holding = {path.relative_to(ROOT).parts[1] for path in (ROOT / "tests").rglob("test_*.py")}
    # THEN the lists of `make test` name each, once
    named = [folder for folders in NAMED.findall((ROOT / "Makefile").read_text()) for folder in folders.split()]
    assert sorted(named) == sorted(f"tests/{folder}" for folder in holding)
