"""Twice the input costs about twice as much, however it is made: doing it, looking at it, and taking it back."""

from collections.abc import Callable, Iterator

import pytest

from loyalty.domain.account import Promotion
from loyalty.jobs import cut
from loyalty.store.tables import progress, promotion_changes
from tests.fakes.capillary import basic
from tests.fakes.capillary import request as earning
from tests.fakes.draws import plan_cards
from tests.fakes.gateway import BATCH, EARN, REVOKE
from tests.fakes.requests import JSON, as_json, batch, emails
from tests.unit.jobs import orders
from tests.unit.jobs.job_world import JobWorld, Order
from tests.unit.limits.costs import Cost, cost_of

pytestmark = pytest.mark.cost

MOST = 2.3
"""How much twice the input may cost: the rest is what log n and a page more make."""
SMALL = 100
"""Items of the smaller input."""

_WIDE = 7_777
"""A promotion that each customer may earn a thousand times."""

Make = Callable[[int], Order]


def rows(columns: str, *lines: str, before: tuple[str, ...] = (), **changes: str) -> Order:
    changes = {"overwrite_duplicates": "update", "campaigns_to_include": "898989889", **changes}
    earlier = (orders.customers(*before, columns=columns, **{**changes, "no_undo": "yes"}),) if before else ()
    return orders.customers(*lines, columns=columns, **changes)._replace(before=earlier)


def handed_on(count: int) -> Order:
    """Cards are renumbered by one: each customer's goes to the next one, the last row first."""
    before = tuple(f"c{one}|X{one}" for one in range(count))
    return rows("code card_number", *(f"c{one}|X{one + 1}" for one in reversed(range(count))), before=before)


def rotated(count: int) -> Order:
    """Each customer gets the card of the one before, the first one that of the last."""
    before = tuple(f"c{one}|X{one}" for one in range(count - 1))
    ring = (f"c{one}|X{one - 1}" for one in range(1, count - 1))
    return rows("code card_number", "c0|spare", *ring, f"c0|X{count - 2}", before=before)


