"""A failing history is made as small as it can be, and told so that a person can read it."""

from collections import Counter

import pytest

from tests.simulation import shrink
from tests.simulation.cases import Case, Outcome, run
from tests.simulation.cloud import Happened, Step
from tests.simulation.history import Finding
from tests.simulation.telling import tell_case

ACTORS = [f"register-{number}" for number in range(1, 9)]
FAULTS = [Happened(actor, 1, "throttled") for actor in ACTORS]
NEEDED = Happened("register-3", 1, "throttled")


def fails_with(case: Case) -> Outcome:
    """A history that fails where two of its actors are there, and one of its faults happens."""
    actors = [actor for actor in ACTORS if case.actors is None or actor in case.actors]
    happened = [fault for fault in FAULTS if fault.actor in actors and (case.faults is None or fault in case.faults)]
    fails = {"register-3", "register-7"} <= {*actors} and NEEDED in happened
    findings = [Finding("order", "it fails")] if fails else []
    return Outcome(
        case, findings, [Step(1.5, "register-3", "put_item", None, "throttled")], 1, actors, happened, Counter()
    )


def test_only_what_is_needed_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    # GIVEN a history of eight actors and as many faults
    monkeypatch.setattr(shrink, "run", fails_with)
    monkeypatch.setattr(shrink, "lengths", lambda _case: {})
    # WHEN it is shrunk
    smallest = shrink.shrink(fails_with(Case(1)))
    # THEN two actors and one fault are left, and still fail
    assert smallest.case == Case(1, frozenset({"register-3", "register-7"}), frozenset({NEEDED}))
    assert smallest.findings == [Finding("order", "it fails")]
    # AND they are told
    assert tell_case(smallest).splitlines() == [
        "seed 1, actors register-3, register-7",
        "  fault: throttled at call 1 of register-3",
        repr(smallest.case),
        "       1.500  register-3                       put_item                      ! throttled",
        "FOUND by order: it fails",
    ]


@pytest.mark.parametrize("seed", range(1, 6))
def test_a_history_with_fewer_actors_has_fewer_actors(seed: int) -> None:
    # GIVEN a history, and one of its actors alone, without any fault
    whole = run(Case(seed))
    alone = run(Case(seed, actors=frozenset(whole.actors[:1]), faults=frozenset()))
    # THEN nobody else acts there
    assert alone.actors == whole.actors[:1]
    assert alone.happened == []
    acting = {step.actor.split("/")[0].split(">")[0] for step in alone.steps}
    assert {actor for actor in acting if not actor.startswith("judge")} == {whole.actors[0]}
