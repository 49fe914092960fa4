"""Files through S3 on the running stack: split, done, told; with a splitter and workers killed in the middle."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from loyalty.store.aws.object_urls import place_of
from tests.e2e import processes
from tests.e2e.files import BEARER, ask, results, send
from tests.e2e.jobs import counted, job
from tests.e2e.requests import TOKEN, get, post
from tests.e2e.waiting import until
from tools.local.deploy import client
from tools.local.stack import LocalStack
from tools.local.template import ROOT
from tools.operator.requests import MOST_ROWS

ROWS = 30_000
MEMBERS = ("user1", "user3", "user4", "user5")
"""Customers of the demo who become members, each named twice, far from each other."""
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes through /proc"),
]


@pytest.fixture(scope="module")
def files(stack_with: Callable[..., LocalStack]) -> Iterator[LocalStack]:
    """A stack on which a file is soon gone on with whose splitter died, and a chunk whose worker did."""
    with stack_with(SplitterSilenceSeconds="2", ChunkVisibilitySeconds="5") as running:
        yield running


def of_function(stack: LocalStack, name: bytes) -> set[int]:
    """The processes of a function."""
    tree = processes.tree(stack.ministack.pid)
    return {pid for pid in tree if name in Path(f"/proc/{pid}/cmdline").read_bytes()}


def kill(stack: LocalStack, name: bytes) -> None:
    for pid in until(lambda: of_function(stack, name)):
        os.kill(pid, signal.SIGKILL)


def large() -> bytes:
    """Members at the beginning and at the end of a file of others whom nobody knows."""
    named = [f"{name}@example.com" for name in MEMBERS]
    others = [f"nobody{number}@files.example" for number in range(ROWS - 2 * len(MEMBERS))]
    return "\n".join(["email", *named, *others, *named, ""]).encode()


def change(stack: LocalStack, job_id: str, what: str) -> dict[str, Any]:
    """Have a job cancelled, retried or undone; the job that does it."""
    reply = post(stack, f"/jobs/{job_id}/{what}", b"", Authorization=BEARER)
    assert reply.status == 202, reply
    changed: dict[str, Any] = json.loads(reply.body)
    return changed


def test_a_large_file_is_done_once_although_its_splitter_and_its_workers_are_killed(files: LocalStack) -> None:
    # GIVEN a job of a file that is being split
    upload = ask(files, "enrol", {"program_id": "2844"}, Idempotency_Key="large-file")
    assert job(files, upload.job_id)["status"] == "uploading"
    assert ask(files, "enrol", {"program_id": "2844"}, Idempotency_Key="large-file").job_id == upload.job_id
    assert send(upload, large()) == 200
    # WHEN its splitter is killed in the middle, and its workers
    until(lambda: job(files, upload.job_id)["status"] == "splitting")
    kill(files, b"SplitFile")
    until(lambda: job(files, upload.job_id)["done"] >= 1_000)
    kill(files, b"ProcessChunk")
    # THEN it comes to what it should: each member is made by the first of its rows
    shown = until(lambda: (one := job(files, upload.job_id))["status"] == "done" and one)
    assert shown["counts"] == {"0": 4, "409": 4, "404": ROWS - 8}
    rows = list(csv.DictReader(io.StringIO(results(files, upload.job_id))))
    assert [int(row["number"]) for row in rows] == list(range(1, ROWS + 1))
    assert [row["outcome"] for row in rows[:4]] == ["0"] * 4
    assert [row["outcome"] for row in rows[-4:]] == ["409"] * 4
    failed = list(csv.reader(io.StringIO(results(files, upload.job_id, "?outcome=failed"))))
    assert failed[0] == ["loyalty_error", "email"]
    assert failed[1] == ["Profile not found", "nobody0@files.example"]
    assert len(failed) == 1 + ROWS - 8
    # AND a page of it is its vendor's
    page = get(files, f"/jobs/{upload.job_id}/results?from={ROWS - 1}", Authorization=BEARER)
    assert (page.status, b'"error":409' in page.body) == (200, True)


def test_a_large_job_is_cancelled_retried_and_undone_although_its_splitter_is_killed(files: LocalStack) -> None:
    # GIVEN a job with more chunks than a request sends, which is cancelled while they are done
    upload = ask(files, "enrol", {"program_id": "2607"})
    assert send(upload, large()) == 200
    until(lambda: job(files, upload.job_id)["status"] in ("queued", "running"))
    assert change(files, upload.job_id, "cancel")["status"] == "cancelling"
    until(lambda: job(files, upload.job_id)["status"] == "cancelled")
    # WHEN it is retried, and the splitter that sends its chunks is killed
    assert change(files, upload.job_id, "retry")["status"] == "running"
    kill(files, b"SplitFile")
    # THEN it comes to what it should
    shown = until(lambda: (one := job(files, upload.job_id))["status"] == "done" and one)
    assert shown["counts"] == {"0": 4, "409": 4, "404": ROWS - 8}
    # WHEN it is undone, twice, and the splitter is killed again
    undo_id = change(files, upload.job_id, "undo")["job_id"]
    kill(files, b"SplitFile")
    assert change(files, upload.job_id, "undo")["job_id"] == undo_id
    # THEN all is taken back, once
    until(lambda: job(files, upload.job_id)["status"] == "undone")
    assert job(files, undo_id)["counts"] == {"undone": 4, "unchanged": ROWS - 4}


def test_a_file_is_taken_once_and_only_as_it_was_signed(files: LocalStack) -> None:
    # GIVEN a job whose file was sent
    upload = ask(files, "import", {"campaigns": ["13234545"]})
    assert send(upload, b"email\nonce@files.example\n", signed=False) == 403
    assert send(upload, b"email\nonce@files.example\n") == 200
    # THEN another one is refused by S3 itself
    assert send(upload, b"email\ntwice@files.example\n") == 412
    counted(files, upload.job_id, new=1)
    # AND it can be taken back
    assert post(files, f"/jobs/{upload.job_id}/undo", b"", Authorization=BEARER).status == 202
    until(lambda: job(files, upload.job_id)["status"] == "undone")


def test_a_file_that_cannot_be_read_fails_with_its_reason(files: LocalStack) -> None:
    upload = ask(files, "import", {"campaigns": ["13234545"]})
    assert send(upload, b"PK\x03\x04 an Excel workbook") == 200
    shown = until(lambda: (one := job(files, upload.job_id))["status"] == "failed" and one)
    assert shown["error"] == "The file is a ZIP archive or an Excel workbook: save it as CSV UTF-8"


def register(stack: LocalStack, file: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Give `loyalty register`, with a token alone, in a folder."""
    command = [
        sys.executable,
        "-m",
        "tools.operator",
        "register",
        file,
        "--program",
        "2844",
        "--token",
        TOKEN,
        "--json",
    ]
    variables = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'shared'}",
        "LOYALTY_URL": stack.url,
        **environment,
    }
    return subprocess.run(command, env=variables, cwd=folder, capture_output=True, text=True, timeout=300, check=False)


