"""`make run` as a user meets it: from the first line it prints to the last process that ends."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e import processes
from tools.local import port
from tools.local.template import ROOT

START_SECONDS = 120
SUCCESSES = [
    *2 * ['{"error":0,', "<xml><error>0</error>"],
    "<new>1</new>",
    '"failureCount":0',
    '"operation":"import","status":"done"',
]
"""What the replies to the printed commands have in them."""
pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes through /proc")


class Run:
    """One `make run`, started in a process group of its own, as a shell does."""

    def __init__(self, **variables: object) -> None:
        self.port = port.free_port()
        settings = {"PYTHON": sys.executable, "PORT": self.port, **variables}
        self.process = subprocess.Popen(
            ["make", "run", *(f"{name}={value}" for name, value in settings.items())],
            cwd=ROOT,
            env={name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout
        self.output = self.process.stdout
        self.url = f"http://127.0.0.1:{self.port}"

    def read_until(self, pattern: str) -> str:
        """What it prints up to a line that matches; it is ended if none comes."""
        watchdog = threading.Timer(START_SECONDS, os.killpg, (self.process.pid, signal.SIGKILL))
        watchdog.start()
        printed = ""
        try:
            for line in self.output:
                printed += line
                if re.search(pattern, line):
                    return printed
        finally:
            watchdog.cancel()
        return pytest.fail(f"make run printed no line like {pattern!r}:\n{printed}")

    def register(self, email: str = "user1@example.com") -> int:
        body = {"token": "abc123def456", "matching": "email", "email": email, "loyalty_program_id": 123}
        request = urllib.request.Request(f"{self.url}/api/v1.1/loyalty/register_member", json.dumps(body).encode())
        request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                return int(json.load(reply)["error"])
        except urllib.error.HTTPError as error:
            with error:
                return int(json.load(error)["error"])


@contextmanager
def make_run(**variables: object) -> Iterator[Run]:
    run = Run(**variables)
    try:
        run.read_until(f"^ready {run.url}$")
        yield run
    finally:
        run.process.terminate()
        run.process.wait(120)
        run.output.close()


def test_the_first_request_after_the_ready_line_succeeds_and_nothing_listens_beyond_loopback() -> None:
    # GIVEN a stack that says it is ready
    with make_run() as run:
        # THEN a demo customer is registered at once
        assert run.register() == 0
        # AND every listener of every process below make is on loopback
        pids = processes.tree(run.process.pid)
        assert processes.listeners(pids) == {"127.0.0.1"}


@pytest.mark.skipif(shutil.which("curl") is None, reason="the commands to copy are for curl")
def test_the_printed_commands_work_as_they_are_copied() -> None:
    with make_run() as run:
        # GIVEN what is printed below the ready line
        printed = run.read_until("Ctrl-C stops")
        commands = re.findall(r"^  curl (?:.+\n)+", printed, re.MULTILINE)
        # WHEN each command is copied to a shell
        replies = [subprocess.check_output(["sh", "-c", f"curl -s {one[7:]}"], text=True) for one in commands]
        # THEN it succeeds
        assert [wanted for wanted, reply in zip(SUCCESSES, replies, strict=True) if wanted not in reply] == [], replies


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_leaves_no_process_behind(number: signal.Signals) -> None:
    # GIVEN a running stack
    with make_run() as run:
        pids = processes.tree(run.process.pid)
        # WHEN it is ended as by Ctrl-C, which reaches the whole group, or by kill, which reaches make
        if number == signal.SIGINT:
            os.killpg(run.process.pid, number)
        else:
            run.process.send_signal(number)
        # THEN make ends, and all that it started
        run.process.wait(120)
        assert len(pids) > 3
        assert processes.wait_until_ended(pids) == set()
        assert "Traceback" not in run.output.read()


def test_even_a_killed_stack_leaves_no_process_behind() -> None:
    # GIVEN a running stack
    with make_run() as run:
        pids = processes.tree(run.process.pid)
        # WHEN its own process gets no chance to clean up
        (own,) = [pid for pid in pids if b"tools.local\0" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        os.kill(own, signal.SIGKILL)
        # THEN the emulator and the functions end by themselves
        assert processes.wait_until_ended(pids) == set()


def test_a_port_in_use_is_one_clear_line() -> None:
    # GIVEN somebody else's listener
    with port.reserve() as taken:
        taken.listen()
        number = taken.getsockname()[1]
        # WHEN the stack is to take that port
        run = Run(PORT=number)
        output, _ = run.process.communicate(timeout=120)
    # THEN it says so, before anything else
    assert run.process.returncode != 0
    first, *rest = output.splitlines()
    assert first.startswith(f"Port {number} is in use")
    assert all(line.startswith("make: ***") for line in rest)


def test_state_is_kept_across_starts_when_asked(tmp_path: Path) -> None:
    # GIVEN a stack that keeps its state, stopped after a registration
    with make_run(STATE=tmp_path) as run:
        assert run.register() == 0
    # WHEN it is started again
    with make_run(STATE=tmp_path) as run:
        # THEN the member is still there
        assert run.register() == 409


def test_the_installed_command_finds_the_stack_of_make_run() -> None:
    # GIVEN make run, which installs the command
    loyalty = ROOT / ".venv" / "bin" / "loyalty"
    with make_run():
        # THEN it finds that stack
        shown = subprocess.check_output([loyalty, "account", "show", "greatwidgets", "--local", "--json"], text=True)
        assert json.loads(shown)["account"] == "greatwidgets"
        listed = subprocess.check_output([loyalty, "job", "list", "--account", "greatwidgets", "--local"], text=True)
        assert listed == ""
    # AND when it has stopped, says so
    gone = subprocess.run(
        [loyalty, "job", "list", "--token", "abc123def456", "--local"], capture_output=True, text=True, check=False
    )
    assert (gone.returncode, gone.stderr) == (4, "The local stack is not running: make run\n")
