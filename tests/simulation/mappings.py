"""SQS's event source mappings in a history: messages reach their function late, twice, out of order, or not at all."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from loyalty.doors.endpoint import Handler
from loyalty.store.engine.dynamodb import Database
from loyalty.store.tables import keys
from tests.fakes.delivery import DEAD_LETTERS, MOST_ROUNDS, event_of
from tests.fakes.queues import CHUNKS, Message
from tests.simulation import weather
from tests.simulation.kernel import Actor

if TYPE_CHECKING:
    from tests.simulation.cloud import Cloud

_A_MOMENT = 1e-6  # sums of seconds are not exact
_AGAIN_SECONDS = (0.1, 5.0, 40.0)
_CROWDED = 0.7  # of deliveries find no invocation to spare


class Mapping:
    """Delivers a queue's messages to a function, each alone, to so many invocations at once."""

    def __init__(
        self, cloud: "Cloud", url: str, function: str, make: Callable[[Callable[[], Database]], Handler], most: int
    ) -> None:
        self._cloud, self._url, self._function, self._make, self._most = cloud, url, function, make, most
        self._busy = 0
        self._looks_at = float("inf")
        self._again: set[str] = set()
        self._late: set[str] = set()
        self.at_work: dict[str, str] = {}
        """The messages that are being worked on, by the name of their delivery."""

    def look(self) -> None:
        """Look for messages when the next of them becomes visible; what is visible and waits is looked for once some
        invocation has ended.
        """
        kernel, clock = self._cloud.kernel, self._cloud.kernel.clock()
        moments = [message.visible_at for message in self._cloud.sqs.queues[self._url]]
        free = self._busy < self._most
        if moments := [moment for moment in moments if free or moment > clock]:
            at = kernel.now + max(min(moments) - clock, 0.0) + _A_MOMENT
            if at < self._looks_at or self._looks_at <= kernel.now:
                self._looks_at = at
                kernel.at(at, self._deliver)

    def _deliver(self) -> None:
        """Deliver what is visible, as far as there are free invocations."""
        queue, now = self._cloud.sqs.queues[self._url], self._cloud.kernel.clock()
        for message in [one for one in queue if one.visible_at <= now]:
            if self._busy < self._most:
                self._receive(message)
        self.look()

    def _receive(self, message: Message) -> None:
        queue, rules = self._cloud.sqs.queues[self._url], self._cloud.rules
        if self._url == CHUNKS and message.receives >= rules.most_receives:
            queue.remove(message)
            self._cloud.given_up[message.id] = self._begun(message)
            self._cloud.sqs.queues[DEAD_LETTERS].append(message)
            self._cloud.look(DEAD_LETTERS)
            return
        if message.rounds >= MOST_ROUNDS:
            queue.remove(message)
            self._cloud.faults[weather.RECURSION] += 1
            return
        actor = Actor(f"{message.id}~{message.receives + 1}", self._function, self._cloud.kernel.seed)
        actor.rounds = message.rounds + 1
        fault, seconds = self._fault(actor)
        if fault == "late":
            self._late.add(message.id)
            queue[queue.index(message)] = message._replace(visible_at=self._cloud.kernel.clock() + 30 * seconds)
            return
        visible_at = self._cloud.kernel.clock() + (seconds if fault == "delivered twice at once" else self._visibility)
        received = message._replace(receives=message.receives + 1, visible_at=visible_at)
        queue[queue.index(message)] = received
        if fault in ("delivered twice at once", "slow worker"):
            actor.stalls_at = actor.rng.choice(self._cloud.weather.moments)
        if fault == "dying worker":
            actor.dies_at = actor.rng.choice(self._cloud.weather.moments)
        if fault == "not invoked":  # the account's concurrency is used up
            return
        self._invoke(actor, received, again=fault == "delivered again later")

    def _begun(self, message: Message) -> int:
        """How often the chunk of a message was begun."""
        document = json.loads(message.body)
        chunk = self._cloud.dynamodb.tables["jobs"].get((document["job_id"], keys.chunk(document["chunk"])), {})
        return int(chunk.get("begun", {"N": "0"})["N"])

    @property
    def _visibility(self) -> float:
        return self._cloud.rules.visibility_seconds

    def _fault(self, actor: Actor) -> tuple[str | None, float]:
        chance, seconds = actor.rng.random(), _AGAIN_SECONDS[actor.rng.randrange(len(_AGAIN_SECONDS))]
        if self._cloud.kernel.now < self._cloud.weather.crowded and actor.rng.random() < _CROWDED:
            return ("not invoked" if self._cloud.happens(actor, "not invoked") else None), seconds
        if self._cloud.calm():
            return None, seconds
        fault = weather.pick(self._cloud.weather.rates, weather.DELIVERY_FAULTS, chance)
        if fault == "late" and actor.name.rpartition("~")[0] in self._late:
            return None, seconds
        return (fault if fault and self._cloud.happens(actor, fault) else None), seconds

    def _invoke(self, actor: Actor, message: Message, *, again: bool) -> None:
        self._busy += 1
        self._cloud.note(actor, "delivery", message.body)
        self.at_work[actor.name] = message.body

        def ended(_actor: Actor) -> None:
            self._busy -= 1
            self.at_work.pop(actor.name)
            queue = self._cloud.sqs.queues[self._url]
            if actor.result is not None and not actor.result["batchItemFailures"]:
                if again and message.id not in self._again:
                    self._again.add(message.id)
                else:
                    queue[:] = [other for other in queue if other.id != message.id]
            self.look()

        actor.watchers.append(ended)
        self._cloud.invoke(actor, self._function, self._make, event_of(message), self._cloud.rules.worker_seconds)
