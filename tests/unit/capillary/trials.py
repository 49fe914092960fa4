"""One request for several customers, under limits, over a store that may fail at any of its calls."""

from collections import Counter
from collections.abc import Mapping, Sequence

from loyalty.domain.account import Promotion
from loyalty.domain.outcome import Origin, Outcome, Status
from loyalty.operations.earn import operation as earn
from loyalty.operations.earn.items import Item, Params
from loyalty.store.tables.promotion_changes import put
from tests.fakes.capillary import CapillaryWorld
from tests.fakes.faults import Fault
from tests.fakes.nth_call import FaultyClient
from tools import demo

WANTED = [1, 2, 1, 3, 1, 2]
"""The customers of a request: the first three times, the second twice, the third once."""
LIMITS = [None, 1, 2, 5]
CALLS = range(1, 11)
"""As many as the longest of these requests makes."""


def new_world(limit: int | None) -> CapillaryWorld:
    """A world with a promotion under that limit."""
    world = CapillaryWorld()
    put(world.database, demo.ACCOUNT.id, Promotion("9", program_id="469", limit=limit))
    return world


def request(world: CapillaryWorld, origin: Origin, faults: Mapping[int, Fault] | None = None) -> list[Outcome]:
    """The outcomes of a request to a process of its own, whose calls meet `faults` by their number."""
    database = world.process(FaultyClient(world.dynamodb, faults)).within(29)
    prepared = earn.EARN.prepare(database, demo.ACCOUNT, Params("469", "9", None, "2026-06-01T00:00:00Z"))
    items = [Item(("email", f"user{number}@example.com"), "JD") for number in WANTED]
    return earn.apply(database, prepared, items, origin)


def earned(world: CapillaryWorld) -> Counter[str]:
    """How often each customer has earned."""
    return Counter(item["pk"]["S"].rsplit("#")[-1] for item in world.earns())


def expected(limit: int | None) -> Counter[str]:
    """The same after one request."""
    times = Counter(demo.profile_id(number) for number in WANTED)
    return times if limit is None else Counter({who: min(count, limit) for who, count in times.items()})


def created(outcomes: Sequence[Outcome]) -> list[int]:
    """The earnedId of each earn that the outcomes tell of."""
    return sorted((outcome.values or {})["earned_id"] for outcome in outcomes if outcome.status is Status.CREATED)


def stored_ids(world: CapillaryWorld) -> list[int]:
    """The earnedId of each earn that is stored."""
    return sorted(int(item["earned_id"]["N"]) for item in world.earns())
