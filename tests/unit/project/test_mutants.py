"""`make mutants`: what it hands to mutmut, which changes a sample has, and how the score is told."""

import os
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from tools.local.template import ROOT
from tools.mutants import __main__ as mutants
from tools.mutants import copied
from tools.mutants.sample import by_module, draw

NAMES = [
    *(f"loyalty.domain.identifiers.x_name__mutmut_{number}" for number in range(5)),
    *(f"loyalty.jobs.cut.x_cut__mutmut_{number}" for number in range(40)),
    *(f"loyalty.store.engine.batch.x_get_all__mutmut_{number}" for number in range(100)),
]


class Mutmut:
    """Stands for the commands that are run in the copy: what they were, and the fates that `results` tells."""

    def __init__(self, *, can_run: bool = True) -> None:
        self.calls: list[list[str]] = []
        self._fails = {"run"} if not can_run else set()

    def run(self, command: Sequence[str], **_options: Any) -> subprocess.CompletedProcess[str]:
        self.calls.append([*command[1:]])
        told = {"-m": lambda: NAMES, "results": self._fates}.get(command[1], list)()
        return subprocess.CompletedProcess(command, command[1] in self._fails, stdout="\n".join(told))

    def commands(self) -> list[str]:
        return [call[0] for call in self.calls]

    def ran(self) -> list[str]:
        """The changes that were asked for."""
        return next(call[1:] for call in self.calls if call[0] == "run")

    def _fates(self) -> list[str]:
        told = {0: "survived", 1: "no tests", 2: "timeout", 3: "skipped"}
        tried = [one for one in NAMES if any(fnmatch(one, name) for name in self.ran())]
        return [f"    {one}: {told.get(n, 'killed') if one in tried else 'not checked'}" for n, one in enumerate(NAMES)]


@pytest.fixture
def mutmut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mutmut:
    """Where the copy is made, and nothing is run."""
    mutmut = Mutmut()
    monkeypatch.setattr(copied, "COPY", tmp_path / "copy")
    monkeypatch.setattr(subprocess, "run", mutmut.run)
    return mutmut


def test_the_copy_has_the_package_at_its_top_and_names_what_is_to_be_changed(mutmut: Mutmut) -> None:
    # WHEN a module and a package are asked for
    assert mutants.main(["loyalty.domain.identifiers", "loyalty.store.*"]) == 0
    # THEN these are changed, where mutmut finds them by their names, and all of their changes are tried
    project = tomllib.loads((copied.COPY / "pyproject.toml").read_text())["tool"]
    assert project["mutmut"]["only_mutate"] == ["loyalty/domain/identifiers.py", "loyalty/store/*"]
    assert project["pytest"]["ini_options"]["pythonpath"] == ["."]
    assert (copied.COPY / "loyalty" / "domain" / "identifiers.py").is_file()
    assert not (copied.COPY / "shared").exists()
    assert mutmut.ran() == ["loyalty.domain.identifiers.*", "loyalty.store.*"]
    # AND what the copy has beside the package goes with it
    assert {"tests", "template.yaml", "samconfig.toml"} <= set(project["mutmut"]["also_copy"])


def test_the_score_is_told_and_each_survivor_is_shown(mutmut: Mutmut, capsys: pytest.CaptureFixture[str]) -> None:
    # WHEN all changes are tried, of which one survives, one is reached by no test, and one is skipped
    assert mutants.main([]) == 0
    # THEN what was noticed is told, of what was tried, AND the survivors are shown
    assert capsys.readouterr().out == "142 of 144 changes were noticed: 0.986\n"
    assert mutmut.calls[-2:] == [["show", NAMES[0]], ["show", NAMES[1]]]
    assert mutmut.commands() == ["run", "results", "show", "show"]


