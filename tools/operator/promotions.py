"""`loyalty promotion`: what customers earn."""

from typing import Annotated, Any

import typer

from loyalty.domain.account import Promotion
from loyalty.store.tables import accounts, promotion_changes, promotions

from .accounts import existing
from .arguments import AccountId
from .commands import Session, command, group
from .faults import OperatorError

app = group("Promotions of programs.")

PromotionId = Annotated[str, typer.Argument(metavar="ID", help="The promotion's id, a number.")]
Program = Annotated[str | None, typer.Option(metavar="ID", help="The program that it belongs to.")]
Name = Annotated[str | None, typer.Option(metavar="TEXT", help="What people call it.")]
Active = Annotated[bool | None, typer.Option("--active/--inactive", help="Whether it can be earned.")]
Start = Annotated[
    str | None,
    typer.Option(metavar="MOMENT", help="When it can first be earned, such as 2026-01-31T00:00:00Z; '' for no start."),
]
End = Annotated[str | None, typer.Option(metavar="MOMENT", help="When it ends (exclusive); '' for no end.")]
Identifier = Annotated[
    str | None, typer.Option(metavar="TEXT", help="The account's own name for it, promoIdentifier; '' for none.")
]
Limit = Annotated[int | None, typer.Option(metavar="COUNT", help="The most times that one customer may earn it.")]
Unlimited = Annotated[bool, typer.Option("--unlimited", help="No limit per customer.")]


@command(app, "put")
def put(
    session: Session,
    account: AccountId,
    promotion: PromotionId,
    *,
    program: Program = None,
    name: Name = None,
    active: Active = None,
    start: Start = None,
    end: End = None,
    identifier: Identifier = None,
    limit: Limit = None,
    unlimited: Unlimited = False,
) -> None:
    """Make a promotion, or change what is said of one; what is not said stays."""
    database = session.system.database()
    existing(database, account)
    before = promotions.find(database, account, promotion) or Promotion(promotion, program or "")
    said: dict[str, Any] = {
        "program_id": program,
        "name": name,
        "active": active,
        "start": start,
        "end": end,
        "identifier": identifier,
        "limit": limit,
    }
    after = before._replace(**{field: value for field, value in said.items() if value is not None})
    if unlimited:
        after = after._replace(limit=None)
    if accounts.find_program(database, account, after.program_id) is None:
        raise OperatorError(f"{account} has no program {after.program_id}: name one with --program")
    after = after._replace(start=after.start or None, end=after.end or None, identifier=after.identifier or None)
    try:
        promotion_changes.put(database, account, after)
    except promotion_changes.PromotionRefused as refusal:
        raise OperatorError(str(refusal)) from None
    session.printer.record(_record(after))


@command(app, "list")
def list_(session: Session, account: AccountId) -> None:
    """List the account's promotions."""
    found = promotions.list_all(session.system.database(), account)
    session.printer.records([_record(promotion) for promotion in found], f"{account} has no promotions")


def _record(promotion: Promotion) -> dict[str, Any]:
    return {
        "promotion": promotion.id,
        "program": promotion.program_id,
        "name": promotion.name,
        "active": promotion.active,
        "start": promotion.start,
        "end": promotion.end,
        "identifier": promotion.identifier,
        "limit": promotion.limit,
    }
