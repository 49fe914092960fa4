"""The options of every command: where they may stand, and which one wins."""

from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.fakes.operator import Desk
from tools.operator import commands
from tools.operator.application import app
from tools.operator.common import Caller
from tools.operator.system import Choice

ENVIRONMENT = ("LOYALTY_LOCAL", "LOYALTY_STACK", "LOYALTY_URL", "LOYALTY_ACCOUNT", "LOYALTY_TOKEN", "AWS_REGION")
Looked = Callable[..., tuple[Choice, Caller, bool]]


class Seen(Exception):
    """A command has read its options."""


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> Looked:
    """What the common options of a command line and an environment come to."""
    found: list[Any] = []

    def read(session: Any) -> None:
        found.append(session.common)
        raise Seen

    monkeypatch.setattr(commands.Session, "system", property(read))

    def look(line: str, **variables: str) -> tuple[Choice, Caller, bool]:
        clean: dict[str, str | None] = dict.fromkeys(ENVIRONMENT)
        result = CliRunner().invoke(app, line.split(), env={**clean, **variables})
        assert isinstance(result.exception, Seen), result.output
        common = found.pop()
        return common.choice, common.caller, common.as_json

    return look


PROD = Choice(local=False, stack="prod", region=None, url=None)
HERE = Choice(local=True, stack=None, region=None, url=None)


@pytest.mark.parametrize(
    ("line", "variables", "choice", "caller"),
    [
        ("job list --local --account acme", {}, HERE, Caller("acme", None)),
        ("--local --account acme job list", {}, HERE, Caller("acme", None)),
        ("job --local --account acme list", {}, HERE, Caller("acme", None)),
        ("job list", {"LOYALTY_LOCAL": "1", "LOYALTY_ACCOUNT": "acme"}, HERE, Caller("acme", None)),
        ("job list", {"LOYALTY_STACK": "prod", "LOYALTY_TOKEN": "t"}, PROD, Caller(None, "t")),
        ("job list", {"LOYALTY_LOCAL": "0", "LOYALTY_STACK": "prod"}, PROD, Caller(None, None)),
        ("job list", {"LOYALTY_URL": "http://x"}, PROD._replace(stack=None, url="http://x"), Caller(None, None)),
        ("job list", {"LOYALTY_STACK": "prod", "LOYALTY_URL": "u"}, PROD._replace(url="u"), Caller(None, None)),
        ("--account a job list --account b", {"LOYALTY_ACCOUNT": "c"}, PROD._replace(stack=None), Caller("b", None)),
        ("--account a job list", {"LOYALTY_ACCOUNT": "c"}, PROD._replace(stack=None), Caller("a", None)),
        ("--account a job --account b list", {}, PROD._replace(stack=None), Caller("b", None)),
        ("job list --stack prod", {"LOYALTY_LOCAL": "1", "LOYALTY_URL": "http://x"}, PROD, Caller(None, None)),
        ("--local job list", {"LOYALTY_STACK": "prod", "LOYALTY_URL": "http://x"}, HERE, Caller(None, None)),
        ("--local job list --stack prod", {}, PROD, Caller(None, None)),
        ("--stack prod job list --url u", {}, PROD._replace(url="u"), Caller(None, None)),
        ("job list --account a", {"LOYALTY_TOKEN": "t"}, PROD._replace(stack=None), Caller("a", None)),
        ("--token t job list", {"LOYALTY_ACCOUNT": "a"}, PROD._replace(stack=None), Caller(None, "t")),
        ("job list --local --local-port 3001", {}, HERE._replace(local_port=3001), Caller(None, None)),
        ("--region eu-west-1 job list --stack prod", {}, PROD._replace(region="eu-west-1"), Caller(None, None)),
    ],
)
def test_the_nearer_option_wins(
    line: str, variables: dict[str, str], choice: Choice, caller: Caller, looked: Looked
) -> None:
    assert looked(line, **variables) == (choice, caller, False)


def test_json_may_be_asked_for_before_the_command(desk: Desk) -> None:
    assert desk.run("--json", "account", "show", "greatwidgets").json()["account"] == "greatwidgets"


def test_two_systems_in_one_place_are_refused(desk: Desk) -> None:
    result = desk.run("job", "list", "--local", "--stack", "prod")
    assert (result.exit_code, result.err) == (1, "Name one system: --local, or --stack NAME\n")


@pytest.mark.parametrize(
    "line",
    [
        "program list othertenant",
        "--account othertenant program list",
        "program --account othertenant list",
        "program list --account othertenant",
        "--account greatwidgets program list othertenant",
        "ENVIRONMENT program list",
    ],
)
def test_the_argument_account_may_be_left_out_where_the_account_is_named(
    line: str, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    if line.startswith("ENVIRONMENT "):
        monkeypatch.setenv("LOYALTY_ACCOUNT", "othertenant")
    programs = desk.json(*line.removeprefix("ENVIRONMENT ").split())
    assert [program["program"] for program in programs] == ["123"]


def test_arguments_that_follow_account_keep_their_places_without_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    # GIVEN an account that is named by an option or by the environment
    shown = desk.json("--account", "othertenant", "customer", "show", "user1@example.com")
    assert shown == desk.json("customer", "show", "othertenant", "user1@example.com")
    monkeypatch.setenv("LOYALTY_ACCOUNT", "othertenant")
    assert desk.json("customer", "show", "user1@example.com") == shown
    # THEN one argument of an export is a file where an option names the account, as every argument is given then
    file = str(tmp_path / "all.csv")
    assert desk.json("--account", "othertenant", "export", "customers", file)["file"] == file
    # AND the account where only the environment does, which changes nothing that is written out
    assert "user50@example.com" in desk.run("export", "customers", "greatwidgets").out
    assert "user50@example.com" not in desk.run("export", "customers").out


def test_no_account_is_made_by_leaving_its_name_out(desk: Desk) -> None:
    assert desk.run("--account", "acme", "account", "create").exit_code == 2


@pytest.mark.parametrize("command", ["customer show", "export customers", "migrate members", "program put"])
def test_help_does_not_call_an_argument_required_that_may_be_left_out(command: str, desk: Desk) -> None:
    (line,) = (line for line in desk.run(*command.split(), "-h").out.splitlines() if line.startswith("  ACCOUNT "))
    assert line.split(maxsplit=1)[1] == "The account's id; may be left out where --account names it."
