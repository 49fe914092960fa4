"""A whole customer base in one file, through all that can go wrong on its way: imported, mended, and taken back.

`make base ROWS=20000` plays it with that many rows, `make test` with fewer.
"""

import csv
import io
import json
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from loyalty.store.tables import cursors
from tests.e2e import processes
from tests.e2e.files import BEARER, ask, results, send
from tests.e2e.jobs import job
from tests.e2e.requests import post
from tests.e2e.waiting import until
from tools.local.deploy import client
from tools.local.stack import LocalStack

ROWS = int(os.environ.get("ROWS") or 4_000)
PROGRAM = "13234545"
PARAMS = {"campaigns": [PROGRAM], "overwrite": "update"}
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes through /proc"),
]


class Model(NamedTuple):
    """What the rows of a file should come to: the outcome of each, and the last name of each customer by e-mail."""

    outcomes: list[str]
    customers: dict[str, str]


def rows() -> Iterator[tuple[str, str]]:
    """E-mail and last name; some customers come twice, far apart, and some addresses are none."""
    for number in range(ROWS):
        who = number // 2 if number % 100 == 50 else number
        yield ("broken" if number % 200 == 7 else f"base{who}@files.example"), f"Name {number}"


def model() -> Model:
    found = Model([], {})
    for email, name in rows():
        known = "updated" if email in found.customers else "new"
        found.outcomes.append("failed" if email == "broken" else known)
        if email != "broken":
            found.customers[email] = name
    return found


def of_function(stack: LocalStack, name: bytes) -> set[int]:
    """The processes of a function."""
    return {pid for pid in processes.tree(stack.ministack.pid) if name in _command(pid)}


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def kill_one(stack: LocalStack, name: bytes) -> None:
    """Kill a process of a function, once there is one."""
    os.kill(min(until(lambda: of_function(stack, name))), signal.SIGKILL)


def kill_at_work(stack: LocalStack, job_id: str, before: str = "") -> str:
    """Kill whoever splits a job's file, unless it is whom we killed before or all is sent by now; whom that was."""
    dynamodb = client("dynamodb", stack.endpoint_url)
    key = {"pk": {"S": job_id}, "sk": {"S": cursors.FILE}}

    def holder() -> str:
        item = dynamodb.get_item(TableName=stack.tables["JOBS_TABLE"], Key=key, ConsistentRead=True).get("Item", {})
        return str(item.get("holder", {}).get("S", before))

    until(lambda: holder() != before or job(stack, job_id)["status"] not in ("uploading", "splitting"))
    met = holder()
    for pid in of_function(stack, b"SplitFile") if met != before else ():
        os.kill(pid, signal.SIGKILL)
    return met


def followed(stack: LocalStack, job_id: str, is_there: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The job once it is so far; it fails where nothing changes for a while."""
    while not is_there(shown := job(stack, job_id)):
        until(lambda before=shown: job(stack, job_id) != before)  # type: ignore[misc]
    return shown


def stored(stack: LocalStack) -> dict[str, str]:
    """The last names of the file's customers by e-mail; each of them has the membership."""
    dynamodb = client("dynamodb", stack.endpoint_url)

    def scan(table: str, **wanted: str) -> Iterator[dict[str, Any]]:
        for page in dynamodb.get_paginator("scan").paginate(TableName=stack.tables[table], **wanted):
            yield from page["Items"]

    customers, ids = {}, set()
    for item in scan("CUSTOMERS_TABLE", ProjectionExpression="pk,email,last_name"):
        kind, _, value = item["pk"]["S"].partition("#")[2].partition("#")
        if kind == "profile_id" and item.get("email", {"S": ""})["S"].endswith("@files.example"):
            customers[item["email"]["S"]] = item["last_name"]["S"]
            ids.add(value)
    members = [item["pk"]["S"].split("#")[1:] for item in scan("MEMBERSHIPS_TABLE", ProjectionExpression="pk")]
    assert Counter(who for program, who in members if program == PROGRAM and who in ids) == Counter(ids)
    return customers


def test_a_customer_base_is_imported_mended_and_taken_back_whatever_dies(
    stack_with: Callable[..., LocalStack], tmp_path: Path
) -> None:
    # no second delivery begins beside the first: one that is killed before its first sign of life stays away long
    settings = {"state": tmp_path, "SplitterSilenceSeconds": "5", "ChunkVisibilitySeconds": "10"}
    expected = model()
    # GIVEN a stack that keeps its state, and a file that is being split on it
    with stack_with(**settings) as stack:
        upload = ask(stack, "import", PARAMS)
        content = "".join(f"{email},{name}\n" for email, name in rows())
        assert send(upload, f"email,last_name\n{content}".encode()) == 200
        # WHEN its splitter is killed twice, a worker once, and the stack is stopped while rows are imported
        killed = kill_at_work(stack, upload.job_id)
        kill_at_work(stack, upload.job_id, killed)
        followed(stack, upload.job_id, lambda shown: shown["done"] >= ROWS // 10)
        kill_one(stack, b"ProcessChunk")
        followed(stack, upload.job_id, lambda shown: shown["done"] >= ROWS // 4)
    with stack_with(**settings) as stack:
        # THEN every row comes to what it should, and the tables hold what the rows say
        shown = followed(stack, upload.job_id, lambda shown: shown["status"] == "done")
        assert shown["counts"] == dict(Counter(expected.outcomes))
        told = csv.DictReader(io.StringIO(results(stack, upload.job_id)))
        assert [row["outcome"] for row in told] == expected.outcomes
        assert stored(stack) == expected.customers
        # WHEN the failed rows are mended, and their file is sent again
        failed = results(stack, upload.job_id, "?outcome=failed")
        lines = failed.splitlines(keepends=True)
        mended = [line.replace(",broken,", f",mended{number}@files.example,") for number, line in enumerate(lines)]
        again = ask(stack, "import", PARAMS)
        assert send(again, "".join(mended).encode()) == 200
        # THEN each of them is a customer
        shown = followed(stack, again.job_id, lambda shown: shown["status"] == "done")
        assert shown["counts"] == {"new": expected.outcomes.count("failed")}
        # WHEN both jobs are taken back
        for job_id in (again.job_id, upload.job_id):
            reply = post(stack, f"/jobs/{job_id}/undo", b"", Authorization=BEARER)
            assert reply.status == 202
            followed(stack, json.loads(reply.body)["job_id"], lambda shown: shown["status"] == "done")
            assert job(stack, job_id)["status"] == "undone"
        # THEN none of them is left
        assert stored(stack) == {}
