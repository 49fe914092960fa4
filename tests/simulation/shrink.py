"""Making a failing history small: fewer actors, fewer faults, fewer items, as long as the same judge finds it."""

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from tests.simulation.cases import Case, Outcome, lengths, run

MOST_RUNS = 400

Part = TypeVar("Part", bound=Hashable)


def shrink(outcome: Outcome) -> Outcome:
    """The smallest history that was found in which the first finding's judge finds something."""
    return _Shrinking(outcome).smallest()


class _Shrinking:
    def __init__(self, outcome: Outcome) -> None:
        self._best, self._judge, self._runs = outcome, outcome.findings[0].judge, 0

    def smallest(self) -> Outcome:
        """Shrink in turn what there is, until nothing more can go."""
        while True:
            before = self._best
            self._fewer(self._best.actors, lambda actors: self._best.case._replace(actors=frozenset(actors)))
            self._fewer(self._best.happened, lambda faults: self._best.case._replace(faults=frozenset(faults)))
            self._fewer_items()
            if self._best is before or self._runs >= MOST_RUNS:
                return self._best

    def _fewer(self, parts: Sequence[Part], case: Callable[[Sequence[Part]], Case]) -> None:
        """Leave parts out: half of them, a quarter, and so on down to one."""
        size = max(len(parts) // 2, 1)
        while size and parts:
            start = 0
            while start < len(parts):
                fewer = [*parts[:start], *parts[start + size :]]
                if self._still_fails(case(fewer)):
                    parts = fewer
                else:
                    start += size
            size //= 2
        if self._best.case != case(parts):
            self._still_fails(case(parts))

    def _fewer_items(self) -> None:
        for name, count in lengths(self._best.case).items():
            kept = list(dict(self._best.case.items).get(name, range(count)))

            def case(places: Sequence[int], name: str = name) -> Case:
                items = {**dict(self._best.case.items), name: tuple(places)}
                return self._best.case._replace(items=tuple(items.items()))

            for place in list(kept):
                fewer = [one for one in kept if one != place]
                if fewer and self._still_fails(case(fewer)):
                    kept = fewer

    def _still_fails(self, case: Case) -> bool:
        if self._runs >= MOST_RUNS:
            return False
        self._runs += 1
        outcome = run(case)
        if not any(finding.judge == self._judge for finding in outcome.findings):
            return False
        self._best = outcome
        return True
