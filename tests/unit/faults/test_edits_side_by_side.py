"""Two requests about one customer, one of them whole between any two calls of the other, end as one after the other."""

import itertools
import re
from collections.abc import Callable

import pytest

from tests.fakes.faults import Answer, Fault
from tests.fakes.gateway import PROFILE, PROFILE_UPDATE
from tests.fakes.nth_call import FaultyClient
from tests.unit.faults.scenarios import LARGE
from tests.unit.jobs import orders
from tests.unit.jobs.job_world import JobWorld, Order

THERE = orders.recorded("new", campaign_id="", auto_add="")
PAIRS = {
    "two edits": (
        orders.recorded("edit", THERE, first_name="Ann", email="x@example.com"),
        orders.recorded("edit", first_name="Bea", email="", card_number="B-card", code="A"),
    ),
    "two edits that give new codes": (
        orders.recorded("edit", THERE, new_code="yes", code="", card_number="A-card"),
        orders.recorded("edit", new_code="yes", code="", card_number="A-card", first_name="Bea"),
    ),
    "an edit and a registration": (
        orders.recorded("edit", THERE, first_name="Ann", card_number="A-card"),
        orders.recorded("register", first_name="Bea", card_number="A-card"),
    ),
    "two registrations": (
        orders.recorded("register", THERE, first_name="Ann"),
        orders.recorded("register", first_name="Bea"),
    ),
    "two new ones": (orders.recorded("new", first_name="Ann"), orders.recorded("new", first_name="Bea")),
    "two edits that make it": (
        orders.recorded("edit", first_name="Ann", code="", card_number="A-card"),
        orders.recorded("edit", first_name="Bea", code="", card_number="A-card"),
    ),
    "two profiles": (orders.profile(PROFILE, _fname="Ann"), orders.profile(PROFILE, _fname="Bea")),
    "two updates": (
        orders.profile(PROFILE_UPDATE, _fname="Ann", phones=None),
        orders.profile(PROFILE_UPDATE, _fname="Bea", phones=["+12025550999"], _lname="Aa"),
    ),
    "two customers of Capillary's": (orders.added(), orders.added()),
}


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("turned", [False, True], ids=["", "turned"])
def test_they_end_as_one_after_the_other(name: str, turned: bool) -> None:
    # GIVEN what they come to one after the other, and the other way round
    first, second = PAIRS[name][::-1] if turned else PAIRS[name]
    (reversed_, stored), serial = one_after_another(name, second, first), [one_after_another(name, first, second)]
    serial.append((reversed_[::-1], stored))
    for number in itertools.count(1):
        # WHEN the second happens before a call of the first
        world = begun(name)
        answers: list[str] = []
        client = FaultyClient(world.dynamodb, {number: between(world, second, answers)})
        database = world.process(client)
        reply = world.order(first, database)
        if not answers:
            break
        # THEN both are answered, and stored, as in one of these orders
        told = [said(world, body) for body in (reply.body, *answers)]
        assert (told, world.end_state()) in serial, (number, client.actions[number - 1])


def begun(name: str) -> JobWorld:
    """The world in which they meet."""
    world = JobWorld(inline_limit=LARGE)
    world.prepare(PAIRS[name][0])
    return world


def one_after_another(name: str, first: Order, second: Order) -> tuple[list[str], list[str]]:
    """Their answers, and what is stored in the end."""
    world = begun(name)
    bodies = [world.order(one).body for one in (first, second)]
    return [said(world, body) for body in bodies], world.end_state()


def said(world: JobWorld, body: str) -> str:
    """An answer, generated ids aside, also codes that were replaced since."""
    return re.sub("code of Aa|[1-9][0-9]{15}", "drawn", world.without_ids(body))


def between(world: JobWorld, order: Order, answers: list[str]) -> Fault:
    """Have another request done before a call."""

    def meet(do: Callable[[], Answer]) -> Answer:
        answers.append(world.order(order).body)
        return do()

    return meet
