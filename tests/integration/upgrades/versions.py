"""Yesterday's version of the system, and today's, each in a process of its own, on the same tables and queues."""

import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any, Self

from tools.local.template import ROOT

YESTERDAY = "39ae86d2070db381a6da9aeaeae7365594d33a7f"
"""The commit that is yesterday: what may still run, and has written what is stored, while today is deployed."""

ARCHIVE = Path(__file__).with_name("yesterday.tar.gz")
"""That commit's layer and handlers, so that a clone without its history has it: `make yesterday` writes it."""

_DRIVER = Path(__file__).with_name("driver.py")
_KEPT = ("shared/loyalty/", "functions/")


def archived() -> dict[str, str]:
    """The SHA-256 of each file of the archive, by its path."""
    with tarfile.open(ARCHIVE) as archive:
        files = [one for one in archive.getmembers() if one.isfile()]
        return {one.name: _digest(archive.extractfile(one).read()) for one in files}  # type: ignore[union-attr]


def committed() -> dict[str, str] | None:
    """The same of the commit itself, None where the clone's history does not reach it."""
    made = subprocess.run(
        ["git", "archive", "--format=tar", YESTERDAY, *_KEPT], cwd=ROOT, capture_output=True, check=False
    )
    if made.returncode:
        return None
    with tarfile.open(fileobj=io.BytesIO(made.stdout)) as archive:
        files = [one for one in archive.getmembers() if one.isfile() and one.name.endswith(".py")]
        return {one.name: _digest(archive.extractfile(one).read()) for one in files}  # type: ignore[union-attr]


def unpack(folder: Path) -> Path:
    """Yesterday's files in a folder, as they lie in the project."""
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, filter="data")
    return folder


class Version:
    """The functions of one version, between `with` and the end of its block."""

    def __init__(self, root: Path, environment: dict[str, str]) -> None:
        self._root, self._environment = root, environment

    def __enter__(self) -> Self:
        self._log = tempfile.TemporaryFile("w+")
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(_DRIVER), str(self._root)],
            env={"PATH": os.environ["PATH"], **self._environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.communicate(timeout=30)
        self._log.close()

    def call(self, function: str, event: dict[str, Any]) -> Any:
        """What the function in a folder answers."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"function": function, "event": event}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"the version's process has ended:\n{self.log()}"
        return json.loads(line)

    def log(self) -> str:
        """What its functions have logged."""
        self._log.seek(0)
        return self._log.read()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
