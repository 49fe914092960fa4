"""Rows that are delivered twice, as a queue does, have the outcomes and the effect of one delivery."""

import re
from typing import Any

import pytest

from loyalty.domain.outcome import Origin, Outcome
from loyalty.operations.import_customers import operation as import_customers
from loyalty.operations.import_customers import steps
from loyalty.operations.import_customers.items import Import, Overwrite, Params, Row
from loyalty.store.engine.dynamodb import Database
from tests.fakes.faults import Fault
from tests.fakes.importing import ImportWorld
from tests.fakes.nth_call import FaultyClient, ProcessDied, die_after, die_before
from tools import demo

ROWS = [
    Row({"code": "A", "card_number": "A-card", "email": "a@example.com"}, auto_add="5"),
    Row({"code": "A", "card_number": "A-2"}),
    Row({"code": "B", "card_number": "A-card"}),  # what the row before gave up
    Row({"email": "n@example.com"}, auto_add="9"),
    Row({"first_name": "Nobody"}),  # nothing to find it by
    Row({"email": "user1@example.com", "first_name": "One"}),
    Row({"code": "C", "card_number": "A-2"}),  # somebody else's card
]


@pytest.fixture(params=[99, 3], autouse=True)
def room(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a transaction holds, so that customers who hand identifiers on are in one, or in several."""
    monkeypatch.setattr(steps, "_MOST", request.param)


def prepared(database: Database, overwrite: Overwrite, digits: int | None) -> tuple[Import, list[Row]]:
    params = Params(
        ("898989889", "13234545"),
        overwrite,
        "2026-01-01T00:00:00Z",
        card_digits=digits,
        keep_undo=True,
    )
    return import_customers.prepare(database, demo.ACCOUNT, params), ROWS


def apply(database: Database, work: tuple[Import, list[Row]], *, redelivered: bool) -> list[Outcome]:
    return import_customers.apply(database, *work, Origin("job", first_index=500, redelivered=redelivered))


def ends_alike(world: ImportWorld, other: ImportWorld) -> bool:
    return ids_aside(world.end_state()) == ids_aside(other.end_state())


def ids_aside(state: dict[str, Any]) -> list[str]:
    return sorted(re.sub(r"\b[0-9]{8}\b", "a drawn card", str(sorted(one.items()))) for one in state.values())


@pytest.mark.parametrize("digits", [None, 8], ids=["cards_given", "cards_generated"])
@pytest.mark.parametrize("fault", [die_before, die_after])
@pytest.mark.parametrize("overwrite", Overwrite)
def test_a_delivery_that_died_anywhere_is_completed_by_the_next_with_the_same_outcomes(
    overwrite: Overwrite, fault: Fault, digits: int | None
) -> None:
    # GIVEN what one delivery does
    clean = ImportWorld()
    counted = FaultyClient(clean.dynamodb)
    outcomes = apply(
        clean.process(counted),
        prepared(clean.database, overwrite, digits),
        redelivered=False,
    )
    for number in range(1, counted.count + 1):
        world = ImportWorld()
        work = prepared(world.database, overwrite, digits)
        # WHEN a delivery dies at one of its calls, and the same items come again
        with pytest.raises(ProcessDied):
            apply(
                world.process(FaultyClient(world.dynamodb, {number: fault})),
                work,
                redelivered=False,
            )
        again = apply(world.database, work, redelivered=True)
        # THEN every item has the outcome that it would have had
        assert [one.status for one in again] == [one.status for one in outcomes], number
        # AND names the values that are stored
        assert [sorted(one.values or ()) for one in again] == [sorted(one.values or ()) for one in outcomes], number
        # AND the end is the same
        assert ends_alike(world, clean), number


@pytest.mark.parametrize("overwrite", Overwrite)
def test_a_delivery_that_was_complete_is_answered_alike_and_writes_no_customer_and_no_membership(
    overwrite: Overwrite,
) -> None:
    # GIVEN items that were applied
    world = ImportWorld()
    work = prepared(world.database, overwrite, 8)
    outcomes = apply(world.database, work, redelivered=False)
    stored = [world.items(table) for table in ("customers", "memberships")]
    # WHEN they are delivered again
    again = apply(world.database, work, redelivered=True)
    # THEN the outcomes are the same, to the drawn ids
    assert again == outcomes
    # AND nothing changed
    assert [world.items(table) for table in ("customers", "memberships")] == stored


def test_memberships_that_can_not_be_read_are_no_reason_to_doubt_a_customer_that_has_them() -> None:
    # GIVEN items that were applied where memberships are in the customer's transaction
    world = ImportWorld()
    work = prepared(world.database, Overwrite.IGNORE, None)
    outcomes = apply(world.database, work, redelivered=False)
    # WHEN they come again, and the store leaves their memberships unread
    for (pk,) in list(world.dynamodb.tables["memberships"]):
        world.dynamodb.leave_unprocessed(pk, times=1_000_000)
    # THEN the outcomes are the same
    assert apply(world.database.within(30), work, redelivered=True) == outcomes
