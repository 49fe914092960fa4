"""The operator's day on the local stack: the command `loyalty` as a shell starts it, over HTTP and on the tables."""

import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.feeding import feed, message
from tests.e2e.gate import gate
from tests.e2e.jobs import done, finished
from tests.e2e.test_tasks import send
from tests.e2e.waiting import until
from tools.local.deploy import STACK
from tools.local.ministack import REGION
from tools.local.stack import LocalStack
from tools.local.template import ROOT

pytestmark = pytest.mark.long

Loyalty = Callable[..., Any]

ROWS = 1_200


@pytest.fixture(scope="module")
def quiet(stack_with: Callable[..., LocalStack]) -> Iterator[LocalStack]:
    """A stack that no other test has filled: an export reads whole tables, which the emulator does slowly."""
    with stack_with() as running:
        yield running


@pytest.fixture
def environment(quiet: LocalStack) -> dict[str, str]:
    """The environment of an operator whose AWS is the emulator, with the deployed stack and the front's URL named."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'shared'}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": quiet.endpoint_url,
        "LOYALTY_STACK": STACK,
        "LOYALTY_URL": quiet.url,
    }


@pytest.fixture
def loyalty(environment: dict[str, str]) -> Loyalty:
    """Gives a command; what it says, read as JSON, once it ended with this exit code."""

    def call(*arguments: str, exit_code: int = 0) -> Any:
        command = [sys.executable, "-m", "tools.operator", *arguments, "--json"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == exit_code, done.stderr
        return json.loads(done.stdout)

    return call


def customers(directory: Path) -> Path:
    file = directory / "customers.csv"
    lines = (f"D{n},Name {n},d{n}@example.com,{'x' if n % 400 == 7 else ''}" for n in range(ROWS))
    file.write_text("code,first_name,email,custom_date\n" + "".join(f"{line}\n" for line in lines))
    return file


def test_an_operators_day(loyalty: Loyalty, tmp_path: Path) -> None:
    # GIVEN a new account with a program, a promotion and a token
    loyalty("account", "create", "day", "--match-field", "1:user_id:User ID")
    loyalty("program", "put", "day", "1", "--name", "Everyone")
    loyalty("promotion", "put", "day", "77", "--program", "1", "--limit", "1")
    token = loyalty("credential", "create", "day", "token", "shop")["token"]
    # WHEN customers are imported as jobs, some of whom are wrong
    imported = loyalty("import", str(customers(tmp_path)), "--campaign", "1", "--account", "day", exit_code=3)
    # THEN the good ones are there, and the others in a file
    assert (imported["rows"], imported["failed"], len(imported["jobs"])) == (ROWS, 3, 1)
    assert imported["counts"] == {"refused": 3, "new": ROWS - 3, "updated": 0}
    failed = Path(imported["failed_rows"])
    assert [line.split(",")[0] for line in failed.read_text().splitlines()] == ["code", "D7", "D407", "D807"]
    # AND once mended they follow, with nothing but the token
    failed.write_text(failed.read_text().replace(",x,", ",2024-01-01,"))
    mended = loyalty("import", str(failed), "--campaign", "1", "--token", token)
    assert mended["counts"] == {"new": 3, "updated": 0}
    # WHEN everybody earns, twice
    earning = tmp_path / "earns.csv"
    earning.write_text("email\n" + "".join(f"d{n}@example.com\n" for n in (*range(200), *range(200))))
    command = ["earn", str(earning), "--program=1", "--promotion=77", "--source=INSTORE", "--account=day"]
    # THEN the limit holds
    earned = loyalty(*command)
    assert earned["counts"] == {"earned": 200, "limit reached": 200}
    # AND all of it is told, exported, and taken back
    job = loyalty("job", "list", "--account", "day", "--limit", "1")[0]
    assert (job["operation"], job["status"], job["total"]) == ("earn", "done", 400)
    assert earned["jobs"] == [job["job_id"]]
    assert loyalty("export", "members", "day", str(tmp_path / "members.csv"))["rows"] == ROWS
    undone = loyalty("job", "undo", job["job_id"], "--account", "day", "--yes")
    assert undone["counts"] == {"undone": 200, "unchanged": 200}
    assert loyalty("export", "earns", "day", str(tmp_path / "out.csv"))["rows"] == 0
    # AND a customer is erased
    erased = loyalty("customer", "erase", "day", "d0@example.com", "--yes")
    assert (erased["customer"], erased["memberships"]) == (True, 1)
    assert erased["undo_states"] >= 1
    assert loyalty("export", "customers", "day", str(tmp_path / "all.csv"))["rows"] == ROWS - 1


def test_an_operator_cancels_a_task_and_retries_what_was_refused(loyalty: Loyalty, quiet: LocalStack) -> None:
    # GIVEN a task all of which was done, and a job for a program that is not there
    task = send(quiet, "user46", loyalty_program_id=2607)
    done(quiet, task["task_id"], 1)
    job_id = uuid.uuid4().hex
    feed(quiet, message(job_id, "user24@example.com", params={"program_id": "778"}))
    assert finished(quiet, job_id)["counts"] == {"400": 1}
    # WHEN the one is cancelled
    cancelled = loyalty("job", "cancel", task["task_id"], "--account", "greatwidgets", "--yes")
    # THEN it is so, with what was done
    assert (cancelled["status"], cancelled["counts"]) == ("cancelled", {"0": 1})
    # AND once the program is there the other one is retried
    loyalty("program", "put", "greatwidgets", "778")
    retried = loyalty("job", "retry", job_id, "--account", "greatwidgets")
    assert (retried["status"], retried["counts"]) == ("done", {"0": 1})


def test_an_import_that_is_interrupted_goes_on_with_the_same_command(
    loyalty: Loyalty, environment: dict[str, str], tmp_path: Path
) -> None:
    # GIVEN an import in many requests, of which the third is held back
    loyalty("account", "create", "night")
    loyalty("program", "put", "night", "1")
    file = customers(tmp_path)
    command = ["import", str(file), "--campaign", "1", "--account", "night", "--rows", "40"]
    course = tmp_path / "customers.csv.course.json"
    with gate(environment["LOYALTY_URL"], passes=2) as held:
        environment["LOYALTY_URL"] = held.url
        # WHEN Ctrl-C is pressed while it waits for the third
        code, out, told = interrupted(
            command, environment, lambda: held.is_holding.is_set() and json.loads(course.read_text())["rows"]
        )
        # THEN it says how to go on, and in which jobs the rows were sent
        assert code == 130
        assert told.endswith("the same command goes on from there\n")
        jobs = json.loads(out)["jobs"]
        assert jobs
        # AND that does each row once
        held.opened.set()
        done = loyalty(*command, exit_code=3)
    assert done["counts"] == {"refused": 3, "new": ROWS - 3, "updated": 0}
    assert not course.exists()
    # AND all its jobs are told, from the first on
    assert len(set(done["jobs"])) == len(done["jobs"]) == ROWS // 40
    assert done["jobs"][: len(jobs)] == jobs


INTERRUPTIBLE = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("tools.operator", run_name="__main__")
"""
"""The command as in a terminal, also where the tests run in the background, whose processes ignore Ctrl-C."""


def interrupted(command: list[str], environment: dict[str, str], moment: Callable[[], object]) -> tuple[int, str, str]:
    """The exit code, output and remarks of a command that is ended as by Ctrl-C at a moment."""
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTIBLE, *command, "--json"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        try:
            until(moment)
            running.send_signal(signal.SIGINT)
            out, told = running.communicate(timeout=60)
        finally:
            running.kill()
    return running.returncode, out, told
