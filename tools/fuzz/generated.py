"""schemathesis on the OpenAPI document: requests as it describes them and others, each answer held against it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tools.local.template import ROOT

_DOCUMENT = ROOT / "functions" / "describe_api" / "openapi.json"
_REPORT = ROOT / "build" / "fuzz.json"
_CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
]


class Report(NamedTuple):
    """How many requests were made, and what was wrong with the answers, a line for each kind of fault."""

    requests: int
    faults: list[str]


def run(url: str, examples: int, seed: int) -> Report:
    """Let schemathesis make up to `examples` requests for each operation; its own output goes to the standard one."""
    command = [str(Path(sys.executable).with_name("st")), "run", str(_DOCUMENT), "--url", url]
    command += ["--checks", ",".join(_CHECKS), "--max-examples", str(examples), "--seed", str(seed)]
    command += ["--continue-on-failure", "--warnings", "off", "--report", "json", "--report-json-path", str(_REPORT)]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "tools.fuzz.hooks", "PYTHONPATH": str(ROOT)}
    _REPORT.parent.mkdir(exist_ok=True)
    _REPORT.unlink(missing_ok=True)
    subprocess.run(command, env=environment, cwd=_REPORT.parent, check=False)  # noqa: S603 - what it found is in its report
    report = json.loads(_REPORT.read_text(encoding="utf-8"))
    failures = [f"{one['title']}: {', '.join(map(str, one['operations']))}" for one in report["failures"]]
    return Report(report["test_cases"]["generated"], failures + [str(error) for error in report["errors"]])
