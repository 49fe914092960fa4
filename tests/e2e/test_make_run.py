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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e import processes
from tools.local import port
from tools.local.template import ROOT

START_SECONDS = 120
EVERYWHERE = "0.0.0.0"  # noqa: S104 - a test asks for it
SUCCESSES = [
    *2 * ['{"error":0,', "<xml><error>0</error>"],
    "<new>1</new>",
    '"failureCount":0',
    '"operation":"import","label":null,"dry_run":false,"status":"done"',
    "200\n",
    '"status":"cancelled"',
    '"secret":"whsec_',
    '"last_delivered":null',
    " 204 ",
]
"""What the replies to the printed commands have in them."""
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes through /proc"),
]


def outside_make() -> dict[str, str]:
    """The environment, as it is where no make runs the tests."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}


class Run:
    """One `make run`, started in a process group of its own, as a shell does."""

    def __init__(self, environment: dict[str, str] | None = None, **variables: object) -> None:
        self.port = port.free_port()
        self.named = ("--local", "--local-port", str(self.port))
        settings = {"PYTHON": sys.executable, "PORT": self.port, **variables}
        self.process = subprocess.Popen(
            ["make", "run", *(f"{name}={value}" for name, value in settings.items())],
            cwd=ROOT,
            env=outside_make() | (environment or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout
        self.output = self.process.stdout
        self.printed = ""
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
            with urllib.request.urlopen(request, timeout=60) as reply:
                return int(json.load(reply)["error"])
        except urllib.error.HTTPError as error:
            with error:
                return int(json.load(error)["error"])


@contextmanager
def make_run(environment: dict[str, str] | None = None, **variables: object) -> Iterator[Run]:
    run = Run(environment, **variables)
    try:
        run.read_until(f"^ready {run.url}$")
        yield run
    finally:
        run.process.terminate()
        run.process.wait(120)
        run.output.close()


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """A stack that runs while all these tests do; what it printed is in `printed`."""
    with make_run() as running:
        assert running.register("user4@example.com") == 0, "the first request after the ready line succeeds"
        running.printed = running.read_until("Ctrl-C stops")
        yield running


def test_the_first_request_after_the_ready_line_succeeds_and_nothing_listens_beyond_loopback(run: Run) -> None:
    # GIVEN a stack that said it was ready, and then registered a demo customer at once
    assert run.register("user4@example.com") == 409
    # THEN every listener of every process below make is on loopback
    pids = processes.tree(run.process.pid)
    assert processes.listeners(pids) == {"127.0.0.1"}


def test_another_address_is_listened_on_when_it_is_asked_for_and_the_banner_says_what_that_means() -> None:
    # WHEN the API is to be served on all addresses
    with make_run(LISTEN=EVERYWHERE) as run:
        printed = run.read_until("Ctrl-C stops")
        # THEN the API is, and nothing else beyond loopback
        assert run.register() == 0
        assert processes.listeners(processes.tree(run.process.pid)) == {EVERYWHERE, "127.0.0.1"}
    assert "It listens on 0.0.0.0: whoever reaches that address can use the demo accounts" in printed


def test_what_is_no_address_is_one_clear_line() -> None:
    # WHEN the API is to be served on a name
    run = Run(LISTEN="localhost")
    output, _ = run.process.communicate(timeout=START_SECONDS)
    # THEN it says what it wants instead
    assert run.process.returncode != 0
    assert (
        "LISTEN must be an IPv4 address of this machine, such as 0.0.0.0 for all of them; it is 'localhost'." in output
    )
    assert "Traceback" not in output


@pytest.mark.skipif(shutil.which("curl") is None, reason="the commands to copy are for curl")
def test_the_samples_work_as_they_are_copied(run: Run) -> None:
    # GIVEN the command for samples that is printed below the ready line
    (command,) = re.findall(r"make samples.*", run.printed)
    # WHEN each sample is copied to a shell
    samples = subprocess.check_output(command.split(), cwd=ROOT, env=outside_make(), text=True)
    commands = re.findall(r"^  curl (?:.+\n)+", samples, re.MULTILINE)
    replies = [subprocess.check_output(["sh", "-c", f"curl -s {one[7:]}"], text=True) for one in commands]
    # THEN it succeeds
    assert [wanted for wanted, reply in zip(SUCCESSES, replies, strict=True) if wanted not in reply] == [], replies


def test_the_address_that_is_printed_shows_a_browser_where_to_go(run: Run) -> None:
    # GIVEN the addresses of the banner
    paths = [one.removeprefix(run.url) for one in re.findall(r"http://127\.0\.0\.1:\d+\S*", run.printed)]
    assert paths == ["/console", "/docs", "/health"]
    # WHEN a browser opens the one of the ready line
    page = opened(f"{run.url}/")
    # THEN it gets a page that links to the others, and they open
    assert [path for path in paths if f'href="{path}"' not in page] == []
    assert all(opened(run.url + path) for path in paths)
    # AND all that was printed is short enough to be read
    assert len(run.printed.splitlines()) <= 11


def opened(address: str) -> str:
    """What a browser gets."""
    request = urllib.request.Request(address, headers={"Accept": "text/html,application/xml;q=0.9,*/*;q=0.8"})
    with urllib.request.urlopen(request, timeout=60) as reply:
        return str(reply.read().decode())


def test_a_second_stack_serves_where_proxies_go_nowhere_and_does_not_touch_the_first(run: Run) -> None:
    loyalty = ROOT / ".venv" / "bin" / "loyalty"
    # GIVEN a stack, and an environment whose proxies answer nothing
    with port.reserve() as nowhere:
        proxy = f"http://127.0.0.1:{nowhere.getsockname()[1]}"
        proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"), proxy)
        # WHEN another one of the same clone is started there
        with make_run(environment=proxies) as second:
            # THEN it serves, and the command finds it
            assert second.register() == 0
            listed = [str(loyalty), "job", "list", "--token", "abc123def456", *second.named]
            assert subprocess.check_output(listed, env={**os.environ, **proxies}, text=True) == ""
            # WHEN an account is made in one
            subprocess.check_call([loyalty, "account", "create", "acme", *second.named], stdout=subprocess.DEVNULL)
            # THEN the other does not have it
            assert subprocess.call([loyalty, "account", "show", "acme", *second.named], stdout=subprocess.DEVNULL) == 0
            assert subprocess.call([loyalty, "account", "show", "acme", *run.named], stderr=subprocess.DEVNULL) == 1
            # AND each has its log
            logs = [ROOT / "build" / "local" / f"{one.port}.log" for one in (run, second)]
            assert [log.exists() for log in logs] == [True, True]
            # AND a command that does not say which is asked for it
            asked = subprocess.run(
                [loyalty, "account", "show", "acme", "--local"], capture_output=True, text=True, check=False
            )
            assert "name one with --local-port" in asked.stderr


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


def test_a_signal_leaves_no_process_behind_and_state_is_kept_across_starts_when_asked(tmp_path: Path) -> None:
    # GIVEN a stack that keeps its state, and a registration
    with make_run(STATE=tmp_path) as run:
        assert run.register() == 0
        # WHEN it is ended as by kill, which reaches make
        # THEN make ends, and all that it started
        check_end(run, lambda: run.process.send_signal(signal.SIGTERM))
    # WHEN it is started again
    with make_run(STATE=tmp_path) as run:
        # THEN the member is still there
        assert run.register() == 409
        # AND it ends alike as by Ctrl-C, which reaches the whole group
        check_end(run, lambda: os.killpg(run.process.pid, signal.SIGINT))


def check_end(run: Run, end: Callable[[], None]) -> None:
    """Check that nothing of a stack is left once it is ended, and that the installed command says so."""
    pids = processes.tree(run.process.pid)
    assert len(pids) > 3
    end()
    run.process.wait(120)
    assert processes.wait_until_ended(pids) == set()
    assert "Traceback" not in run.output.read()
    stopped(run)


def test_the_installed_command_finds_the_stack_of_make_run(run: Run) -> None:
    # GIVEN make run, which installs the command
    loyalty = ROOT / ".venv" / "bin" / "loyalty"
    # THEN it finds that stack
    shown = subprocess.check_output([loyalty, "account", "show", "greatwidgets", *run.named, "--json"], text=True)
    assert json.loads(shown)["account"] == "greatwidgets"
    account = ("--account", "othertenant")
    assert subprocess.check_output([loyalty, "job", "list", *account, *run.named], text=True) == ""


def stopped(run: Run) -> None:
    """Check that the installed command says of a stack that it has stopped."""
    gone = subprocess.run(
        [ROOT / ".venv" / "bin" / "loyalty", "job", "list", "--token", "abc123def456", *run.named],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (gone.returncode, gone.stderr) == (4, "The local stack is not running: make run\n")
