"""`make mutants`: changes the core bit by bit in a copy, and counts the changes that no unit test notices.

mutmut finds modules by their path, so the copy has the package where `shared` has it here: at the top. Modules are
named on the command line (`loyalty.domain.identifiers`, or `loyalty.store.*`); without one, all of the core.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.local.template import ROOT

COPY = ROOT / "build" / "mutants"
CORE = ("loyalty.domain.identifiers", "loyalty.jobs.*", "loyalty.vendors.*", "loyalty.operations.*", "loyalty.store.*")
TESTS = os.environ.get("TESTS", "tests/unit").split()
"""The tests that have to notice: fewer are faster, for a look at one module."""

_COPIED = ("tools", "tests", "functions", "events", "docs", "template.yaml", "pyproject.toml", "README.md", "Makefile")
_CONFIGURATION = """
[tool.mutmut]
source_paths = ["loyalty"]
only_mutate = {only}
also_copy = {copied}
pytest_add_cli_args = ["-p", "no:cacheprovider", "-o", "filterwarnings=", "-o", "addopts=--import-mode=importlib"]
pytest_add_cli_args_test_selection = {tests}
"""
_KILLED = ("killed", "timeout", "segfault")
_SURVIVED = ("survived", "suspicious", "no_tests")


def main(modules: Sequence[str]) -> int:
    """Run mutmut; print its score and the survivors. 1 when it could not run."""
    wanted = modules or CORE
    _make_copy(wanted)
    progress = None if sys.stdout.isatty() else subprocess.DEVNULL  # a spinner, of no use in a log
    if _mutmut("run", stdout=progress):
        return 1
    _mutmut("export-cicd-stats", stdout=subprocess.DEVNULL)
    stats = json.loads((COPY / "mutants" / "mutmut-cicd-stats.json").read_text())
    killed, survived = (sum(stats.get(name, 0) for name in names) for names in (_KILLED, _SURVIVED))
    sys.stdout.write(f"{killed} of {killed + survived} changes were noticed: {killed / (killed + survived or 1):.3f}\n")
    sys.stdout.flush()
    return _mutmut("results")


def _mutmut(command: str, *, stdout: int | None = None) -> int:
    """Run one of mutmut's commands in the copy, with nothing of ours to import but that; its exit code."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    program = [str(Path(sys.executable).with_name("mutmut")), command]
    return subprocess.run(program, cwd=COPY, env=environment, stdout=stdout, check=False).returncode  # noqa: S603 - our own


def _make_copy(modules: Sequence[str]) -> None:
    shutil.rmtree(COPY, ignore_errors=True)
    without_caches = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "shared" / "loyalty", COPY / "loyalty", ignore=without_caches)
    for name in _COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, COPY / name, symlinks=True, ignore=without_caches)
        else:
            shutil.copy(ROOT / name, COPY / name)
    only = [f"{name.replace('.', '/')}{'' if name.endswith('*') else '.py'}" for name in modules]
    configuration = _CONFIGURATION.format(only=json.dumps(only), copied=json.dumps(_COPIED), tests=json.dumps(TESTS))
    project = (COPY / "pyproject.toml").read_text().replace('pythonpath = [".", "shared"]', 'pythonpath = ["."]')
    (COPY / "pyproject.toml").write_text(project + configuration)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
