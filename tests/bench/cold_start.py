"""Rows 9 and 10: what a function's start costs, and whether every module of the layer comes compiled.

Each start is a process of its own with the built layer, less one that only imports what Lambda itself brings; the
reference is one that makes `boto3.client("dynamodb")` and nothing more.
"""

import importlib.util
import os
import statistics
import subprocess
import sys
from pathlib import Path

from tests.bench.figures import Figure
from tests.bench.meter import Case, Meter, rounds
from tests.bench.project import environment
from tools.local import layer
from tools.local.ministack import REGION
from tools.local.template import ROOT

RUNTIME = "import awslambdaric.bootstrap"
BARE = f"{RUNTIME}\nimport boto3\nboto3.client('dynamodb')"
HANDLER = f"{RUNTIME}\nimport handler"

_WORKERS = frozenset({"bury_chunk", "process_chunk"})
_OURS = frozenset(
    {
        *("cancel_job", "job_results", "list_jobs", "retry_job", "show_job", "undo_job"),
        *("create_file", "split_file", "delete_webhook", "deliver_webhook", "set_webhook", "show_webhook"),
    }
)
"""Those that write any vendor's results, change any operation's jobs, or share modules with these: they import all."""
_FIRST = "register_member"
_ROUNDS = 9
_UNCHECKED = b"\x01\x00\x00\x00"  # the second word of a .pyc that is valid whatever its source's time


def measure(meter: Meter) -> list[Figure]:
    """The figures."""
    built = layer.build()
    functions = sorted(path.parent for path in (ROOT / "functions").glob("*/handler.py"))
    cases = {"runtime": start(RUNTIME, []), "bare": start(BARE, [])}
    cases |= {path.name: start(HANDLER, [path, built / "python"]) for path in functions}
    medians = {name: statistics.median(costs) for name, costs in rounds(meter, cases, _ROUNDS).items()}
    ratios = {
        path.name: (medians[path.name] - medians["runtime"]) / (medians["bare"] - medians["runtime"])
        for path in functions
    }
    api = {name: ratio for name, ratio in ratios.items() if name not in _WORKERS}
    workers = {name: ratio for name, ratio in ratios.items() if name in _WORKERS}
    to_first = max(ratio for name, ratio in api.items() if name not in _OURS) / api[_FIRST]
    return [
        Figure(9, "cold start of API functions, to bare boto3.client('dynamodb')", max(api.values()), 1.35, _list(api)),
        Figure(9, f"the slowest start of a vendor's call, to that of {_FIRST}", to_first, 1.05),
        Figure(9, "cold start of workers, to the same", max(workers.values()), 0.95, _list(workers)),
        Figure(10, "modules of the built layer without a valid .pyc", _uncompiled(built / "python"), 0),
    ]


def start(program: str, paths: list[Path], **settings: str) -> Case:
    """A fresh interpreter that runs a program, its packages found as Lambda finds them; `settings` are a function's."""
    packages = Path(importlib.util.find_spec("boto3").origin or "").parents[1]  # type: ignore[union-attr]  # it is there
    variables = {
        **environment(),
        **settings,
        "PYTHONPATH": os.pathsep.join(map(str, [*paths, packages])),
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }

    def run() -> None:
        subprocess.run([sys.executable, "-S", "-c", program], check=True, env=variables)

    return Case(run)


def _list(ratios: dict[str, float]) -> str:
    ordered = sorted(ratios.items(), key=lambda one: -one[1])
    return ", ".join(f"{name} {ratio:.2f}" for name, ratio in ordered)


def _uncompiled(packages: Path) -> int:
    compiled = [Path(importlib.util.cache_from_source(str(path))) for path in packages.rglob("*.py")]
    return sum(not path.exists() or path.read_bytes()[4:8] != _UNCHECKED for path in compiled)
