"""The options of every command. They stand before the command or after it, or come from the environment.

The nearer one wins: what stands after the command, then what stands before it, then the environment. What names the
system belongs together, as does what names the caller: `--stack` on the command line sets `LOYALTY_LOCAL` and
`LOYALTY_URL` aside, `--account` sets `LOYALTY_TOKEN` aside.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, NamedTuple

import typer

from .arguments import plain_name
from .faults import OperatorError
from .system import Choice

ACCOUNT = "of_account"
"""The option --account; commands call their argument ACCOUNT `account`."""
ACCOUNT_VARIABLE = "LOYALTY_ACCOUNT"

Local = Annotated[
    bool | None, typer.Option("--local", envvar="LOYALTY_LOCAL", help="The stack of make run on this machine.")
]
LocalPort = Annotated[
    int | None,
    typer.Option(
        "--local-port", metavar="PORT", envvar="LOYALTY_LOCAL_PORT", help="The one on this port, where several run."
    ),
]
Stack = Annotated[
    str | None, typer.Option("--stack", metavar="NAME", envvar="LOYALTY_STACK", help="The name of a deployed stack.")
]
Region = Annotated[
    str | None,
    typer.Option(
        "--region", metavar="NAME", envvar="AWS_REGION", help="The stack's region, unless your AWS setup names it."
    ),
]
Url = Annotated[
    str | None,
    typer.Option(
        "--url",
        metavar="URL",
        envvar="LOYALTY_URL",
        help="The API's address, unless the stack names it; enough with a --token.",
    ),
]
Account = Annotated[
    str | None,
    typer.Option(
        "--account",
        metavar="ACCOUNT",
        envvar=ACCOUNT_VARIABLE,
        callback=plain_name,
        help="The account, by your AWS rights to the tables.",
    ),
]
Token = Annotated[
    str | None,
    typer.Option(
        "--token",
        metavar="TOKEN",
        envvar="LOYALTY_TOKEN",
        help="A token of the account, for what goes through the API; no AWS rights are needed then.",
    ),
]
Json = Annotated[bool | None, typer.Option("--json", help="Print JSON.")]

_app = typer.Typer(add_completion=False)


@_app.command()
def _declare(
    *,
    local: Local = None,
    local_port: LocalPort = None,
    stack: Stack = None,
    region: Region = None,
    url: Url = None,
    of_account: Account = None,
    token: Token = None,
    as_json: Json = None,
) -> None:
    """What typer makes the options of."""


OPTIONS: Sequence[Any] = typer.main.get_command(_app).params

_SYSTEM, _CALLER = frozenset({"local", "stack", "url"}), frozenset({ACCOUNT, "token"})
_SETTLED_BY = {"local": _SYSTEM, "stack": _SYSTEM, ACCOUNT: _CALLER, "token": _CALLER}
"""What farther levels no longer say, once a nearer one says this."""

Level = Mapping[str, Any]
"""The options that are given in one place, by name."""


class Caller(NamedTuple):
    """An account, or a token of it."""

    account: str | None
    token: str | None


class Common(NamedTuple):
    """What the common options come to.

    `named` is the account that the command line names: what works on all accounts is narrowed by that alone.
    """

    choice: Choice
    caller: Caller
    named: str | None
    as_json: bool


class Place(typer.Context):
    """A command's context, or that of a group before it, and the common options that are given there."""

    given: Level
    from_environment: Level

    def take(self) -> None:
        """Take the common options out of the parameters: they are no function's own."""
        values = {option.name: self.params.pop(option.name, None) for option in OPTIONS}
        self.given = self._of(values, "COMMANDLINE")
        self.from_environment = self._of(values, "ENVIRONMENT")

    def _of(self, values: Level, source: str) -> Level:
        found = {name: self.get_parameter_source(name) for name, value in values.items() if value}
        return {name: values[name] for name, one in found.items() if one and one.name == source}


def given_before(place: Any) -> list[Level]:
    """What is given before a command, the nearest first."""
    levels = []
    while isinstance(place := place.parent, Place):
        levels.append(place.given)
    return levels


def common(place: Place) -> Common:
    """What the options come to; raises OperatorError."""
    lines = [place.given, *given_before(place)]
    said = nearest([*lines, place.from_environment])
    choice = Choice(
        bool(said.get("local")), said.get("stack"), said.get("region"), said.get("url"), said.get("local_port")
    )
    if choice.local and choice.stack:
        raise OperatorError("Name one system: --local, or --stack NAME")
    return Common(
        choice,
        Caller(said.get(ACCOUNT), said.get("token")),
        nearest(lines).get(ACCOUNT),
        bool(said.get("as_json")),
    )


def nearest(levels: Iterable[Level]) -> dict[str, Any]:
    """What is said by the nearest level that says it."""
    said: dict[str, Any] = {}
    settled: set[str] = set()
    for level in levels:
        said |= {name: value for name, value in level.items() if name not in settled}
        settled |= {one for name in level for one in _SETTLED_BY.get(name, {name})}
    return said
