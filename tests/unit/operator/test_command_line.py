"""The command line itself: what is wrong with it is one line, and help is there for every command."""

import json
import re
from collections.abc import Callable

import pytest

from tests.fakes.functions import load_handler
from tests.fakes.gateway import FakeContext, proxy_event
from tools.operator.__main__ import main

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Calls the command with arguments: its exit code, output and remarks."""

    def run(*arguments: str) -> tuple[int, str, str]:
        for name in ("LOYALTY_STACK", "LOYALTY_TOKEN", "LOYALTY_URL"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setattr("sys.argv", ["loyalty", *arguments])
        code = main()
        return code or 0, *capsys.readouterr()

    return run


@pytest.mark.parametrize(
    ("arguments", "exit_code", "line"),
    [
        (["nonsense"], 2, "No such command 'nonsense'. See loyalty --help"),
        (["account"], 2, "Missing command. See loyalty --help"),
        (["account", "show"], 2, "Missing argument 'ACCOUNT'. See loyalty --help"),
        (["account", "show", "a b", "--local"], 2, "Invalid value for 'ACCOUNT': must be up to 100 letters"),
        (["account", "show", "acme", "--colour"], 2, "No such option: --colour"),
        (["credential", "create", "acme", "password", "x"], 2, "Invalid value for 'KIND'"),
        (["import", "none.csv", "--campaign", "1", "--local"], 1, "none.csv can't be read: No such file or directory"),
        (["account", "show", "acme"], 1, "Say where: --local for the stack of make run, or --stack NAME"),
    ],
)
def test_what_is_wrong_is_one_line_and_an_exit_code(
    arguments: list[str], exit_code: int, line: str, call: Call
) -> None:
    code, out, err = call(*arguments)
    assert (code, out) == (exit_code, "")
    assert err.startswith(line), err
    assert err.count("\n") == 1


def test_the_version_is_the_one_that_health_tells(call: Call) -> None:
    # GIVEN what a deployment of these sources says of itself
    health = load_handler("health")(proxy_event(method="GET", path="/health"), FakeContext())
    # THEN the command line says the same
    assert call("--version") == (0, f"loyalty {json.loads(health['body'])['version']}\n", "")


@pytest.mark.parametrize("arguments", [[], ["--help"]])
def test_help_names_the_exit_codes_and_all_commands(arguments: list[str], call: Call) -> None:
    code, out, _ = call(*arguments)
    assert code == 0
    assert "Exit codes:" in out
    for name in (
        *("account", "credential", "program", "campaign", "promotion", "customer", "migrate", "export"),
        *("import", "register", "earn", "job", "queue"),
    ):
        assert re.search(rf"\b{name}\b", out), name


@pytest.mark.parametrize(
    "command",
    [
        *("account create", "account show", "credential create", "credential list", "credential rotate"),
        *("credential revoke", "program put", "program list", "promotion put", "promotion list", "customer show"),
        *("customer erase", "migrate customers", "migrate members", "migrate balances", "export customers"),
        *("export members", "export earns", "import", "register", "earn", "job list", "job show", "job watch"),
        *("job results", "job undo", "queue parked", "queue redrive"),
    ],
)
def test_every_command_has_help_and_the_options_of_all(command: str, call: Call) -> None:
    code, out, _ = call(*command.split(), "--help")
    assert code == 0
    for option in ("--local", "--stack", "--region", "--url", "--json"):
        assert option in out
