"""What CI runs beside our own commands is pinned: a tag can be moved, a commit can't."""

import re
from pathlib import Path

import pytest

from tools.local.template import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
USES = re.compile(r"uses:(.*)")
PINNED = re.compile(r" [\w-]+/[\w./-]+@[0-9a-f]{40} # v[0-9]+\.[0-9]+\.[0-9]+")


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_pinned_by_its_commit_and_says_its_version(workflow: Path) -> None:
    used = USES.findall(workflow.read_text(encoding="utf-8"))
    assert used
    assert [one for one in used if not PINNED.fullmatch(one)] == []


def test_one_action_has_one_version_in_all_workflows() -> None:
    used = {use for path in WORKFLOWS for use in USES.findall(path.read_text(encoding="utf-8"))}
    assert len(used) == len({use.partition("@")[0] for use in used})
