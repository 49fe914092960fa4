"""Clients that were generated from the document: made anew, and used for a request of each vendor and for a job."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

from tests.clients.running import run
from tools.local.stack import LocalStack
from tools.local.template import ROOT

FOLDER = Path(__file__).parent
PYTHON = ROOT / "build" / "venv" / "clients" / "bin"
NPM = ROOT / "build" / "npm" / "node_modules"

CONFIG = "package_name_override: loyalty_client\nliteral_enums: true\npost_hooks: []\n"
NO_XML = r"Unsupported content type (application|text)/xml"
"""What the generator leaves out: its clients send JSON where JSON and XML are taken."""


def told(output: str) -> list[tuple[int, Any]]:
    """The status and the reply of each call."""
    lines = [json.loads(line) for line in output.splitlines()]
    return [(line["status"], line["reply"]) for line in lines]


def assert_done(calls: list[tuple[int, Any]]) -> None:
    """Each call did what it is for."""
    assert [status for status, _ in calls] == [200] * 5, json.dumps(calls)
    registered, imported, earned, listed, shown = (reply for _, reply in calls)
    assert [one["error"] for one in registered["result"]] == [0, 404]
    assert (imported["status"], imported["batch"]["customers"]) == ("success", {"new": 1, "updated": 0})
    assert (earned["totalCount"], earned["failureCount"]) == (1, 0)
    assert listed["jobs"] == [shown]
    assert (shown["operation"], shown["status"], shown["total"]) == ("import", "done", 1)


def test_a_python_client_is_generated_whole_and_works(stack: LocalStack, document: Path, tmp_path: Path) -> None:
    # GIVEN a client that openapi-python-client has made
    (tmp_path / "config.yml").write_text(CONFIG)
    where: list[str | Path] = [
        "--path",
        document,
        "--output-path",
        tmp_path / "loyalty_client",
        "--config",
        tmp_path / "config.yml",
    ]
    said = run(PYTHON / "openapi-python-client", "generate", *where, "--meta", "none")
    # THEN it understood all but the bodies in XML, and has a module for each operation
    warnings = re.findall(r"^(?:Unable|Unsupported|Failure|Attempted|Invalid).*", said, re.MULTILINE)
    assert {one for one in warnings if not re.fullmatch(NO_XML, one)} == set()
    described = json.loads(document.read_text(encoding="utf-8"))["paths"]
    operations = [operation for item in described.values() for operation in item.values()]
    assert len(list((tmp_path / "loyalty_client" / "api").glob("*/[!_]*.py"))) == len(operations)
    # WHEN it is used
    shutil.copy(FOLDER / "uses_python.py", tmp_path)
    calls = told(run(PYTHON / "python", tmp_path / "uses_python.py", stack.url))
    # THEN each call is done
    assert_done(calls)


def test_a_typescript_client_compiles_and_works(stack: LocalStack, document: Path, tmp_path: Path) -> None:
    # GIVEN the types that openapi-typescript has made, and a program that calls by them
    (tmp_path / "node_modules").symlink_to(NPM)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    shutil.copy(FOLDER / "uses_typescript.ts", tmp_path)
    run(NPM / ".bin" / "openapi-typescript", document, "-o", tmp_path / "schema.d.ts")
    # WHEN it is compiled and run
    strict = ["--strict", "--noUncheckedIndexedAccess", "--target", "es2022", "--module", "nodenext"]
    run(NPM / ".bin" / "tsc", *strict, "--skipLibCheck", "uses_typescript.ts", cwd=tmp_path)
    calls = told(run("node", tmp_path / "uses_typescript.js", stack.url))
    # THEN each call is done
    assert_done(calls)
