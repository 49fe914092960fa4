"""What every command has: options that say where the system is, a session, one line when it fails.

@command(app, "show")
def show(session: Session, account: AccountId) -> None: ...
"""

import sys
from collections.abc import Callable
from functools import cached_property
from typing import Annotated, Any, TypeVar

import typer
from botocore.exceptions import BotoCoreError, ClientError
from typer.core import TyperCommand

from loyalty.domain.errors import ConfigurationError, StorageBusy

from .faults import Interrupted, OperatorError, Unavailable
from .printer import Printer, printable
from .system import Choice, System

Local = Annotated[bool, typer.Option("--local", help="The stack of make run on this machine.")]
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
    typer.Option("--region", envvar="AWS_REGION", help="The stack's region, unless your AWS configuration names it."),
]
Url = Annotated[
    str | None,
    typer.Option(
        "--url", envvar="LOYALTY_URL", help="The API's address, unless the stack names it; enough with a --token."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class Session(typer.Context):
    """What a command works with, and typer's context of it: a parameter of this type is no option."""

    choice: Choice
    as_json: bool

    @cached_property
    def system(self) -> System:
        """The system that the command line names; `obj` of the context stands in for it in tests."""
        system: System = self.obj or System(self.choice)
        return system

    @cached_property
    def printer(self) -> Printer:
        """Writes what the command says, in the form that was asked for."""
        return Printer(as_json=self.as_json)


_common = typer.Typer(add_completion=False)


@_common.command()
def _choose(
    *,
    local: Local = False,
    local_port: LocalPort = None,
    stack: Stack = None,
    region: Region = None,
    url: Url = None,
    as_json: Json = False,
) -> dict[str, Any]:
    return {"choice": Choice(local, stack, region, url, local_port), "as_json": as_json}


_CHOOSE = typer.main.get_command(_common)


class OperatorCommand(TyperCommand):
    """A command with the common options after its own; what they say is in its session."""

    context_class = Session

    def __init__(self, *arguments: Any, params: list[Any], **more: Any) -> None:
        super().__init__(*arguments, params=[*params, *_CHOOSE.params], **more)

    def invoke(self, ctx: Any) -> None:
        """Do the command; every foreseeable failure is one line on stderr and an exit code."""
        common = {str(option.name): ctx.params.pop(option.name) for option in _CHOOSE.params}
        session: Session = ctx
        chosen = _choose(**common)
        session.choice, session.as_json = chosen["choice"], chosen["as_json"]
        _guard(lambda: super(OperatorCommand, self).invoke(ctx))


Function = TypeVar("Function", bound=Callable[..., None])


def command(app: typer.Typer, name: str) -> Callable[[Function], Function]:
    """Register a function as the command `name` of `app`; its first parameter is the session."""
    return app.command(name, cls=OperatorCommand)


def _guard(work: Callable[[], None]) -> None:
    try:
        work()
    except OperatorError as error:
        _fail(error)
    except StorageBusy:
        _fail(Unavailable("The tables are busy or can't be reached; try again"))
    except (BotoCoreError, ClientError, ConfigurationError) as error:
        _fail(OperatorError(f"AWS refused: {error}"))
    except BrokenPipeError:  # nobody reads any more, as with head; that is no failure to tell of
        raise
    except OSError as error:
        _fail(OperatorError(f"{error.filename}: {error.strerror}"))
    except KeyboardInterrupt:
        _fail(Interrupted("Interrupted"))


def _fail(error: OperatorError) -> None:
    sys.stderr.write(printable(" ".join(str(error).split())) + "\n")
    raise typer.Exit(error.exit_code)
