"""Many histories: counted, and the first that fails shrunk."""

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.simulation.cases import Case, Outcome, run


@dataclass
class Campaign:
    """What many histories came to: how many there were, the longest, what happened how often, and which failed."""

    histories: int = 0
    calls: int = 0
    seconds: float = 0.0
    longest: tuple[int, int] = (0, 0)
    """Calls of the longest history, and its seed."""
    counts: Counter[str] = field(default_factory=Counter)
    failed: list[Outcome] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Count a history."""
        self.histories += 1
        self.calls += outcome.calls
        self.longest = max(self.longest, (outcome.calls, outcome.case.seed))
        self.counts += outcome.counts
        if outcome.findings:
            self.failed.append(outcome)

    def join(self, other: "Campaign") -> None:
        """Count another process's histories as well."""
        self.histories += other.histories
        self.calls += other.calls
        self.seconds = max(self.seconds, other.seconds)
        self.longest = max(self.longest, other.longest)
        self.counts += other.counts
        self.failed += other.failed

    def tell(self) -> list[str]:
        """The figures, a line each."""
        rate = self.histories / self.seconds if self.seconds else 0.0
        calls, seed = self.longest
        return [
            f"{self.histories} histories in {self.seconds:.0f} s, {rate:.0f} a second",
            f"{self.calls / max(self.histories, 1):.0f} calls each, the longest {calls} (seed {seed})",
            *(f"  {count:8}  {name}" for name, count in sorted(self.counts.items())),
            f"{len(self.failed)} failed",
        ]


def run_all(cases: Iterable[Case], most_failures: int = 10) -> Campaign:
    """Run cases until so many have failed."""
    campaign, began = Campaign(), time.perf_counter()
    for case in cases:
        campaign.add(run(case))
        if len(campaign.failed) >= most_failures:
            break
    campaign.seconds = time.perf_counter() - began
    return campaign
