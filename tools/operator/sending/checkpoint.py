"""The checkpoint of a file that is sent: kept beside it, so that the same command continues after an interruption."""

import json
import secrets
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..failures import Kept, of_content
from ..faults import OperatorError

SUFFIX = ".course.json"
"""Follows the file's name in that of its checkpoint; as earlier versions called it, whose files are taken up."""

_VERSION = 1


@dataclass
class Checkpoint:
    """How far a file was sent; `work` says what is done with it, `name` is random and part of its requests' keys.

    `rows` are done, `failed` of them failed, and `failed_file` is what is kept of those. The next request was first
    sent at `sent_at` (seconds of the epoch), and continues as `job_id`, if these are known. `jobs` are those of
    all requests so far.
    """

    path: Path
    work: Mapping[str, Any]
    name: str = field(default_factory=lambda: secrets.token_hex(16))
    rows: int = 0
    failed: int = 0
    failed_file: Kept | None = None
    counts: Counter[str] = field(default_factory=Counter)
    sent_at: float | None = None
    job_id: str | None = None
    jobs: list[str] = field(default_factory=list)

    def save(self) -> None:
        """Write it to its file, which is replaced as a whole."""
        document = {"version": _VERSION, **vars(self), "path": self.path.name}
        beside = self.path.with_name(f"{self.path.name}.new")
        beside.write_text(json.dumps(document, indent=1) + "\n")
        beside.replace(self.path)

    def send(self) -> None:
        """Note that the next request is about to be sent."""
        self.sent_at = self.sent_at or time.time()
        self.save()

    def note_job(self, job_id: str) -> None:
        """Note the job that has a request's results; one that was sent again has the same."""
        if job_id not in self.jobs:
            self.jobs.append(job_id)

    def go_on_as(self, job_id: str) -> None:
        """Note the job in which the request goes on."""
        self.note_job(job_id)
        self.job_id = job_id
        self.save()

    def advance(self, rows: int, failed: int, failed_file: Kept | None, counts: Mapping[str, int]) -> None:
        """Note that a request is done, and what is kept of those rows that failed."""
        self.rows += rows
        self.failed += failed
        self.failed_file = failed_file
        self.counts.update(counts)
        self.sent_at = self.job_id = None
        self.save()

    def finish(self) -> None:
        """Delete it, since the file is done."""
        self.path.unlink(missing_ok=True)


def kept_at(path: Path) -> Path:
    """Where the checkpoint of a file is."""
    return path.with_name(f"{path.name}{SUFFIX}")


def is_new_or(path: Path, name: str) -> bool:
    """Whether there is no checkpoint yet, or one of work that has something of this name."""
    try:
        return name in json.loads(path.read_text())["work"]
    except FileNotFoundError:
        return True
    except (OSError, ValueError, KeyError, TypeError):
        return False


def take_up(path: Path, work: Mapping[str, Any]) -> Checkpoint:
    """The checkpoint that was kept, else a new one; raises OperatorError when what was kept is of other work."""
    try:
        kept = json.loads(path.read_text())
    except FileNotFoundError:
        return Checkpoint(path, work)
    except (OSError, ValueError):
        kept = {}
    if kept.pop("version", None) != _VERSION or kept.get("work") != work:
        raise OperatorError(
            f"{path} is of another command, or of the file as it was: give that command, or delete it to begin anew"
        )
    failed_file = _failed_file(path, kept)
    return Checkpoint(**{**kept, "path": path, "counts": Counter(kept["counts"]), "failed_file": failed_file})


def _failed_file(path: Path, kept: dict[str, Any]) -> Kept | None:
    """What is kept of failed rows; earlier versions noted the size of the one file that there could be."""
    if size := kept.pop("failed_bytes", 0):
        source = Path(path.name.removesuffix(SUFFIX))
        file = path.with_name(f"{source.stem}.failed{source.suffix}")
        return of_content(file.name, file.read_bytes()[:size]) if file.exists() else None
    return Kept(*kept["failed_file"]) if kept.get("failed_file") else None
