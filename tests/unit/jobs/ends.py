"""What a job comes to, to compare one that met faults with one that met none."""

from typing import Any, NamedTuple

from tests.fakes.faults import refused, timed_out_after
from tests.fakes.nth_call import die_after, die_before
from tests.unit.jobs.job_world import JobWorld

DEATHS = {"died before": die_before, "died after": die_after}
PASSING = {"response lost": timed_out_after, "throttled": refused("ThrottlingException")}


class Ended(NamedTuple):
    """What the jobs API tells of a job, its results, what is stored, and how many messages were given up."""

    told: dict[str, Any]
    results: str
    end_state: list[str]
    parked: int


def ended(world: JobWorld, job_id: str) -> Ended:
    """What a job came to."""
    return Ended(world.told(job_id), world.results(job_id), world.end_state(), len(world.parked()))


def differences(wanted: Ended, got: Ended) -> dict[str, Any]:
    """What is other than it should be, nothing when all is equal."""
    told = {name: value for name, value in got._asdict().items() if value != getattr(wanted, name)}
    if "end_state" in told:
        told["end_state"] = sorted(set(got.end_state) ^ set(wanted.end_state))
    return told
