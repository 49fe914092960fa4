"""What a job comes to, to compare one that met faults with one that met none."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from loyalty.store.engine.dynamodb import Database
from tests.fakes.faults import Fault, refused, timed_out_after
from tests.fakes.gateway import Reply
from tests.fakes.nth_call import FaultyClient, ProcessDied, die_after, die_before
from tests.unit.jobs.held import deliver
from tests.unit.jobs.job_world import JobWorld

PASSING = {"response lost": timed_out_after, "throttled": refused("ThrottlingException")}


def deaths(calls: FaultyClient) -> Iterator[tuple[str, dict[int, Fault]]]:
    """Every death of the processes that made these calls: before any call, and after the last one of each.

    After any other call is before the next one: nobody else does anything between two calls of a process.
    """
    for number in range(1, calls.count + 1):
        yield f"died before call {number}", {number: die_before}
    for number in calls.lasts:
        yield f"died after call {number}", {number: die_after}


def faults(calls: FaultyClient, kinds: Mapping[str, Fault]) -> Iterator[tuple[str, dict[int, Fault]]]:
    """Each of these faults at every call."""
    for name, fault in kinds.items():
        for number in range(1, calls.count + 1):
            yield f"{name} at call {number}", {number: fault}


class Ended(NamedTuple):
    """What the jobs API tells of a job, its results, what is stored, and how many messages were given up."""

    told: dict[str, Any]
    results: str
    end_state: list[str]
    parked: int


def ended(world: JobWorld, job_id: str) -> Ended:
    """What a job came to."""
    return Ended(world.told(job_id), world.results(job_id), world.end_state(), len(world.parked()))


class InPeace(NamedTuple):
    """What a job comes to without a fault, and what counted the calls of its workers."""

    wanted: Ended
    calls: FaultyClient


def in_peace(queued: JobWorld, job_id: str) -> InPeace:
    """What workers make of a job that is queued in a world, which stays as it is."""
    world = queued.copy()
    database, calls = world.faulty()
    world.work(database)
    return InPeace(ended(world, job_id), calls)


def differences(wanted: Ended, got: Ended) -> dict[str, Any]:
    """What is other than it should be, nothing when all is equal."""
    told = {name: value for name, value in got._asdict().items() if value != getattr(wanted, name)}
    if "end_state" in told:
        told["end_state"] = sorted(set(got.end_state) ^ set(wanted.end_state))
    return told


def differences_under_faults(
    start: JobWorld,
    job_id: str,
    ask: Callable[[JobWorld, str, Database | None], Reply],
    ask_again: Callable[[JobWorld], None],
) -> dict[str, dict[str, Any]]:
    """How a job ends otherwise than without a fault, by the fault, which meets each call once something is asked of it.

    A fault of the request is followed by what its client does, `ask_again`; one of a worker by other workers.
    """
    clean = start.copy()
    database, asked = clean.faulty()
    ask(clean, job_id, database)
    database, worked = clean.faulty()
    clean.work(database)
    wanted, found = ended(clean, job_id), dict[str, dict[str, Any]]()
    for name, met in (*deaths(asked), *faults(asked, PASSING)):
        world = start.copy()
        with suppress(ProcessDied):
            ask(world, job_id, world.faulty(met)[0])
        ask_again(world)
        world.work()
        found[f"the request {name}"] = differences(wanted, ended(world, job_id))
    for name, met in (*deaths(worked), *faults(worked, PASSING)):
        world = start.copy()
        ask(world, job_id, None)
        deliver(world, met)
        world.work()
        found[f"a worker {name}"] = differences(wanted, ended(world, job_id))
    return {name: told for name, told in found.items() if told}
