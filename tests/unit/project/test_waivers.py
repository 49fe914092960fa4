"""No rule of the linter about security is waived without saying why."""

import re

from tools.local.template import ROOT

FOLDERS = ("functions", "shared", "tests", "tools")


def test_every_waiver_of_a_security_rule_says_why() -> None:
    # GIVEN every line that waives one of ruff's S rules
    lines = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*.py")
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if re.search(r"# noqa: ([A-Z0-9]+, )*S\d", line)
    ]
    # THEN each one has a reason beside it
    assert [line for line in lines if not re.search(r"# noqa: [A-Z0-9, ]+( - |\()\S", line)] == []


def test_every_waiver_for_a_folder_says_why() -> None:
    # GIVEN the rules that pyproject.toml waives
    text = (ROOT / "pyproject.toml").read_text()
    waived = re.findall(r'^ *"([A-Z]+[0-9]*)",?(.*)$', text, re.MULTILINE)
    # THEN each one has a reason beside it, "ALL" being what is selected
    assert len(waived) > 20
    assert [rule for rule, rest in waived if not re.match(r" *# \S", rest)] == []
