"""`loyalty program` (or `campaign`, the import's word for it): what customers are members of."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from loyalty.domain.account import Program
from loyalty.store.tables import accounts

from . import program_settings
from .accounts import existing
from .arguments import AccountId, plain_name
from .commands import Session, command, group
from .faults import OperatorError

app = group("Programs, which the import calls campaigns.")


class Counts(StrEnum):
    """What a program's balances count."""

    POINTS = "points"
    DOLLARS = "dollars"
    VISITS = "visits"
    PRODUCT = "product"


ProgramId = Annotated[str, typer.Argument(metavar="ID", help="The program's id.", callback=plain_name)]
Name = Annotated[str | None, typer.Option(metavar="TEXT", help="What people call it.")]
CountsOption = Annotated[Counts | None, typer.Option("--kind", help="What its balances count; points by default.")]
Active = Annotated[bool | None, typer.Option("--active/--inactive", help="Whether it takes members.")]


@command(app, "put")
def put(
    session: Session,
    account: AccountId,
    program: ProgramId,
    *,
    name: Name = None,
    kind: CountsOption = None,
    active: Active = None,
    currency: program_settings.Currency = None,
    glyph: program_settings.Glyph = None,
    points_ratio: program_settings.PointsRatio = None,
    reward_ratio: program_settings.RewardRatio = None,
    earned_per_event: program_settings.EarnedPerEvent = None,
    points_names: program_settings.PointsNames = None,
    rewards: program_settings.Rewards = None,
    products: program_settings.Products = None,
) -> None:
    """Make a program, or change what is said of one; what is not said stays."""
    database = session.system.database()
    existing(database, account)
    before = accounts.find_program(database, account, program) or Program(
        program, program, kind or "points", active=True
    )
    if kind not in (None, before.kind):
        raise OperatorError(f"Program {program} counts {before.kind}, as do its balances: make another for {kind}")
    settings = program_settings.changed(
        before.settings,
        database.now(),
        currency=currency,
        glyph=glyph,
        points_ratio=points_ratio,
        reward_ratio=reward_ratio,
        earned_per_event=earned_per_event,
        points_names=points_names,
        rewards=rewards,
        products=products,
    )
    after = before._replace(
        name=before.name if name is None else name,
        active=before.active if active is None else active,
        settings=settings,
    )
    try:
        accounts.put_program(database, account, after)
    except ValueError as error:
        raise OperatorError(str(error)) from None
    session.printer.record(_record(after) | program_settings.record(after.settings))


@command(app, "list")
def list_(session: Session, account: AccountId) -> None:
    """List the account's programs."""
    programs = accounts.list_programs(session.system.database(), account)
    session.printer.records([_record(program) for program in programs], f"{account} has no programs")


def _record(program: Program) -> dict[str, Any]:
    return {"program": program.id, "name": program.name, "kind": str(program.kind), "active": program.active}
