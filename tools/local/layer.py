"""The layer, built as for AWS but for the Python that runs this, and built again only when its inputs changed."""

import fcntl
import hashlib
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from tools.local.template import ROOT

SHARED = ROOT / "shared"
BUILD = ROOT / "build" / "layer"


class LayerError(Exception):
    """The layer could not be built; the message says what the build printed."""


def build(directory: Path = BUILD) -> Path:
    """The folder of the layer, laid out as below /opt."""
    recipe = [SHARED / "Makefile", SHARED / "requirements.txt"]
    dependencies = _once(directory, "dependencies", recipe, lambda target: _make("dependencies", target))

    def assemble(target: Path) -> None:
        shutil.copytree(dependencies, target, dirs_exist_ok=True)
        _make("package", target)

    return _once(directory, "layer", [*recipe, *sorted((SHARED / "loyalty").rglob("*.py"))], assemble)


def _once(directory: Path, name: str, inputs: Iterable[Path], fill: Callable[[Path], None]) -> Path:
    target = directory / f"{name}-{_fingerprint(inputs)}"
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # what another process is building is waited for, and used
        if not target.exists():
            with tempfile.TemporaryDirectory(dir=directory) as scratch:
                built = Path(scratch) / name
                built.mkdir()
                fill(built)
                for old in directory.glob(f"{name}-*"):
                    shutil.rmtree(old, ignore_errors=True)
                built.rename(target)
    return target


def _fingerprint(inputs: Iterable[Path]) -> str:
    digest = hashlib.sha256(f"{sys.version} {platform.machine()}".encode())
    for path in inputs:
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _make(goal: str, target: Path) -> None:
    command = ["make", "-C", str(SHARED), goal, f"ARTIFACTS_DIR={target}", f"PYTHON={sys.executable}", "PLATFORM="]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own recipe
    if done.returncode:
        raise LayerError(f"make {goal} failed:\n{done.stdout}{done.stderr}")