def test_a_file_that_is_in_s3_is_copied_to_its_job(files: LocalStack, tmp_path: Path) -> None:
    # GIVEN a file in a bucket of the operator's
    s3 = client("s3", files.endpoint_url)
    s3.create_bucket(Bucket="customer-data")
    s3.put_object(
        Bucket="customer-data", Key="spring/members.csv", Body=b"email\nuser7@example.com\nno@files.example\n"
    )
    access = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_ENDPOINT_URL": files.endpoint_url}
    # WHEN the command is given its address
    done = register(files, "s3://customer-data/spring/members.csv", tmp_path, **access)
    # THEN it is one job, whose failed rows are in the folder of the command
    assert done.returncode == 3, done.stderr
    told = json.loads(done.stdout)
    assert (told["rows"], told["counts"], told["failed_rows"]) == (
        *(2, {"not found": 1, "registered": 1}),
        "members.failed.csv",
    )
    assert job(files, told["jobs"][0])["file"] == "members.csv"
    assert (tmp_path / "members.failed.csv").read_text().splitlines()[1] == "Profile not found,no@files.example"
    # AND nothing of it went through the command: the operator put it there, as a copy, and nobody by the URL
    place = place_of(ask(files, "enrol", {"program_id": "2844"}).url)
    assert place
    notes = [json.loads(line) for line in files.log.with_suffix(".calls").read_text().splitlines()]
    puts = [note for note in notes if note["call"] == "S3.PutObject" and "uploads" in str(note["named"])]
    assert {
        "by": "test",
        "call": "S3.PutObject",
        "named": [["Object", place.bucket, ["uploads"]]],
        "events": [],
    } in puts
    # AND who has no access to the bucket is told so
    refused = register(files, "s3://nobodys/members.csv", tmp_path, **access)
    assert (refused.returncode, refused.stderr) == (1, 'There is no bucket "nobodys" in S3\n')


def test_the_command_sends_a_large_file_as_one_job(files: LocalStack, tmp_path: Path) -> None:
    # GIVEN a file of more rows than a request may have
    file = tmp_path / "members.csv"
    rows = MOST_ROWS + 1
    file.write_text("email\nuser6@example.com\n" + "".join(f"no{number}@files.example\n" for number in range(rows - 1)))
    # WHEN the command sends it
    done = register(files, str(file), tmp_path)
    # THEN it is one job of a file, whose failed rows are beside the file
    assert done.returncode == 3, done.stderr
    told = json.loads(done.stdout)
    assert (told["rows"], told["counts"]) == (rows, {"not found": rows - 1, "registered": 1})
    assert job(files, told["jobs"][0])["file"] == "members.csv"
    assert len(Path(told["failed_rows"]).read_text().splitlines()) == rows


def test_failed_rows_that_are_mended_are_sent_again(files: LocalStack) -> None:
    # GIVEN a file one of whose rows failed
    upload = ask(files, "import", {"campaigns": ["13234545"]})
    assert send(upload, b"email,last_name\nmended1@files.example,One\nmended2,Two\n") == 200
    counted(files, upload.job_id, new=1, failed=1)
    # WHEN that row is mended, and the file of failed rows sent as it is
    failed = results(files, upload.job_id, "?outcome=failed").replace("mended2,", "mended2@files.example,")
    again = ask(files, "import", {"campaigns": ["13234545"]})
    assert send(again, failed.encode()) == 200
    # THEN it is done
    counted(files, again.job_id, new=1)
