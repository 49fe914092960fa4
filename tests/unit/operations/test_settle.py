"""Settle: what an origin wrote is told as that, by reading alone; the rest is busy, or unknown where nothing tells."""

from collections.abc import Callable

import pytest

from loyalty.domain.account import Promotion
from loyalty.domain.errors import StorageBusy
from loyalty.domain.outcome import BUSY, NOT_FOUND, UNKNOWN, Origin, Outcome, Status, invalid
from loyalty.operations.earn import operation as earn
from loyalty.operations.earn.items import Item as EarnItem
from loyalty.operations.earn.items import Params as EarnParams
from loyalty.operations.enrol import operation as enrol
from loyalty.operations.enrol.items import Item as EnrolItem
from loyalty.operations.enrol.items import Params as EnrolParams
from loyalty.operations.import_customers import operation as import_customers
from loyalty.operations.import_customers.items import Overwrite, Row
from loyalty.operations.import_customers.items import Params as ImportParams
from loyalty.operations.undo import operation as undo
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables.promotion_changes import put
from tests.fakes.capillary import CapillaryWorld
from tests.fakes.faults import Answer, refused
from tests.fakes.nth_call import FaultyClient, ProcessDied, die_before
from tests.fakes.steps import at
from tests.fakes.world import World
from tools import demo

NOW = "2026-06-01T00:00:00Z"
OURS, OTHERS = Origin("ours", 500, redelivered=True), Origin("others")
THROTTLED = refused("ThrottlingException")
WRONG = invalid("It is wrong")


def email(number: int) -> tuple[str, str]:
    return ("email", f"user{number}@example.com")


# Registrations


MEMBERS: list[EnrolItem | Outcome] = [
    EnrolItem(email(1)),
    EnrolItem(email(3)),
    WRONG,
    EnrolItem(email(1)),
    EnrolItem(("email", "no@one.com")),
]
PROGRAM = EnrolParams("123", NOW)


def enrolled(world: World, items: list[EnrolItem | Outcome], origin: Origin) -> list[Outcome]:
    return enrol.apply(world.database, enrol.prepare(world.database, demo.ACCOUNT, PROGRAM), items, origin)


def test_registrations_of_the_same_origin_are_told_and_no_others() -> None:
    # GIVEN a registration of ours, and one of somebody else
    world = World()
    enrolled(world, [MEMBERS[0]], OURS)
    enrolled(world, [MEMBERS[1]], OTHERS)
    before = world.memberships()
    # WHEN ours are settled
    settled = enrol.settle(world.database, demo.ACCOUNT, PROGRAM, MEMBERS, OURS)
    # THEN only what our item wrote is told as written
    assert settled == [Outcome(Status.CREATED, demo.profile_id(1)), BUSY, WRONG, BUSY, BUSY]
    # AND nothing was written
    assert world.memberships() == before


@pytest.mark.parametrize("table", ["customers", "memberships"])
def test_registrations_that_cannot_be_read_are_not_settled(table: str) -> None:
    database, _ = _unreadable(table)
    with pytest.raises(StorageBusy):
        enrol.settle(database, demo.ACCOUNT, PROGRAM, MEMBERS, OURS)


# Earns


EARNERS: list[EarnItem | Outcome] = [
    EarnItem(email(1), "JD"),
    EarnItem(email(3), "JD"),
    WRONG,
    NOT_FOUND,
    EarnItem(email(1), "JD"),
]
ISSUE = EarnParams("469", "9", None, NOW)


def promotion(limit: int | None) -> CapillaryWorld:
    world = CapillaryWorld()
    put(world.database, demo.ACCOUNT.id, Promotion("9", program_id="469", limit=limit))
    return world


def issue(world: CapillaryWorld, items: list[EarnItem | Outcome], origin: Origin) -> list[Outcome]:
    return earn.apply(world.database, earn.EARN.prepare(world.database, demo.ACCOUNT, ISSUE), items, origin)