def exchanged(count: int) -> Order:
    """Customers exchange cards by twos, over a spare one."""
    before = tuple(f"c{one}|X{one}" for one in range(count))
    pairs = ((f"c{one}|spare{one}", f"c{one + 1}|X{one}", f"c{one}|X{one + 1}") for one in range(0, count // 3, 2))
    return rows("code card_number", *(line for pair in pairs for line in pair), before=before)


def passed_around(count: int) -> Order:
    """One card goes to each customer in turn."""
    lines = (line for one in range(count // 2) for line in (f"c{one}|wanted", f"c{one}|own{one}"))
    return rows("code card_number", *lines)


def of_one(count: int) -> Order:
    """One customer's card changes with every row."""
    return rows("code card_number", *(f"c|X{one}" for one in range(count)))


def household(count: int) -> Order:
    """All share an e-mail."""
    return rows("code email", *(f"c{one}|all@example.com" for one in range(count)))


def linked(count: int) -> Order:
    """Each row shares the e-mail of the one before, and the phone of the one after."""
    return rows("code email phone", *(f"c{one}|e{one // 2}@x.com|+1202555{one + 1 >> 1:04}" for one in range(count)))


def inherited(count: int) -> Order:
    """The customer that an e-mail finds gives it up, and the next one gets it."""
    lines = (line for one in range(count // 2) for line in (f"c{one}|all@example.com", f"c{one}|e{one}@example.com"))
    return rows("code email", *lines)


def claimed(count: int) -> Order:
    """All claim the first one's card."""
    return rows("code card_number", *(f"c{one}|X" for one in range(count)))


def ignored(count: int) -> Order:
    """Customers that are there already, who are left as they are."""
    lines = tuple(f"c{one}|X{one}" for one in range(count))
    return rows("code card_number", *lines, before=lines, overwrite_duplicates="ignore")


def generated(count: int) -> Order:
    """Cards are generated for a household, each row's after eleven that are taken."""
    taken = tuple(f"t{one}|{1_000 + one}" for one in range(count))
    wanted = (f"c{one}|" for one in range(count))
    return rows("code card_number", *wanted, before=taken, card_number_generate="4")


def campaigns(count: int) -> Order:
    """New members of several campaigns."""
    lines = (f"c{one}|X{one}" for one in range(count))
    return rows("code card_number", *lines, campaigns_to_include="898989889,13234545,34534554")


def members(count: int) -> Order:
    """Many who are unknown, and one again and again."""
    names = (name for one in range(count // 2) for name in (f"nobody{one}", "user1"))
    return Order(BATCH, as_json(batch(emails(*names))), JSON)


def earns(promotion: int, program: int) -> Make:
    """One customer again and again."""

    def make(count: int) -> Order:
        body = earning(*["98662653"] * count, program=program, promotion=promotion)
        return Order(EARN, as_json(body), {**JSON, **basic()})

    return make


def revoked(promotion: int, program: int) -> Make:
    """One customer's earns, each by a row of its own."""

    def make(count: int) -> Order:
        rows = [{"identifierValue": "98662653", "source": "JD", "earnIds": [one]} for one in range(1, count + 1)]
        body = earning(customers=rows, program=program, promotion=promotion)
        return Order(REVOKE, as_json(body), {**JSON, **basic()}, (earns(promotion, program)(count),))

    return make


def revoked_at_once(count: int) -> Order:
    """One customer's earns, all by one row among others that find nothing."""
    body = earning("98662653", *["98662632"] * (count // 2), program=469, promotion=56799)
    return Order(REVOKE, as_json(body), {**JSON, **basic()}, (earns(56799, 469)(count),))


IMPORTS: dict[str, Make] = {
    make.__name__: make
    for make in (
        handed_on, rotated, exchanged, passed_around, of_one, household, linked, inherited, claimed, ignored, generated,
        campaigns,
    )
}  # fmt: skip
ALL: dict[str, Make] = {
    **IMPORTS,
    "members": members,
    "earns": earns(56799, 469),
    "earns under a limit": earns(56801, 2607),
}


@pytest.fixture(params=["in the request", "in few chunks", "in many chunks"])
def settings(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, int]]:
    """How orders are done: at once, or in chunks of forty rows, or of five, of which two are noted together."""
    if request.param == "in the request":
        yield {"inline_limit": 10_000}
        return
    monkeypatch.setattr(cut, "MOST_WEIGHT", 5 if request.param == "in many chunks" else 40)
    monkeypatch.setattr(progress, "_CHUNKS_PER_PART", 2)
    yield {"inline_limit": 2}


def course(make: Make, count: int, settings: dict[str, int]) -> dict[str, Cost]:
    """What an order of so many items costs, then looking at it, taking it back, and looking at that."""
    world, order, costs = JobWorld(**settings), make(count), dict[str, Cost]()
    promotion_changes.put(world.database, "greatwidgets", Promotion(str(_WIDE), "2607", limit=1_000))
    world.prepare(order)

    def ask() -> None:
        assert world.order(order, Prefer="respond-async", Idempotency_Key="a key").status in {200, 202}
        world.work()

    costs["order"] = cost_of(world, ask)
    job_id = world.job_ids()[-1]
    costs["results"] = cost_of(world, lambda: results(world, job_id))
    costs["list"] = cost_of(world, lambda: world.job("GET /jobs"))
    costs["undo"] = cost_of(world, lambda: undone(world, job_id))
    costs["results of undo"] = cost_of(world, lambda: results(world, world.job_ids()[-1]))
    return costs


def results(world: JobWorld, job_id: str) -> None:
    """See how far a job is, and read its results as a whole."""
    assert world.job("GET /jobs/{job_id}", job_id).json()["status"] in {"done", "undone"}
    assert world.job("GET /jobs/{job_id}/results", job_id).status == 200


def undone(world: JobWorld, job_id: str) -> None:
    world.undo(job_id)
    world.work()


@pytest.fixture(autouse=True)
def draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each row draws one card number again and again, in the end another one."""
    plan_cards(monkeypatch, *([1_000 + one] * 11 + [5_000 + one] for one in range(2 * SMALL)))


def dearer(make: Make, settings: dict[str, int]) -> dict[str, tuple[float, float]]:
    """What of an order, its results, its undo and that one's results costs more than a little over twice as much."""
    single, double = course(make, SMALL, settings), course(make, 2 * SMALL, settings)
    return {
        f"{what}: {kind}": (getattr(single[what], kind), getattr(double[what], kind))
        for what in single
        for kind in Cost._fields
        if getattr(double[what], kind) > MOST * getattr(single[what], kind)
    }


@pytest.mark.parametrize("name", ALL)
def test_twice_the_items_cost_about_twice_as_much(name: str, settings: dict[str, int]) -> None:
    assert dearer(ALL[name], settings) == {}


def test_places_that_one_customer_takes_under_a_limit_cost_its_tally_once_a_chunk() -> None:
    # GIVEN a promotion that a customer may earn a thousand times, whose tally grows with each place
    # THEN twice as many earns in one request cost about twice as much, and so does their undo
    assert dearer(earns(_WIDE, 2607), {"inline_limit": 10_000}) == {}


@pytest.mark.parametrize(
    "make",
    [revoked(56799, 469), revoked(_WIDE, 2607), revoked_at_once],
    ids=["without a limit", "under a limit", "by one row"],
)
def test_earns_of_one_customer_that_are_revoked_are_read_once_and_cost_its_tally_once_for_each_ninety(
    make: Make,
) -> None:
    # GIVEN earns of one customer that one chunk revokes, each by a row of its own or all by one
    # THEN twice as many cost about twice as much, and so does giving them back
    assert dearer(make, {"inline_limit": 10_000}) == {}
