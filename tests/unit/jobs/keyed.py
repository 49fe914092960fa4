"""Requests with an Idempotency-Key to every endpoint that changes anything, done at once and through the queue."""

from typing import NamedTuple

from tests.fakes.faults import Fault
from tests.fakes.gateway import SINGLE, Reply
from tests.fakes.requests import JSON, XML, as_json, as_xml, single
from tests.unit.jobs import orders
from tests.unit.jobs.job_world import JobWorld, Order

AT_ONCE, QUEUED = 1_000, 2
"""Limits of what is done at once, above and below the size of these orders."""

KEY = "0f8fad5b-d9cb-469f-a165-70867728950e"

DOORS: dict[str, tuple[Order, int]] = {
    "one registration": (Order(SINGLE, as_json(single()), JSON), AT_ONCE),
    "one registration in XML": (Order(SINGLE, as_xml(single(email="user4@example.com")), XML), AT_ONCE),
    "one deletion": (orders.left(), AT_ONCE),
    "one erasure": (orders.erased(), AT_ONCE),
    "registrations at once": (orders.enrol(), AT_ONCE),
    "registrations queued": (orders.enrol(), QUEUED),
    "registrations in XML queued": (orders.enrol_xml(), QUEUED),
    "import at once": (orders.imported(), AT_ONCE),
    "import at once without undo": (orders.imported(no_undo="yes"), AT_ONCE),
    "import queued": (orders.imported("yes"), QUEUED),
    "import queued, in JSONP": (orders.imported("ignore", callback="done"), QUEUED),
    "earn at once": (orders.earned(), AT_ONCE),
    "earn at once under a limit": (orders.earned(2607, 56801), AT_ONCE),
    "earn queued": (orders.earned(), QUEUED),
    "earn queued under a limit": (orders.earned(2750, 201436), QUEUED),
}

BY_WORKERS = frozenset({"one erasure"})
"""What goes through the queue whatever its size."""


class Client(NamedTuple):
    """A client that sends one order, again and again, under one key."""

    world: JobWorld
    order: Order

    def send(self, faults: dict[int, Fault] | None = None, **headers: str) -> Reply:
        """The reply of a process whose calls meet these faults; workers are at work meanwhile."""
        database, _ = self.world.faulty(faults, at_work=True)
        return self.world.order(self.order, database, **{"Idempotency-Key": KEY, **headers})

    def calls(self) -> int:
        """How many calls a process makes for it."""
        world = self.world.copy()
        database, calls = world.faulty(at_work=True)
        world.order(self.order, database, **{"Idempotency-Key": KEY})
        return calls.count

    def told(self, reply: Reply) -> tuple[int, str]:
        """A reply's status, and its body with names for what is generated."""
        return reply.status, self.world.without_ids(reply.body)


def client(door: str) -> Client:
    """A client of a fresh world."""
    order, inline_limit = DOORS[door]
    world = JobWorld(inline_limit=inline_limit)
    world.prepare(order)
    return Client(world, order)


def once(door: str) -> tuple[tuple[int, str], list[str]]:
    """What an order without a key comes to, answer and end."""
    alone = client(door)
    reply = alone.world.order(alone.order)
    return alone.told(reply), alone.world.end_state()
