"""What the undo of a large import asks of the store: calls for many customers together, but for those who earned."""

from collections import Counter
from math import ceil

import pytest

from loyalty.jobs import cut
from tests.fakes.capillary import basic
from tests.fakes.capillary import request as earning
from tests.fakes.gateway import EARN
from tests.fakes.requests import JSON, as_json
from tests.unit.jobs import orders
from tests.unit.jobs.job_world import JobWorld, Order

ROWS = 250
PROGRAMS, PROMOTIONS = 13, 5
ACTIONS = 6  # the customer, four items that find it, its membership
EMAIL = "e{}@example.com"


@pytest.fixture
def imported(monkeypatch: pytest.MonkeyPatch) -> tuple[JobWorld, str]:
    """A job of one chunk that made all its customers, with one membership each."""
    monkeypatch.setattr(cut, "MOST_WEIGHT", ROWS)
    world = JobWorld(inline_limit=100)
    rows = [f"{EMAIL.format(number)}|F|L" for number in range(ROWS)]
    world.order(orders.customers(*rows, columns="email first_name last_name"), Prefer="respond-async")
    world.work()
    (job_id,) = world.job_ids()
    return world, job_id


def undone(world: JobWorld, job_id: str) -> Counter[tuple[str, str]]:
    """Undo the job; the calls that the tables of customers, memberships and earns had, by action and table."""
    world.dynamodb.calls.clear()
    world.undo(job_id)
    world.work()
    assert world.told(job_id)["status"] == "undone"
    calls: Counter[tuple[str, str]] = Counter()
    for action, arguments in world.dynamodb.calls:
        asked = arguments.get("RequestItems", {})
        statements = [one["Statement"].split('"')[1] for one in arguments.get("Statements", ())]
        table = arguments.get("TableName") or next(iter([*asked, *statements]), "")
        calls[action, table] += 1
    return Counter({call: count for call, count in calls.items() if call[1] not in ("jobs", "accounts")})


def test_an_undo_of_new_customers_asks_for_none_of_them_alone(imported: tuple[JobWorld, str]) -> None:
    # GIVEN an import that made customers who did nothing since
    world, job_id = imported
    # WHEN it is undone
    calls = undone(world, job_id)
    # THEN they are marked 25 a call, memberships and tallies are looked at 100 a call, twice, and removals share calls
    assert calls == {
        ("batch_get_item", "customers"): 2 * ceil(ROWS / 100),
        ("batch_execute_statement", "customers"): ceil(ROWS / 25),
        ("batch_get_item", "memberships"): 2 * ceil(PROGRAMS * ROWS / 100),
        ("batch_get_item", "earns"): 2 * ceil(PROMOTIONS * ROWS / 100),
        ("transact_write_items", ""): ceil(ROWS / (100 // ACTIONS)),
    }


def test_an_undo_looks_closer_at_those_who_earned_under_a_limit_and_keeps_them(
    imported: tuple[JobWorld, str],
) -> None:
    # GIVEN such an import, and two of its customers who earned under a limit
    world, job_id = imported
    who = [{"identifierValue": EMAIL.format(number), "source": "JD"} for number in (3, 200)]
    body = earning(program=2607, promotion=56801, identifierName="email", customers=who)
    world.order(Order(EARN, as_json(body), {**JSON, **basic()}))
    # WHEN it is undone
    calls = undone(world, job_id)
    # THEN they are asked for by themselves, and stay: their marks are taken back in a call
    assert calls["query", "earns"] == len(who)
    assert calls["batch_execute_statement", "customers"] == ceil(ROWS / 25) + 1
    left = [item for item in world.dynamodb.tables["customers"].values() if "created_by" in item and "email" in item]
    mine = [item for item in left if item["email"]["S"] in {one["identifierValue"] for one in who}]
    assert len(mine) == len(who)
    assert not any("leaving" in item for item in mine)