@pytest.mark.parametrize("limit", [None, 2])
def test_earns_of_the_same_origin_are_told_with_their_ids_and_no_others(limit: int | None) -> None:
    # GIVEN earns of ours, and one of somebody else
    world = promotion(limit)
    (first,) = issue(world, [EARNERS[0]], OURS)
    issue(world, [EARNERS[1]], OTHERS)
    stored = world.earns()
    # WHEN ours are settled
    settled = earn.settle(world.database, demo.ACCOUNT, ISSUE, EARNERS, OURS)
    # THEN only what our item wrote is told, as when it was written
    assert settled == [first, BUSY, WRONG, NOT_FOUND, BUSY]
    assert first.status is Status.CREATED
    # AND no earn was written or removed
    assert world.earns() == stored


def test_a_place_without_its_earn_is_free_again_once_it_is_settled() -> None:
    # GIVEN an origin that died between its place under the limit and its earn
    world = promotion(1)
    dying = world.process(FaultyClient(world.dynamodb, at("put_item", die_before, table="earns"))).within(29)
    with pytest.raises(ProcessDied):
        earn.apply(dying, earn.EARN.prepare(dying, demo.ACCOUNT, ISSUE), [EARNERS[0]], OURS)
    assert _taken(world) == "1"
    # WHEN it is settled
    assert earn.settle(world.database, demo.ACCOUNT, ISSUE, [EARNERS[0]], OURS) == [BUSY]
    # THEN its place is somebody else's at once
    assert _taken(world) == "0"
    assert [one.status for one in issue(world, [EARNERS[0]], OTHERS)] == [Status.CREATED]


def test_a_place_with_its_earn_stays_taken_when_it_is_settled() -> None:
    world = promotion(1)
    issue(world, [EARNERS[0]], OURS)
    for _ in range(2):
        (settled,) = earn.settle(world.database, demo.ACCOUNT, ISSUE, [EARNERS[0]], OURS)
        assert settled.status is Status.CREATED
    assert _taken(world) == "1"
    assert [one.status for one in issue(world, [EARNERS[0]], OTHERS)] == [Status.EXHAUSTED]


def test_earns_of_a_promotion_that_is_gone_are_told_by_its_id_and_unknown_by_its_name() -> None:
    # GIVEN earns of ours of a promotion with a name, which is gone then
    world = CapillaryWorld()
    put(world.database, demo.ACCOUNT.id, Promotion("9", program_id="469", identifier="Nine"))
    issue(world, [EARNERS[0]], OURS)
    for key in [key for key in world.dynamodb.tables["accounts"] if "promotion" in str(key)]:
        del world.dynamodb.tables["accounts"][key]
    database = world.process(world.dynamodb)
    # THEN they are found by the promotion's id
    assert earn.settle(database, demo.ACCOUNT, ISSUE, [EARNERS[0]], OURS)[0].status is Status.CREATED
    # AND where only the name is known, nobody can tell
    by_name = ISSUE._replace(promotion_id=None, promotion_identifier="Nine")
    assert earn.settle(database, demo.ACCOUNT, by_name, [EARNERS[0], WRONG], OURS) == [UNKNOWN, WRONG]


@pytest.mark.parametrize("table", ["customers", "earns"])
def test_earns_that_cannot_be_read_are_not_settled(table: str) -> None:
    database, world = _unreadable(table)
    put(world.database, demo.ACCOUNT.id, Promotion("9", program_id="469"))
    with pytest.raises(StorageBusy):
        earn.settle(database, demo.ACCOUNT, ISSUE, EARNERS, OURS)


# Imports


ROWS: list[Row | Outcome] = [
    Row({"code": "A", "email": "a@example.com"}, auto_add="5"),
    WRONG,
    Row({"code": "B", "customer_PIN": "1"}),
    Row({"email": "user1@example.com", "first_name": "One"}),
]


def campaigns(overwrite: Overwrite) -> ImportParams:
    return ImportParams(("898989889", "13234545"), overwrite, NOW, card_digits=8, keep_undo=True)


def imported(world: World, params: ImportParams, rows: list[Row | Outcome], origin: Origin) -> list[Outcome]:
    prepared = import_customers.prepare(world.database, demo.ACCOUNT, params)
    return import_customers.apply(world.database, prepared, rows, origin)


