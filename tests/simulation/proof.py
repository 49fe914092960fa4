"""The simulator's proof of itself: each known fault is brought back into a copy of the code, and has to be found.

A known fault is a patch of `known_faults`, a unified diff against the project's root that brings one fault back. Its
first lines, before the diff, say what it is, and what the histories that find it may leave out (`Without: …`).
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tests.simulation.history import Finding

MOST_SEEDS = 2_000
PATCHES = Path(__file__).parent / "known_faults"
ROOT = Path(__file__).parents[2]
_COPIED = ("shared", "tools", "tests", "template.yaml")


class Proof(NamedTuple):
    """How many seeds it took until a fault was found, None where it was not, and what found it."""

    seeds: int | None
    found: str


def main(names: list[str]) -> int:
    """Prove all known faults, or those that are named; the exit code is 1 where one is not found."""
    patches = [path for path in sorted(PATCHES.glob("*.patch")) if not names or path.stem in names]
    missed = 0
    for patch in patches:
        proof = prove(patch)
        missed += proof.seeds is None
        soon = "not found" if proof.seeds is None else f"{proof.seeds} seeds"
        sys.stdout.write(f"{patch.stem}: {soon}  {proof.found}\n")
        sys.stdout.flush()
    return bool(missed or not patches)


def applies(patch: Path, folder: Path) -> bool:
    """Whether the patch fits a copy of the project, which is made in the folder, patched."""
    for name in _COPIED:
        _copy(ROOT / name, folder / name)
    command = ["patch", "--quiet", "--force", "--strip=1", "--reject-file=-", f"--input={patch}"]
    return subprocess.run(command, cwd=folder, check=False, capture_output=True).returncode == 0


def prove(patch: Path, most: int | None = None) -> Proof:
    """Bring a fault back into a copy of the project, and run histories there until one fails."""
    with tempfile.TemporaryDirectory(prefix="known-fault-") as folder:
        copy = Path(folder)
        if not applies(patch, copy):
            return Proof(None, "the patch does not fit the code")
        command = [sys.executable, "-m", "tests.simulation.proof", str(most or MOST_SEEDS), without(patch)]
        environment = os.environ | {"PYTHONPATH": f"{copy}{os.pathsep}{copy / 'shared'}"}  # before what is installed
        done = subprocess.run(command, cwd=copy, env=environment, check=True, capture_output=True, text=True)
    seeds, _, found = done.stdout.strip().partition(" ")
    if seeds == "none":
        return Proof(None, "")
    if clean := _findings(int(seeds), _features(without(patch))):
        return Proof(None, f"seed {seeds} fails without the fault as well: {clean[0].text[:200]}")
    return Proof(int(seeds), found)


def without(patch: Path) -> str:
    """The features that the histories for a patch leave out."""
    found = re.search("^Without: (.*)$", patch.read_text().partition("\n--- ")[0], re.MULTILINE)
    return found[1].replace(" ", "") if found else ""


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns("__pycache__", "*.svg"))
    else:
        shutil.copy(source, target)


def _search(most: int, features: frozenset[str]) -> str:
    """In the copy: how many seeds it takes, and what is found."""
    for seed in range(1, most + 1):
        if findings := _findings(seed, features):
            return f"{seed} {findings[0].judge}: {findings[0].text[:200]}"
    return "none"


def _findings(seed: int, features: frozenset[str]) -> Sequence["Finding"]:
    from tests.simulation.cases import Case, run  # noqa: PLC0415 - of the copy, where there is one

    return run(Case(seed, without=features)).findings


def _features(text: str) -> frozenset[str]:
    return frozenset(filter(None, text.split(",")))


if __name__ == "__main__":
    sys.stdout.write(_search(int(sys.argv[1]), _features(sys.argv[2])))
