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

    def __init__(self, environment=None, **variables):
        self.port = port.free_port()
        self.named = ("--local", "--local-port", str(self.port))
        settings = {"PYTHON": sys.executable, "PORT": self.port, **variables}
        self.process = subprocess.Popen(
            ["make", "run", *(f"{name}={value}" for name, value in settings.items())],
            cwd=ROOT,
            env={name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
            | (environment or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.url = f"http://127.0.0.1:{self.port}"

    def read_until(self, pattern):
        """What it prints up to a line that matches; it is ended if none comes."""
        watchdog = threading.Timer(START_SECONDS, os.killpg, (self.process.pid, signal.SIGKILL))
        watchdog.start()
        printed = ""
        try:
            for line in self.process.stdout:
                printed += line
                if re.search(pattern, line):
                    return printed
        finally:
            watchdog.cancel()
        return pytest.fail(f"make run printed no line like {pattern!r}:\n{printed}")

    def register(self, email="user1@example.com"):
        body = {"token": "abc123def456", "matching": "email", "email": email, "loyalty_program_id": 123}
        request = urllib.request.Request(f"{self.url}/api/v1.1/loyalty/register_member", json.dumps(body).encode())
        request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                return json.load(reply)["error"]
        except urllib.error.HTTPError as error:
            with error:
                return json.load(error)["error"]


@contextmanager
def make_run(**variables):
    run = Run(**variables)
    try:
        run.read_until(f"^ready {run.url}$")
        yield run
    finally:
        run.process.terminate()
        run.process.wait(30)
        run.process.stdout.close()


def test_the_first_request_after_the_ready_line_succeeds_and_nothing_listens_beyond_loopback():
    # GIVEN a stack that says it is ready
    with make_run() as run:
        # THEN a demo customer is registered at once
        assert run.register() == 0
        # AND every listener of every process below make is on loopback
        pids = processes.tree(run.process.pid)
        assert processes.listeners(pids) == {"127.0.0.1"}


@pytest.mark.skipif(shutil.which("curl") is None, reason="the commands to copy are for curl")
def test_the_samples_work_as_they_are_copied():
    with make_run() as run:
        # GIVEN the command for samples that is printed below the ready line
        printed = run.read_until("Ctrl-C stops")
        (command,) = re.findall(r"make samples.*", printed)
        # WHEN each sample is copied to a shell
        samples = subprocess.check_output(command.split(), cwd=ROOT, text=True)
        commands = re.findall(r"^  curl (?:.+\n)+", samples, re.MULTILINE)
        replies = [subprocess.check_output(["sh", "-c", f"curl -s {one[7:]}"], text=True) for one in commands]
        # THEN it succeeds
        assert [wanted for wanted, reply in zip(SUCCESSES, replies, strict=True) if wanted not in reply] == [], replies


def test_the_address_that_is_printed_shows_a_browser_where_to_go():
    with make_run() as run:
        # GIVEN the addresses of the banner
        printed = run.read_until("Ctrl-C stops")
        paths = [one.removeprefix(run.url) for one in re.findall(r"http://127\.0\.0\.1:\d+\S*", printed)]
        assert paths == ["/console", "/docs", "/health"]
        # WHEN a browser opens the one of the ready line
        page = opened(f"{run.url}/")
        # THEN it gets a page that links to the others, and they open
        assert [path for path in paths if f'href="{path}"' not in page] == []
        assert all(opened(run.url + path) for path in paths)
        # AND all that was printed is short enough to be read
        assert len(printed.splitlines()) <= 11


def opened(address):
    """What a browser gets."""
    request = urllib.request.Request(address, headers={"Accept": "text/html,application/xml;q=0.9,*/*;q=0.8"})
    with urllib.request.urlopen(request, timeout=30) as reply:
        return reply.read().decode()


def test_proxies_that_go_nowhere_do_not_stand_between_the_parts_of_the_stack():
    # GIVEN an environment whose proxies answer nothing
    with port.reserve() as nowhere:
        proxy = f"http://127.0.0.1:{nowhere.getsockname()[1]}"
        proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"), proxy)
        # WHEN a stack is started there
        with make_run(environment=proxies) as run:
            # THEN it serves, and the command finds it
            assert run.register() == 0
            shown = subprocess.check_output(
                [ROOT / ".venv" / "bin" / "loyalty", "job", "list", "--token", "abc123def456", *run.named],
                env={**os.environ, **proxies},
                text=True,
            )
            assert shown == ""


def test_two_stacks_of_one_clone_do_not_touch_each_other():
    loyalty = ROOT / ".venv" / "bin" / "loyalty"
    # GIVEN a stack, and another one of the same clone
    with make_run() as first, make_run() as second:
        # WHEN an account is made in one
        subprocess.check_call([loyalty, "account", "create", "acme", *second.named], stdout=subprocess.DEVNULL)
        # THEN the other does not have it
        assert subprocess.call([loyalty, "account", "show", "acme", *second.named], stdout=subprocess.DEVNULL) == 0
        assert subprocess.call([loyalty, "account", "show", "acme", *first.named], stderr=subprocess.DEVNULL) == 1
        # AND each has its log
        logs = [ROOT / "build" / "local" / f"{run.port}.log" for run in (first, second)]
        assert [log.exists() for log in logs] == [True, True]
        # AND a command that does not say which is asked for it
        asked = subprocess.run(
            [loyalty, "account", "show", "acme", "--local"], capture_output=True, text=True, check=False
        )
        assert "name one with --local-port" in asked.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_leaves_no_process_behind(number):
    # GIVEN a running stack
    with make_run() as run:
        pids = processes.tree(run.process.pid)
        # WHEN it is ended as by Ctrl-C, which reaches the whole group, or by kill, which reaches make
        if number == signal.SIGINT:
            os.killpg(run.process.pid, number)
        else:
            run.process.send_signal(number)
        # THEN make ends, and all that it started
        run.process.wait(30)
        assert len(pids) > 3
        assert processes.wait_until_ended(pids) == set()
        assert "Traceback" not in run.process.stdout.read()


def test_even_a_killed_stack_leaves_no_process_behind():
    # GIVEN a running stack
    with make_run() as run:
        pids = processes.tree(run.process.pid)
        # WHEN its own process gets no chance to clean up
        (own,) = [pid for pid in pids if b"tools.local\0" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        os.kill(own, signal.SIGKILL)
        # THEN the emulator and the functions end by themselves
        assert processes.wait_until_ended(pids) == set()


def test_a_port_in_use_is_one_clear_line():
    # GIVEN somebody else's listener
    with port.reserve() as taken:
        taken.listen()
        number = taken.getsockname()[1]
        # WHEN the stack is to take that port
        run = Run(PORT=number)
        output, _ = run.process.communicate(timeout=30)
    # THEN it says so, before anything else
    assert run.process.returncode != 0
    first, *rest = output.splitlines()
    assert first.startswith(f"Port {number} is in use")
    assert all(line.startswith("make: ***") for line in rest)


def test_state_is_kept_across_starts_when_asked(tmp_path):
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
    with make_run() as run:
        # THEN it finds that stack
        shown = subprocess.check_output([loyalty, "account", "show", "greatwidgets", *run.named, "--json"], text=True)
        assert json.loads(shown)["account"] == "greatwidgets"
        listed = subprocess.check_output([loyalty, "job", "list", "--account", "greatwidgets", *run.named], text=True)
        assert listed == ""
    # AND when it has stopped, says so
    gone = subprocess.run(
        [loyalty, "job", "list", "--token", "abc123def456", *run.named], capture_output=True, text=True, check=False
    )
    assert (gone.returncode, gone.stderr) == (4, "The local stack is not running: make run\n")
