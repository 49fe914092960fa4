"""`docs/adding-a-contract.md` is done, step by step, in a copy of the project: what it says works."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pages import PAGES
from tools.local.template import ROOT

PAGE = PAGES["docs/adding-a-contract.md"]
NEW_FILE = re.compile(r"^`([\w/.]+)`:\n\n```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CHANGE = re.compile(r"^```diff\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COPIED = ("shared", "functions", "tools", "tests", "events", "docs")
TESTS = (
    "tests/unit/acme",
    "tests/unit/document",
    "tests/unit/project/test_imports.py",
    *(f"tests/unit/template/test_{name}.py" for name in ("template", "template_alarms")),
    "tests/unit/pages/test_docs_of_deployment.py",
)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project to which the page has been applied."""
    folder = tmp_path_factory.mktemp("fourth-vendor")
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (path for path in ROOT.iterdir() if path.is_file()):
        shutil.copy(path, folder)
    for name, text in NEW_FILE.findall(PAGE):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    changes = "".join(CHANGE.findall(PAGE))
    subprocess.run(["patch", "--strip=1", "--force"], cwd=folder, input=changes, text=True, check=True)
    return folder


def run(folder: Path, *arguments: str) -> str:
    environment = os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}{folder / 'shared'}"}
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert not done.returncode, done.stdout + done.stderr
    return done.stdout


def test_the_fourth_vendor_of_the_page_works_and_passes_the_checks(copy: Path) -> None:
    # GIVEN the project with the page's files and changes, and its documents made again
    run(copy, "tools.document")
    # THEN the endpoint does what its tests say, all of its replies are described, and nothing else is broken
    run(copy, "pytest", "--quiet", "-p", "no:cacheprovider", *TESTS)
    # AND the code is as clean as the rest
    run(copy, "ruff", "check", "--no-cache", ".")
    run(copy, "ruff", "format", "--no-cache", "--check", ".")
