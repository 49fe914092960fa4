"""A thousand histories, each of which must have happened as the contracts say; and all that can happen does happen."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.simulation import weather
from tests.simulation.campaign import Campaign, run_all
from tests.simulation.cases import Case, run
from tests.simulation.operators import KINDS
from tests.simulation.proof import ROOT
from tests.simulation.regressions import REGRESSIONS
from tests.simulation.shrink import shrink
from tests.simulation.telling import tell_case

pytestmark = pytest.mark.long

HISTORIES = 1_000

MEETINGS = {
    "undo asked while a delivery is under way": 100,
    "undone": 100,
    "key repeated": 100,
    "key repeated after undo": 30,
    "chunks are handed on": 50,
    "redrive": 5,
    "redrive after undo": 1,
    "redrive of an expired job": 5,
    "erase during a write": 20,
    "limit changed": 10,
    "promotion closed": 10,
    "program closed": 10,
    "a week later": 20,
    "fed: well": 20,
    "fed: missing": 10,
    "fed: overlap": 10,
    "fed: other contents": 10,
}
"""How often, at least, in so many histories."""

LEAST_ACTORS, LEAST_FAULTS = 50, 30


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return run_all((Case(seed) for seed in range(1, HISTORIES + 1)), most_failures=HISTORIES)


@pytest.mark.parametrize("name", REGRESSIONS)
def test_what_failed_once_holds(name: str) -> None:
    # GIVEN a history that failed once, as small as it could be made
    outcome = run(REGRESSIONS[name])
    # THEN nothing is found in it any more
    assert not outcome.findings, tell_case(outcome)


def test_no_history_breaks_a_promise(campaign: Campaign, tell: Callable[[str], None]) -> None:
    # GIVEN a thousand histories WHEN they have come to rest
    tell(f"simulation: {', '.join(campaign.tell()[:2])}")
    # THEN nothing is found in any
    if campaign.failed:
        failed = ", ".join(str(outcome.case.seed) for outcome in campaign.failed)
        pytest.fail(f"seeds {failed}; the first, shrunk:\n{tell_case(shrink(campaign.failed[0]))}")


@pytest.mark.parametrize("kind", ["register", "import", "earn", "revoke", "record", *KINDS])
def test_every_actor_acts(campaign: Campaign, kind: str) -> None:
    assert campaign.counts[f"actor: {kind}"] >= LEAST_ACTORS


@pytest.mark.parametrize("fault", weather.ALL)
def test_every_fault_happens(campaign: Campaign, fault: str) -> None:
    assert campaign.counts[f"fault: {fault}"] >= LEAST_FAULTS


@pytest.mark.parametrize("meeting", MEETINGS)
def test_mechanisms_meet(campaign: Campaign, meeting: str) -> None:
    assert campaign.counts[meeting] >= MEETINGS[meeting]


def test_hardly_any_search_for_an_order_gives_up(campaign: Campaign) -> None:
    assert campaign.counts["a search for an order gave up"] <= campaign.counts["searches for an order"] // 100


def test_one_seed_is_one_history_in_any_process() -> None:
    # GIVEN two processes in which sets and dictionaries of texts have other orders
    program = (
        "import sys; from tests.simulation.cases import Case, run; print(*(run(Case(n)).trace() for n in range(1, 41)))"
    )
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'shared'}"}
    traces = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={**environment, "PYTHONHASHSEED": seed},
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    ]
    # THEN every step of every history is the same, and no two histories are
    assert traces[0] == traces[1]
    assert len(set(traces[0].split())) == 40


def test_a_history_goes_on_alike_where_others_are_left_out() -> None:
    # GIVEN a whole history, and the same with all of its actors and faults named
    whole = run(Case(11))
    named = run(Case(11, actors=frozenset(whole.actors), faults=frozenset(whole.happened)))
    # THEN they are one
    assert named.trace() == whole.trace()
