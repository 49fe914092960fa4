"""Faults at a step of the work, whichever call of the process that is."""

from typing import Any, NamedTuple

from tests.fakes.faults import Answer, Fault

BEGIN, FINISH, RELEASE, FENCE = "SET holder", "SET outcomes", "REMOVE holder", "SET fence"
NOTE = "SET #ttl = :ttl, #c = :c"
"""The steps of a chunk, as how their updates begin."""

_MOST_CALLS = 1_000

Call = Any
"""A `partial` that is a call of a `FaultyClient`."""


class Step(NamedTuple):
    """A fault for the first so many calls of a step: of an update that begins so, or of an action on a table."""

    name: str
    fault: Fault
    times: int = 1
    table: str | None = None

    def is_of(self, call: Call) -> bool:
        """Whether a call is this step's."""
        if self.table not in (None, call.keywords.get("TableName")):
            return False
        begins = str(call.keywords.get("UpdateExpression", "")).startswith(self.name)
        return begins or bool(self.name == call.action)


def at(name: str, fault: Fault, *, times: int = 1, table: str | None = None) -> dict[int, Any]:
    """Faults by number, for a process whose calls meet one at a step."""
    return at_each(Step(name, fault, times, table))


def at_each(*steps: Step) -> dict[int, Any]:
    """The same for several steps, no call being of two."""
    left = {step.name: iter(range(step.times)) for step in steps}

    def meet(call: Call) -> Answer:
        for step in steps:
            if step.is_of(call) and next(left[step.name], None) is not None:
                return step.fault(call)
        answer: Answer = call()
        return answer

    return dict.fromkeys(range(1, _MOST_CALLS), meet)
