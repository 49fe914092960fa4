"""The Postman collection, run by newman against the local stack as it is written."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.clients.running import run
from tests.fakes.described import DOCUMENT
from tools.document.collection import collection
from tools.document.requests import operations, requests
from tools.local.stack import LocalStack
from tools.local.template import ROOT

NPM = ROOT / "build" / "npm" / "node_modules"
NEWMAN = NPM / ".bin" / "newman"

SENT = [request for one in operations(DOCUMENT) for request in requests(DOCUMENT, *one)]
REFUSABLE = {
    "Register one member (application/xml)": 409,
    "Delete one member (application/xml)": 404,
    "Read a member's balance": 404,
    "Read a member's balance (application/xml)": 404,
    "Erase one profile (application/xml)": 404,
    "Cancel a job": 409,
    "Try a job's failed items again": 409,
}
"""What a request is refused with because of one before it, such as the same in JSON, or because a job is done.

Which of the members are there depends on how far the job of the request that registers them part by part has come.
"""


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], Path]:
    """Writes the collection for the API at an address."""

    def write(url: str) -> Path:
        file = tmp_path / "collection.json"
        file.write_text(json.dumps(collection(DOCUMENT, url)), encoding="utf-8")
        return file

    return write


@pytest.fixture
def executions(stack: LocalStack, file: Callable[[str], Path], tmp_path: Path) -> list[dict[str, Any]]:
    """What newman says of each request that it sent."""
    report = tmp_path / "report.json"
    said = ("--reporters", "cli,json", "--reporter-json-export", report, "--color", "off")
    run(NEWMAN, "run", file(stack.url), "--timeout-request", "60000", *said)
    executions: list[dict[str, Any]] = json.loads(report.read_text(encoding="utf-8"))["run"]["executions"]
    return executions


def test_every_request_of_the_collection_is_answered_as_the_document_says(executions: list[dict[str, Any]]) -> None:
    # GIVEN the collection, which newman has run: it fails if a reply's status is not documented
    assert len(executions) == len(SENT)
    # THEN each request did what it is for, but for those that another may have anticipated
    statuses = {one["item"]["name"]: one["response"]["code"] for one in executions}
    refused = {name: status for name, status in statuses.items() if status >= 400}
    assert {name: status for name, status in refused.items() if REFUSABLE.get(name) != status} == {}
    # AND none of Sticky Street's, whose refusals have status 200
    bodies = {one["item"]["name"]: bytes(one["response"]["stream"]["data"]).decode() for one in executions}
    assert [name for name, body in bodies.items() if '<response status="error">' in body] == []
    # AND those about a job were about one that a reply had named
    (shown,) = (body for name, body in bodies.items() if name == "Show a job")
    assert json.loads(shown)["status"] == "done"


def test_bruno_reads_all_of_it(file: Callable[[str], Path], tmp_path: Path) -> None:
    # WHEN Bruno's own importer reads the collection
    (tmp_path / "node_modules").symlink_to(NPM)
    shutil.copy(Path(__file__).with_name("reads_bruno.mjs"), tmp_path)
    read = json.loads(run("node", tmp_path / "reads_bruno.mjs", file("https://api.example.com")))
    # THEN it has each request, and nothing that it could not read
    assert [name.partition(" (")[0] for name in read["requests"]] == [request.summary for request in SENT]
    assert read["issues"] == []
