"""Requests to earn promotion 9 of program 469, as the operation takes them."""

from collections.abc import Sequence

from loyalty.domain.account import Promotion
from loyalty.domain.job import Job
from loyalty.domain.outcome import Origin, Outcome, Status
from loyalty.operations.earn import operation as earn
from loyalty.operations.earn.items import Item, Params
from loyalty.store.tables.promotion_changes import put
from tests.fakes.capillary import CapillaryWorld
from tools import demo

REQUEST = Origin("request-1")


def user(number: int) -> Item:
    """An item for a demo customer."""
    return Item(("email", f"user{number}@example.com"), "INSTORE")


def issue(
    world: CapillaryWorld, items: Sequence[Item | Outcome], origin: Origin = REQUEST, promotion: str = "9"
) -> list[Outcome]:
    """The outcomes of items, applied as a request does it."""
    prepared = earn.EARN.prepare(world.database, demo.ACCOUNT, Params("469", promotion, None, "2026-06-01T00:00:00Z"))
    return earn.apply(world.database, prepared, items, origin)


def job(job_id: str, promotion: str = "9", operation: str = "earn") -> Job:
    """The finished job of a request, about that promotion."""
    return Job(
        id=job_id,
        account_id=demo.ACCOUNT.id,
        operation=operation,
        contract="",
        manner={},
        params={"program_id": "469", "promotion_id": promotion},
        total=1,
        chunks=1,
        submitted_at=0.0,
        queued=True,
        undoable=True,
        finished_at=0,
    )


def limited(world: CapillaryWorld, limit: int | None) -> None:
    """Have promotion 9 with that limit, and the calls counted from here on."""
    put(world.database, demo.ACCOUNT.id, Promotion("9", program_id="469", limit=limit))
    world.dynamodb.calls.clear()


def statuses(outcomes: Sequence[Outcome]) -> list[Status]:
    """What became of the items."""
    return [outcome.status for outcome in outcomes]


def earned_ids(outcomes: Sequence[Outcome]) -> list[int | None]:
    """The id of each earn, None where there is none."""
    return [(outcome.values or {}).get("earned_id") for outcome in outcomes]
