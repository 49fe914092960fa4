"""The copy that mutmut changes, and its commands there.

mutmut finds modules by their path, so the copy has the package where `shared` has it here: at the top. Not every unit
test is run there: those of the project's own files and those that measure what work costs say nothing of a changed
copy; those in `properties` and `faults` try so many cases each that a survivor would take minutes.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from tools.local.template import ROOT

COPY = ROOT / "build" / "mutants"
LOG = "mutmut.log"
TESTS = os.environ.get("TESTS", "tests/unit").split()
"""The tests that have to notice: fewer are faster, for a look at one module."""

_MUTMUT = str(Path(sys.executable).with_name("mutmut"))
_NOT_COPIED = ("build", "shared", "__pycache__", ".*")
_NOT_RUN = ("project", "pages", "document", "template", "local", "properties", "faults")
_OPTIONS = ["-p", "no:cacheprovider", "-o", "filterwarnings=", "-o", "addopts=--import-mode=importlib"]
_SAME_EACH_TIME = ["--hypothesis-seed=1", "-p", "tools.mutants.same_ids", "-m", "not cost"]
_CONFIGURATION = """
[tool.mutmut]
source_paths = ["loyalty"]
only_mutate = {only}
also_copy = {copied}
timeout_multiplier = 4
pytest_add_cli_args = {options}
pytest_add_cli_args_test_selection = {tests}
"""


def make(modules: Sequence[str]) -> None:
    """Make the copy anew, so that these modules would be changed."""
    shutil.rmtree(COPY, ignore_errors=True)
    shutil.copytree(ROOT, COPY, symlinks=True, ignore=shutil.ignore_patterns(*_NOT_COPIED))
    copied = sorted(path.name for path in COPY.iterdir())
    shutil.copytree(ROOT / "shared" / "loyalty", COPY / "loyalty", ignore=shutil.ignore_patterns("__pycache__"))
    project = (COPY / "pyproject.toml").read_text().replace('pythonpath = [".", "shared"]', 'pythonpath = ["."]')
    (COPY / "pyproject.toml").write_text(project + _configuration(modules, copied))


def changes() -> list[str]:
    """Make all changes to the modules; their names."""
    return _told(sys.executable, "-m", "tools.mutants.changes")


def run(names: Sequence[str]) -> bool:
    """Have mutmut try changes, of which each is named or meant by a pattern; whether it could.

    With names it first runs the very tests of these, unchanged. Where there is no terminal it writes to the LOG.
    """
    if sys.stdout.isatty():
        return _call(_MUTMUT, "run", *names).returncode == 0
    with (COPY / LOG).open("w") as log:
        return _call(_MUTMUT, "run", *names, stdout=log).returncode == 0


def fates() -> dict[str, str]:
    """What became of each change, as mutmut calls it: killed, survived or not checked, for example."""
    return dict(line.strip().split(": ", 1) for line in _told(_MUTMUT, "results", "--all", "true"))


def show(name: str) -> None:
    """Print a change and its fate, as a diff."""
    _call(_MUTMUT, "show", name)


def _told(*command: str) -> list[str]:
    """The lines that a command prints."""
    return [line for line in _call(*command, stdout=subprocess.PIPE, check=True).stdout.splitlines() if line]


def _call(*command: str, stdout: int | IO[str] | None = None, check: bool = False) -> subprocess.CompletedProcess[str]:
    """Run a program in the copy, with nothing of ours to import but what is there."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(command, cwd=COPY, env=environment, stdout=stdout, check=check, text=True)  # noqa: S603 - our own


def _configuration(modules: Sequence[str], copied: Sequence[str]) -> str:
    only = [f"{name.replace('.', '/')}{'' if name.endswith('*') else '.py'}" for name in modules]
    options = [*_OPTIONS, *_SAME_EACH_TIME, *(f"--ignore=tests/unit/{name}" for name in _NOT_RUN)]
    fields = {"only": only, "copied": copied, "options": options, "tests": TESTS}
    return _CONFIGURATION.format(**{name: json.dumps(value) for name, value in fields.items()})
