"""Jobs that are interrupted in the middle: workers are killed, the stack is stopped and starts again."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e import processes
from tests.e2e.jobs import counted, done, submit
from tests.e2e.waiting import until
from tests.fakes.gateway import IMPORT
from tests.fakes.importing import as_form, rows_form
from tools.local.deploy import client
from tools.local.stack import LocalStack

ROWS, CHUNK = 2_000, 250
FORM = "application/x-www-form-urlencoded"
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes through /proc"),
]


def rows(name: str) -> bytes:
    """An import of so many new customers, each with an e-mail address and a membership."""
    lines = [f"{name}{number}|{name}{number}@example.com" for number in range(ROWS)]
    return as_form(rows_form("code email", *lines)).encode()


def workers(stack: LocalStack) -> set[int]:
    """The processes that do chunks."""
    tree = processes.tree(stack.ministack.pid)
    return {pid for pid in tree if b"ProcessChunk" in Path(f"/proc/{pid}/cmdline").read_bytes()}


def kill_workers(stack: LocalStack) -> None:
    for pid in until(lambda: workers(stack)):  # new ones come when what killed ones held is delivered again
        os.kill(pid, signal.SIGKILL)


def stored(stack: LocalStack, name: str) -> tuple[int, int]:
    """How many customers and memberships the imported customers have."""
    dynamodb = client("dynamodb", stack.endpoint_url)
    found = []
    for table in ("CUSTOMERS_TABLE", "MEMBERSHIPS_TABLE"):
        pages = dynamodb.get_paginator("scan").paginate(TableName=stack.tables[table], ProjectionExpression="pk,code")
        found.append([item for page in pages for item in page["Items"]])
    customers, memberships = found
    named = [item for item in customers if item.get("code", {"S": ""})["S"].startswith(name)]
    mine = {item["pk"]["S"].rpartition("#")[2] for item in named}
    return len(mine), sum(item["pk"]["S"].rpartition("#")[2] in mine for item in memberships)


def test_jobs_end_right_although_workers_are_killed_and_the_stack_is_stopped(
    stack_with: Callable[..., LocalStack], tmp_path: Path
) -> None:
    # GIVEN a stack that keeps its state, and a job on it
    settings = {"state": tmp_path, "ChunkVisibilitySeconds": "5"}
    with stack_with(**settings) as stack:
        job_id = submit(stack, IMPORT, rows("killed"), Content_Type=FORM)
        # WHEN its workers are killed in the middle, twice
        for chunks in (1, 3):
            done(stack, job_id, chunks * CHUNK)
            kill_workers(stack)
        # THEN it ends as if they had not been
        counted(stack, job_id, new=ROWS)
        assert stored(stack, "killed") == (ROWS, ROWS)
        # WHEN the stack is stopped in the middle of another job
        job_id = submit(stack, IMPORT, rows("stopped"), Content_Type=FORM)
        done(stack, job_id, CHUNK)
    with stack_with(**settings) as stack:
        # THEN that goes on where it was, once the stack starts again
        counted(stack, job_id, new=ROWS)
        assert stored(stack, "stopped") == (ROWS, ROWS)
