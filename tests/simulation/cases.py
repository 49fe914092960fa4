"""Histories by what they are made of: a seed, and what a shrunk one leaves out; running them and what they come to."""

import hashlib
from collections import Counter
from dataclasses import replace
from typing import Any, NamedTuple

from tests.simulation import plan
from tests.simulation.cloud import Happened, Step
from tests.simulation.history import Finding, History
from tests.simulation.plan import Plan
from tests.simulation.scene import Spec
from tests.simulation.telling import tell

_LISTS = ("people", "rows")


class Case(NamedTuple):
    """A history to be run: that of a seed, whole or shrunk.

    `actors` and `faults` are those that are left (None: all), `items` the places of the items that are left of an
    actor's request. `without` are features that no actor has.
    """

    seed: int
    actors: frozenset[str] | None = None
    faults: frozenset[Happened] | None = None
    items: tuple[tuple[str, tuple[int, ...]], ...] = ()
    without: frozenset[str] = frozenset()

    def plan(self) -> Plan:
        """What is to be acted out."""
        whole = plan.draw(self.seed, self.without)
        specs = [self._cut(spec) for spec in whole.specs if self.actors is None or spec.name in self.actors]
        return replace(whole, specs=tuple(specs))

    def _cut(self, spec: Spec) -> Spec:
        kept = dict(self.items).get(spec.name)
        if kept is None:
            return spec
        lists = {name: [spec.what[name][place] for place in kept] for name in _LISTS if name in spec.what}
        return spec._replace(what={**spec.what, **lists})


class Outcome(NamedTuple):
    """What a history came to: findings, its steps, how many calls it made, and what happened how often."""

    case: Case
    findings: list[Finding]
    steps: list[Step]
    calls: int
    actors: list[str]
    happened: list[Happened]
    counts: Counter[str]

    def trace(self) -> str:
        """A digest of every step, equal for equal histories only."""
        return hashlib.sha256("\n".join(tell(self.steps, longest=100_000)).encode()).hexdigest()


def run(case: Case) -> Outcome:
    """Act a case out."""
    history = History(case.plan(), case.faults)
    findings = history.run()
    counts = history.meetings + Counter({f"fault: {name}": count for name, count in history.cloud.faults.items()})
    names = [spec.name for spec in history.plan.specs]
    return Outcome(
        case, findings, history.cloud.steps, history.kernel.steps, names, list(history.cloud.happened), counts
    )


def lengths(case: Case) -> dict[str, int]:
    """How many items each actor's request has."""
    found: dict[str, Any] = {}
    for spec in case.plan().specs:
        for name in _LISTS:
            if name in spec.what:
                found[spec.name] = len(spec.what[name])
    return found
