"""What every command has: the common options, a session, help, and one line when it fails.

app = group("Accounts and their settings.")

@command(app, "show")
def show(session: Session, account: AccountId) -> None: ...
"""

import os
import sys
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, TypeVar

import typer
from botocore.exceptions import BotoCoreError, ClientError
from typer.core import TyperCommand, TyperGroup

from loyalty.domain.errors import ConfigurationError, StorageBusy
from loyalty.store.aws.errors import CallError

from .common import ACCOUNT, ACCOUNT_VARIABLE, OPTIONS, Caller, Common, Place, common, given_before
from .faults import Interrupted, OperatorError, Unavailable
from .printer import Printer, printable
from .system import System

_FROM_OPTION = "account"
"""The argument that --account or the environment may stand for."""


class Session(Place):
    """What a command works with, and typer's context of it: a parameter of this type is no option."""

    common: Common

    @cached_property
    def system(self) -> System:
        """The system that the command line names; `obj` of the context stands in for it in tests."""
        system: System = self.obj or System(self.common.choice)
        return system

    @property
    def caller(self) -> Caller:
        """Who calls the API."""
        return self.common.caller

    @property
    def named_account(self) -> str | None:
        """The account that the command line names with --account, the environment aside."""
        return self.common.named

    @cached_property
    def printer(self) -> Printer:
        """Writes what the command says, in the form that was asked for."""
        return Printer(as_json=self.common.as_json)


class OperatorCommand(TyperCommand):
    """A command with the common options after its own; what they say is in its session."""

    context_class = Session

    def __init__(self, *arguments: Any, params: list[Any], **more: Any) -> None:
        super().__init__(*arguments, params=[*params, *OPTIONS], **more)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the command line; ACCOUNT is left out of it where --account or the environment names the account."""
        return super().parse_args(ctx, args if ctx.resilient_parsing else self._with_account(ctx, args))

    def invoke(self, ctx: Any) -> None:
        """Do the command; every foreseeable failure is one line on stderr and an exit code."""
        session: Session = ctx
        session.take()

        def work() -> None:
            session.common = common(session)
            super(OperatorCommand, self).invoke(ctx)

        _guard(work)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """The command's own arguments and options, then those of every command."""
        _write_own(self, ctx, formatter)
        _write_options("Options of every command", OPTIONS, ctx, formatter)

    def _with_account(self, ctx: Any, args: list[str]) -> list[str]:
        """The arguments with ACCOUNT before them, where they lack one and the account is known.

        The command line's --account stands for it unless all arguments are there, the environment's only where one
        that is required is missing.
        """
        arguments = [one for one in self.params if one.param_type_name == "argument"]
        if not arguments or arguments[0].name != _FROM_OPTION:
            return args
        given, surplus, _ = self.make_parser(ctx).parse_args(args=list(args))
        count = sum(given.get(one.name) is not None for one in arguments) + len(surplus)
        levels = [given, *given_before(ctx)]
        named = next((level[ACCOUNT] for level in levels if level.get(ACCOUNT)), None)
        usual = os.environ.get(ACCOUNT_VARIABLE)
        if named and count < len(arguments):
            return [named, *args]
        return [usual, *args] if usual and not named and count < sum(one.required for one in arguments) else args


class OperatorGroup(TyperGroup):
    """A group of commands; the common options may stand before any of them."""

    context_class = Place

    def __init__(self, *, params: list[Any] | None = None, **more: Any) -> None:
        super().__init__(params=[*(params or ()), *OPTIONS], **more)

    def invoke(self, ctx: Any) -> Any:
        """Do the command that is named."""
        ctx.take()
        return super().invoke(ctx)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """The commands, then the options."""
        self.format_commands(ctx, formatter)
        _write_own(self, ctx, formatter)
        _write_options("Options of every command", OPTIONS, ctx, formatter)


Function = TypeVar("Function", bound=Callable[..., None])


def group(text: str | None = None) -> typer.Typer:
    """A group of commands, with what help says of it; one without is a part of another."""
    return typer.Typer(cls=OperatorGroup, help=text)


def command(app: typer.Typer, name: str) -> Callable[[Function], Function]:
    """Register a function as the command `name` of `app`; its first parameter is the session."""
    return app.command(name, cls=OperatorCommand)


def _write_own(command: Any, ctx: Any, formatter: Any) -> None:
    own = [one for one in command.get_params(ctx) if one not in OPTIONS]
    _write("Arguments", [_argument(one, ctx) for one in own if one.param_type_name == "argument"], formatter)
    _write_options("Options", [one for one in own if one.param_type_name == "option"], ctx, formatter)


def _write_options(title: str, options: Sequence[Any], ctx: Any, formatter: Any) -> None:
    _write(title, [record for one in options if (record := one.get_help_record(ctx))], formatter)


def _argument(argument: Any, ctx: Any) -> tuple[str, str]:
    """An argument's name without its type, which says nothing to people, and its help; --account may stand for one."""
    told = argument.help if argument.name == _FROM_OPTION else argument.get_help_record(ctx)[1]
    return argument.metavar or argument.name.upper(), told


def _write(title: str, records: Sequence[tuple[str, str]], formatter: Any) -> None:
    if records:
        with formatter.section(title):
            formatter.write_dl(records)


def _guard(work: Callable[[], None]) -> None:
    try:
        work()
    except OperatorError as error:
        _fail(error)
    except StorageBusy:
        _fail(Unavailable("The tables are busy or can't be reached; try again"))
    except (BotoCoreError, CallError, ClientError, ConfigurationError) as error:
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
