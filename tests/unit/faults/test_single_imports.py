"""Faults x calls of a request for one customer that is no job and has no key: what its client is told is right.

It repeats what was not done, and what nobody knows of under the key that it is told: then all ends as without a fault.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest

from loyalty.domain.lifetime import LONGEST_SECONDS
from tests.fakes.faults import Fault
from tests.fakes.gateway import PROFILE, PROFILE_UPDATE
from tests.unit.faults.scenarios import LARGE, MOST_REPEATS, Answer, is_retryable, told
from tests.unit.faults.test_matrix import combinations
from tests.unit.jobs import orders
from tests.unit.jobs.job_world import JobWorld, Order

ORDERS = {
    "record a new customer": orders.recorded("new"),
    "register a customer": orders.recorded("register"),
    "register one who is there": orders.recorded("register", orders.recorded("new", campaign_id="", auto_add="")),
    "edit a customer": orders.edited(),
    "edit one who is not there": orders.recorded("edit"),
    "import a profile": orders.profile(PROFILE),
    "update a profile": orders.profile(PROFILE_UPDATE, _fname="Ann", phones=None),
    "add a customer": orders.added(),
}


class Uuids(JobWorld):
    """Requests have ids as Lambda's, of which a key can be made."""

    def fresh(self) -> JobWorld:
        return Uuids(**self._changed)

    def request_id(self, number: int) -> str:
        return f"{number:032x}"

    def without_ids(self, text: str) -> str:
        return re.sub("0{24}[0-9a-f]{8}", "job", super().without_ids(text))


@pytest.mark.parametrize("name", ORDERS)
def test_whatever_happens_to_any_call_all_ends_as_if_it_had_not(name: str, tell: Callable[[str], None]) -> None:
    # GIVEN what a request does without a fault, by which calls
    order, begun = ORDERS[name], Uuids(inline_limit=LARGE)
    begun.prepare(order)
    world = begun.copy()
    database, client = world.faulty()
    wanted = told(world, world.order(order, database)), world.end_state()
    wrong: dict[tuple[Any, ...], object] = {}
    count = 0
    for number, fault, faults in combinations(client.actions):
        # WHEN one of its calls, or all from it on, meet a fault, and its client does what it is told
        count += 1
        ended = under(order, begun, faults)
        # THEN it gets the answer in the end that it would have had, and the same is stored
        if ended != wanted:
            wrong[number, client.actions[number - 1], fault] = ended
    assert wrong == {}
    tell(f"faults: {count} combinations of a call and a fault, {name}, without a key ({len(client.actions)} calls)")


def under(order: Order, begun: JobWorld, faults: dict[int, Fault]) -> tuple[Answer, list[str]]:
    """The client's last answer, and what is stored then."""
    world = begun.copy()
    database, _ = world.faulty(faults)
    reply, headers = world.order(order, database), dict[str, str]()
    for _ in range(MOST_REPEATS):
        if not is_retryable((reply.status, reply.body)):
            break
        if key := re.search("Idempotency-Key: (job-[0-9a-f-]+)", reply.body):
            headers = {"Idempotency_Key": key[1]}
        world.clock.now += LONGEST_SECONDS
        reply = world.order(order, **headers)
    return told(world, reply), world.end_state()
