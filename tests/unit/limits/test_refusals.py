"""What a hostile body costs the function that refuses it: memory and CPU, measured in a process of its own.

MUTANTS=n has so many mutated bodies tried for each endpoint and format in place of some, from SEED=n on.
"""

import base64
import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fakes.capillary import basic
from tests.fakes.gateway import ACCESS_TOKEN, BATCH, EARN, IMPORT, ISSUE, REVOKE, SINGLE, proxy_event
from tests.unit.limits.bodies import FORM, FORM_BODIES, JSON, JSON_BODIES, MULTIPART, MULTIPART_BODIES, XML, XML_BODIES
from tests.unit.limits.mutations import mutated
from tests.unit.limits.refusals import MOST_SECONDS
from tools.local.template import ROOT

pytestmark = pytest.mark.cost

MUTANTS, SEED = int(os.environ.get("MUTANTS", "8")), int(os.environ.get("SEED", "1"))

MOST_MEGABYTES = 60

DOORS = {
    JSON: (JSON_BODIES, [SINGLE, BATCH, EARN, REVOKE, ISSUE, ACCESS_TOKEN]),
    XML: (XML_BODIES, [SINGLE, BATCH]),
    FORM: (FORM_BODIES, [IMPORT]),
    MULTIPART: (MULTIPART_BODIES, [IMPORT]),
}
"""Hostile bodies of each format, and the endpoints that read it."""


@pytest.mark.parametrize("content_type", DOORS)
def test_a_hostile_body_costs_little_memory_and_time(
    content_type: str, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    # GIVEN bodies of ten megabytes that are made to cost more, gzip-encoded so that they fit an event
    bodies, paths = DOORS[content_type]
    made = {name: packed(make()) for name, make in bodies.items()}
    # WHEN each is sent to each endpoint that reads its format, in a process of its own
    files = [
        write_event(tmp_path / f"{path.replace('/', '_')} {name}", path, content_type, body)
        for path in paths
        for name, body in made.items()
    ]
    costs = measured(files)
    # THEN it is answered in less than a second of a usual machine's CPU, in at most 60 MB more than an idle process has
    assert too_dear(costs) == {}
    tell(f"{len(costs)} hostile {content_type}: at most {peak(costs, 'megabytes')} MB, {peak(costs, 'seconds')} s")


@pytest.mark.parametrize("path", [BATCH, EARN, IMPORT])
def test_a_mutated_hostile_body_costs_no_more(path: str, tmp_path: Path, tell: Callable[[str], None]) -> None:
    # GIVEN such bodies with some things changed, the same ones each time, at the endpoints that read ten megabytes
    files = [
        write_event(tmp_path / f"{number} {seed}", path, content_type, packed(mutated(content_type, bodies, seed)))
        for number, (content_type, (bodies, paths)) in enumerate(DOORS.items())
        if path in paths
        for seed in range(SEED, SEED + MUTANTS)
    ]
    # WHEN each is sent to a process of its own
    costs = measured(files)
    # THEN it costs no more than they may
    assert too_dear(costs) == {}
    tell(f"{len(costs)} mutated bodies to {path}: at most {peak(costs, 'megabytes')} MB, {peak(costs, 'seconds')} s")


def too_dear(costs: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """Those of the costs that are more than is promised."""
    return {
        file: cost
        for file, cost in costs.items()
        if cost["status"] >= 500 or cost["megabytes"] > MOST_MEGABYTES or cost["seconds"] > MOST_SECONDS
    }


def packed(body: bytes) -> str:
    """A body as an event has it, gzip-encoded."""
    return base64.b64encode(gzip.compress(body, compresslevel=1)).decode()


def write_event(file: Path, path: str, content_type: str, body: str) -> Path:
    """A file with the event of a request with good credentials where they are in a header."""
    headers = {
        "Content-Type": content_type,
        "Content-Encoding": "gzip",
        **(basic() if path in (EARN, REVOKE, ISSUE) else {}),
    }
    event = proxy_event(headers=headers, path=path)
    event |= {"body": body, "isBase64Encoded": True}
    file.write_text(json.dumps(event))
    return file


def measured(files: list[Path]) -> dict[str, dict[str, float]]:
    """What each file's event cost, by the file's name."""
    command = [sys.executable, "-m", "tests.unit.limits.refusals", *map(str, files)]
    environment = {"PYTHONPATH": f"{ROOT}:{ROOT / 'shared'}"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    costs = [json.loads(line) for line in done.stdout.splitlines()]
    return {file.name: cost for file, cost in zip(files, (one for one in costs if "megabytes" in one), strict=True)}


def peak(costs: dict[str, dict[str, float]], figure: str) -> str:
    """The highest of the costs, and what it was paid for."""
    name = max(costs, key=lambda one: costs[one][figure])
    return f"{costs[name][figure]:.1f} ({name})"
