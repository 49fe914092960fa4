"""The simulated machine: actors that take turns on one thread, and a clock that only they move.

An actor is a greenlet. Whatever takes time (a call to AWS, a pause) hands control to the kernel, which goes on with
whoever is due next. So a history is decided by nothing but the moments at which actors are due, and these come from
the seed.
"""

import heapq
import random
from collections.abc import Callable
from typing import Any

from greenlet import getcurrent, greenlet

from tests.fakes.nth_call import ProcessDied

EPOCH = 1_780_000_000.0
"""When every history begins, in seconds of the epoch."""

MOST_STEPS = 12_000
"""Steps of one history; one that takes more never comes to rest."""

_MOST_EVENTS = 10 * MOST_STEPS


class NeverRests(Exception):
    """A history that went on and on."""


class Actor:
    """One process, client or operator at work; `calls` counts what it asked of AWS.

    Its random numbers are its own, so that it decides alike whether or not others are there: `rng` is for what happens
    to it, `ids` for what it makes up itself. `chain` is the client's work that it does, if any; `stalls_at` the
    number of a writing call before which it stands still for long, while others go on, `dies_at` the same of its death.
    """

    def __init__(self, name: str, kind: str, seed: int, chain: Any = None) -> None:
        self.name, self.kind, self.chain = name, kind, chain
        self.rng = random.Random(f"{seed}/{name}")  # noqa: S311 - no secret
        self.ids = random.Random(f"{seed}/{name}/ids")  # noqa: S311 - no secret
        self.calls = self.writes = self.effects = 0
        self.turn = 0
        self.done = self.died = False
        self.deadline = float("inf")
        self.result: Any = None
        self.error: BaseException | None = None
        self.began = self.ended = 0.0
        self.rounds = 0
        self.stalls_at = self.dies_at = 0
        self.greenlet: greenlet | None = None
        self.watchers: list[Callable[[Actor], None]] = []


class Kernel:
    """Runs actors until nobody is due any more. `now` are seconds since the history began."""

    def __init__(self, seed: int) -> None:
        self.seed, self.now, self.steps = seed, 0.0, 0
        self.current: Actor | None = None
        self.actors: list[Actor] = []
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = self._events = 0
        self._hub = getcurrent()

    def time(self) -> float:
        """The time of day, in seconds of the epoch."""
        return EPOCH + self.now

    def clock(self) -> float:
        """Seconds of a clock that began at some moment."""
        return 1_000.0 + self.now

    def at(self, moment: float, do: Callable[[], None]) -> None:
        """Have something done at a moment; what is due together is done in the order in which it was asked for."""
        self._order += 1
        heapq.heappush(self._due, (max(moment, self.now), self._order, do))

    def spawn(
        self, actor: Actor, run: Callable[[], Any], *, after: float = 0.0, lifetime: float | None = None
    ) -> Actor:
        """Let an actor begin; it is killed where it lives longer than its `lifetime`."""
        self.actors.append(actor)
        begin = self.now + after
        actor.began = begin
        actor.greenlet = greenlet(lambda: self._live(actor, run), parent=self._hub)
        self._wake(actor, begin)
        if lifetime is not None:
            actor.deadline = begin + lifetime
            self.at(actor.deadline, lambda: self.kill(actor))
        return actor

    def pause(self, seconds: float) -> None:
        """Let time pass for the actor that runs."""
        actor = self.running()
        self._wake(actor, self.now + seconds)
        self._hub.switch()

    def running(self) -> Actor:
        """The actor that runs; raises ProcessDied where it is dead and only its last clauses are left."""
        assert self.current is not None
        if self.current.died:
            raise ProcessDied
        return self.current

    def wait(self, until: Callable[[Callable[[], None]], None], seconds: float) -> None:
        """Let the running actor wait: `until` is given what wakes it, which happens after `seconds` at the latest."""
        actor = self.running()
        turn = actor.turn + 1
        self._wake(actor, self.now + seconds)
        until(lambda: self.at(self.now, lambda: self._resume(actor, turn)))
        self._hub.switch()

    def kill(self, actor: Actor) -> None:
        """End an actor where it stands."""
        if actor.done:
            return
        actor.died = True
        if actor.greenlet:  # it has begun
            before, self.current = self.current, actor
            actor.greenlet.throw(ProcessDied)
            self.current = before
        self._end(actor)

    def run(self, until: float = float("inf")) -> None:
        """Run until nobody is due before that moment; raises NeverRests."""
        while self._due and self._due[0][0] <= until:
            moment, _, do = heapq.heappop(self._due)
            self.now = max(self.now, moment)
            do()
            self._events += 1
            if self.steps > MOST_STEPS or self._events > _MOST_EVENTS:
                raise NeverRests

    def end(self) -> None:
        """Kill whoever is left, so that no greenlet outlives its history."""
        for actor in self.actors:
            self.kill(actor)

    def _wake(self, actor: Actor, moment: float) -> None:
        actor.turn += 1
        turn = actor.turn
        self.at(moment, lambda: self._resume(actor, turn))

    def _resume(self, actor: Actor, turn: int) -> None:
        if actor.done or actor.turn != turn or actor.greenlet is None:
            return
        self.current = actor
        actor.greenlet.switch()
        self.current = None
        if actor.greenlet.dead:
            self._end(actor)

    @staticmethod
    def _live(actor: Actor, run: Callable[[], Any]) -> None:
        try:
            actor.result = run()
        except ProcessDied:
            actor.died = True
        except Exception as error:  # noqa: BLE001 - whoever waits for the actor judges it
            actor.error = error

    def _end(self, actor: Actor) -> None:
        if actor.done:
            return
        actor.done, actor.ended = True, self.now
        actor.greenlet = None
        for watch in actor.watchers:
            watch(actor)
