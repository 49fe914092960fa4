"""The locks: they pin what the requirements and the workflows ask for, with hashes, and name no package index."""

import json
import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tools.local.template import ROOT

INPUTS = [ROOT / "shared" / "requirements.in", *sorted((ROOT / "tools" / "requirements").glob("*.in"))]


def asked(path: Path) -> list[Requirement]:
    lines = [line.split("#")[0].strip() for line in path.read_text().splitlines()]
    included = [line.removeprefix("-r ") for line in lines if line.startswith("-r ")]
    own = [Requirement(line) for line in lines if line and not line.startswith("-")]
    return own + [requirement for name in included for requirement in asked(path.parent / name)]


def pins(path: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)(?:\[[^]]*\])?==([^ \\]+)", path.read_text(), re.MULTILINE):
        found.setdefault(name, []).append(version)
    return found


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: path.stem)
def test_every_requirement_is_pinned_to_a_version_that_it_allows(path: Path) -> None:
    # GIVEN a lock and what it was made of
    locked = pins(path.with_suffix(".txt"))
    # THEN each requirement is there, in a version that it allows
    for requirement in asked(path):
        versions = locked.get(requirement.name.lower().replace("_", "-"))
        assert versions, f"run make lock: {requirement} is not in {path.stem}.txt"
        assert all(requirement.specifier.contains(version) for version in versions)


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: path.stem)
def test_every_pin_has_a_hash_and_none_names_an_index(path: Path) -> None:
    # GIVEN the entries of a lock
    lock = path.with_suffix(".txt").read_text()
    entries = re.split(r"\n(?=[\w-])", lock)
    # THEN each can be verified, wherever it comes from
    assert all("--hash=sha256:" in entry for entry in entries if re.match(r"[\w-]", entry))
    assert "://" not in lock
    assert not re.search(r"^--", lock, re.MULTILINE)


def test_every_action_of_a_workflow_is_pinned_to_a_commit() -> None:
    # GIVEN the actions that the workflows use
    workflows = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
    used = [line for path in workflows for line in path.read_text().splitlines() if "uses:" in line]
    # THEN each is named by a hash, which nobody can move, with the version beside it for people
    assert used
    assert [line for line in used if not re.search(r"uses: [\w/-]+@[0-9a-f]{40} # v\d", line)] == []


def test_the_local_stack_and_the_tests_run_what_the_layer_ships() -> None:
    # GIVEN the layer's lock
    shipped = pins(ROOT / "shared" / "requirements.txt")
    # THEN the environments above it hold the same versions
    for name in ("run", "dev"):
        locked = pins(ROOT / "tools" / "requirements" / f"{name}.txt")
        assert shipped.items() <= locked.items()


def test_the_lock_of_npm_has_a_hash_for_each_package_and_names_no_index() -> None:
    # GIVEN what the clients are tried with, and its lock
    folder = ROOT / "tools" / "requirements" / "npm"
    asked = json.loads((folder / "package.json").read_text(encoding="utf-8"))["dependencies"]
    packages = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    # THEN versions are exact, and are those of the lock
    assert packages.pop("")["dependencies"] == asked
    assert {name: packages[f"node_modules/{name}"]["version"] for name in asked} == asked
    # AND each package can be verified, comes from no address, and runs nothing when it is installed
    assert [name for name, one in packages.items() if not one["integrity"].startswith("sha512-")] == []
    assert [name for name, one in packages.items() if "resolved" in one or "hasInstallScript" in one] == []