@pytest.mark.parametrize("overwrite", [Overwrite.YES, Overwrite.UPDATE])
def test_rows_of_the_same_origin_are_told_as_they_were_and_no_others(overwrite: Overwrite) -> None:
    # GIVEN some rows of ours, and one of somebody else's that is like one of ours
    world, params = World(), campaigns(overwrite)
    done = imported(world, params, ROWS[:2], OURS)
    imported(world, params, [ROWS[2]], OTHERS)
    before = world.dynamodb.snapshot()
    # WHEN ours are settled
    settled = import_customers.settle(world.database, demo.ACCOUNT, params, ROWS, OURS)
    # THEN what was written is told with all that it came to, generated numbers too
    assert settled == [*done, BUSY, BUSY]
    assert (done[0].values or {}).keys() == {"card_number"}
    # AND nothing is changed
    assert world.dynamodb.snapshot() == before


@pytest.mark.parametrize("overwrite", Overwrite)
def test_a_row_whose_customer_lacks_a_membership_is_unknown_where_another_delivery_would_make_it(
    overwrite: Overwrite,
) -> None:
    # GIVEN a customer that was written, and not all of its memberships
    world, params = World(), campaigns(overwrite)
    (done,) = imported(world, params, [ROWS[0]], OURS)
    key = next(key for key in world.dynamodb.tables["memberships"] if "#13234545#" in key[0])
    del world.dynamodb.tables["memberships"][key]
    # WHEN it is settled
    (settled,) = import_customers.settle(world.database, demo.ACCOUNT, params, [ROWS[0]], OURS)
    # THEN it is not told as done, except where its memberships were written with it and somebody took one out since
    assert settled == (done if overwrite is Overwrite.IGNORE else UNKNOWN)


def test_a_row_that_made_nothing_but_a_membership_is_unknown_and_its_customer_is_told() -> None:
    # GIVEN customers that are as two rows have them, and of whom one lacks the memberships
    world, params = World(), campaigns(Overwrite.UPDATE)._replace(card_digits=None)
    first, second = (Row({"code": code}) for code in ("first", "second"))
    made = imported(world, params._replace(campaigns=()), [first, second], OTHERS)
    imported(world, params, [second], OTHERS)
    imported(world, params, [first, second], OURS)
    # WHEN they are settled
    settled = import_customers.settle(world.database, demo.ACCOUNT, params, [first, second], OURS)
    # THEN it is not told that the first wrote nothing
    assert settled == [UNKNOWN._replace(profile_id=made[0].profile_id), BUSY]


def test_rows_whose_records_cannot_be_read_are_not_settled() -> None:
    world, params = World(), campaigns(Overwrite.UPDATE)
    imported(world, params, ROWS, OURS)
    world.dynamodb.plan_always("query", THROTTLED)
    with pytest.raises(StorageBusy):
        import_customers.settle(world.database.within(29), demo.ACCOUNT, params, ROWS, OURS)


# Undo


def test_what_an_undo_took_back_is_found_so_when_it_is_tried_again() -> None:
    items = [Outcome(Status.CREATED, demo.profile_id(1)), Outcome(Status.EXISTS, demo.profile_id(3))]
    world = World()
    settled = undo.settle(world.database, demo.ACCOUNT, undo.Params("0" * 32), items, OURS)
    assert settled == [BUSY, BUSY]
    assert world.dynamodb.calls == []


def _unreadable(table: str) -> tuple[Database, World]:
    """A world in which a table can't be read, and a database of it that soon gives up."""
    world = World()

    def fault(do: Callable[[], Answer]) -> Answer:
        return THROTTLED(do) if table in world.dynamodb.calls[-1].arguments["RequestItems"] else do()

    world.dynamodb.plan_always("batch_get_item", fault)
    return world.database.within(29), world


def _taken(world: CapillaryWorld) -> str:
    (tally,) = [item for (_, sk), item in world.dynamodb.tables["earns"].items() if sk == "tally"]
    return str(tally["taken"]["N"])
