"""`loyalty smoke`: every check, one line each, and an exit code."""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError

from loyalty.domain.account import Account, Grant, Program, Promotion
from loyalty.domain.errors import RequestError
from loyalty.operations.registry import RIGHTS
from loyalty.store.aws.errors import CallError
from loyalty.store.tables import accounts, credentials, promotion_changes

from .. import secret_kinds
from ..commands import Session, command, group
from ..faults import OperatorError
from ..printer import Record
from ..secret_kinds import Kind
from ..system import System
from . import api_checks, aws_checks, cleaning, job_checks, rights_check
from .scene import CAMPAIGN, PROGRAM, PROMOTION, Scene

app = group()

Patience = Annotated[
    float, typer.Option("--patience", metavar="SECONDS", min=1, help="The most seconds that a job may take.")
]

CHECKS: dict[str, Callable[[Scene], str]] = {
    "health": api_checks.health,
    "tables": aws_checks.tables,
    "import": api_checks.importing,
    "register": api_checks.registering,
    "earn": api_checks.earning,
    "wrong credentials": api_checks.wrong_credentials,
    "large job": job_checks.large_job,
    "chain of chunks": job_checks.chain,
    "fed job": job_checks.fed,
    "redrive": job_checks.redriven,
    "undo": job_checks.undone,
    "price of an insert": aws_checks.capacity,
    "rights": rights_check.rights,
    "alarms": aws_checks.alarms,
    "times": api_checks.times,
    "clean up": cleaning.clean,
}
"""In the order in which they are made: some work on what others have left."""

_FAULTS = (OperatorError, RequestError, BotoCoreError, CallError, ClientError, KeyError, TypeError, ValueError)
"""What a broken system makes of a check: an answer that says so, none, or one of another form."""

_LIFE_SECONDS = 3_600


@command(app, "smoke")
def smoke(session: Session, *, patience: Patience = 120) -> None:
    """Try everything once, on an account of its own that is gone afterwards: after each deployment."""
    scene = _scene(session.system, patience)
    records: list[Record] = []
    try:
        for record in _results(scene):
            records.append(record)
            session.printer.line(record)
    finally:
        with suppress(*_FAULTS):
            cleaning.forget(scene)  # also when the operator has enough; what serves an hour at most anyhow
    session.printer.done(records)
    if failed := [record["check"] for record in records if not record["ok"]]:
        raise OperatorError(f"{len(failed)} of {len(records)} checks failed: {', '.join(map(str, failed))}")


def _results(scene: Scene) -> Iterator[Record]:
    for name, check in CHECKS.items():
        began = time.perf_counter()
        try:
            ok, seen = True, check(scene)
        except _FAULTS as error:
            ok, seen = False, f"{'' if isinstance(error, OperatorError) else type(error).__name__ + ': '}{error}"
        yield {"check": name, "ok": ok, "seconds": round(time.perf_counter() - began, 1), "seen": seen}


def _scene(system: System, patience: float) -> Scene:
    """A new account with a program of each use, a promotion, and a credential of each kind that serves for an hour."""
    database, account = system.database(), f"smoke-{secrets.token_hex(6)}"
    accounts.create_account(database, Account(account))
    for program in (PROGRAM, CAMPAIGN):
        accounts.put_program(database, account, Program(program, program, "points", active=True))
    promotion_changes.put(database, account, Promotion(PROMOTION, program_id=PROGRAM))
    made = {kind: secret_kinds.make(kind, account) for kind in Kind}
    for one in made.values():
        grant = Grant(account, RIGHTS, int(database.now()) + _LIFE_SECONDS)
        credentials.add(database, one.credential, grant, account)
    return Scene(system, account, made, patience)
