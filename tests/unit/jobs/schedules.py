"""Every order in which processes can make their calls that matter: each takes turns with the others at those.

A process is a greenlet. It stands still before each call on what is stored of a job as a whole; other calls change
nothing that another process of these looks at.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from greenlet import getcurrent, greenlet

from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import keys
from tests.fakes.faults import Answer
from tests.fakes.store import fake_database
from tests.unit.jobs.job_world import JobWorld

_SHARED = (keys.JOB, keys.FINISHED, keys.part(1).rstrip("0123456789"))
"""How the sort keys of what processes share begin."""

_MOMENT = re.compile(r"\b(?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|\d{10})\b")
"""As text, or as the seconds of a `ttl`."""

Process = Callable[[JobWorld, Database], Any]
"""What a process does with a database of its own; its answer."""


class Step(NamedTuple):
    """At which process the turn went, and at which others it could have."""

    chosen: str
    others: Sequence[str]
    switched: bool


class History(NamedTuple):
    """The turns that were taken, the world in the end, and what each process answered."""

    turns: Sequence[str]
    world: JobWorld
    answers: dict[str, Any]

    def end(self, start: JobWorld) -> str:
        """All that it changed, with the places of moments among one another for them: equal ends go on alike."""
        before = start.dynamodb.tables
        tables = {
            name: {
                key: items.get(key)
                for key in sorted(items.keys() | before[name].keys())
                if items.get(key) is not before[name].get(key)
            }
            for name, items in self.world.dynamodb.tables.items()
        }
        changed = repr((tables, self.world.sqs.queues, self.world.events.entries, sorted(self.answers.items())))
        moments = {moment: f"moment {place}" for place, moment in enumerate(sorted({*_MOMENT.findall(changed)}))}
        return _MOMENT.sub(lambda found: moments[found[0]], changed)


def histories(start: JobWorld, processes: dict[str, Process], most_switches: int = 100) -> Iterator[History]:
    """Each history of these processes; at most so often one is left while it could go on."""
    pending: list[tuple[str, ...]] = [()]
    while pending:
        turns = pending.pop()
        history, steps = _run(start.copy(), processes, turns)
        yield history
        for place in range(len(turns), len(steps)):
            taken = tuple(step.chosen for step in steps[:place])
            switches = sum(step.switched for step in steps[:place])
            pending += [
                (*taken, other)
                for other in steps[place].others
                if switches + _leaves(steps, place, other) <= most_switches
            ]


def ends(start: JobWorld, processes: dict[str, Process], most_switches: int) -> Iterator[History]:
    """The first history of each end that these come to: many orders of calls come to the same."""
    seen = set[str]()
    for history in histories(start, processes, most_switches):
        end = history.end(start)
        if end not in seen:
            seen.add(end)
            yield history


def _leaves(steps: Sequence[Step], place: int, other: str) -> bool:
    """Whether giving the turn to another leaves one that could go on."""
    before = steps[place - 1].chosen if place else None
    return before != other and before in (steps[place].chosen, *steps[place].others)


def _run(world: JobWorld, processes: dict[str, Process], turns: Sequence[str]) -> tuple[History, list[Step]]:
    """One history that begins with these turns; then whoever has the turn keeps it."""
    hub, answers, steps = getcurrent(), dict[str, Any](), list[Step]()
    alive: dict[str, greenlet] = {}

    def live(name: str) -> None:
        answers[name] = processes[name](world, _database(world, hub))

    for name in processes:
        alive[name] = greenlet(partial(live, name), parent=hub)
    last: str | None = None
    while alive:
        wanted = turns[len(steps)] if len(steps) < len(turns) else last
        chosen = wanted if wanted in alive else next(iter(alive))
        steps.append(Step(chosen, [name for name in alive if name != chosen], last in alive and last != chosen))
        alive[chosen].switch()
        last = chosen
        alive = {name: one for name, one in alive.items() if not one.dead}
    return History([step.chosen for step in steps], world, answers), steps


def _database(world: JobWorld, hub: greenlet) -> Database:
    services = {"sqs": world.sqs, "events": world.events}
    client = _Client(world.dynamodb, hub)
    return fake_database(client, world.clock, world.settings, services.__getitem__)


class _Client:
    """Gives the turn away before each call on what is shared."""

    def __init__(self, client: Any, hub: greenlet) -> None:
        self._client, self._hub = client, hub

    def __getattr__(self, action: str) -> Callable[..., Answer]:
        def call(**arguments: Any) -> Answer:
            if _is_shared(arguments):
                self._hub.switch()
            answer: Answer = getattr(self._client, action)(**arguments)
            return answer

        return call


def _is_shared(arguments: dict[str, Any]) -> bool:
    """Whether a call is about what is stored of a job as a whole."""
    if arguments.get("TableName") != "jobs":
        return "jobs" in arguments.get("RequestItems", {}) and keys.FINISHED in str(arguments)
    key = arguments.get("Key") or arguments.get("Item") or {}
    return not key or key["sk"]["S"].startswith(_SHARED)
