"""`make mutants`: what it hands to mutmut, and how it tells the score."""

import json
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tools import mutants


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the copy is made."""
    monkeypatch.setattr(mutants, "COPY", tmp_path / "copy")
    return tmp_path / "copy"


def test_the_copy_has_the_package_at_its_top_and_names_what_is_to_be_changed(
    copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # GIVEN a mutmut that finds 19 of 20 changes
    calls = []

    def run(command: list[str], **_options: Any) -> subprocess.CompletedProcess[str]:
        calls.append(command[1])
        (copy / "mutants").mkdir(exist_ok=True)
        (copy / "mutants" / "mutmut-cicd-stats.json").write_text(
            json.dumps({"killed": 18, "timeout": 1, "survived": 1, "no_tests": 0})
        )
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", run)
    # WHEN a module and a package are asked for
    assert mutants.main(["loyalty.domain.identifiers", "loyalty.store.*"]) == 0
    # THEN these are changed, where mutmut finds them by their names
    project = tomllib.loads((copy / "pyproject.toml").read_text())["tool"]
    assert project["mutmut"]["only_mutate"] == ["loyalty/domain/identifiers.py", "loyalty/store/*"]
    assert project["pytest"]["ini_options"]["pythonpath"] == ["."]
    assert (copy / "loyalty" / "domain" / "identifiers.py").is_file()
    assert not (copy / "shared").exists()
    # AND the score is told, then the survivors
    assert capsys.readouterr().out == "19 of 20 changes were noticed: 0.950\n"
    assert calls == ["run", "export-cicd-stats", "results"]


def test_tests_that_fail_without_any_change_are_no_score(
    copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(subprocess, "run", lambda command, **_options: subprocess.CompletedProcess(command, 1))
    assert mutants.main(["loyalty.domain.identifiers"]) == 1
    assert (copy.is_dir(), capsys.readouterr().out) == (True, "")
