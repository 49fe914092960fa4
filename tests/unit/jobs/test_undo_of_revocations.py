"""Undo of a job that revoked earns: what has a place is given back, the rest is kept as it is."""

from typing import Any

import pytest

from loyalty.domain.account import Promotion
from loyalty.jobs import cut
from loyalty.store.tables import promotion_changes
from tests.fakes.capillary import basic
from tests.fakes.capillary import request as earning
from tests.fakes.gateway import EARN, REVOKE
from tests.fakes.requests import JSON, as_json
from tests.unit.jobs.job_world import JobWorld, Order
from tests.unit.jobs.test_undo import fates

CUSTOMERS = ("98662653", "98662632", "423924812")
LIMITED: dict[str, Any] = {"program": 2607, "promotion": 56801}
LIMIT = 2


def order(path: str, *values: Any, **about: Any) -> Order:
    """A request for customers, each an id or an element."""
    rows = [value if isinstance(value, dict) else {"identifierValue": value, "source": "JD"} for value in values]
    return Order(path, as_json(earning(customers=rows, **{**LIMITED, **about})), {**JSON, **basic()})


def at_once(world: JobWorld, path: str, *values: Any, **about: Any) -> dict[str, Any]:
    """The body of the reply to a request that is no job."""
    reply: dict[str, Any] = world.order(order(path, *values, **about)).json()
    assert "job_id" not in reply
    return reply


def earned(*, twice: bool = True, **about: Any) -> JobWorld:
    """A world in which each customer has what the limit allows, by no job."""
    world = JobWorld()
    for _ in range(LIMIT if twice else 1):
        for customer in CUSTOMERS:
            at_once(world, EARN, customer, **about)
    return world


def revoked(world: JobWorld, *values: Any, **about: Any) -> str:
    """The job that revokes, done."""
    world.order(order(REVOKE, *(values or CUSTOMERS), **about), Prefer="respond-async")
    job_id = world.job_ids()[-1]
    world.work()
    return job_id


def live(world: JobWorld) -> list[int]:
    items = world.dynamodb.tables["earns"].items()
    return sorted(int(item["earned_id"]["N"]) for (_, sk), item in items if sk != "tally" and "revoked_by" not in item)


@pytest.mark.parametrize("about", [LIMITED, {"program": 469, "promotion": 56799}], ids=["limit", "no limit"])
def test_a_revocation_that_is_undone_gives_all_earns_back(about: dict[str, Any]) -> None:
    # GIVEN earns that a job revoked
    world = earned(**about)
    before = world.end_state()
    job_id = revoked(world, **about)
    assert live(world) == []
    assert world.told(job_id)["counts"] == {"0": 3}
    # WHEN it is undone
    # THEN everything is as it was
    assert fates(world, job_id) == ["undone"] * 3
    assert world.end_state() == before
    # AND the customers have their places: nobody can earn beyond the limit
    answer = at_once(world, EARN, CUSTOMERS[0], **about)
    assert bool(answer["response"][0]["warnings"]) == (about is LIMITED)


def test_an_earn_whose_place_was_taken_since_is_kept() -> None:
    # GIVEN three customers whose earns were revoked, of whom one earned as often as it may since, and one once
    world = earned()
    job_id = revoked(world)
    for customer in (CUSTOMERS[0], CUSTOMERS[0], CUSTOMERS[1]):
        at_once(world, EARN, customer)
    # WHEN that is undone
    # THEN the first keeps what it has, the second gets one back, the third all
    assert fates(world, job_id) == ["kept", "kept", "undone"]
    assert live(world) == [2, 3, 6, 7, 8, 9]
    for customer in CUSTOMERS:
        assert at_once(world, EARN, customer)["response"][0]["warnings"]


def test_an_earn_that_was_taken_away_since_does_not_come_back() -> None:
    # GIVEN earns of a job, revoked by another
    world = JobWorld()
    earning_job = world.submit(order(EARN, *CUSTOMERS))
    world.work()
    revoking_job = revoked(world)
    # WHEN the first is undone, then the second
    assert fates(world, earning_job) == ["undone"] * 3
    assert fates(world, revoking_job) == ["kept"] * 3
    # THEN nothing is there
    assert world.dynamodb.tables["earns"].keys() == {key for key in world.dynamodb.tables["earns"] if key[1] == "tally"}


def test_what_was_revoked_by_others_is_not_given_back() -> None:
    # GIVEN three earns each, of which one of each customer was revoked before by a request
    world = earned()
    for customer, earn_id in zip(CUSTOMERS, (1, 2, 3), strict=True):
        at_once(world, REVOKE, {"identifierValue": customer, "source": "JD", "earnIds": [earn_id]})
    job_id = revoked(world)
    # WHEN the job that revoked the others is undone
    assert fates(world, job_id) == ["undone"] * 3
    # THEN only those are there again
    assert live(world) == [4, 5, 6]


@pytest.mark.parametrize(("limit", "told", "left"), [(1, "kept", 1), (None, "undone", 2)])
def test_the_limit_is_that_of_the_moment(limit: int | None, told: str, left: int) -> None:
    # GIVEN revoked earns of a promotion whose limit was lowered or removed since
    world = earned()
    job_id = revoked(world)
    promotion = Promotion("56801", "2607", identifier="Promo_testMay13", limit=limit)
    promotion_changes.put(world.database, "greatwidgets", promotion)
    world.clock.now += 60
    # WHEN that is undone
    # THEN as many are given back as there is room for
    assert fates(world, job_id) == [told] * 3
    assert len(live(world)) == 3 * left


def test_rows_that_revoked_nothing_have_nothing_to_give_back() -> None:
    world = earned(twice=False)
    rows = [
        {"identifierValue": CUSTOMERS[0], "source": "JD", "earnIds": [9]},
        {"identifierValue": "404", "source": "JD"},
        {"identifierValue": "98662653"},
        {"identifierValue": "387004879", "source": "JD"},
        {"identifierValue": CUSTOMERS[1], "source": "JD", "earnIds": [2]},
    ]
    job_id = revoked(world, *rows)
    assert world.told(job_id)["counts"] == {"0": 1, "8903": 1, "2305": 1, "8015": 1, "400": 1}
    assert fates(world, job_id) == ["unchanged"] * 4 + ["undone"]
    assert live(world) == [1, 2, 3]


def test_many_earns_of_one_customer_take_few_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a chunk of two hundred rows that each name one earn of one customer
    monkeypatch.setattr(cut, "MOST_WEIGHT", 250)
    world = JobWorld()
    about: dict[str, Any] = {"program": 469, "promotion": 56799}
    world.prepare(Order(EARN, b"", before=(order(EARN, *[CUSTOMERS[0]] * 200, **about),)))
    rows = [{"identifierValue": CUSTOMERS[0], "source": "JD", "earnIds": [number]} for number in range(1, 201)]
    # WHEN they are revoked, and given back
    job_id = revoked(world, *rows, **about)
    assert (live(world), world.told(job_id)["counts"]) == ([], {"0": 200})
    assert fates(world, job_id) == ["undone"] * 200
    # THEN both took a call for each ninety, not one for each earn
    assert world.dynamodb.count("transact_write_items") == 6
    assert live(world) == list(range(1, 201))