def test_a_sample_alone_is_tried(mutmut: Mutmut, capsys: pytest.CaptureFixture[str]) -> None:
    # WHEN a sample of twenty-five is asked for
    assert mutants.main(["--sample", "25", "--seed", "7"]) == 0
    # THEN these are run, and no others count
    assert mutmut.ran() == draw(by_module(NAMES, mutants.CORE), 25, seed=7)
    assert len(mutmut.ran()) == 25
    assert " of 24 changes were noticed" in capsys.readouterr().out  # one of them was skipped


def test_a_sample_has_as_many_changes_of_each_module_as_there_are() -> None:
    # WHEN a sample is drawn of modules one of which has fewer changes than its share
    drawn = draw(by_module(NAMES, mutants.CORE), 26, seed=1)
    # THEN all of these are in it, and the others make up for it evenly, each change once
    assert Counter(name.split(".")[1] for name in drawn) == {"domain": 5, "jobs": 10, "store": 11}
    assert len(set(drawn)) == 26
    # AND where more are asked for than there are, these are all
    assert sorted(draw(by_module(NAMES, mutants.CORE), 1_000, seed=1)) == sorted(NAMES)


def test_a_sample_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    # GIVEN the changes, told in any order
    modules, turned = by_module(NAMES, mutants.CORE), by_module(reversed(NAMES), mutants.CORE)
    # THEN the seed alone says which are drawn
    assert draw(modules, 26, seed=1) == draw(turned, 26, seed=1)
    assert draw(modules, 26, seed=1) != draw(modules, 26, seed=2)


TWICE = """
import pytest

class Ids:
    def pytest_collection_modifyitems(self, items):
        print([item.nodeid for item in items])

options = ["--collect-only", "-p", "no:terminal", "-p", "no:cacheprovider", *plugins, "test_odd.py"]
codes = [int(pytest.main(options, plugins=[Ids()])) for _ in range(2)]
assert codes == [0, 0], codes
"""
ODD = """
import pytest

@pytest.mark.parametrize("text", ["\u00e9", "b"], ids=ascii)
@pytest.mark.parametrize("other", [b"\\x00", "c"])
def test_odd(text, other): pass
"""


@pytest.mark.parametrize("plugins", [(), ("-p", "tools.mutants.same_ids")], ids=["without", "with"])
def test_a_test_has_the_same_id_whenever_it_is_run_in_one_process(tmp_path: Path, plugins: tuple[str, ...]) -> None:
    # GIVEN tests whose ids pytest has to escape
    (tmp_path / "test_odd.py").write_text(ODD, encoding="utf-8")
    # WHEN one process looks for them twice
    program = [sys.executable, "-c", f"plugins = {plugins}\n{TWICE}"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(program, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    # THEN it finds the same ones with the plugin, and only with it
    first, second = done.stdout.splitlines()
    assert "\\" in first
    assert (first == second) is bool(plugins)


def test_tests_that_fail_without_any_change_are_no_score(
    mutmut: Mutmut, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # GIVEN a mutmut that can not run
    failing = Mutmut(can_run=False)
    monkeypatch.setattr(subprocess, "run", failing.run)
    # WHEN it is to
    assert mutants.main(["loyalty.domain.identifiers"]) == 1
    # THEN nothing is told but where to look
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", f"mutmut could not run; what it wrote is in {copied.COPY}/mutmut.log\n")
    assert mutmut.calls == []


@pytest.mark.usefixtures("mutmut")
def test_every_test_that_measures_cost_is_left_out_of_the_copy() -> None:
    # GIVEN tests that measure what work costs
    measuring = [
        path
        for path in (ROOT / "tests" / "unit").rglob("test_*.py")
        if {"slowness", "cost_of"} & set(path.read_text().replace("(", " ").replace(",", " ").split())
    ]
    # THEN each file of them says so
    assert measuring
    assert [path.name for path in measuring if "pytest.mark.cost" not in path.read_text()] == []
    # AND the copy runs none of them
    mutants.main([])
    options = tomllib.loads((copied.COPY / "pyproject.toml").read_text())["tool"]["mutmut"]["pytest_add_cli_args"]
    assert options[options.index("-m") + 1] == "not cost"
