"""Undoing an import while others register its customers, or have them earn: nothing is left without its customer.

The other process runs as a whole at one call of the first, for every call; and it may die at any call of its own.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from loyalty.domain.lifetime import LONGEST_SECONDS
from tests.fakes.capillary import basic
from tests.fakes.capillary import request as earning
from tests.fakes.faults import Answer, Fault
from tests.fakes.gateway import BATCH, EARN, Reply
from tests.fakes.nth_call import ProcessDied, die_after, die_before
from tests.fakes.requests import JSON, as_json, batch, emails
from tests.unit.jobs import orders
from tests.unit.jobs.job_world import JobWorld, Order

pytestmark = pytest.mark.usefixtures("quiet")

NEW = "new@example.com"
WRITES: dict[str, Order] = {
    "registration": Order(BATCH, as_json(batch(emails("new", "user4"), loyalty_program_id=2750)), JSON),
    "earn": Order(
        EARN,
        as_json(
            earning(
                program=2607,
                promotion=56801,
                identifierName="email",
                customers=[{"identifierValue": NEW, "source": "JD"}, {"identifierValue": NEW, "source": "JD"}],
            )
        ),
        {**JSON, **basic()},
    ),
    "import into a campaign": orders.customers(
        NEW, columns="email", campaigns_to_include="34534554", overwrite_duplicates="update", no_undo="yes"
    ),
}
Judge = Callable[[Any], bool]
"""Whether a reply says something."""

DONE: dict[str, Judge] = {
    "registration": lambda body: body["result"][0]["error"] == 0,
    "earn": lambda body: "earnedId" in body["response"][0].get("result", {}),
    "import into a campaign": lambda body: body["batch"]["customers"] == {"new": 0, "updated": 1},
}
GONE: dict[str, Judge] = {
    "registration": lambda body: body["result"][0]["error"] == 404,
    "earn": lambda body: body["response"][0]["errors"][0]["code"] == 8015,
    "import into a campaign": lambda body: body["batch"]["customers"] == {"new": 1, "updated": 0},
}
BUSY: dict[str, Judge] = {
    "registration": lambda body: body["result"][0]["error"] == 503,
    "earn": lambda body: body["response"][0]["errors"][0]["code"] == 8896,
    "import into a campaign": lambda body: body["batch"]["customers"].get("failed") == 1,
}
MET: dict[str, Judge] = {
    "registration": lambda body: body["result"][0]["error"] == 409,
    "earn": lambda body: "exhausted limits" in str(body["response"]),
}


@pytest.fixture
def imported() -> tuple[JobWorld, str]:
    """A job that made one customer, and nobody has built on it."""
    world = JobWorld(inline_limit=1_000)
    order = orders.customers("N|new@example.com|Nell|Nn", columns="code email first_name last_name")
    return world, world.order(order).json()["batch"]["job_id"]


def orphans(world: JobWorld) -> list[Any]:
    """Memberships, earns and tallies whose customer is not there."""
    tables = world.dynamodb.tables
    there = {key[0].split("#")[2] for key, item in tables["customers"].items() if "created_by" in item}
    return [key for name in ("memberships", "earns") for key in tables[name] if key[0].split("#")[2] not in there]


def is_there(world: JobWorld) -> bool:
    return (f"greatwidgets#email#{NEW}",) in world.dynamodb.tables["customers"]


def undo_calls(world: JobWorld, job_id: str) -> int:
    """How many calls undo and its worker make."""
    again = world.copy()
    again.undo(job_id)
    database, calls = again.faulty()
    again.work(database)
    return calls.count


def calls_of(world: JobWorld, order: Order) -> int:
    other = world.copy()
    database, calls = other.faulty()
    other.order(order, database)
    return calls.count


def meanwhile(act: Callable[[], Any], *, before: bool) -> Fault:
    """Another process does all of its work just before a call, or just after it."""

    def fault(do: Callable[[], Answer]) -> Answer:
        if before:
            act()
            return do()
        try:
            return do()
        finally:
            act()

    return fault


def moments(calls: int) -> Iterator[tuple[int, bool]]:
    return ((number, before) for number in range(1, calls + 1) for before in (True, False))


def judge(world: JobWorld, kind: str, reply: Reply) -> str:
    """What the writer was told, which must be what is there."""
    body = reply.json()
    assert orphans(world) == []
    if DONE[kind](body):
        assert is_there(world)
        return "kept"
    assert GONE[kind](body) or BUSY[kind](body), body
    return "gone" if GONE[kind](body) else "busy"


@pytest.mark.parametrize("kind", WRITES)
def test_who_writes_at_any_call_of_an_undo_is_told_what_is_there_in_the_end(
    kind: str, imported: tuple[JobWorld, str]
) -> None:
    begun, job_id = imported
    fates = set()
    for number, before in moments(undo_calls(begun, job_id)):
        # GIVEN an undo whose worker is at one of its calls
        world, replies = begun.copy(), list[Reply]()
        world.undo(job_id)

        def write(world: JobWorld = world, replies: list[Reply] = replies) -> None:
            replies.append(world.order(WRITES[kind], world.process(world.dynamodb)))

        # WHEN another process writes for the customer there
        database, _ = world.faulty({number: meanwhile(write, before=before)})
        world.work(database)
        # THEN either the customer stays with it, or there is neither
        fates.add(judge(world, kind, replies[0]))
    assert fates >= {"kept", "gone"}


@pytest.mark.parametrize("kind", WRITES)
def test_an_undo_at_any_call_of_a_writer_leaves_either_both_or_neither(
    kind: str, imported: tuple[JobWorld, str]
) -> None:
    begun, job_id = imported
    fates = set()
    for number, before in moments(calls_of(begun, WRITES[kind])):
        # GIVEN a process that writes for the customer, and is at one of its calls
        world = begun.copy()

        def undo(world: JobWorld = world) -> None:
            world.undo(job_id)
            world.queue.deliver()

        # WHEN the job is undone there
        database, _ = world.faulty({number: meanwhile(undo, before=before)})
        reply = world.order(WRITES[kind], database)
        world.work()
        # THEN either the customer stays with it, or there is neither
        fates.add(judge(world, kind, reply))
    assert fates >= {"kept", "gone"}


@pytest.mark.parametrize("kind", WRITES)
@pytest.mark.parametrize("death", [die_before, die_after])
def test_a_writer_that_dies_before_it_looked_again_leaves_nothing_behind(
    kind: str, death: Fault, imported: tuple[JobWorld, str]
) -> None:
    begun, job_id = imported
    stays = set()
    for number in range(1, calls_of(begun, WRITES[kind]) + 1):
        # GIVEN a process that writes for a customer, and is at one of its calls when that is removed
        world = begun.copy()

        def undone_first(do: Callable[[], Answer], world: JobWorld = world) -> Answer:
            world.undo(job_id)
            world.queue.deliver()
            return death(do)

        # WHEN it dies there
        database, _ = world.faulty({number: undone_first})
        with suppress(ProcessDied):
            world.order(WRITES[kind], database)
        # THEN nothing is left of it once nobody like it can be at work any more
        world.clock.now += LONGEST_SECONDS
        world.work()
        assert orphans(world) == [], number
        stays.add(is_there(world))
    # AND the customer is there in the end only where something was written before the undo looked
    assert stays == {True, False}


@pytest.mark.parametrize("kind", ["registration", "earn"])
def test_who_meets_what_somebody_else_takes_back_is_told_of_a_customer_that_is_gone(
    kind: str, imported: tuple[JobWorld, str]
) -> None:
    begun, job_id = imported
    ends = set()
    for number in range(1, undo_calls(begun, job_id) + 1):
        for moment in range(1, calls_of(begun, WRITES[kind]) + 1):
            # GIVEN an undo at one of its calls, and somebody who writes for its customer meanwhile, at one of his
            world, replies = begun.copy(), list[Reply]()
            world.undo(job_id)

            def meet(world: JobWorld = world, replies: list[Reply] = replies) -> None:
                replies.append(world.order(WRITES[kind], world.process(world.dynamodb)))

            def write(world: JobWorld = world, moment: int = moment, meet: Callable[[], None] = meet) -> None:
                world.order(WRITES[kind], world.faulty({moment: meanwhile(meet, before=True)})[0])

            # WHEN a third one comes at that moment
            world.work(world.faulty({number: meanwhile(write, before=True)})[0])
            # THEN he is told of something that was there before only where the customer stays
            met = any(MET[kind](reply.json()) for reply in replies)
            assert is_there(world) or not met, (number, moment)
            ends.add((is_there(world), met))
    assert ends >= {(True, True), (False, False)}
