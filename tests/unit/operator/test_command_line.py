"""The command line itself: what is wrong with it is one line, and help is there for every command."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from tests.fakes.functions import load_handler
from tests.fakes.gateway import FakeContext, proxy_event
from tests.pages import PAGES
from tools.operator.__main__ import main
from tools.operator.application import app
from tools.operator.common import OPTIONS

Call = Callable[..., tuple[int, str, str]]
IMPORT = ["import", "none.csv", "--campaign", "1"]
VARIABLES = [option.envvar for option in OPTIONS if option.envvar]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Calls the command with arguments: its exit code, output and remarks."""

    def run(*arguments: str) -> tuple[int, str, str]:
        for name in VARIABLES:
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setattr("sys.argv", ["loyalty", *arguments])
        code = main()
        return code or 0, *capsys.readouterr()

    return run


@pytest.mark.parametrize(
    ("arguments", "exit_code", "line"),
    [
        (["nonsense"], 2, "No such command 'nonsense'. See loyalty --help"),
        (["account"], 2, "Missing command. See loyalty account --help"),
        (["account", "show"], 2, "Missing argument 'ACCOUNT'. See loyalty account show --help"),
        (["account", "show", "a b", "--local"], 2, "Invalid value for 'ACCOUNT': must be up to 100 letters"),
        (["account", "show", "acme", "--colour"], 2, "No such option: --colour"),
        (["credential", "create", "acme", "password", "x"], 2, "Invalid value for 'KIND': 'password' is not one of"),
        (["job", "lst"], 2, "No such command 'lst'. Did you mean 'list'? See loyalty job --help"),
        (
            [*IMPORT, "--rows", "x"],
            2,
            """Invalid value for '--rows': "x" is no whole number. See loyalty import --help""",
        ),
        ([*IMPORT, "--rows", "0"], 2, """Invalid value for '--rows': "0" is less than 1. See loyalty import --help"""),
        ([*IMPORT, "--rows", "20001"], 2, """Invalid value for '--rows': "20001" is more than 20000. See"""),
        (["smoke", "--patience", "x"], 2, """Invalid value for '--patience': "x" is no number. See loyalty smoke"""),
        (
            ["export", "earns", "a", "--format", "x"],
            2,
            "Invalid value for '--format': 'x' is not one of 'csv', 'jsonl'",
        ),
        (["import", "none.csv", "--campaign", "1", "--local"], 1, "none.csv can't be read: No such file or directory"),
        (["account", "show", "acme"], 1, "Say where: --local for the stack of make run"),
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


def _commands(group: Any, *path: str) -> Iterator[tuple[str, ...]]:
    """The words of every command."""
    for name, one in group.commands.items():
        yield from _commands(one, *path, name) if hasattr(one, "commands") else [(*path, name)]


COMMANDS = list(_commands(typer.main.get_command(app)))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_every_command_has_help_and_the_options_of_all_and_no_type_of_python_in_it(
    option: str, command: tuple[str, ...], call: Call
) -> None:
    code, out, _ = call(*command, option)
    assert code == 0
    assert all(name in out for common in OPTIONS for name in common.opts)
    # AND what stands for a value says what it is, or which there are
    assert [kind for kind in re.findall("<[^>]*>", out) if "|" not in kind or "[" in kind] == []


def _told(page: str) -> Iterator[tuple[str, ...]]:
    """The commands of the page's table: `a b`, `c` are the commands b and c of the group a."""
    table = page.partition("| command | what it does |")[2].partition("\n\n")[0]
    for cell in re.findall(r"^\| (`[^|]*`) \|", table, re.MULTILINE):
        path: tuple[str, ...] = ()
        for words in re.findall("`([^`]*)`", cell):
            path = (*path[:-1], *words.split()) if " " not in words else tuple(words.split())
            yield path


def test_the_page_has_every_command() -> None:
    assert set(_told(PAGES["docs/command.md"])) == {one for one in COMMANDS if one[0] != "campaign"}


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("loyalty ", {"import", "job", "queue", "smoke"}),
        ("loyalty --local job ", {"list", "show", "watch", "results", "undo"}),
        ("loyalty import a.csv --overwrite ", {"yes", "update", "ignore"}),
        ("loyalty export members acme --format ", {"csv", "jsonl"}),
        ("loyalty credential create acme ", {"token", "import-user", "basic", "client"}),
        ("loyalty credential create acme token x --right j", {"jobs:read", "jobs:undo"}),
        ("loyalty job list --status d", {"done"}),
        ("loyalty job list --operation ", {"enrol", "import", "earn", "undo"}),
        ("loyalty earn a.csv --source IN", {"INSTORE"}),
        ("loyalty job list --lo", {"--local", "--local-port"}),
    ],
)
def test_the_shell_completes_commands_options_and_values(
    line: str, values: set[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # GIVEN what bash gives a command that is to complete a line
    for name, text in {"_LOYALTY_COMPLETE": "complete_bash", "COMP_WORDS": line}.items():
        monkeypatch.setenv(name, text)
    monkeypatch.setenv("COMP_CWORD", str(len(line.split(" ")) - 1))
    monkeypatch.setattr("sys.argv", ["loyalty"])
    # WHEN it is asked
    with pytest.raises(SystemExit, match=r"^0$"):
        main()
    # THEN it tells what may come next
    assert values <= set(capsys.readouterr().out.split())


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_of_a_shell_is_installed_in_its_own_files(
    shell: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: Call
) -> None:
    # GIVEN a home of one's own
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("shellingham.detect_shell", lambda: (shell, f"/bin/{shell}"))
    # WHEN completion is installed
    with pytest.raises(SystemExit, match=r"^0$"):
        call("--install-completion")
    # THEN files of this shell name the command
    written = [path.read_text() for path in tmp_path.rglob("*") if path.is_file()]
    assert any("_LOYALTY_COMPLETE" in text for text in written)
