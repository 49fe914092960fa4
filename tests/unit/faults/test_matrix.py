"""Operations x calls to AWS x faults: nothing lost, nothing doubled, and the client knows what to do.

A fault happens to one call of a process, or to every call from one on; then the client does what it was told, the
queue what queues do, and all has to end as it would have without the fault.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple

import pytest
from botocore.exceptions import ClientError

from loyalty.store.aws.errors import CallError
from loyalty.store.engine.faults import is_lost, raise_unless_passing
from tests.fakes.faults import Fault, cut_short, refused, reset_after, timed_out_after, unreachable
from tests.unit.faults.partial_faults import PARTIAL
from tests.unit.faults.scenarios import SCENARIOS, Answer, Scenario, final, is_retryable
from tests.unit.jobs.job_world import JobWorld

pytestmark = pytest.mark.usefixtures("quiet")

WHOLE: dict[str, Fault] = {
    "throttled": refused("ThrottlingException"),
    "a fault of the server": refused("InternalServerError", status=500),
    "timed out after it was done": timed_out_after,
    "answer cut short": cut_short,
}
"""What can happen to any call."""

ALIKE: dict[str, tuple[Fault, Fault]] = {
    "unreachable": (unreachable, WHOLE["a fault of the server"]),
    "connection reset after it was done": (reset_after, WHOLE["timed out after it was done"]),
    "expired credentials of AWS": (refused("ExpiredTokenException"), WHOLE["throttled"]),
}
"""What else can happen, each with the one that stands for it: it did as much, and nothing tells the two apart."""

OUTAGES = ("throttled", "timed out after it was done")
"""What can happen to all calls from one on."""

CUT_SHORT_MATTERS = ("batch_execute_statement", "batch_get_item")
"""Calls whose answer has parts; any other is either there or not."""


class Ended(NamedTuple):
    """The client's last answer, what is stored, what the jobs API tells, and how many messages were given up.

    One that is parked twice since the queue's answer was lost is one.
    """

    answer: Answer
    stored: list[str]
    jobs: list[dict[str, Any]]
    parked: int


@pytest.mark.parametrize("name", ALIKE)
def test_a_fault_is_not_told_from_the_one_that_stands_for_it(name: str) -> None:
    (passes, lost), (as_passes, as_lost) = map(judged, ALIKE[name])
    assert (passes, lost) == (as_passes, as_lost)


def judged(fault: Fault) -> tuple[bool, bool]:
    """Whether a call that met a fault is worth repeating, and whether it may have been done."""
    with pytest.raises(CallError) as met:
        fault(dict)
    with suppress(ClientError):
        raise_unless_passing(met.value)
        return True, is_lost(met.value)
    return False, is_lost(met.value)


@pytest.mark.parametrize("name", SCENARIOS)
def test_whatever_happens_to_any_call_all_ends_as_if_it_had_not(name: str, tell: Callable[[str], None]) -> None:
    # GIVEN what a process does without a fault, by which calls
    scenario = SCENARIOS[name]
    begun = scenario.begin()
    actions, wanted = clean(scenario, begun)
    wrong: dict[tuple[int | str, ...], object] = {}
    count = 0
    for number, fault, faults in combinations(actions):
        # WHEN one of its calls, or all from it on, meet a fault, and client and queue do what they then do
        count += 1
        first, ended = under(scenario, begun, faults)
        # THEN all ends as it did without
        if ended != wanted:
            wrong[number, actions[number - 1], fault] = differences(wanted, ended)
        # AND the first answer was that of the end, or one to repeat
        if first != wanted.answer and not is_retryable(first):
            wrong[number, actions[number - 1], fault, "first"] = first
    assert wrong == {}
    tell(f"faults: {count} combinations of a call and a fault, {name} ({len(actions)} calls)")


def clean(scenario: Scenario, begun: JobWorld) -> tuple[list[str], Ended]:
    world = begun.copy()
    database, client = world.faulty()
    answer = scenario.act(world, database)
    assert not is_retryable(answer)
    return client.actions, end_of(scenario, world, answer)


def under(scenario: Scenario, begun: JobWorld, faults: dict[int, Fault]) -> tuple[Answer, Ended]:
    """The first answer, and the end."""
    world = begun.copy()
    database, _ = world.faulty(faults)
    first = scenario.act(world, database)
    return first, end_of(scenario, world, first)


def end_of(scenario: Scenario, world: JobWorld, first: Answer) -> Ended:
    answer = final(scenario, world, first)
    parked = {message.body for message in world.parked()}
    return Ended(answer, world.end_state(), [world.told(job_id) for job_id in world.job_ids()], len(parked))


def combinations(actions: list[str]) -> Iterator[tuple[int, str, dict[int, Fault]]]:
    """For every call: its number, the fault's name, and the faults by their call."""
    for number, action in enumerate(actions, start=1):
        for fault, happens in {**WHOLE, **PARTIAL.get(action, {})}.items():
            if fault != "answer cut short" or action in CUT_SHORT_MATTERS:
                yield number, fault, {number: happens}
        for fault in OUTAGES:
            yield number, f"{fault}, from then on", dict.fromkeys(range(number, 1_000), WHOLE[fault])


def differences(wanted: Ended, got: Ended) -> dict[str, Any]:
    """What is other than it should be, by its name: it, and what it should be."""
    pairs = zip(Ended._fields, got, wanted, strict=True)
    return {name: (one, other) for name, one, other in pairs if one != other}
