"""What every command has: options that say where the system is, a session, one line when it fails.

@command(app, "show")
def show(session: Session, account: AccountId) -> None: ...
"""

import functools
import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Concatenate, ParamSpec

import typer
from botocore.exceptions import BotoCoreError, ClientError

from loyalty.errors import ConfigurationError, StorageBusy
from tools.operator.faults import Interrupted, OperatorError, Unavailable
from tools.operator.printer import Printer, printable
from tools.operator.system import Choice, System

Parameters = ParamSpec("Parameters")

Local = Annotated[bool, typer.Option("--local", help="The stack that make run serves on this machine.")]
Stack = Annotated[
    str | None, typer.Option("--stack", metavar="NAME", envvar="LOYALTY_STACK", help="A deployed stack, by its name.")
]
Region = Annotated[
    str | None, typer.Option("--region", envvar="AWS_REGION", help="The stack's region, if not AWS's usual one.")
]
Url = Annotated[
    str | None,
    typer.Option("--url", envvar="LOYALTY_URL", help="The API, if not where the stack says; enough with a --token."),
]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


@dataclass(frozen=True)
class Session:
    """What a command works with."""

    system: System
    printer: Printer


Command = Callable[Concatenate[Session, Parameters], None]


def command(app: typer.Typer, name: str) -> Callable[[Command[Parameters]], Command[Parameters]]:
    """Register a function as the command `name` of `app`; its first parameter is the session, no option."""

    def register(function: Command[Parameters]) -> Command[Parameters]:
        @functools.wraps(function)
        def run(
            *,
            ctx: typer.Context,
            local: bool,
            stack: str | None,
            region: str | None,
            url: str | None,
            as_json: bool,
            **given: Any,
        ) -> None:
            system = ctx.obj or System(Choice(local, stack, region, url))
            _guard(functools.partial(function, Session(system, Printer(as_json=as_json)), **given))

        own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
        parameters = [one.replace(kind=one.KEYWORD_ONLY) for one in (_CONTEXT, *own, *_COMMON)]
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {one.name: one.annotation for one in parameters}
        app.command(name)(run)
        return function

    return register


def _parameter(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


_CONTEXT = _parameter("ctx", typer.Context)
_COMMON = [
    _parameter("local", Local, default=False),
    _parameter("stack", Stack, None),
    _parameter("region", Region, None),
    _parameter("url", Url, None),
    _parameter("as_json", Json, default=False),
]


def _guard(work: Callable[[], None]) -> None:
    """Do it; every foreseeable failure is one line on stderr and an exit code."""
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
