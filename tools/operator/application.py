"""All commands together."""

import sys
from typing import Annotated

import typer

from loyalty import __version__

from . import (
    accounts,
    bulk,
    credentials,
    customers,
    exports,
    jobs,
    migration,
    programs,
    promotions,
    queues,
    restoring,
    webhooks,
)
from .commands import OperatorGroup
from .smoke import command as smoke

_HELP = """Run a loyalty system: accounts, customers, bulk work from files, jobs.

--local works on the stack of make run, --stack NAME on a deployed one, with your usual AWS credentials. The options of
every command may stand before it or after it, or come from the environment; the nearer one wins.

Exit codes: 0 done; 1 refused; 2 wrong command line; 3 done, but some rows failed and are in a file;
4 busy or out of reach, safe to repeat; 130 interrupted.
"""

app = typer.Typer(
    cls=OperatorGroup,
    help=_HELP,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
    pretty_exceptions_show_locals=False,
)


def _tell_version(asked: bool) -> None:  # noqa: FBT001 - typer calls it with an option's value
    if asked:
        sys.stdout.write(f"loyalty {__version__}\n")
        raise typer.Exit


@app.callback()
def loyalty(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """What is said before a command; the version is told before anything is looked at."""
    del version


app.add_typer(bulk.app)
app.add_typer(accounts.app, name="account")
app.add_typer(credentials.app, name="credential")
app.add_typer(programs.app, name="program")
app.add_typer(programs.app, name="campaign")
app.add_typer(promotions.app, name="promotion")
app.add_typer(customers.app, name="customer")
app.add_typer(exports.app, name="export")
app.add_typer(migration.app, name="migrate")
app.add_typer(jobs.app, name="job")
app.add_typer(queues.app, name="queue")
app.add_typer(webhooks.app, name="webhook")
app.add_typer(restoring.app)
app.add_typer(smoke.app)
