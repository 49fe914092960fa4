"""Customers who hand identifiers on to each other, more of them than one transaction holds, and the undo of it."""

from loyalty.domain.account import CustomField, Program
from loyalty.store.tables import accounts
from tests.fakes.importing import ImportWorld
from tools import demo


def undone(world: ImportWorld, job_id: str) -> dict[str, int]:
    undo_id = world.job("POST /jobs/{job_id}/undo", job_id).json()["job_id"]
    world.queue.deliver_all()
    counts: dict[str, int] = world.job("GET /jobs/{job_id}", undo_id).json()["counts"]
    return counts


def test_a_renumbering_costs_what_other_changes_do() -> None:
    # GIVEN customers with cards
    world = ImportWorld()
    world.rows("code card_number", *(f"C{number}|{number}" for number in range(240)), no_undo="yes")
    world.dynamodb.units.clear()
    # WHEN each card goes to the next one
    lines = [f"C{number}|{number + 1}" for number in reversed(range(240))]
    batch = world.rows("code card_number", *lines, no_undo="yes")
    # THEN a customer costs two units and its card two, with what records that less than a twentieth more
    assert batch["customers"] == {"new": 0, "updated": 240}
    assert 4 * 240 <= world.dynamodb.units["write"] <= 1.05 * 4 * 240
    # AND each is read once: two identifiers, the customer, and its membership
    assert world.dynamodb.units["read"] <= 4 * 240 + 10


def test_cards_that_were_renumbered_by_one_go_back_however_many_there_are() -> None:
    # GIVEN an import that gave each customer's card to the next one, and a new one to the last
    world = ImportWorld()
    world.rows("code card_number", *(f"C{number}|{number}" for number in range(150)), no_undo="yes")
    before = dict(world.dynamodb.tables["customers"])
    batch = world.rows("code card_number", *(f"C{number}|{number + 1}" for number in reversed(range(150))))
    assert world.customer("card_number", "150")["code"] == {"S": "C149"}
    # WHEN it is undone, THEN all is as it was
    assert undone(world, batch["job_id"]) == {"undone": 150}
    assert world.dynamodb.tables["customers"] == before


def test_cards_that_went_around_in_a_ring_go_back_though_no_transaction_holds_them_all() -> None:
    # GIVEN an import after which each of many customers has the card of the one before, and the first that of the last
    world = ImportWorld()
    world.rows("code card_number", *(f"C{number}|{number}" for number in range(150)), no_undo="yes")
    before = dict(world.dynamodb.tables["customers"])
    ring = [f"C{number}|{number - 1}" for number in range(1, 150)]
    batch = world.rows("code card_number", "C0|spare", *ring, "C0|149")
    assert world.customer("card_number", "149")["code"] == {"S": "C0"}
    # WHEN it is undone, THEN all is as it was
    assert undone(world, batch["job_id"]) == {"undone": 151}
    assert world.dynamodb.tables["customers"] == before


def test_a_chain_of_which_one_was_changed_since_stays_as_far_as_it_needs_what_that_one_keeps() -> None:
    # GIVEN the same renumbering, after which a customer in the middle gets another card
    world = ImportWorld()
    world.rows("code card_number", *(f"C{number}|{number}" for number in range(150)), no_undo="yes")
    batch = world.rows("code card_number", *(f"C{number}|{number + 1}" for number in reversed(range(150))))
    world.rows("code first_name", "C100|Cy", no_undo="yes")
    # WHEN it is undone
    counts = undone(world, batch["job_id"])
    # THEN who would have had the card that this one keeps, and so on, stays as well; all before are as they were
    assert counts == {"undone": 100, "kept": 50}
    cards = [world.customer("code", f"C{number}")["card_number"]["S"] for number in range(150)]
    assert cards == [str(number) for number in range(100)] + [str(number + 1) for number in range(100, 150)]


def test_a_customer_with_as_many_identifiers_and_campaigns_as_may_be_is_changed_and_changed_back() -> None:
    # GIVEN an account with as many match fields as may be, and a customer of its, who is no member
    world = ImportWorld()
    fields = tuple(CustomField(number, f"name{number}", "", match=True) for number in range(1, 41))
    accounts.put_account(world.database, demo.ACCOUNT._replace(custom_fields=fields))
    campaigns = [f"campaign-{number}" for number in range(50)]
    for campaign in campaigns:
        accounts.put_program(world.database, demo.ACCOUNT.id, Program(campaign, campaign, "points", active=True))
    columns = " ".join(("code", "card_number", *(f"custom_field_{field.number}" for field in fields)))
    world.rows(columns, "|".join(["A", "card", *(f"old{number}" for number in range(40))]), no_undo="yes")
    before = {name: dict(world.dynamodb.tables[name]) for name in ("customers", "memberships")}
    # WHEN another takes its card in an import that changes all of it, and makes both members of as many campaigns
    rows = ("|".join(["A", "new", *(f"new{number}" for number in range(40))]), "B|card" + "|" * 40)
    batch = world.rows(columns, *rows, campaigns_to_include=",".join(campaigns))
    # THEN both are changed, and are members
    assert batch["customers"] == {"new": 1, "updated": 1}
    assert world.customer("card_number", "card")["code"] == {"S": "B"}
    assert len(world.dynamodb.tables["memberships"]) == len(before["memberships"]) + 100
    # AND the undo of that leaves all as it was
    assert undone(world, batch["job_id"]) == {"undone": 2}
    assert {name: world.dynamodb.tables[name] for name in before} == before
